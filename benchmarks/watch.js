/* Notes when a Plotly map shows what: the same for every page that is measured.
 *
 * A map is pictured once its areas are there in their colours, as shapes or as a map. It is coloured once it has drawn a frame in which all of its areas are filled, and at rest
 * at its next `idle`: everything loaded, every label faded in. A change is painted with the first
 * whole frame in other colours. Times are those of the page's own clock, in milliseconds; looking
 * at the map is part of them (some 5 to 30 ms). */
(() => {
  "use strict";

  const seen = { pictured: null, coloured: null, resting: null, clicked: null, painted: null, settled: null };
  let map = null;
  let before = null;

  const found = () => document.querySelector(".js-plotly-plot")?._fullLayout?.map?._subplot?.map;

  /* The colour of each area on the canvas, or nothing while some of them are still to come. */
  function colours() {
    const fills = map.getLayersOrder().filter((id) => /^plotly-trace-layer-.*-fill$/.test(id));
    if (!fills.every((id) => map.isSourceLoaded(map.getLayer(id).source))) {
      return "";
    }
    const areas = map.queryRenderedFeatures({ layers: fills });
    return areas.map(({ id, properties }) => `${id} ${properties.fc}`).sort().join();
  }

  function drew() {
    if (seen.coloured === null && colours()) {
      seen.coloured = performance.now();
    } else if (seen.clicked !== null && seen.painted === null) {
      const now = colours();
      if (now && now !== before) {
        seen.painted = performance.now();
      }
    }
  }

  function rested() {
    if (seen.coloured !== null) {
      seen.resting ??= performance.now();
    }
    if (seen.painted !== null) {
      seen.settled ??= performance.now();
    }
  }

  /* The areas in their colours as plain shapes, painted: two frames after they are in the page. */
  function pictured() {
    if (document.querySelector(".map-draft path")) {
      window.requestAnimationFrame(() =>
        window.requestAnimationFrame(() => (seen.pictured ??= performance.now())),
      );
    } else if (seen.coloured === null) {
      window.requestAnimationFrame(pictured);
    }
  }

  function listen() {
    map = found();
    if (!map) {
      window.requestAnimationFrame(listen);
      return;
    }
    map.on("render", drew);
    map.on("idle", rested);
  }

  function expectChange() {
    before = colours();
    seen.clicked = seen.painted = seen.settled = null;
    document.addEventListener("click", (event) => (seen.clicked = event.timeStamp), {
      capture: true,
      once: true,
    });
  }

  window.benchmark = Object.assign(seen, { expectChange });
  listen();
  pictured();
})();
