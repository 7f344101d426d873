"""More than expected: what is counted, in which days, and what is told where little is held."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from livemaps.errors import UnknownValue, VisitorError
from livemaps.measures.contents import Measures
from livemaps.measures.expected import expected_of_world
from livemaps.measures.families import Family
from livemaps.measures.seasons import window_of, years_before
from livemaps.measures.world import World
from livemaps.model import Filters, day_number
from livemaps.views.measures.expected import VIEW, answer, word_of
from livemaps.views.measures.expected_rows import FIELDS
from livemaps.views.measures.values import Value
from tests.measures.village import answer_of, areas, asked, measures_of, profile, world_of
from tests.views.town import COMMUNITIES, SERVICES, SET_APART, TODAY, WARDS, Row

FAMILIES = (Family("expected", expected_of_world),)
COMPLETE = TODAY - 3
"""The newest row is of yesterday but one, and the newest two days are still being filled."""

NAMES = [field.name for field in FIELDS]
PEOPLE = {"community": {"year": 2021, "residents": {"ALT": 8_000, "BLN": 4_000, "CAP": 0}}}


def rows_on(last: int, counts: dict[tuple[str, str], int]) -> list[Row]:
    """Return requests of a window that ends on a day, by community and service."""
    return [
        Row(
            community=community,
            ward=WARDS[COMMUNITIES.index(community) // 2],
            service=service,
            requested=last - at % 28,
        )
        for (community, service), count in counts.items()
        for at in range(count)
    ]


def village(now: dict[tuple[str, str], int], *past: dict[tuple[str, str], int]) -> World:
    rows = [Row(requested=COMPLETE + 1, community="unplaced:no_place")]
    rows += rows_on(COMPLETE, now)
    for year, counts in enumerate(past, 1):
        rows += rows_on(years_before(COMPLETE, year), counts)
    rows.append(Row(requested=years_before(COMPLETE, 3) - 40, community="unplaced:no_place"))
    return world_of(rows, layers=areas(), city=profile(population=PEOPLE))


ROADS, SIGNS, CART = SERVICES[:3]
USUAL = {
    ("ALT", ROADS): 80,
    ("BLN", ROADS): 60,
    ("CAP", ROADS): 70,
    ("DOV", ROADS): 90,
    ("ALT", CART): 30,
    ("BLN", CART): 40,
}
MORE = USUAL | {("BLN", ROADS): 260}


def table(world: World, **options: Value) -> dict[tuple[Value, Value], dict[str, Value]]:
    found = answer_of(VIEW, world, FAMILIES, None, **options)
    rows = [dict(zip(NAMES, row, strict=True)) for row in found.rows]
    return {(row["area"], row["category"] or row["service_name"]): row for row in rows}


@pytest.fixture(scope="module")
def world() -> World:
    return village(MORE, USUAL, USUAL)


@pytest.fixture(scope="module")
def measures(world: World) -> Measures:
    return measures_of(world, FAMILIES)


class TestDays:
    def test_the_earlier_windows_end_on_the_same_day_of_the_year(self) -> None:
        last = day_number(date(2024, 10, 1))
        window = window_of(last, 28, 3, 0)
        assert window is not None
        assert window.as_facts() == {
            "days": ["2024-09-04", "2024-10-01"],
            "past": [
                ["2023-09-04", "2023-10-01"],
                ["2022-09-04", "2022-10-01"],
                ["2021-09-04", "2021-10-01"],
            ],
        }

    def test_the_29th_of_february_was_the_28th_the_year_before(self) -> None:
        leap = day_number(date(2024, 2, 29))
        assert years_before(leap, 1) == day_number(date(2023, 2, 28))
        assert years_before(leap, 4) == day_number(date(2020, 2, 29))

    def test_years_that_are_not_wholly_held_are_left_out(self) -> None:
        last = day_number(date(2024, 10, 1))
        since = day_number(date(2022, 9, 4))
        first, second = (window_of(last, 28, 3, day) for day in (since, since + 1))
        assert first is not None
        assert second is not None
        assert (len(first.past), len(second.past)) == (2, 1)

    def test_a_window_that_is_not_wholly_held_is_none(self) -> None:
        assert window_of(100, 28, 3, 74) is None
        assert window_of(100, 28, 3, 73) is not None


class TestCounts:
    def test_requests_are_counted_by_area_and_group_in_the_windows(self) -> None:
        found = table(village(MORE, USUAL, USUAL), of="category")
        assert found["BLN", "Roads"]["observed"] == 260
        assert found["BLN", "Waste"]["observed"] == 40
        # The year's share of the past, 60 of 300, times the 500 of now.
        assert found["BLN", "Roads"]["expected_past"] == pytest.approx(100)
        assert found["BLN", "Roads"]["expected_mix"] == pytest.approx(300 * 500 / 570)
        assert found["BLN", "Roads"]["ratio"] == pytest.approx(2.6)

    def test_the_area_that_reports_more_is_told_so_and_no_other(self) -> None:
        found = table(village(MORE, USUAL, USUAL), of="category")
        words = {key: row["word"] for key, row in found.items()}
        assert words["BLN", "Roads"] == "more"
        assert words["BLN", "Waste"] == "as_expected"
        assert words["CAP", "Waste"] == "too_few"
        assert found["CAP", "Waste"]["ratio_smoothed"] is None

    def test_services_set_apart_count_only_as_themselves(self) -> None:
        with_contact = MORE | {("ALT", SET_APART): 150}
        world = village(with_contact, USUAL)
        assert table(world)["ALT", None]["observed"] == 110
        of_service = table(world, of="service")
        assert of_service["ALT", SET_APART]["observed"] == 150
        assert ("ALT", SET_APART) not in table(world, of="category")

    def test_services_of_few_requests_are_not_told(self) -> None:
        kinds = {key[1] for key in table(village(MORE | {("ALT", SIGNS): 99}, USUAL), of="service")}
        assert SIGNS not in kinds
        assert ROADS in kinds

    def test_the_mix_speaks_where_there_is_no_past(self) -> None:
        rows = [*rows_on(COMPLETE, MORE), Row(requested=COMPLETE + 1)]
        world = world_of(rows, layers=areas(), complete_since=COMPLETE - 40)
        found = answer_of(VIEW, world, FAMILIES, of="category")
        assert found.facts["basis"] == "mix"
        assert found.facts["past"] == []
        assert {row[NAMES.index("word")] for row in found.rows} >= {"as_expected"}
        assert all(row[NAMES.index("expected_past")] is None for row in found.rows)
        against_past = answer_of(VIEW, world, FAMILIES, against="past")
        assert against_past.rows == []
        assert against_past.facts["told"] is False

    def test_a_window_that_is_not_held_has_no_rows_and_says_so(self) -> None:
        rows = [*rows_on(COMPLETE, MORE), Row(requested=COMPLETE + 1)]
        found = answer_of(VIEW, world_of(rows, complete_since=COMPLETE - 20), FAMILIES)
        assert found.rows == []
        assert (found.facts["told"], found.facts["from"]) == (False, None)

    def test_rates_are_per_thousand_residents_where_there_are_any(self) -> None:
        found = table(village(MORE, USUAL))
        assert found["ALT", None]["rate"] == pytest.approx(110 / 8)
        assert found["BLN", None]["rate"] == pytest.approx(300 / 4)
        for area in ("CAP", "DOV"):
            assert found[area, None]["rate"] is found[area, None]["rate_smoothed"] is None
        smooth = found["BLN", None]["rate_smoothed"]
        assert isinstance(smooth, float)
        assert 410 / 12 < smooth < 75

    def test_what_of_the_table_does_not_match_is_told_and_logged(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        odd = {"community": {"year": 2021, "residents": {"ALT": 8_000, "XYZ": 5}}}
        world = replace(village(USUAL, USUAL), profile=profile(population=odd))
        with caplog.at_level(logging.WARNING):
            facts = answer_of(VIEW, world, FAMILIES).facts
        told = facts["population"]
        assert (told["missing"], told["unknown"], told["unreadable"]) == (
            ["BLN", "CAP", "DOV"],
            ["XYZ"],
            0,
        )
        assert "1 keys are no areas (XYZ)" in caplog.text

    def test_rates_of_few_requests_are_not_told(self) -> None:
        found = table(village({("ALT", ROADS): 4, ("BLN", ROADS): 200}, USUAL))
        assert found["ALT", None]["rate"] is None
        assert found["ALT", None]["rate_smoothed"] is not None

    def test_areas_come_in_the_order_of_their_keys(self) -> None:
        rows = answer_of(VIEW, village(MORE, USUAL), FAMILIES).rows
        assert [row[0] for row in rows] == list(COMMUNITIES)

    def test_every_layer_and_window_is_told(self) -> None:
        world = village(MORE, USUAL)
        wards = table(world, by="ward", window="91", of="category")
        assert wards["1", "Roads"]["observed"] == 340

    def test_four_areas_are_too_few_for_hot_spots(self) -> None:
        found = table(village(MORE, USUAL))
        assert {row["spot"] for row in found.values()} == {"not_tested"}

    def test_without_polygons_there_are_no_neighbours(self) -> None:
        world = replace(village(MORE, USUAL), layers=())
        found = answer_of(VIEW, world, FAMILIES)
        assert found.facts["neighbours"] is False
        assert {row[NAMES.index("cluster")] for row in found.rows} == {"not_tested"}

    def test_the_same_world_gives_the_same_figures(self) -> None:
        one, two = (expected_of_world(village(MORE, USUAL)) for _ in range(2))
        assert one.arrays.keys() == two.arrays.keys()
        for name, column in one.arrays.items():
            np.testing.assert_array_equal(column, two.arrays[name])


class TestAsking:
    def ask(self, world: World, measures: Measures, filters: Filters, **options: str) -> list[str]:
        defaults: dict[str, Value] = {each.name: each.default for each in VIEW.parameters}
        question = asked(world.snapshot, measures, filters, None, **{**defaults, **options})
        return [f"{row[0]} {row[3] or row[4] or 'all'}" for row in answer(question).rows]

    def test_names_and_areas_are_chosen_by_filters(self, world: World, measures: Measures) -> None:
        chosen = Filters(categories=frozenset({"Waste"}), areas=(("ward", frozenset({"1"})),))
        # The town's communities all have the first ward as their parent.
        assert self.ask(world, measures, chosen)[:2] == ["ALT Waste", "BLN Waste"]
        one = Filters(services=frozenset({ROADS}), areas=(("community", frozenset({"DOV"})),))
        assert self.ask(world, measures, one) == [f"DOV {ROADS}"]

    def test_areas_of_a_finer_layer_are_refused_by_name(
        self, world: World, measures: Measures
    ) -> None:
        finer = Filters(areas=(("community", frozenset({"ALT"})),))
        with pytest.raises(VisitorError, match="community"):
            self.ask(world, measures, finer, by="ward")

    def test_a_level_that_is_no_layer_is_refused(self, world: World, measures: Measures) -> None:
        with pytest.raises(UnknownValue, match="community, ward"):
            self.ask(world, measures, Filters(), by="agency")

    def test_a_page_looks_up_the_word_of_an_area(self, measures: Measures) -> None:
        found = word_of(measures, "community", "BLN", category="Roads")
        assert found is not None
        assert (found.word, found.observed, found.basis) == ("more", 260, "past")
        assert found.expected == pytest.approx(100)
        assert word_of(measures, "community", "XXX") is None
        assert word_of(measures, "community", "BLN", category="Parks") is None
        assert word_of(measures, "community", "unplaced:no_place") is None
