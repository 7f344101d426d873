/* The map as a picture (PNG) that can stand alone: its title, its legend in units, how old the data
 * is, and whose it is. */
(function () {
  "use strict";

  const SCALE = 2;
  const MARGIN = 20;
  const LINE = 20;
  const SWATCH = 16;

  const text = (selector) => document.querySelector(selector)?.textContent.trim() ?? "";

  function own(selector) {
    const copy = document.querySelector(selector)?.cloneNode(true);
    copy?.querySelectorAll(".definition, .visually-hidden").forEach((part) => part.remove());
    return copy?.textContent.trim() ?? "";
  }

  function notes() {
    const ages = [...document.querySelectorAll("#freshness .facts > span")].map((fact) =>
      fact.textContent.trim(),
    );
    const city = [document.title, ...ages.filter(Boolean)].join(" · ");
    return [own("#map-legend > p.quiet-text"), city, text(".site-footer p"), window.location.href];
  }

  /* Words that fit beside each other, line after line. */
  function lines(pen, words, width) {
    const found = [""];
    for (const word of words.split(/\s+/)) {
      const longer = `${found.at(-1)} ${word}`.trim();
      if (found.at(-1) && pen.measureText(longer).width > width) {
        found.push(word);
      } else {
        found[found.length - 1] = longer;
      }
    }
    return found;
  }

  /* Lays the parts out below each other; the same steps measure (without a pen's ink) and draw. */
  function laidOut(pen, image, size, ink) {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const family = getComputedStyle(document.body).fontFamily;
    const right = document.documentElement.dir === "rtl";
    const width = size.width;
    let y = MARGIN;
    const write = (words, font, fill, gap) => {
      pen.font = `${font} ${family}`;
      pen.fillStyle = fill;
      pen.textAlign = right ? "right" : "left";
      for (const line of lines(pen, words, width)) {
        y += gap;
        if (ink) {
          pen.fillText(line, right ? MARGIN + width : MARGIN, y);
        }
      }
    };
    pen.direction = right ? "rtl" : "ltr";
    write(own("#answer h1"), "700 20px", colour("--ink"), 24);
    write(own("#map-head h2"), "600 15px", colour("--ink"), 22);
    y += 12;
    if (ink) {
      pen.drawImage(image, MARGIN, y, size.width, size.height);
    }
    y += size.height + 6;
    write(own("#map-legend .legend-title"), "600 13px", colour("--ink"), LINE);
    let x = MARGIN;
    y += LINE;
    pen.font = `13px ${family}`;
    pen.textAlign = "left";
    for (const item of document.querySelectorAll("#map-legend .legend-classes > li")) {
      const label = item.textContent.trim();
      const wide = SWATCH + 8 + pen.measureText(label).width + 18;
      if (x + wide > MARGIN + width) {
        x = MARGIN;
        y += LINE;
      }
      if (ink) {
        pen.fillStyle = getComputedStyle(item.querySelector(".legend-swatch")).backgroundColor;
        pen.fillRect(x, y - 11, SWATCH, 12);
        pen.strokeStyle = colour("--line-strong");
        pen.strokeRect(x, y - 11, SWATCH, 12);
        pen.fillStyle = colour("--ink");
        pen.fillText(label, x + SWATCH + 8, y);
      }
      x += wide;
    }
    y += 6;
    notes()
      .filter(Boolean)
      .forEach((note) => write(note, "12px", colour("--ink-quiet"), 17));
    return y + MARGIN;
  }

  async function painted(graph) {
    const place = graph.getBoundingClientRect();
    const image = new Image();
    image.src = await window.Plotly.toImage(graph, {
      format: "png",
      width: Math.round(place.width),
      height: Math.round(place.height),
      scale: SCALE,
    });
    await image.decode();
    const canvas = document.createElement("canvas");
    const pen = canvas.getContext("2d");
    const height = laidOut(pen, image, place, false);
    canvas.width = SCALE * (place.width + 2 * MARGIN);
    canvas.height = SCALE * height;
    pen.scale(SCALE, SCALE);
    const ground = getComputedStyle(document.documentElement).getPropertyValue("--surface");
    pen.fillStyle = ground.trim() || "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    laidOut(pen, image, place, true);
    return new Promise((done) => canvas.toBlob(done, "image/png"));
  }

  window.livemaps.ACTIONS.picture = async (button) => {
    const graph = document.querySelector("#map .js-plotly-plot");
    const address = URL.createObjectURL(await painted(graph));
    const download = window.livemaps.dated(button.dataset.name);
    Object.assign(document.createElement("a"), { href: address, download }).click();
    window.setTimeout(() => URL.revokeObjectURL(address), 10000);
  };
})();
