/* The map: a click or the keyboard chooses an area, which changes the address; buttons zoom. */
(function () {
  "use strict";

  const PADDING = 16;
  const KEPT_MS = 600;
  const bounds = new Map();
  let fitted = null;

  const graph = () => document.querySelector("#map .js-plotly-plot");
  const maplibre = () => graph()?._fullLayout?.map?._subplot?.map;
  const motionless = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

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

  const empty = () => [Infinity, Infinity, -Infinity, -Infinity];

  /* The extent of each area and of the city, from the polygons that the browser holds anyway. */
  async function extents(url) {
    if (!bounds.has(url)) {
      const answer = await fetch(url);
      const { features } = await answer.json();
      const found = new Map(
        features.map((feature) => [String(feature.id), box(feature.geometry.coordinates, empty())]),
      );
      const whole = empty();
      found.forEach(([west, south, east, north]) => {
        box([[west, south], [east, north]], whole);
      });
      found.set("", whole);
      bounds.set(url, found);
    }
    return bounds.get(url);
  }

  function layer() {
    const trace = graph()?.data?.[0];
    return trace ? { url: trace.geojson, keys: trace.locations, names: trace.text } : null;
  }

  async function show(keys, animate) {
    const map = maplibre();
    const drawn = layer();
    if (!map || !drawn) {
      return;
    }
    const known = await extents(drawn.url);
    const wanted = keys.filter((key) => known.has(key));
    const extent = empty();
    (wanted.length > 0 ? wanted : [""]).forEach((key) => {
      const [west, south, east, north] = known.get(key);
      box([[west, south], [east, north]], extent);
    });
    map.fitBounds(
      [extent.slice(0, 2), extent.slice(2)],
      { padding: PADDING, maxZoom: 14, animate: animate && !motionless() },
    );
  }

  function chosen() {
    return graph()?.data?.[1]?.locations ?? [];
  }

  function choose(key, add) {
    const name = document.querySelector('[name="layer"]:checked')?.value ?? graph().dataset.layer;
    const query = new URLSearchParams(window.location.search);
    const before = query.getAll(name);
    query.delete(name);
    query.delete("page");
    const kept = add ? before.filter((value) => value !== key) : [];
    kept.forEach((value) => query.append(name, value));
    if (!before.includes(key) || (!add && before.length > 1)) {
      query.append(name, key);
    }
    window.livemaps.go(`${window.location.pathname}?${query}`);
  }

  function clicked(event) {
    const point = event.points?.find((candidate) => candidate.location !== undefined);
    if (point) {
      choose(String(point.location), event.event?.shiftKey || event.event?.ctrlKey);
    }
  }

  /* The area under the middle of the map, for those who move it with the arrow keys. */
  function middle() {
    const map = maplibre();
    if (!map) {
      return null;
    }
    const { width, height } = map.getCanvas().getBoundingClientRect();
    const drawn = layer();
    const found = map
      .queryRenderedFeatures([width / 2, height / 2])
      .find((feature) => drawn.keys.includes(String(feature.id ?? feature.properties.key)));
    const key = found && String(found.properties.key ?? found.id);
    return key ? { key, name: drawn.names[drawn.keys.indexOf(key)] } : null;
  }

  function announceMiddle() {
    const area = document.activeElement === maplibre()?.getCanvas() ? middle() : null;
    if (area) {
      const data = graph().data[0];
      const count = data.customdata[data.locations.indexOf(area.key)];
      const text = `${area.name}: ${new Intl.NumberFormat(document.documentElement.lang).format(count)}`;
      window.dash_clientside.set_props("announcer", { tree: [["p", {}, text]] });
    }
  }

  function keyed(event) {
    const area = event.key === "Enter" ? middle() : null;
    if (area) {
      event.preventDefault();
      choose(area.key, event.shiftKey);
    }
  }

  let resting = null;

  /* Feeds with exact places draw marks for what is in sight. */
  function moved() {
    window.clearTimeout(resting);
    resting = window.setTimeout(() => {
      const map = maplibre();
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
    }, KEPT_MS);
  }

  function prepare(map) {
    const canvas = map.getCanvas();
    const hint = document.querySelector(".map-hint");
    canvas.setAttribute("aria-label", hint?.textContent ?? "");
    canvas.setAttribute("role", "application");
    canvas.addEventListener("keydown", keyed);
    map.on("moveend", moved);
    graph().on("plotly_click", clicked);
  }

  /* Called after each figure: listens on a new map, and goes to what is chosen. */
  function drawn(_figure, attributes) {
    let tries = 0;
    const ready = () => {
      const map = maplibre();
      if (!map || !layer()) {
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
      const target = JSON.stringify([layer().url, chosen()]);
      if (target !== fitted) {
        const first = fitted === null;
        fitted = target;
        show(chosen(), !first);
      }
    };
    window.setTimeout(ready, 0);
    return attributes ?? window.dash_clientside.no_update;
  }

  function zoom(step) {
    const map = maplibre();
    map?.easeTo({ zoom: map.getZoom() + step, animate: !motionless() });
  }

  Object.assign(window.livemaps.ACTIONS, {
    "zoom-plus": () => zoom(1),
    "zoom-minus": () => zoom(-1),
    "zoom-whole": () => show([], true),
    picture: (button) =>
      window.Plotly.downloadImage(graph(), {
        format: "png",
        filename: button.dataset.name,
        scale: 2,
      }),
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    livemaps: Object.assign({}, window.dash_clientside?.livemaps, { map_drawn: drawn }),
  });
})();
