"""Tables of figures, and the cards that they stand in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from livemaps.web.components import hidden, link
from livemaps.web.elements import Child, Children, Element, element
from livemaps.web.site import Visit


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its heading, and the figure whose definition is one click away."""

    title: str
    metric: str = ""
    number: bool = True
    sorted: str = ""
    """`ascending` or `descending` where the rows are sorted by it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table; the first cell names it."""

    key: str
    cells: Sequence[Children]
    chosen: bool = False


def without_last(
    columns: Sequence[Column], rows: Sequence[Row], last: int = 1
) -> tuple[Sequence[Column], list[Row]]:
    """Return a table without its last columns, for figures that are still being worked out."""
    return columns[:-last], [Row(row.key, row.cells[:-last], row.chosen) for row in rows]


def table(
    visit: Visit,
    caption: str,
    columns: Sequence[Column],
    rows: Sequence[Row],
    *,
    stacked: bool = True,
) -> Element:
    """Return a table that scrolls by itself where it is wider than its place.

    On a phone each line of a `stacked` one is a block, its name above its figures, so that nothing
    is out of sight; a table to compare many lines in stays one, and its names stay in sight.
    """
    head = [
        element(
            "th",
            figure_name(visit, column.title, column.metric) if column.metric else column.title,
            scope="col",
            class_="number" if column.number else None,
            aria_sort=column.sorted or None,
            key=column.title,
        )
        for column in columns
    ]
    return element(
        "div",
        element(
            "table",
            element("caption", caption, class_="visually-hidden"),
            element("thead", element("tr", head)),
            element("tbody", [_row(columns, row, stacked) for row in rows]),
            class_="stacked" if stacked else "side-by-side",
        ),
        class_="scrolling",
        tabindex=0,
        role="region",
        aria_label=caption,
    )


def card(title: Children, *content: Children, size: str = "half", key: str = "") -> Element:
    """Return a titled part of a screen; `size` is its width on the grid."""
    return element(
        "section", element("h2", title), *content, class_=f"card {size}".strip(), key=key or None
    )


def figure_name(visit: Visit, name: str, metric: str) -> Element:
    """Return what a figure is called, which leads to its definition."""
    meaning = visit.words("definition", metric=visit.words(f"metric.{metric}.name"))
    href = visit.address.page_link("/about", metric)
    return link(href, name, hidden(f" ({meaning})"), class_="figure-name", title=meaning)


def stack(*cards: Children) -> Element:
    """Return cards below each other, as one column of a screen."""
    return element("div", *cards, class_="stack")


def foot(*parts: Child) -> Element:
    """Return what stands below a table: where it can be taken away."""
    return element("p", *parts, class_="card-foot no-print")


def csv_link(visit: Visit, measure: str, query: Mapping[str, str]) -> Element:
    """Return the link to a measure as a CSV table."""
    href = f"/api/v1/measures/{measure}.csv?{urlencode(query)}"
    return element("a", visit.words("download.csv"), href=href, download=True)


def _row(columns: Sequence[Column], row: Row, stacked: bool) -> Element:
    first, *others = row.cells
    return element(
        "tr",
        element("th", first, scope="row"),
        [
            element(
                "td",
                cell,
                class_="number" if column.number else None,
                data_label=column.title if stacked else None,
                key=column.title,
            )
            for column, cell in zip(columns[1:], others, strict=True)
        ],
        class_="chosen" if row.chosen else None,
        key=row.key,
    )
