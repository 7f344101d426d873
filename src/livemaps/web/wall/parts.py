"""What the views of a wall are made of. Type is sized by the height of the screen (`wall.css`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from livemaps.web import charts
from livemaps.web.charts import Plot
from livemaps.web.components import rich
from livemaps.web.elements import Children, Element, element
from livemaps.web.site import Visit

WIDE, NARROW = 0.74, 0.42
"""Of a digit, and of what stands between digits, against the height of bold type."""


class View(NamedTuple):
    """What one view says: an answer in words, and what stands below it."""

    answer: str
    """A sentence; what is between `**` is strong."""
    body: Sequence[Children]
    told: bool = True
    """Whether there is something to see; a view without is left out while others have some."""


class Row(NamedTuple):
    """One line of a list: what it is, what is said of it, and its number."""

    name: str
    told: str
    number: str
    unit: str = ""
    share: float | None = None
    """From 0 to 1, drawn as a bar below the line."""
    path: Sequence[float] = ()
    """What led to the number, drawn as a small line before it."""


def framed(visit: Visit, name: str, view: View, position: int, as_of: int | None = None) -> Element:
    """Return a view as it hangs on the wall; all but the first are hidden until their turn.

    `as_of` is the day that its figures are of, where that is not that of the counts.
    """
    words = visit.words
    eyebrow = words(f"wall.view.{name}")
    if as_of is not None:
        eyebrow = f"{eyebrow}, " + words("lag.short", day=words.day(as_of))
    return element(
        "section",
        element(
            "header",
            element("p", eyebrow, class_="wall-eyebrow"),
            element("h2", rich(view.answer), id=f"wall-{name}"),
        ),
        element("div", *view.body, class_=f"wall-body wall-body-{name}"),
        class_="wall-view",
        data_wall_view=name,
        aria_labelledby=f"wall-{name}",
        hidden=position > 0,
        key=name,
    )


def figure(number: str, told: str, class_: str = "") -> Element:
    """Return a large number and what it is; the style sheet keeps it within its column."""
    return element(
        "div",
        element("dt", told),
        element("dd", number, style={"--wide": f"{_width(number):.2f}"}),
        class_=f"wall-figure {class_}".strip(),
        key=told,
    )


def _width(number: str) -> float:
    """Return about how wide a number is, in heights of its type, in the widest of usual fonts."""
    return sum(WIDE if sign.isalnum() or sign in "+\N{MINUS SIGN}%" else NARROW for sign in number)


def figures(*found: Element | None) -> Element:
    """Return large numbers beside each other."""
    return element("dl", found, class_="wall-figures")


def rows(label: str, found: Sequence[Row], empty: str = "", class_: str = "") -> Element:
    """Return a list of which as many lines are shown as there is room for, each of them whole."""
    lines = [_row(row, str(at)) for at, row in enumerate(found)]
    return element(
        "div",
        element("h3", label),
        element("ul", lines, class_="wall-rows") if lines else element("p", empty),
        class_=f"wall-list {class_}".strip(),
        key=label,
    )


def _row(row: Row, key: str) -> Element:
    """Return one line of a list."""
    return element(
        "li",
        element(
            "span",
            element("span", row.name, class_="wall-row-name"),
            element("span", row.told, class_="wall-row-told") if row.told else None,
            class_="wall-row-text",
        ),
        charts.sparkline(row.path, row.told) if len(row.path) > 1 else None,
        element(
            "span",
            row.number,
            element("small", " ", row.unit) if row.unit else None,
            class_="wall-row-number",
        ),
        _bar(row.share) if row.share is not None else None,
        key=key,
    )


def _bar(share: float) -> Element:
    """Return a share as a bar; the line says it in words."""
    part = element("span", style={"inlineSize": f"{100 * min(max(share, 0.0), 1.0):.1f}%"})
    return element("span", part, class_="wall-row-bar", aria_hidden=True)


def drawn(visit: Visit, plot: Plot, shares: bool = False) -> Element:
    """Return a chart without the table behind it, which nobody could open."""
    write = visit.words.percent if shares else visit.words.number
    return element(
        "figure",
        element("figcaption", plot.title),
        charts.legend(plot, visit.words),
        charts.drawing(plot, write),
        class_="wall-chart",
        key=plot.title,
    )


def signed(visit: Visit, number: int) -> str:
    """Return a difference with its sign."""
    written = visit.words.number(abs(number))
    return f"+{written}" if number > 0 else f"\N{MINUS SIGN}{written}" if number < 0 else written


def said(*texts: Children) -> Element:
    """Return sentences."""
    return element("p", *texts, class_="wall-said")
