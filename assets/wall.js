/* The wall shows itself: its views take turns by the clock, the picture moves by a few pixels, the
 * screen stays awake, and what goes wrong mends itself. All of its state is in the address and in
 * the clock, so that a reload changes nothing and two walls agree. */
(function () {
  "use strict";

  const SECOND_MS = 1000;
  const MINUTE_MS = 60 * SECOND_MS;
  const PATIENCE_MS = 20 * SECOND_MS;
  const LONGEST_PAUSE_MS = 5 * MINUTE_MS;
  const RELOADED_KEY = "livemaps.reloaded";

  /* Where the picture stands, minute by minute, as parts of the farthest it may move. */
  const PLACES = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
    [-1, 1],
    [-1, 0],
    [-1, -1],
    [0, -1],
    [1, -1],
  ];

  const state = {
    started: Date.now(),
    shown: -1,
    polled: 0,
    pause: 0,
    wanted: "",
    since: 0,
    patience: PATIENCE_MS,
    awake: null,
    asking: false,
    refused: -MINUTE_MS,
    reloading: false,
    clock: null,
  };

  function here() {
    return window.location.pathname.replace(/\/$/, "") === "/wall";
  }

  function wall() {
    return document.querySelector("[data-wall]");
  }

  function every(found) {
    return Number(found.dataset.every) * SECOND_MS;
  }

  /* Views: which one is up follows from the time alone. */
  function rotate(now) {
    const found = wall();
    if (!found) {
      return;
    }
    const views = found.querySelectorAll("[data-wall-view]");
    const up = Math.floor(now / every(found)) % views.length;
    views.forEach((view, at) => {
      if (view.hidden !== (at !== up)) {
        view.hidden = at !== up;
      }
    });
    document.querySelectorAll(".wall-places span").forEach((place, at) => {
      place.toggleAttribute("data-current", at === up);
    });
  }

  /* The ring counts down to the next view; where there is one view only, to the next question. */
  function countDown(now) {
    const found = wall();
    const number = document.querySelector("[data-wall-left]");
    if (!found || !number) {
      return;
    }
    const many = found.querySelectorAll("[data-wall-view]").length > 1;
    const whole = many ? every(found) : state.pause || 10 * SECOND_MS;
    const left = many ? whole - (now % whole) : Math.max(0, state.polled + whole - now);
    const ring = document.querySelector(".ring-left");
    ring.style.strokeDashoffset = String(100 - (100 * left) / whole);
    write(number, String(Math.ceil(left / SECOND_MS)));
  }

  function write(element, text) {
    if (element.firstChild) {
      element.firstChild.nodeValue = text;
    } else {
      element.textContent = text;
    }
  }

  /* The clock is the city's, whatever that of this machine is set to show. */
  function tellTime(now) {
    const place = document.querySelector("[data-wall-clock]");
    if (!place) {
      return;
    }
    const language = document.documentElement.lang;
    const zone = place.dataset.wallClock;
    if (state.clock?.key !== `${language} ${zone}`) {
      const options = { timeZone: zone, hour: "numeric", minute: "2-digit" };
      state.clock = {
        key: `${language} ${zone}`,
        format: new Intl.DateTimeFormat(language, options),
      };
    }
    const text = state.clock.format.format(now);
    if (place.textContent !== text) {
      write(place, text);
    }
  }

  function shift(now) {
    const page = document.getElementById("page");
    const most = Number(wall()?.dataset.shift ?? 0);
    const [right, down] = PLACES[Math.floor(now / MINUTE_MS) % PLACES.length];
    const moved = most ? `translate(${right * most}px, ${down * most}px)` : "";
    if (page && page.style.transform !== moved) {
      page.style.transform = moved;
    }
  }

  /* The screen stays on where the browser can see to it, and nothing is missing where it cannot. */
  async function stayAwake(now) {
    const soon = now - state.refused < MINUTE_MS && now >= state.refused;
    if (!navigator.wakeLock || document.hidden || state.awake || state.asking || soon) {
      return;
    }
    state.asking = true;
    try {
      state.awake = await navigator.wakeLock.request("screen");
      state.awake.addEventListener("release", () => {
        state.awake = null;
      });
    } catch {
      /* A battery that is low, or a page that may not: the machine's own settings hold. */
      state.awake = null;
      state.refused = now;
    } finally {
      state.asking = false;
    }
  }

  /* What was told to be new and was not drawn, because drawing failed, is drawn once more. */
  function drawAgain(now) {
    const drawn = wall()?.dataset.version ?? "";
    if (!state.wanted || drawn === state.wanted) {
      state.since = now;
      state.patience = PATIENCE_MS;
      return;
    }
    if (now - state.since > state.patience) {
      state.since = now;
      state.patience = Math.min(2 * state.patience, LONGEST_PAUSE_MS);
      window.dash_clientside.set_props("version", { data: state.wanted });
    }
  }

  /* Another build answers, or nothing was ever drawn: load again, once a minute at most, and only
   * if the server has the page to give. */
  async function loadAgain(now) {
    const built = document.documentElement.dataset.newBuild;
    const signs = document.querySelector('[data-wall-sign="first"]');
    const empty = !wall() && !signs && now - state.started > MINUTE_MS;
    if ((!built && !empty) || state.reloading || now - reloaded() < MINUTE_MS) {
      return;
    }
    state.reloading = true;
    try {
      const answer = await fetch(window.location.href, { cache: "no-store" });
      if (answer.ok) {
        remember(now);
        window.location.reload();
        return;
      }
    } catch {
      /* It does not answer yet: the next minute may be better. */
    }
    remember(now);
    state.reloading = false;
  }

  function reloaded() {
    const last = Number(window.sessionStorage.getItem(RELOADED_KEY) ?? 0);
    /* A clock that was set back must not keep the page from it for hours. */
    return last > Date.now() ? 0 : last;
  }

  function remember(now) {
    window.sessionStorage.setItem(RELOADED_KEY, String(now));
  }

  function tick() {
    const now = Date.now();
    window.setTimeout(tick, SECOND_MS - (now % SECOND_MS));
    if (!here()) {
      document.getElementById("page")?.style.removeProperty("transform");
      return;
    }
    rotate(now);
    countDown(now);
    tellTime(now);
    shift(now);
    drawAgain(now);
    loadAgain(now);
    stayAwake(now);
  }

  document.addEventListener("livemaps:drawn", (event) => {
    if (here() && ["screen-wall", "wall-head"].includes(event.detail.id)) {
      const now = Date.now();
      rotate(now);
      countDown(now);
      tellTime(now);
    }
  });
  document.addEventListener("livemaps:polled", (event) => {
    const now = Date.now();
    const { version, measures } = event.detail;
    const wanted = version ? `${version} ${measures ?? ""}` : "";
    if (wanted !== state.wanted) {
      state.wanted = wanted;
      state.since = now;
    }
    state.pause = state.polled ? Math.min(now - state.polled, MINUTE_MS) : 0;
    state.polled = now;
  });
  document.addEventListener("visibilitychange", () => {
    if (here()) {
      stayAwake(Date.now());
    }
  });
  tick();
})();
