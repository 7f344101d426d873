/* The outlines of areas, fetched once by address, and which area a point lies in. */
(function () {
  "use strict";

  const fetched = new Map();

  async function read(url) {
    const answer = await fetch(url);
    if (!answer.ok) {
      throw new Error(`${url}: ${answer.status}`);
    }
    const { features } = await answer.json();
    return new Map(features.map(({ id, geometry }) => [String(id), geometry]));
  }

  /* The areas of a layer by key; what could not be had is asked for again. An area may have no
   * outline. */
  function areas(url) {
    if (!fetched.has(url)) {
      const reading = read(url);
      reading.catch(() => fetched.delete(url));
      fetched.set(url, reading);
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

  /* The key of the area around a point, undefined where there is none. */
  async function areaAt(url, point) {
    const known = await areas(url);
    return [...known.keys()].find((key) => holds(known.get(key), point));
  }

  window.livemaps = Object.assign(window.livemaps || {}, { areas, areaAt });
})();
