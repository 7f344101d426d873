/* Keeps a chart or a plan as a picture (PNG): shapes and words as they stand on the page, on the
 * page's own ground, with the page's title and the age of the data below. */
(function () {
  "use strict";

  const SCALE = 2;
  const MARGIN = 16;
  const FOOT = 26;
  const SVG = "http://www.w3.org/2000/svg";
  const SHAPE_STYLES = [
    "fill",
    "fill-opacity",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-linejoin",
    "opacity",
    "vector-effect",
  ];
  const LEFT_OUT = ".twin, button, .button, title, .visually-hidden, .definition, .no-picture";

  function made(name, attributes, parent) {
    const node = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) {
      node.setAttribute(key, value);
    }
    parent?.append(node);
    return node;
  }

  /* Styles come from the page's style sheet; a picture has none, so they are written in. */
  function shapes(source, origin, parent) {
    const place = source.getBoundingClientRect();
    const copy = source.cloneNode(true);
    const own = source.querySelectorAll("*");
    copy.querySelectorAll("*").forEach((node, at) => {
      const style = window.getComputedStyle(own[at]);
      node.setAttribute(
        "style",
        SHAPE_STYLES.map((name) => `${name}:${style.getPropertyValue(name)}`).join(";"),
      );
    });
    copy.setAttribute("x", place.left - origin.left);
    copy.setAttribute("y", place.top - origin.top);
    copy.setAttribute("width", place.width);
    copy.setAttribute("height", place.height);
    parent.append(copy);
  }

  function keys(figure, origin, parent) {
    for (const key of figure.querySelectorAll(".key")) {
      const place = key.getBoundingClientRect();
      const style = window.getComputedStyle(key);
      const line = parseFloat(style.borderTopWidth) > 1.5;
      made(
        "rect",
        {
          x: place.left - origin.left,
          y: place.top - origin.top,
          width: place.width,
          height: Math.max(place.height, 2),
          fill: line ? style.borderTopColor : style.backgroundColor,
          opacity: style.opacity,
        },
        parent,
      );
    }
  }

  /* Word by word, where the page has put each: lines break as they do there. */
  function words(figure, origin, parent) {
    const walker = document.createTreeWalker(figure, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const holder = node.parentElement;
      if (holder.closest(LEFT_OUT) || holder.closest("svg") || !holder.checkVisibility()) {
        continue;
      }
      for (const found of node.nodeValue.matchAll(/\S+/g)) {
        const range = document.createRange();
        range.setStart(node, found.index);
        range.setEnd(node, found.index + found[0].length);
        word(found[0], range.getBoundingClientRect(), window.getComputedStyle(holder), origin, parent);
      }
    }
  }

  function word(text, place, style, origin, parent) {
    const size = parseFloat(style.fontSize);
    const middle = place.top + place.height / 2 - origin.top;
    const node = made(
      "text",
      {
        x: place.left - origin.left,
        y: middle + size * 0.35,
        fill: style.color,
        "font-size": size,
        "font-weight": style.fontWeight,
        "font-family": style.fontFamily,
        textLength: place.width,
      },
      parent,
    );
    node.textContent = text;
  }

  function foot(width, height, parent) {
    const ages = [...document.querySelectorAll("#freshness .facts span")]
      .map((fact) => fact.textContent.trim())
      .filter(Boolean)
      .slice(0, 3)
      .join(" · ");
    const style = window.getComputedStyle(document.body);
    const line = made(
      "text",
      {
        x: 0,
        y: height + FOOT - 8,
        fill: style.color,
        opacity: 0.75,
        "font-size": 11,
        "font-family": style.fontFamily,
      },
      parent,
    );
    line.textContent = [document.title, ages].filter(Boolean).join(" · ");
    if (line.textContent.length * 5.5 > width) {
      line.setAttribute("textLength", width);
      line.setAttribute("lengthAdjust", "spacingAndGlyphs");
    }
  }

  function composed(figure) {
    const origin = figure.getBoundingClientRect();
    const width = origin.width + 2 * MARGIN;
    const height = origin.height + 2 * MARGIN + FOOT;
    const root = made("svg", { xmlns: SVG, width, height });
    const ground = window.getComputedStyle(document.documentElement).getPropertyValue("--surface");
    made("rect", { width, height, fill: ground.trim() || "#fff" }, root);
    const inner = made("g", { transform: `translate(${MARGIN} ${MARGIN})` }, root);
    figure.querySelectorAll("svg:not(.icon)").forEach((svg) => shapes(svg, origin, inner));
    keys(figure, origin, inner);
    words(figure, origin, inner);
    foot(origin.width, origin.height, inner);
    return { root, width, height };
  }

  async function painted({ root, width, height }) {
    const image = new Image();
    const text = new XMLSerializer().serializeToString(root);
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = width * SCALE;
    canvas.height = height * SCALE;
    const pen = canvas.getContext("2d");
    pen.scale(SCALE, SCALE);
    pen.drawImage(image, 0, 0);
    return new Promise((done) => canvas.toBlob(done, "image/png"));
  }

  /* A picture's name says the day of what it shows, as those of files do. */
  window.livemaps.dated = (name) => {
    const { day } = document.querySelector("#freshness .facts")?.dataset ?? {};
    return `${[name, day].filter(Boolean).join("-")}.png`;
  };

  window.livemaps.ACTIONS["save-picture"] = async (button) => {
    const figure = button.closest("[data-picture]");
    const file = await painted(composed(figure));
    const address = URL.createObjectURL(file);
    const anchor = Object.assign(document.createElement("a"), {
      href: address,
      download: window.livemaps.dated(figure.dataset.picture),
    });
    anchor.click();
    window.setTimeout(() => URL.revokeObjectURL(address), 10000);
  };
})();
