/* What changed since the last visit. The numbers of the last look at each view are kept in this
 * browser only, the newest few; nothing of it is ever sent. */
(function () {
  "use strict";

  const KEY = "livemaps.visits";
  const MOST_VIEWS = 20;
  const SAME_VISIT_MS = 30 * 60 * 1000;

  function read() {
    try {
      const kept = JSON.parse(window.localStorage.getItem(KEY));
      return kept && typeof kept === "object" && !Array.isArray(kept) ? kept : {};
    } catch {
      return {};
    }
  }

  function keep(kept) {
    const newest = Object.entries(kept)
      .sort(([, one], [, other]) => other.now.at - one.now.at)
      .slice(0, MOST_VIEWS);
    try {
      window.localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(newest)));
    } catch {
      /* A browser that keeps nothing simply has no last visit. */
    }
  }

  /* Looks within half an hour are one visit: what they are compared with stays. */
  function before(name, now) {
    const kept = read();
    const known = kept[name]?.now?.at > 0 ? kept[name] : null;
    const after = known && now.at - known.now.at < SAME_VISIT_MS;
    const compared = after ? known.before : known?.now;
    kept[name] = { now, before: compared ?? null };
    keep(kept);
    return compared ?? null;
  }

  const number = (text) => (text === undefined ? null : Number(text));

  function changes(then, now) {
    const more = now.open - then.open;
    const found = [];
    if (then.reported !== null && now.reported !== null && then.held === now.held) {
      const added = now.reported - then.reported;
      found.push(["new", added], ["closed", added - more]);
    }
    found.push(more > 0 ? ["more", more] : ["fewer", -more]);
    return found.filter(([, count]) => count > 0);
  }

  function told(place, then, now) {
    const language = document.documentElement.lang;
    const sentences = JSON.parse(place.dataset.sentences);
    const plural = new Intl.PluralRules(language);
    const written = new Intl.NumberFormat(language);
    const parts = changes(then, now).map(([name, count]) => {
      const texts = sentences[name];
      return (texts[plural.select(count)] ?? texts.other).replace("{count}", written.format(count));
    });
    const day = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
    const since = place.dataset.since.replace("{day}", day.format(then.at));
    const list = new Intl.ListFormat(language, { type: "conjunction" });
    return `${since} ${parts.length > 0 ? `${list.format(parts)}.` : place.dataset.nothing}`;
  }

  document.addEventListener("livemaps:drawn", (event) => {
    const place = event.detail.id === "changes" && document.querySelector("[data-last-visit]");
    if (!place) {
      return;
    }
    const { lastVisit, open, reported, held } = place.dataset;
    const now = { at: Date.now(), open: Number(open), reported: number(reported), held };
    const then = before(lastVisit, now);
    place.hidden = then === null;
    place.textContent = then === null ? "" : told(place, then, now);
  });
})();
