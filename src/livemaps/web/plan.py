"""A plan of areas: their outlines in classes of a colour, each a link with its name and value.

For screens that show few areas, that are printed, or that run for weeks: no map library, no
canvas, the same on paper. The map to move about in is on the first screen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from livemaps.views.outlines import Outlines
from livemaps.web.elements import Child, Element, element
from livemaps.web.urlstate import Address

MARGIN = 0.02
"""Room around the areas, as a share of the larger side."""

MARK = 0.016
"""Half the width of a mark, as a share of the larger side."""

UP, DOWN = -1, 1
MARKED: Mapping[str, int] = MappingProxyType({"more": UP, "fewer": DOWN})
"""Styles that are told by a triangle too, for those who see no colours: which way it points."""


@dataclass(frozen=True, slots=True)
class PlanArea:
    """One area of a plan."""

    code: int
    label: str
    """Its name and what is shown of it, as it is read out and shown on hover."""
    style: str
    """Of the style sheet, after `plan-`: `class-0` to `class-5`, `more`, `fewer`, `none` …"""
    href: Address | str | None = None


def plan(outlines: Outlines, areas: Sequence[PlanArea], label: str, name: str = "") -> Element:
    """Return a plan of some areas, as large as the room it is given; `label` says what it shows.

    `name` is that of the file when it is saved as a picture.
    """
    left, top, width, height = outlines.box(area.code for area in areas)
    margin = MARGIN * max(width, height)
    box = (left - margin, top - margin, width + 2 * margin, height + 2 * margin)
    return element(
        "div",
        element(
            "svg",
            [_area(outlines, area) for area in areas if outlines.paths[area.code]],
            [_mark(outlines, area, MARK * max(width, height)) for area in areas],
            viewBox=" ".join(f"{side:.1f}" for side in box),
            role="group",
            aria_label=label,
        ),
        class_="plan",
        data_picture=name or None,
    )


def key(entries: Sequence[tuple[str, str]]) -> Element:
    """Return what the colours of a plan mean: pairs of style and words."""
    return element(
        "ul",
        [
            element(
                "li",
                element("span", _triangle(style), class_=f"key plan-{style}", aria_hidden=True),
                text,
                key=style,
            )
            for style, text in entries
        ],
        class_="chart-legend",
    )


def _area(outlines: Outlines, area: PlanArea) -> Element:
    """Return one outline; where it leads somewhere, the link is named by its label."""
    code = str(area.code)
    shape = element(
        "path",
        element("title", area.label),
        d=outlines.paths[area.code],
        class_=f"plan-area plan-{area.style}",
        key=code if area.href is None else None,
    )
    return shape if area.href is None else _link(str(area.href), area.label, shape, code)


def _mark(outlines: Outlines, area: PlanArea, size: float) -> Element | None:
    """Return the triangle of a marked area, in the middle of its box and no wider than that."""
    way = MARKED.get(area.style.split()[0])
    if way is None or not outlines.paths[area.code]:
        return None
    left, top, right, bottom = outlines.boxes[area.code]
    half = min(size, (right - left) / 4, (bottom - top) / 4)
    drawn = _pointing(way, (left + right) / 2, (top + bottom) / 2, half)
    return element("path", d=drawn, class_="plan-mark", key=f"mark-{area.code}")


def _triangle(style: str) -> Element | None:
    """Return the triangle of a style for a key, None where it has none."""
    if style not in MARKED:
        return None
    shape = element("path", d=_pointing(MARKED[style], 5, 5, 4), class_="plan-mark")
    return element("svg", shape, viewBox="0 0 10 10", focusable="false")


def _pointing(way: int, x: float, y: float, half: float) -> str:
    """Return the path of a triangle around a point that points up or down."""
    base, tip = y - way * half * 0.75, y + way * half * 0.75
    return f"M{x - half:.2f} {base:.2f}L{x + half:.2f} {base:.2f}L{x:.2f} {tip:.2f}Z"


def _link(href: str, label: str, shape: Child, key: str) -> Element:
    return element("a", shape, href=href, aria_label=label, data_nav=True, key=key)
