/* The page keeps itself current: a small question to the server every few seconds, answered with
 * "nothing new" nearly always. It rests while the tab is hidden or updates are paused. */
(function () {
  "use strict";

  const VERSION_URL = "/api/v1/version";
  const TIMEOUT_MS = 8000;
  const LOST_AFTER = 2;
  const FIRST_PAUSE_MS = 5000;
  const LONGEST_PAUSE_MS = 60000;
  const MOST_PAST = 100;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  const state = { paused: false, failures: 0, resume: 0, build: "" };

  function phrases() {
    return document.getElementById("phrases")?.dataset ?? {};
  }

  function say(id, text) {
    window.dash_clientside.set_props(id, { tree: text ? [["p", {}, text]] : [] });
  }

  function theme() {
    const chosen = new URLSearchParams(window.location.search).get("theme");
    if (chosen === "dark" || chosen === "light") {
      return chosen;
    }
    return dark.matches ? "dark" : "light";
  }

  /* A server that does not answer is asked less and less often, by the minute at last. */
  function lost() {
    const pause = FIRST_PAUSE_MS * 2 ** state.failures;
    state.failures += 1;
    state.resume = Date.now() + Math.min(pause, LONGEST_PAUSE_MS);
    if (state.failures === LOST_AFTER) {
      document.documentElement.dataset.connection = "lost";
      say("connection", phrases().lost);
    }
  }

  function found() {
    if (state.failures >= LOST_AFTER) {
      delete document.documentElement.dataset.connection;
      say("connection", "");
      say("announcer", phrases().back);
      state.build = "";
    }
    state.failures = 0;
    state.resume = 0;
  }

  function resting() {
    /* Where the clock was set back the pause would last for hours. */
    const left = state.resume - Date.now();
    return left > 0 && left <= LONGEST_PAUSE_MS;
  }

  /* A page of an earlier build goes on working; what it lacks is told, and what to do. */
  function built(build) {
    const own = document.body.dataset.build;
    if (!build || !own || build === own || build === state.build) {
      return;
    }
    state.build = build;
    document.documentElement.dataset.newBuild = build;
    const button = { type: "button", className: "link-button", "data-action": "reload" };
    const text = ["p", {}, phrases().build, " ", ["button", button, phrases().reload]];
    window.dash_clientside.set_props("connection", { tree: [text] });
  }

  async function asked() {
    const answer = await fetch(VERSION_URL, {
      cache: "no-cache",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!answer.ok) {
      throw new Error(`${VERSION_URL}: ${answer.status}`);
    }
    return answer.json();
  }

  /* Dash keeps every tick of its timer, to be undone, which nobody does here: 17,000 a day. */
  function forget() {
    for (const store of window.dash_stores ?? []) {
      const past = store.getState().history?.past;
      if (past?.length > MOST_PAST) {
        past.length = 0;
      }
    }
  }

  async function poll(_tick, live) {
    const same = window.dash_clientside.no_update;
    forget();
    if (document.hidden || state.paused || resting()) {
      return [same, same];
    }
    let now;
    try {
      now = await asked();
    } catch {
      lost();
      return [same, same];
    }
    found();
    built(now.build);
    document.dispatchEvent(new CustomEvent("livemaps:polled", { detail: now }));
    /* Pages are drawn again for new measures too, which come a little after the data. */
    const mark = (told) => (told?.version ? `${told.version} ${told.measures ?? ""}` : "");
    const shown = mark(live) || document.body.dataset.drawn;
    const newer = mark(now) !== shown;
    if (newer && shown) {
      say("announcer", phrases().updated);
    }
    return [
      JSON.stringify(now) === JSON.stringify(live) ? same : now,
      newer ? mark(now) : same,
    ];
  }

  /* The page and its language: one callback follows them, and only when either changes. */
  function route(href, before) {
    const address = new URL(href || window.location.href);
    const now = { path: address.pathname, lang: address.searchParams.get("lang") || "" };
    const shown = theme();
    const chosen = address.searchParams.get("theme");
    if (chosen === "dark" || chosen === "light") {
      document.documentElement.dataset.theme = chosen;
    } else {
      delete document.documentElement.dataset.theme;
    }
    const same = before && before.path === now.path && before.lang === now.lang;
    return [same ? window.dash_clientside.no_update : now, shown];
  }

  let titled = false;
  let again = null;

  /* Where a filter was chosen while the page was on its way, it was drawn without it. */
  function overtaken(query) {
    const { pathname, search } = window.location;
    if (query !== search && again !== search) {
      again = search;
      const lang = new URLSearchParams(search).get("lang") || "";
      window.dash_clientside.set_props("route", { data: { path: pathname, lang, again } });
    }
  }

  function title(page) {
    overtaken(page.query);
    document.title = page.title;
    document.documentElement.lang = page.language;
    document.documentElement.dir = page.direction;
    if (titled) {
      document.getElementById("page").focus({ preventScroll: true });
    }
    titled = true;
    toFragment();
    return page.language;
  }

  /* A definition is drawn after the address that leads to it. */
  function toFragment() {
    const wanted = window.location.hash.slice(1);
    if (wanted) {
      window.requestAnimationFrame(() => document.getElementById(wanted)?.scrollIntoView());
    }
  }

  /* Ages count on without asking anybody. */
  const UNITS = [
    ["year", 31536000],
    ["month", 2592000],
    ["week", 604800],
    ["day", 86400],
    ["hour", 3600],
    ["minute", 60],
    ["second", 1],
  ];

  function age(then) {
    const seconds = Math.round((Date.parse(then) - Date.now()) / 1000);
    const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? UNITS.at(-1);
    const rough = unit === "second" ? Math.round(seconds / 5) * 5 : seconds / size;
    const written = new Intl.RelativeTimeFormat(document.documentElement.lang, {
      numeric: "always",
      style: "long",
    });
    /* Just now is a second ago. */
    return written.format(Math.round(rough) || -1, unit);
  }

  function tick() {
    for (const element of document.querySelectorAll("time[data-ago]")) {
      const text = age(element.getAttribute("datetime"));
      if (element.firstChild && element.firstChild.nodeValue !== text) {
        element.firstChild.nodeValue = text;
      }
    }
  }

  window.livemaps.ACTIONS.pause = (button) => {
    state.paused = !state.paused;
    button.setAttribute("aria-pressed", String(state.paused));
    document.documentElement.classList.toggle("paused", state.paused);
  };

  window.livemaps.ACTIONS.reload = () => window.location.reload();

  /* The system's own way to share where there is one, else the link is copied. */
  window.livemaps.ACTIONS.share = async (button) => {
    const shared = { title: document.title, url: window.location.href };
    if (navigator.share) {
      await navigator.share(shared).catch(() => {});
      return;
    }
    await navigator.clipboard.writeText(shared.url);
    say("announcer", button.dataset.done);
    button.textContent = button.dataset.done;
  };

  window.addEventListener("online", () => {
    state.resume = 0;
  });
  dark.addEventListener("change", () =>
    window.dash_clientside.set_props("theme", { data: theme() }),
  );
  /* What browsers and readers find as this page's feed follows the page's own link to it. */
  function followed() {
    const shown = document.querySelector('#page a[type="application/atom+xml"]');
    const found = document.querySelector('link[rel="alternate"][type="application/atom+xml"]');
    if (shown && found) {
      found.href = shown.href;
    }
  }

  document.addEventListener("livemaps:drawn", (event) => {
    tick();
    followed();
    /* On a page of filters the title follows what is looked at. */
    const named = document.querySelector("#page [data-title]");
    if (named) {
      document.title = named.dataset.title;
    }
  });
  window.setInterval(tick, 5000);

  Object.assign(window.livemaps, { theme });
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    livemaps: Object.assign({}, window.dash_clientside?.livemaps, { poll, route, title }),
  });
})();
