"""Plotly figures of a view's values: the map, and the changes that renew only its numbers.

The polygons never travel with a figure: the browser fetches them by URL once and keeps them. A
change of filters sends one small whole number for each area.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import plotly.graph_objects as go

from livemaps.views import Marks

MOST_CLASSES = 6

FILL, OUTLINE, MARKS = 0, 1, 3
"""Which traces of the map change: the areas, the outlines of the chosen ones, the marks."""

Change = dict[int, dict[str, Any]]
"""By trace what to set on it; `assets/map.js` merges it into the figure, if there still is one.

A `dash.Patch` would be an error in the browser where the visitor has left the page meanwhile.
"""

SCALES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "light": ("#dcebf4", "#b3d3e6", "#7fb4d4", "#4a90bd", "#20699b", "#0a4069"),
        "dark": ("#17364a", "#1f5071", "#2f729c", "#4f97c2", "#86bfe0", "#cbe6f5"),
    }
)
"""One hue from faint to strong: told apart by lightness alone, so also without colour vision."""


@dataclass(frozen=True, slots=True)
class Ink:
    """The colours of a theme that the map draws with, as in `assets/tokens.css`."""

    ground: str
    empty: str
    edge: str
    boundary: str
    label: str
    chosen: str
    mark: str


INKS: Mapping[str, Ink] = MappingProxyType(
    {
        "light": Ink("#eef2f4", "#f9fbfc", "#ffffff", "#31444f", "#14212b", "#b3261e", "#0a4069"),
        "dark": Ink("#0b1216", "#131e25", "#0b1216", "#8ba3b0", "#f2f7fa", "#ffb4a9", "#cbe6f5"),
    }
)


@dataclass(frozen=True, slots=True)
class Scale:
    """Classes of amounts: class 0 is none; class n holds amounts up to `bounds[n - 1]`."""

    bounds: tuple[int, ...]

    @classmethod
    def of(cls, counts: Sequence[int]) -> Scale:
        """Return classes of about as many areas each, with round bounds.

        Quantiles of the areas that have any, rounded to two figures at most, so that a legend
        reads "21-50" and a single large area does not make all others alike.
        """
        amounts = sorted(count for count in counts if count > 0)
        if not amounts:
            return cls(())
        classes = min(MOST_CLASSES, len(set(amounts)))
        quantiles = (
            amounts[min(len(amounts) - 1, len(amounts) * step // classes)]
            for step in range(1, classes)
        )
        largest = amounts[-1]
        rounded = sorted({min(rounded_up(bound), largest) for bound in quantiles} | {largest})
        return cls(tuple(rounded))

    def classify(self, count: int) -> int:
        """Return the class of an amount: 0 for none, else from 1."""
        return 0 if count <= 0 else min(bisect_left(self.bounds, count), len(self.bounds) - 1) + 1

    @property
    def ranges(self) -> tuple[tuple[int, int], ...]:
        """The least and the largest amount of each class but that of none."""
        return tuple((below + 1, bound) for below, bound in pairwise((0, *self.bounds)))

    def colours(self, theme: str) -> tuple[str, ...]:
        """Return a colour for each class, that of none first."""
        return tuple(
            SCALES[theme][shade - 1] if shade else INKS[theme].empty for shade in self.shades
        )

    def shade(self, count: int) -> int:
        """Return the shade of an amount: 0 for none, else from 1, the place in `SCALES`."""
        return self.shades[self.classify(count)]

    @property
    def shades(self) -> tuple[int, ...]:
        """Return the shade of each class: few classes are spread over the whole scale."""
        most, steps = len(SCALES["light"]), len(self.bounds)
        if steps <= 1:
            return (0, most - 1)[: steps + 1]
        return (0, *(round(step * (most - 1) / (steps - 1)) + 1 for step in range(steps)))


def rounded_up(amount: int) -> int:
    """Return the next number of at most two figures, the second 0 or 5 from 20 on: 237 is 250."""
    step = 1
    while amount / step >= 100:
        step *= 10
    if amount / step >= 20:
        step *= 5
    return -(-amount // step) * step


@dataclass(frozen=True, slots=True)
class AreaMap:
    """What the map shows of one layer. `keys`, `names` and `counts` are as long as each other."""

    keys: tuple[str, ...]
    names: tuple[str, ...]
    counts: tuple[int, ...]
    polygons: str
    """The address of the layer's GeoJSON; each feature's id is its area's key."""
    chosen: frozenset[str]
    """Keys that are outlined."""
    amount: str
    """How a hovered amount reads, with `%{customdata}` in it."""


@dataclass(frozen=True, slots=True)
class Backdrop:
    """What is drawn with every layer: the outlines and names of the coarser areas."""

    polygons: str
    names: tuple[str, ...]
    longs: tuple[float, ...]
    lats: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class View:
    """Where the map looks at first, and which tiles lie beneath (None: none, no other host).

    `layer` is the one on show, `polygons` the address of each layer's areas, finest first: the
    browser finds there where an area lies.
    """

    long: float
    lat: float
    zoom: float
    layer: str
    polygons: Mapping[str, str]
    tile_style: str | None = None


def area_map(
    areas: AreaMap, scale: Scale, theme: str, view: View, backdrop: Backdrop | None
) -> go.Figure:
    """Return the whole map: for a first draw, another layer, theme or language."""
    figure = go.Figure()
    figure.add_trace(_fill(areas, scale, theme))
    figure.add_trace(_outline(areas, theme))
    figure.add_trace(_names(backdrop, theme))
    figure.add_trace(_marks(theme))
    figure.update_layout(
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        paper_bgcolor=INKS[theme].ground,
        showlegend=False,
        # Pan, zoom and selection outlive every update.
        uirevision="map",
        template="none",
        meta={"layer": view.layer, "polygons": dict(view.polygons)},
        map={
            "style": view.tile_style or _plain_style(),
            "center": {"lon": view.long, "lat": view.lat},
            "zoom": view.zoom,
            "layers": _backdrop_lines(backdrop, theme),
        },
        hoverlabel={"font": {"family": "system-ui, sans-serif", "size": 14}, "align": "left"},
        dragmode="pan",
    )
    return figure


def blank() -> go.Figure:
    """Return a figure that shows nothing, for as long as there is no data."""
    hidden = {"visible": False, "fixedrange": True}
    clear = "rgba(0,0,0,0)"
    return go.Figure(
        layout={
            "template": "none",
            "xaxis": hidden,
            "yaxis": hidden,
            "paper_bgcolor": clear,
            "plot_bgcolor": clear,
        }
    )


def area_change(areas: AreaMap, scale: Scale, theme: str) -> Change:
    """Return what to change on a map of the same layer and theme: numbers, classes, outlines."""
    outlined = sorted(areas.chosen)
    fill = {
        "z": [scale.classify(count) for count in areas.counts],
        "customdata": list(areas.counts),
        "colorscale": stepped(scale.colours(theme)),
        "zmax": len(scale.bounds) + 0.5,
        "hovertemplate": _hover(areas),
    }
    return {FILL: fill, OUTLINE: {"locations": outlined, "z": [0] * len(outlined)}}


def marks_change(marks: Marks, amount: str) -> Change:
    """Return the marks of a viewport, for feeds with exact places: as large as they are many.

    `amount` is how a hovered count reads, with `%{customdata}` in it.
    """
    drawn = {
        "lon": [mark.long for mark in marks.marks],
        "lat": [mark.lat for mark in marks.marks],
        "customdata": [mark.count for mark in marks.marks],
        "marker": {"size": [mark_size(mark.count) for mark in marks.marks]},
        "hovertemplate": f"{amount}<extra></extra>",
    }
    return {MARKS: drawn}


def mark_size(count: int) -> float:
    """Return the diameter of a mark in pixels; its area grows with the count, within bounds."""
    return float(min(6 + 2.4 * (count**0.5 - 1), 40))


def stepped(colours: Sequence[str]) -> list[list[Any]]:
    """Return a colour scale of even steps without transitions."""
    steps = len(colours)
    edges = [(at / steps, (at + 1) / steps) for at in range(steps)]
    return [
        [edge, colour]
        for (start, end), colour in zip(edges, colours, strict=True)
        for edge in (start, end)
    ]


def _fill(areas: AreaMap, scale: Scale, theme: str) -> go.Choroplethmap:
    """Return the areas in the colours of their classes."""
    return go.Choroplethmap(
        geojson=areas.polygons,
        locations=list(areas.keys),
        z=[scale.classify(count) for count in areas.counts],
        zmin=-0.5,
        zmax=len(scale.bounds) + 0.5,
        colorscale=stepped(scale.colours(theme)),
        showscale=False,
        text=list(areas.names),
        customdata=list(areas.counts),
        hovertemplate=_hover(areas),
        marker={"line": {"color": INKS[theme].edge, "width": 0.7}, "opacity": 1},
    )


def _hover(areas: AreaMap) -> str:
    """Return what an area says when pointed at."""
    return f"<b>%{{text}}</b><br>{areas.amount}<extra></extra>"


def _outline(areas: AreaMap, theme: str) -> go.Choroplethmap:
    """Return the outlines of the chosen areas, drawn over all others."""
    ink, outlined = INKS[theme], sorted(areas.chosen)
    return go.Choroplethmap(
        geojson=areas.polygons,
        locations=outlined,
        z=[0] * len(outlined),
        colorscale=[[0, "rgba(0,0,0,0)"], [1, "rgba(0,0,0,0)"]],
        showscale=False,
        hoverinfo="skip",
        marker={"line": {"color": ink.chosen, "width": 3}},
    )


def _names(backdrop: Backdrop | None, theme: str) -> go.Scattermap:
    """Return the names of the coarser areas, drawn with the browser's own letters."""
    return go.Scattermap(
        lon=list(backdrop.longs) if backdrop else [],
        lat=list(backdrop.lats) if backdrop else [],
        text=list(backdrop.names) if backdrop else [],
        mode="text",
        textfont={"size": 13, "color": INKS[theme].label},
        hoverinfo="skip",
    )


def _marks(theme: str) -> go.Scattermap:
    """Return the trace that marks go into; empty until a viewport is known."""
    return go.Scattermap(
        lon=[],
        lat=[],
        mode="markers",
        marker={"size": [], "color": INKS[theme].mark, "opacity": 0.75},
    )


def _backdrop_lines(backdrop: Backdrop | None, theme: str) -> list[dict[str, Any]]:
    """Return the outlines of the coarser areas as a layer above the fills."""
    if backdrop is None:
        return []
    return [
        {
            "sourcetype": "geojson",
            "source": backdrop.polygons,
            "type": "line",
            "color": INKS[theme].boundary,
            "line": {"width": 1.4},
            "opacity": 0.75,
        }
    ]


def _plain_style() -> dict[str, Any]:
    """Return a map style that asks no host for anything.

    One dummy source, because patches fail on a style with none; no `glyphs`, so that letters are
    drawn in the browser. No ground either: the page's own shows through, and a change of theme
    is no change of style, which would make Plotly lose the outlines.
    """
    nothing = {"type": "FeatureCollection", "features": []}
    return {
        "version": 8,
        "sources": {"nothing": {"type": "geojson", "data": nothing}},
        "layers": [],
    }
