"""What a filter offers, and what a search finds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from livemaps.model import AGE_BANDS, Filters, Measure
from livemaps.snapshot import Snapshot
from livemaps.views import facets as module
from livemaps.views import totals
from livemaps.views.facets import facets, service_options
from livemaps.views.known import Known, fold
from livemaps.views.search import search as search_in
from livemaps.views.values import Suggestion
from tests.views.strategies import all_filters, towns
from tests.views.town import SERVICES, SET_APART, TODAY, Row, passes, snapshot_of

POTHOLES, SIGNS, CART, _, LAMPS = SERVICES
ROWS = [
    *[Row(service=POTHOLES)] * 3,
    *[Row(service=SIGNS, community="BLN")] * 2,
    Row(service=CART, community="unplaced:outside", channel=""),
]


def values(snapshot: Snapshot, dimension: str, filters: Filters | None = None) -> list[str]:
    return [option.value for option in facets(snapshot, filters or Filters())[dimension].options]


def test_names_come_most_frequent_first_and_only_with_a_count() -> None:
    assert values(snapshot_of(ROWS), "service") == [POTHOLES, SIGNS, CART]


def test_stages_ages_and_areas_are_always_all_there_in_their_order() -> None:
    snapshot = snapshot_of(ROWS)
    assert values(snapshot, "stage") == ["received", "in_progress", "resolved"]
    assert values(snapshot, "age") == [band.key for band in AGE_BANDS]
    assert values(snapshot, "community") == ["ALT", "BLN", "CAP", "DOV", "unplaced:outside"]


def test_a_chosen_option_stays_even_without_a_count() -> None:
    filters = Filters(services=frozenset({LAMPS}))
    lamps = facets(snapshot_of(ROWS), filters)["service"].options[-1]
    assert (lamps.value, lamps.count, lamps.chosen) == (LAMPS, 0, True)


def test_a_long_list_is_cut_and_says_how_much_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SERVICES", 1)
    found = facets(snapshot_of(ROWS), Filters(services=frozenset({CART})))["service"]
    assert [option.value for option in found.options] == [POTHOLES, CART]
    assert found.left_out == 1
    assert found.total == 6


def test_blank_values_are_counted_but_not_offered() -> None:
    found = facets(snapshot_of(ROWS), Filters())["channel"]
    assert [option.value for option in found.options] == ["App"]
    assert (found.blank, found.total) == (1, 6)


def test_a_search_finds_every_word_without_case_and_accents() -> None:
    snapshot = snapshot_of(ROWS)
    known = Known.of(snapshot)
    found = service_options(snapshot, known, Filters(), "hole ROADS")
    assert [(option.value, option.count) for option in found] == [(POTHOLES, 3)]
    assert [
        option.value for option in service_options(snapshot, known, Filters(), "eclairage")
    ] == [LAMPS]
    assert len(service_options(snapshot, known, Filters(), "", limit=2)) == 2


def test_folding_takes_away_case_and_accents_only() -> None:
    assert fold("Éclairage Œuvre ß") == "eclairage œuvre ss"


def search(snapshot: Snapshot, filters: Filters, text: str) -> tuple[Suggestion, ...]:
    return search_in(snapshot, Known.of(snapshot), filters, text)


class TestSearch:
    def test_the_beginning_of_a_name_counts_more_than_its_middle(self) -> None:
        found = search(snapshot_of(ROWS), Filters(), "road")
        assert [(hit.kind, hit.label) for hit in found][:2] == [
            ("category", "Roads"),
            ("service", POTHOLES),
        ]

    def test_areas_are_found_by_name_and_by_key_with_their_count(self) -> None:
        snapshot = snapshot_of(ROWS)
        for text in ("belt", "bln"):
            (hit,) = search(snapshot, Filters(), text)
            assert (hit.kind, hit.value, hit.label, hit.count) == (
                "community",
                "BLN",
                "BELTLINE",
                2,
            )

    def test_a_request_is_found_by_its_whole_number_first(self) -> None:
        hit = search(snapshot_of(ROWS), Filters(), " 26-00004 ")[0]
        assert (hit.kind, hit.value) == ("request", "26-00004")

    def test_nothing_is_found_for_nothing_or_nonsense(self) -> None:
        snapshot = snapshot_of(ROWS)
        assert search(snapshot, Filters(), "  ") == ()
        assert search(snapshot, Filters(), "zzzz\0" * 1000) == ()
        assert search(snapshot, Filters(), "half \ud800 a character") == ()


@given(towns, all_filters())
def test_the_total_of_reports_from_cubes_is_that_of_the_rows(
    rows: list[Row], filters: Filters
) -> None:
    filters = Filters(
        measure=Measure.REPORTED,
        services=filters.services,
        areas=filters.areas,
        since=filters.since,
        until=filters.until,
        set_apart=filters.set_apart,
    )
    expected = sum(passes(row, filters) for row in rows)
    found = totals._total_from_cubes(snapshot_of(rows), filters)
    assert found in (None, expected)


@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(set_apart=True),
        Filters(services=frozenset({SET_APART}), set_apart=True),
        Filters(categories=frozenset({"Roads"}), since=TODAY - 9),
        Filters().with_area("ward", frozenset({"1"})),
        Filters(set_apart=True).with_area("community", frozenset({"BLN"})),
    ],
)
def test_years_of_reports_are_counted_by_cubes(
    filters: Filters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(totals, "FEW_ROWS", -1)
    rows = [*ROWS, Row(service=SET_APART)]
    reported = facets(snapshot_of(rows), filters).measures[Measure.REPORTED]
    assert reported == sum(passes(row, replace(filters, measure=Measure.REPORTED)) for row in rows)


def test_a_total_that_would_take_years_of_rows_is_left_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(totals, "FEW_ROWS", -1)
    filters = Filters(agencies=frozenset({"Mobility"}))
    assert facets(snapshot_of(ROWS), filters).measures[Measure.REPORTED] is None


def test_numpy_types_do_not_leak_into_answers() -> None:
    found = facets(snapshot_of(ROWS), Filters())
    options = [option for facet in found.facets.values() for option in facet.options]
    assert {type(option.count) for option in options} == {int}
