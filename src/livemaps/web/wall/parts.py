"""What the views of a wall are made of. Type is sized by the height of the screen (`wall.css`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from livemaps.web import charts
from livemaps.web.charts import Plot
from livemaps.web.components import rich
from livemaps.web.elements import Children, Element, element
from livemaps.web.site import Visit


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


def framed(visit: Visit, name: str, view: View, position: int) -> Element:
    """Return a view as it hangs on the wall; all but the first are hidden until their turn."""
    return element(
        "section",
        element(
            "header",
            element("p", visit.words(f"wall.view.{name}"), class_="wall-eyebrow"),
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
    """Return a large number and what it is."""
    return element(
        "div",
        element("dt", told),
        element("dd", number),
        class_=f"wall-figure {class_}".strip(),
        key=told,
    )


def figures(*found: Element | None) -> Element:
    """Return large numbers beside each other."""
    return element("dl", found, class_="wall-figures")


def rows(label: str, found: Sequence[Row], empty: str = "", class_: str = "") -> Element:
    """Return a list of which as many lines are shown as there is room for, each of them whole."""
    lines = [
        element(
            "li",
            element(
                "span",
                element("span", row.name, class_="wall-row-name"),
                element("span", row.told, class_="wall-row-told") if row.told else None,
                class_="wall-row-text",
            ),
            element(
                "span",
                row.number,
                element("small", " ", row.unit) if row.unit else None,
                class_="wall-row-number",
            ),
            key=str(at),
        )
        for at, row in enumerate(found)
    ]
    return element(
        "div",
        element("h3", label),
        element("ul", lines, class_="wall-rows") if lines else element("p", empty),
        class_=f"wall-list {class_}".strip(),
        key=label,
    )


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
