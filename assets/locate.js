/* "Use my location": which area a visitor is in is found here, from the outlines that the browser
 * holds anyway. The place itself is sent and kept nowhere. */
(function () {
  "use strict";

  const LOCATE_MS = 30000;
  const ANSWER = "answer";
  let awaited = false;

  /* What the map says of itself, once there is one: the layer on show, the outlines of each. */
  const about = () => document.querySelector("#map .js-plotly-plot")?.layout?.meta;

  function outlines(layer) {
    return about()?.polygons?.[layer] ?? `/api/v1/areas.geojson?layer=${encodeURIComponent(layer)}`;
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
    const { outside, failed } = button.dataset;
    const layer = about()?.layer ?? button.dataset.layer;
    const point = [coords.longitude, coords.latitude];
    let key;
    try {
      key = await window.livemaps.areaAt(outlines(layer), point);
    } catch {
      note(button, failed);
      return;
    }
    note(button, key === undefined ? outside : "");
    if (key !== undefined) {
      choose(layer, key);
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
