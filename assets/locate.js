/* "Use my location": which area a visitor is in is found here, from the outlines that the browser
 * holds anyway. The place itself is sent and kept nowhere. */
(function () {
  "use strict";

  const LOCATE_MS = 30000;
  const ANSWER = "answer";
  const fetched = new Map();
  let awaited = false;

  /* What the map says of itself, once there is one: the layer on show, the outlines of each. */
  const about = () => document.querySelector("#map .js-plotly-plot")?.layout?.meta;

  function outlines(layer) {
    return about()?.polygons?.[layer] ?? `/api/v1/areas.geojson?layer=${encodeURIComponent(layer)}`;
  }

  function areas(url) {
    if (!fetched.has(url)) {
      const read = fetch(url).then((answer) => (answer.ok ? answer.json() : Promise.reject(answer)));
      /* What could not be had is asked for again. */
      read.catch(() => fetched.delete(url));
      fetched.set(url, read);
    }
    return fetched.get(url);
  }

  /* Whether a ring goes around a point: crossings of a ray to the east are odd. */
  function around(ring, [x, y]) {
    let inside = false;
    ring.forEach(([x1, y1], at) => {
      const [x2, y2] = ring[at === 0 ? ring.length - 1 : at - 1];
      if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) {
        inside = !inside;
      }
    });
    return inside;
  }

  function holds(geometry, point) {
    if (!geometry) {
      return false;
    }
    const { type, coordinates } = geometry;
    const polygons = type === "Polygon" ? [coordinates] : coordinates;
    return polygons.some(
      ([outer, ...holes]) => around(outer, point) && !holes.some((hole) => around(hole, point)),
    );
  }

  /* What there is to say is said beside the button: on the map, or below the search field. */
  function note(button, text) {
    const place = button.closest(".map-overlay") ? ".map-note" : ".locate-note";
    const told = document.querySelector(place);
    if (told) {
      told.textContent = text;
    }
  }

  /* The answer for the area is what was asked for: it is brought into sight and read out. */
  function showAnswer() {
    awaited = false;
    const title = document.querySelector(`#${ANSWER} h1`);
    title?.focus({ preventScroll: true });
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    title?.scrollIntoView({ block: "nearest", behavior: still ? "auto" : "smooth" });
  }

  function clearSearch() {
    const field = document.querySelector("[data-suggests]");
    if (field?.value) {
      field.value = "";
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  function choose(layer, key) {
    const query = new URLSearchParams(window.location.search);
    const before = query.getAll(layer);
    clearSearch();
    if (before.length === 1 && before[0] === key) {
      showAnswer();
      return;
    }
    query.delete(layer);
    query.delete("page");
    query.append(layer, key);
    const target = `${window.location.pathname}?${query}`;
    if ("live" in document.documentElement.dataset) {
      awaited = true;
      window.livemaps.go(target);
    } else {
      window.location.assign(target);
    }
  }

  async function found({ coords }, button) {
    const { outside, refused } = button.dataset;
    const asked = new URLSearchParams(window.location.search).get("layer");
    const layer = asked ?? about()?.layer ?? button.dataset.layer;
    const point = [coords.longitude, coords.latitude];
    try {
      const { features } = await areas(outlines(layer));
      const here = features.find(({ geometry }) => holds(geometry, point));
      note(button, here ? "" : outside);
      if (here) {
        choose(layer, String(here.id));
      }
    } catch {
      note(button, refused);
    }
  }

  function locate(button) {
    const { asking, refused } = button.dataset;
    if (!navigator.geolocation) {
      note(button, refused);
      return;
    }
    note(button, asking);
    navigator.geolocation.getCurrentPosition(
      (position) => found(position, button),
      () => note(button, refused),
      { timeout: LOCATE_MS, maximumAge: LOCATE_MS },
    );
  }

  document.addEventListener("livemaps:drawn", ({ detail }) => {
    if (awaited && detail.id === ANSWER) {
      showAnswer();
    }
  });

  Object.assign(window.livemaps.ACTIONS, { locate });
})();
