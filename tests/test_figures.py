"""Figures: classes that a legend can name, a map that sends numbers and no shapes."""

from __future__ import annotations

import json
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livemaps import figures
from livemaps.figures import AreaMap, Backdrop, Scale, View
from livemaps.views import Mark, Marks

COUNTS = st.lists(st.integers(min_value=0, max_value=100_000), max_size=400)
AREAS = AreaMap(
    keys=("ALT", "BLN", "CAP"),
    names=("Altadore", "Beltline", "Capitol Hill"),
    counts=(0, 12, 500),
    polygons="/areas/community-0123abcd.geojson",
    chosen=frozenset({"BLN"}),
    amount="%{customdata:,} open",
)
VIEW = View(-114.07, 51.03, 9.6, "community", {"community": AREAS.polygons})
BACKDROP = Backdrop("/areas/ward-0123abcd.geojson", ("Ward 1",), (-114.1,), (51.0,))


@given(COUNTS)
def test_every_amount_lies_in_the_class_that_the_legend_gives_it(counts: list[int]) -> None:
    scale = Scale.of(counts)
    for count in counts:
        number = scale.classify(count)
        assert (number == 0) == (count == 0)
        if number:
            low, high = scale.ranges[number - 1]
            assert low <= count <= high


@given(COUNTS)
def test_classes_follow_each_other_without_gap_or_overlap(counts: list[int]) -> None:
    ranges = Scale.of(counts).ranges
    assert len(ranges) <= figures.MOST_CLASSES
    assert [low for low, _ in ranges] == [1, *(high + 1 for _, high in ranges)][: len(ranges)]
    assert not ranges or ranges[-1][1] == max(counts)


@given(COUNTS, st.sampled_from(["light", "dark"]))
def test_every_class_has_a_colour_of_its_own(counts: list[int], theme: str) -> None:
    scale = Scale.of(counts)
    colours = scale.colours(theme)
    assert len(colours) == len(set(colours)) == len(scale.ranges) + 1


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_are_told_apart_by_lightness_alone(theme: str) -> None:
    def lightness(colour: str) -> float:
        red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    steps = [lightness(colour) for colour in figures.SCALES[theme]]
    gaps = [after - before for before, after in pairwise(steps)]
    assert all(gap > 12 for gap in gaps) or all(gap < -12 for gap in gaps)


@pytest.mark.parametrize(
    ("amount", "rounded"), [(1, 1), (19, 19), (21, 25), (99, 100), (237, 250), (7012, 7500)]
)
def test_bounds_are_round_numbers(amount: int, rounded: int) -> None:
    assert figures.rounded_up(amount) == rounded


def test_the_map_names_its_polygons_by_address_and_holds_none() -> None:
    figure = figures.area_map(AREAS, Scale.of(AREAS.counts), "light", VIEW, BACKDROP)
    text = json.dumps(figure.to_dict())
    assert AREAS.polygons in text
    assert "coordinates" not in text
    assert len(text) < 6_000


def test_the_map_asks_no_other_host() -> None:
    for theme in ("light", "dark"):
        figure = figures.area_map(AREAS, Scale.of(AREAS.counts), theme, VIEW, BACKDROP)
        assert not re.search(r"https?://|glyphs|sprite", json.dumps(figure.to_dict()))
        assert figure.layout.map.style["sources"], "patches fail on a style without a source"


def test_a_change_of_theme_is_no_change_of_style() -> None:
    styles = [
        figures.area_map(AREAS, Scale.of(AREAS.counts), theme, VIEW, BACKDROP).layout.map.style
        for theme in ("light", "dark")
    ]
    assert styles[0] == styles[1]


def test_a_change_holds_numbers_and_outlines_only() -> None:
    change = figures.area_change(AREAS, Scale.of(AREAS.counts), "light")
    assert list(change) == [figures.FILL, figures.OUTLINE]
    assert change[figures.FILL]["customdata"] == [0, 12, 500]
    assert change[figures.OUTLINE] == {"locations": ["BLN"], "z": [0]}
    assert "polygons" not in json.dumps(change)


def test_a_change_names_traces_and_values_that_the_map_has() -> None:
    scale = Scale.of(AREAS.counts)
    traces = figures.area_map(AREAS, scale, "light", VIEW, BACKDROP).to_dict()["data"]
    for trace, values in figures.area_change(AREAS, scale, "light").items():
        assert {name: traces[trace][name] for name in values} == values


def test_the_chosen_areas_are_outlined() -> None:
    figure = figures.area_map(AREAS, Scale.of(AREAS.counts), "light", VIEW, None)
    assert list(figure.data[1].locations) == ["BLN"]


def test_marks_grow_with_their_number_within_bounds() -> None:
    sizes = [figures.mark_size(count) for count in (1, 2, 10, 100, 100_000)]
    assert sizes == sorted(sizes)
    assert sizes[0] >= 6
    assert sizes[-1] <= 40


def test_marks_say_how_many_requests_they_stand_for() -> None:
    marks = Marks("v", (Mark(-114.0, 51.0, 3, 1), Mark(-114.1, 51.1, 9, 4)), 12, 0, 0)
    change = figures.marks_change(marks, "%{customdata} open")[figures.MARKS]
    assert change["customdata"] == [3, 9]
    assert len(change["marker"]["size"]) == 2


def test_before_there_is_data_the_figure_shows_nothing() -> None:
    figure = figures.blank()
    assert not figure.data
    assert figure.layout.xaxis.visible is False
