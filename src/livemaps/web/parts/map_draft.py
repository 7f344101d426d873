"""The map's first picture: its areas in their colours, there with the page itself.

The map to move about in needs a megabyte of script and a canvas. Until it has drawn, its areas
are shown as plain shapes in the same place and colours; then `assets/map.js` lets it take over.
"""

from __future__ import annotations

from livemaps.errors import SnapshotError
from livemaps.figures import INKS, SCALES, Scale
from livemaps.snapshot import SnapshotLayer
from livemaps.web.elements import Element, element
from livemaps.web.site import Site, Visit


def draft(site: Site, visit: Visit) -> list[Element]:
    """Return the areas of the layer on show under the filters; nothing before there is data."""
    layer = visit.layer
    lifted = visit.address.filters.with_area(layer, frozenset())
    try:
        values = site.board.area_values(lifted, layer)
        outlines = site.board.outlines(layer)
        known = site.board.snapshot().layer(layer)
    except SnapshotError:
        return []
    shades = Scale.of(values.counts)
    box = outlines.box(in_sight(visit, known) or range(len(known.keys)))
    paths = [
        element("path", d=path, class_=f"shade-{shades.shade(count)}", key=str(code))
        for code, (path, count) in enumerate(zip(outlines.paths, values.counts, strict=True))
        if path
    ]
    drawing = element("svg", paths, viewBox=" ".join(f"{side:.1f}" for side in box))
    return [drawing]


def in_sight(visit: Visit, layer: SnapshotLayer) -> list[int]:
    """Return the codes of the areas that are chosen, or that lie in those chosen around them."""
    chosen = visit.address.chosen(layer.id)
    if not chosen and layer.within:
        around = visit.address.chosen(layer.within)
        return [code for code, parent in enumerate(layer.parents) if str(parent) in around]
    return [layer.code_of[key] for key in chosen if key in layer.code_of]


def palette() -> str:
    """Return the map's colours as a style sheet, so that they are written down once."""
    light, dark = (_variables(theme) for theme in ("light", "dark"))
    fills = "".join(
        f".shade-{at}{{fill:var(--shade-{at});background:var(--shade-{at})}}"
        for at in range(len(SCALES["light"]) + 1)
    )
    return (
        f":root{{{light}}}"
        f"@media (prefers-color-scheme: dark){{:root:not([data-theme=light]){{{dark}}}}}"
        f":root[data-theme=dark]{{{dark}}}{fills}"
    )


def _variables(theme: str) -> str:
    """Return the colours of a theme: 0 where there is nothing, then from faint to strong."""
    colours = (INKS[theme].empty, *SCALES[theme])
    shades = "".join(f"--shade-{at}:{colour};" for at, colour in enumerate(colours))
    return f"{shades}--shade-edge:{INKS[theme].edge}"
