"""Charts as elements: shapes in SVG, words in HTML, so that type stays readable at any width.

A chart is a figure with its shapes (stretched to the width there is), its scale, and a table of
the same numbers behind a button: nobody depends on seeing it. Colours come from the style sheet.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from livemaps.text import Words
from livemaps.web.elements import Child, Element, element

Number = float | None
Write = Callable[[float], str]

HEADROOM = 1.04
"""How far above the largest value the scale reaches, so that no line touches the edge."""

MOST_TICKS = 5
LONE_POINT = re.compile(r"M[^ML]+(?=M|$)")
"""A point between gaps is a line without length, which is drawn as a dot."""

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Line:
    """A line through one value for each step; None leaves a gap."""

    name: str
    values: Sequence[Number]
    style: str = "accent"
    """Of the style sheet: `accent`, `quiet`, `strong` or `dashed`."""
    observed: bool = True
    """Whether it counts what happened, so that what is not complete may not be joined to it."""


@dataclass(frozen=True, slots=True)
class Columns:
    """A column for each step; several series stand beside each other."""

    name: str
    values: Sequence[Number]
    style: str = "accent"


@dataclass(frozen=True, slots=True)
class Band:
    """The room between two lines, such as an interval."""

    name: str
    low: Sequence[Number]
    high: Sequence[Number]
    style: str = "band"


Mark = Line | Columns | Band


@dataclass(frozen=True, slots=True)
class Plot:
    """What a chart shows: the steps along its foot, and the marks above them."""

    title: str
    """What is shown, as a sentence without full stop: also what is read out."""
    steps: Sequence[str]
    """What each step is called."""
    step_name: str
    """What the steps are, such as "Week": heads the table."""
    marks: Sequence[Mark]
    unit: str = ""
    """What is counted, such as "requests a week": stands above the scale."""
    incomplete_from: int | None = None
    """The first step of which not everything is known yet: from there on marks are hollow, and no
    line leads to them, since less so far is no fall."""
    feet: Sequence[str] = ()
    """What each step is called below the chart, where that is shorter; where some are called
    nothing, all others are named."""
    most: float | None = None
    """The largest value that there can be, such as 1 of shares: the scale does not go past it."""
    zero: bool = True
    """Whether the scale begins at 0, as it must for columns."""
    name: str = ""
    """Of the file when it is saved as a picture."""

    def so_far(self, step: int) -> bool:
        """Whether not everything of a step is known yet."""
        return self.incomplete_from is not None and step >= self.incomplete_from


def chart(plot: Plot, words: Words, write: Write | None = None) -> Element:
    """Return a plot as a figure: legend, shapes and scale, and its table twin.

    `write` writes a value in the table and on the scale; by default as a number.
    """
    written = write or words.number
    return element(
        "figure",
        element("figcaption", plot.title, _unit(plot)),
        legend(plot, words),
        drawing(plot, written),
        element("div", _twin(plot, words, written), _keep(plot, words), class_="chart-foot"),
        class_="chart",
        data_picture=plot.name or None,
    )


def drawing(plot: Plot, write: Write) -> Element:
    """Return a plot's shapes and scale alone, for where nobody can open the table behind."""
    low, high = _range(plot)
    return element(
        "div",
        _shapes(plot, low, high),
        _scale(low, high, write),
        _foot(plot.feet or plot.steps),
        class_="plot",
        role="img",
        aria_label=plot.title,
    )


def sparkline(values: Sequence[Number], label: str) -> Element:
    """Return a small line without scale; `label` says in words what it shows."""
    numbers = [value for value in values if value is not None]
    low, high = min(numbers, default=0.0), max(numbers, default=1.0)
    return element(
        "span",
        _svg([element("path", d=path(values, low, high or 1.0), class_="line line-accent")]),
        class_="sparkline",
        role="img",
        aria_label=label,
    )


def path(values: Sequence[Number], low: float, high: float) -> str:
    """Return a line through values as an SVG path in a square of 100 x 100, top left is 0, 0."""
    pieces, pen = [], "M"
    for x, value in zip(_across(len(values)), values, strict=True):
        if value is None:
            pen = "M"
            continue
        pieces.append(f"{pen}{x:.2f} {_down(value, low, high):.2f}")
        pen = "L"
    return LONE_POINT.sub(r"\g<0>h0", "".join(pieces))


def ticks(low: float, high: float) -> list[float]:
    """Return round numbers that divide a range, both ends included, at most `MOST_TICKS` + 1.

    Steps are 1, 2, 2.5 or 5 times a power of ten.
    """
    span = high - low
    if span <= 0:
        return [low]
    power = 10.0 ** math.floor(math.log10(span / MOST_TICKS))
    step = next(power * size for size in STEPS if span / (power * size) <= MOST_TICKS)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [round(number * step, 10) for number in range(first, last + 1)]


def _range(plot: Plot) -> tuple[float, float]:
    """Return the round numbers between which all marks lie."""
    values = [value for mark in plot.marks for value in _values(mark) if value is not None]
    low = min(values, default=0.0)
    high = max(values, default=1.0) * HEADROOM
    high = high if plot.most is None else min(high, plot.most)
    marks = ticks(min(low, 0.0) if plot.zero else low, max(high, 1e-9))
    return marks[0], marks[-1]


def _values(mark: Mark) -> Sequence[Number]:
    return [*mark.low, *mark.high] if isinstance(mark, Band) else mark.values


def _across(count: int) -> list[float]:
    """Return where the middle of each step lies, from 0 to 100."""
    return [100 * (at + 0.5) / count for at in range(count)]


def _down(value: float, low: float, high: float) -> float:
    """Return how far from the top a value lies, from 0 to 100."""
    return 100 * (1 - (value - low) / ((high - low) or 1))


def _svg(shapes: Sequence[Element]) -> Element:
    return element(
        "svg",
        shapes,
        viewBox="0 0 100 100",
        preserveAspectRatio="none",
        aria_hidden=True,
        focusable="false",
    )


def _shapes(plot: Plot, low: float, high: float) -> Element:
    """Return everything that is drawn."""
    shapes = [*_grid(low, high)]
    shapes += [
        shape for mark in _bands_first(plot.marks) for shape in _drawn(plot, mark, low, high)
    ]
    return _svg(shapes)


def _bands_first(marks: Sequence[Mark]) -> list[Mark]:
    return sorted(marks, key=lambda mark: not isinstance(mark, Band))


def _grid(low: float, high: float) -> Iterator[Element]:
    for value in ticks(low, high):
        y = f"{_down(value, low, high):.2f}"
        yield element("line", x1="0", x2="100", y1=y, y2=y, class_="grid", key=f"grid{value}")


def _split(plot: Plot, line: Line) -> tuple[list[Number], list[Number]]:
    """Return the values that are joined by a line, and those that only tell what is so far."""
    apart = [line.observed and plot.so_far(at) for at in range(len(line.values))]
    marked = list(zip(line.values, apart, strict=True))
    whole = [None if so_far else value for value, so_far in marked]
    return whole, [value if so_far else None for value, so_far in marked]


def _dots(values: Sequence[Number], low: float, high: float) -> Iterator[str]:
    """Yield each value as a line without length, which is drawn as a dot."""
    for x, value in zip(_across(len(values)), values, strict=True):
        if value is not None:
            yield f"M{x:.2f} {_down(value, low, high):.2f}h0"


def _drawn(plot: Plot, mark: Mark, low: float, high: float) -> Iterator[Element]:
    """Yield the shapes of one mark."""
    if isinstance(mark, Line):
        whole, so_far = _split(plot, mark)
        d = path(whole, low, high)
        yield element("path", d=d, class_=f"line line-{mark.style}", key=mark.name)
        dots = "".join(_dots(so_far, low, high))
        for name in ("rim", "hole") if dots else ():
            style = f"so-far so-far-{name} line-{mark.style}"
            yield element("path", d=dots, class_=style, key=mark.name + name)
    elif isinstance(mark, Band):
        yield element("path", d=_area(mark, low, high), class_=f"area-{mark.style}", key=mark.name)
    else:
        yield from _columns(plot, mark, low, high)


def _area(band: Band, low: float, high: float) -> str:
    """Return the outline of a band: along its top, and back along its foot."""
    along = zip(_across(len(band.low)), band.low, band.high, strict=True)
    points = [
        (x, bottom, top) for x, bottom, top in along if bottom is not None and top is not None
    ]
    there = [f"{x:.2f} {_down(top, low, high):.2f}" for x, _, top in points]
    back = [f"{x:.2f} {_down(bottom, low, high):.2f}" for x, bottom, _ in reversed(points)]
    return f"M{'L'.join([*there, *back])}Z" if points else ""


def _columns(plot: Plot, columns: Columns, low: float, high: float) -> Iterator[Element]:
    """Yield the columns of one series, beside those of the others."""
    beside = [mark for mark in plot.marks if isinstance(mark, Columns)]
    width = 76 / len(plot.steps) / len(beside)
    offset = (beside.index(columns) - len(beside) / 2) * width
    zero = _down(max(low, 0.0), low, high)
    for at, (x, value) in enumerate(zip(_across(len(plot.steps)), columns.values, strict=True)):
        if value:
            y = _down(value, low, high)
            yield element(
                "rect",
                x=f"{x + offset:.2f}",
                y=f"{min(y, zero):.2f}",
                width=f"{width:.2f}",
                height=f"{abs(y - zero):.2f}",
                class_=f"column column-{columns.style}{' column-so-far' if plot.so_far(at) else ''}",
                key=f"{columns.name}{at}",
            )


def _scale(low: float, high: float, written: Write) -> Element:
    """Return the round numbers beside the plot."""
    return element(
        "div",
        [
            element(
                "span",
                written(int(value) if float(value).is_integer() else value),
                style={"top": f"{_down(value, low, high):.2f}%"},
                key=str(value),
            )
            for value in ticks(low, high)
        ],
        class_="plot-scale",
        aria_hidden=True,
    )


def _foot(steps: Sequence[str]) -> Element:
    """Return what some of the steps are called: the first, the last, and a few between."""
    count = len(steps)
    every = max(math.ceil(count / MOST_TICKS), 1)
    named = [at for at in range(count) if steps[at]]
    chosen = [at for at in range(count) if (count - 1 - at) % every == 0]
    chosen = chosen if len(named) == count else named
    places = _across(count)
    return element(
        "div",
        [
            element("span", steps[at], style={"left": f"{places[at]:.2f}%"}, key=str(at))
            for at in chosen
        ],
        class_="plot-foot",
        aria_hidden=True,
    )


def _unit(plot: Plot) -> Child:
    return element("span", plot.unit, class_="chart-unit") if plot.unit else None


def legend(plot: Plot, words: Words) -> Element | None:
    """Return what each mark is, where there are several, and what a hollow one means."""
    entries = [
        element(
            "li",
            element("span", class_=f"key key-{_kind(mark)}-{mark.style}", aria_hidden=True),
            mark.name,
            key=mark.name,
        )
        for mark in plot.marks
    ]
    if len(entries) < 2:
        entries = []
    if plot.so_far(len(plot.steps) - 1):
        key = element("span", class_="key key-incomplete", aria_hidden=True)
        entries.append(element("li", key, words("chart.incomplete"), key="incomplete"))
    return element("ul", entries, class_="chart-legend") if entries else None


def _kind(mark: Mark) -> str:
    return type(mark).__name__.lower()


def _twin(plot: Plot, words: Words, written: Write) -> Element:
    """Return the table of the same numbers, folded."""
    series = [pair for mark in plot.marks for pair in _named(mark, words)]
    head = [
        element("th", plot.step_name, scope="col"),
        [element("th", name, scope="col", class_="number", key=name) for name, _ in series],
    ]
    rows = [
        element(
            "tr",
            element(
                "th", words("chart.so_far", step=step) if plot.so_far(at) else step, scope="row"
            ),
            [
                element("td", _written(values[at], words, written), class_="number", key=name)
                for name, values in series
            ],
            key=f"{at}",
        )
        for at, step in enumerate(plot.steps)
    ]
    table = element("table", element("thead", element("tr", head)), element("tbody", rows))
    return element(
        "details",
        element("summary", words("chart.table")),
        element("div", table, class_="scrolling", tabindex=0, role="region", aria_label=plot.title),
        class_="twin",
    )


def _keep(plot: Plot, words: Words) -> Element | None:
    """Return the button that keeps the chart as a picture (`assets/picture.js`)."""
    return picture_button(words) if plot.name else None


def picture_button(words: Words) -> Element:
    """Return the button that keeps the figure or plan that it is in as a picture."""
    return element(
        "button",
        words("download.png"),
        type="button",
        class_="link-button no-print",
        data_action="save-picture",
    )


def _named(mark: Mark, words: Words) -> list[tuple[str, Sequence[Number]]]:
    """Return the columns that a mark has in the table."""
    if isinstance(mark, Band):
        low, high = words("chart.from", name=mark.name), words("chart.to", name=mark.name)
        return [(low, mark.low), (high, mark.high)]
    return [(mark.name, mark.values)]


def _written(value: Number, words: Words, written: Write) -> str:
    return words("no_value") if value is None else written(value)
