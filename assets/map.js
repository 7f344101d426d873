/* The map: a click or the keyboard chooses an area, which changes the address; buttons zoom. */
(function () {
  "use strict";

  const PADDING = 16;
  const MOVE_MS = 400;
  const REST_MS = 600;
  const NEAREST = 12;
  const DRAWING_MS = 10000;
  const HALO = 1.6;
  const FILLS = /^plotly-trace-layer-.*-fill$/;
  /* Plotly keeps where a visitor looks, and only then: our moves have to look like a hand's. */
  const BY_HAND = { originalEvent: {} };
  let fitted = null;
  let looked = null;

  const graph = () => document.querySelector("#map .js-plotly-plot");
  const motionless = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const maplibre = () => graph()?._fullLayout?.map?._subplot?.map;

  function box(coordinates, found) {
    if (typeof coordinates[0] === "number") {
      found[0] = Math.min(found[0], coordinates[0]);
      found[1] = Math.min(found[1], coordinates[1]);
      found[2] = Math.max(found[2], coordinates[0]);
      found[3] = Math.max(found[3], coordinates[1]);
    } else {
      coordinates.forEach((part) => box(part, found));
    }
    return found;
  }

  /* What the figure says of itself: the layer on show, and the polygons of each. */
  const about = () => graph()?.layout?.meta;

  /* The finest layer in which something is chosen, else the one on show with nothing chosen. */
  function chosen() {
    const query = new URLSearchParams(window.location.search);
    const { layer, polygons } = about();
    const name = Object.keys(polygons).find((candidate) => query.has(candidate)) ?? layer;
    return { url: polygons[name], keys: query.getAll(name) };
  }

  async function show({ url, keys }, animate) {
    const known = await window.livemaps.areas(url);
    const drawn = [...known.keys()].filter((key) => known.get(key));
    const wanted = drawn.filter((key) => keys.includes(key));
    const extent = [Infinity, Infinity, -Infinity, -Infinity];
    (wanted.length > 0 ? wanted : drawn).forEach((key) => {
      box(known.get(key).coordinates, extent);
    });
    maplibre()?.fitBounds(
      [extent.slice(0, 2), extent.slice(2)],
      { padding: PADDING, maxZoom: NEAREST, duration: MOVE_MS, animate: animate && !motionless() },
      BY_HAND,
    );
  }

  function choose(key, add) {
    const { layer } = about();
    const query = new URLSearchParams(window.location.search);
    const before = query.getAll(layer);
    query.delete(layer);
    query.delete("page");
    const kept = add ? before.filter((value) => value !== key) : [];
    kept.forEach((value) => query.append(layer, value));
    if (!before.includes(key) || (!add && before.length > 1)) {
      query.append(layer, key);
    }
    window.livemaps.go(`${window.location.pathname}?${query}`);
  }

  function clicked(event) {
    const point = event.points?.find((candidate) => candidate.location !== undefined);
    if (point) {
      choose(String(point.location), event.event?.shiftKey || event.event?.ctrlKey);
    }
  }

  /* The area in the middle of the map, for those who move it with the arrow keys. */
  async function middle() {
    const { lng, lat } = maplibre().getCenter();
    return window.livemaps.areaAt(about().polygons[about().layer], [lng, lat]);
  }

  async function announceMiddle() {
    if (document.activeElement !== maplibre()?.getCanvas()) {
      return;
    }
    const { locations, text, customdata } = graph().data[0];
    const at = locations.indexOf(await middle());
    if (at >= 0) {
      const count = new Intl.NumberFormat(document.documentElement.lang).format(customdata[at]);
      window.dash_clientside.set_props("announcer", {
        tree: [["p", {}, `${text[at]}: ${count}`]],
      });
    }
  }

  async function keyed(event) {
    if (event.key === "Enter") {
      event.preventDefault();
      const key = await middle();
      if (key !== undefined) {
        choose(key, event.shiftKey);
      }
    }
  }

  let resting = null;

  /* Feeds with exact places draw marks for what is in sight. */
  function moved(event) {
    if (event.originalEvent) {
      looked = { center: maplibre().getCenter(), zoom: maplibre().getZoom() };
    }
    window.clearTimeout(resting);
    resting = window.setTimeout(() => {
      const map = maplibre();
      if (!map) {
        return;
      }
      const edges = map.getBounds();
      window.dash_clientside.set_props("map-viewport", {
        data: {
          west: edges.getWest(),
          south: edges.getSouth(),
          east: edges.getEast(),
          north: edges.getNorth(),
          zoom: map.getZoom(),
        },
      });
      announceMiddle();
    }, REST_MS);
  }

  /* Names are read on any colour below them; Plotly has no setting for it. */
  function halo() {
    const map = maplibre();
    if (!map) {
      return;
    }
    const paper = getComputedStyle(document.documentElement).getPropertyValue("--surface").trim();
    const names = (map.getStyle()?.layers ?? []).filter(({ type }) => type === "symbol");
    for (const { id } of names) {
      /* Setting it again, even to the same, would draw the map anew. */
      if (map.livemapsHalo !== paper || !(map.getPaintProperty(id, "text-halo-width") > 0)) {
        map.setPaintProperty(id, "text-halo-color", paper);
        map.setPaintProperty(id, "text-halo-width", HALO);
      }
    }
    map.livemapsHalo = paper;
  }

  /* A figure for another theme or layer says where a first one looks; the visitor has moved on. */
  function keepView() {
    const map = maplibre();
    if (looked && map && !map.isMoving() && map.getZoom() !== looked.zoom) {
      map.jumpTo(looked, BY_HAND);
    }
  }

  /* Once the areas are drawn, the first picture of them has done its work. */
  function takeOver() {
    const map = maplibre();
    const fills = (map?.getStyle()?.layers ?? []).filter(({ id }) => FILLS.test(id));
    const layers = fills.map(({ id }) => id);
    if (layers.length > 0 && map.queryRenderedFeatures({ layers }).length > 0) {
      graph().closest(".map-box").dataset.drawn = "";
      map.off("idle", takeOver);
    }
  }

  function prepare(map) {
    const canvas = map.getCanvas();
    const hint = document.querySelector(".map-hint");
    canvas.setAttribute("aria-label", hint?.textContent ?? "");
    canvas.setAttribute("role", "application");
    canvas.addEventListener("keydown", keyed);
    map.on("idle", halo);
    map.on("idle", takeOver);
    map.on("moveend", moved);
    halo();
    graph().on("plotly_click", clicked);
    graph().on("plotly_afterplot", keepView);
    graph().on("plotly_afterplot", halo);
  }

  /* Plotly goes on drawing what was purged meanwhile, and fails: a purge waits for the drawing. */
  function careful(plotly) {
    const { react, purge } = plotly;
    const drawings = new WeakMap();
    const limit = () => new Promise((resolve) => window.setTimeout(resolve, DRAWING_MS));
    plotly.react = (place, ...given) => {
      const drawing = Promise.resolve(react(place, ...given));
      drawings.set(place, drawing);
      return drawing;
    };
    plotly.purge = (place) => {
      const ended = Promise.resolve(drawings.get(place)).catch(() => undefined);
      Promise.race([ended, limit()]).then(() => purge(place));
      return place;
    };
    plotly.livemapsCareful = true;
  }

  /* Called after each figure: listens on a new map, and goes to what is chosen. */
  function drawn(_figure, attributes) {
    let tries = 0;
    const ready = () => {
      if (window.Plotly && !window.Plotly.livemapsCareful) {
        careful(window.Plotly);
      }
      const map = maplibre();
      if (!map || !about()) {
        tries += 1;
        if (tries < 200) {
          window.setTimeout(ready, 50);
        }
        return;
      }
      if (map.livemapsReady !== true) {
        map.livemapsReady = true;
        prepare(map);
        fitted = null;
      }
      const { url, keys } = chosen();
      const target = JSON.stringify(keys.length > 0 ? [url, keys] : []);
      if (target !== fitted) {
        const first = fitted === null;
        fitted = target;
        show({ url, keys }, !first);
      }
    };
    window.setTimeout(ready, 0);
    return attributes ?? window.dash_clientside.no_update;
  }

  /* Lists and plain values are replaced, objects merged: a change sets what it names. */
  function merged(before, change) {
    if (Array.isArray(change) || change === null || typeof change !== "object") {
      return change;
    }
    const after = { ...before };
    for (const [name, value] of Object.entries(change)) {
      after[name] = merged(before?.[name], value);
    }
    return after;
  }

  /* An answer may come after its page was left, or before its figure: then there is nothing to
   * change, and the next figure is whole. */
  function changed(change, figure) {
    const traces = Object.keys(change ?? {});
    if (traces.length === 0 || !traces.every((at) => figure?.data?.[at])) {
      return window.dash_clientside.no_update;
    }
    const data = figure.data.map((trace, at) => (change[at] ? merged(trace, change[at]) : trace));
    return { ...figure, data };
  }

  function zoom(step) {
    const map = maplibre();
    map?.zoomTo(map.getZoom() + step, { duration: MOVE_MS, animate: !motionless() }, BY_HAND);
  }

  Object.assign(window.livemaps.ACTIONS, {
    "zoom-plus": () => zoom(1),
    "zoom-minus": () => zoom(-1),
    "zoom-whole": () => show({ ...chosen(), keys: [] }, true),
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    livemaps: Object.assign({}, window.dash_clientside?.livemaps, {
      map_drawn: drawn,
      map_changed: changed,
    }),
  });
})();
