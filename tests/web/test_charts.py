"""Charts: round scales, gaps, what is incomplete, and the table of the same numbers."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livemaps.text import Catalogue
from livemaps.web.charts import Band, Columns, Line, Plot, chart, path, sparkline, ticks
from livemaps.web.elements import Element

WORDS = Catalogue.load().words("en")


def found(tree: Element | str, name: str, class_: str = "") -> list[Element]:
    """Return the elements of a name and class within an element."""
    if isinstance(tree, str):
        return []
    classes = set(tree[1].get("className", "").split())
    here = tree[0] == name and set(class_.split()) <= classes
    return [tree] * here + [hit for child in tree[2:] for hit in found(child, name, class_)]


def text(tree: Element | str) -> str:
    """Return all text within an element."""
    return tree if isinstance(tree, str) else " ".join(text(child) for child in tree[2:])


def test_a_scale_has_few_round_numbers() -> None:
    assert ticks(0, 104) == [0, 25, 50, 75, 100, 125]
    assert ticks(0, 1) == [0, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert ticks(3, 3) == [3]


@given(low=st.floats(-1e6, 1e6, allow_nan=False), span=st.floats(1e-3, 1e6, allow_nan=False))
def test_a_scale_reaches_over_its_whole_range(low: float, span: float) -> None:
    marks = ticks(low, low + span)
    slack = 1e-9 * max(abs(low), span, 1)
    assert marks[0] <= low + slack
    assert marks[-1] >= low + span - slack
    assert len(marks) <= 7


def test_a_line_has_a_gap_where_there_is_no_value() -> None:
    assert path([0, None, 10], 0, 10) == "M16.67 100.00h0M83.33 0.00h0"


def test_a_chart_says_what_it_shows_and_has_a_table_of_the_same_numbers() -> None:
    plot = Plot(
        "Reported and resolved each week",
        ["1 Jun", "8 Jun"],
        "Week",
        (Columns("Reported", [1200, 900]), Columns("Resolved", [1000, None], "quiet")),
        unit="requests a week",
    )
    figure = chart(plot, WORDS)
    (drawn,) = found(figure, "div", "plot")
    assert drawn[1]["aria-label"] == "Reported and resolved each week"
    rows = found(figure, "tr")
    assert [text(row).split() for row in rows[1:]] == [
        ["1", "Jun", "1,200", "1,000"],
        ["8", "Jun", "900", "not", "given"],
    ]
    assert len(found(figure, "rect", "column")) == 3


def test_steps_of_which_not_everything_is_known_are_drawn_apart_and_named() -> None:
    marks = (Line("x", [1, 2, 1]), Columns("y", [1, 2, 1]))
    plot = Plot("Reported", ["a", "b", "c"], "Day", marks, incomplete_from=2)
    figure = chart(plot, WORDS)
    (line,) = found(figure, "path", "line")
    assert len(re.findall("[ML]", line[1]["d"])) == 2
    rim, hole = found(figure, "path", "so-far")
    assert rim[1]["d"] == hole[1]["d"]
    assert re.fullmatch(r"M83.33 \S+h0", rim[1]["d"])
    assert len(found(figure, "rect", "column")) == 3
    assert len(found(figure, "rect", "column-so-far")) == 1
    assert "not all known yet" in text(found(figure, "ul", "chart-legend")[0])
    assert [text(row) for row in found(figure, "tr")[2:]] == ["b 2 2", "c (so far) 1 1"]


def test_what_is_expected_of_the_running_step_is_no_count_and_stays_joined() -> None:
    marks = (Line("expected", [1, 2, 3], "dashed", observed=False),)
    figure = chart(Plot("Reported", ["a", "b", "c"], "Day", marks, incomplete_from=2), WORDS)
    (line,) = found(figure, "path", "line")
    assert len(re.findall("[ML]", line[1]["d"])) == 3
    assert not found(figure, "path", "so-far")


def test_a_chart_whose_every_step_is_whole_says_nothing_of_what_is_so_far() -> None:
    marks = (Line("x", [1, 2]),)
    figure = chart(Plot("Reported", ["a", "b"], "Day", marks, incomplete_from=2), WORDS)
    assert "so far" not in text(figure)
    assert not found(figure, "path", "so-far")


@pytest.mark.parametrize("values", [[], [None], [0, 0], [5], [None, 3.5, None]])
def test_a_chart_of_little_or_nothing_is_still_a_chart(values: list[float | None]) -> None:
    steps = [str(at) for at in range(len(values))]
    figure = chart(Plot("Nothing", steps, "Day", (Line("x", values),)), WORDS)
    assert "nan" not in repr(figure).lower()
    assert "None" not in text(figure)


def test_a_band_is_one_closed_shape_without_its_gaps() -> None:
    plot = Plot("Forecast", ["a", "b", "c"], "Day", (Band("80 %", [1, None, 2], [3, 4, 5]),))
    (area,) = found(chart(plot, WORDS), "path", "area-band")
    assert area[1]["d"].startswith("M")
    assert area[1]["d"].endswith("Z")
    assert area[1]["d"].count("L") == 3


def test_a_sparkline_says_in_words_what_it_shows() -> None:
    assert sparkline([1, 2, 3], "rising")[1]["aria-label"] == "rising"
