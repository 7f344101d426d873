"""What may have been meant by a number or an area that the data does not have."""

from __future__ import annotations

from dataclasses import replace

import pytest

from livemaps.errors import UnknownValue
from livemaps.model import Standing
from livemaps.views.numbers import like, meant, near, numbers
from livemaps.views.unfound import area_help, number_help
from tests.views.town import TODAY, Row, snapshot_of

SNAPSHOT = snapshot_of([Row(requested=TODAY - 40 + at) for at in range(30)])


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("26-00017", ["26-00017"]),
        ("62-00017", ["26-00017"]),
        ("25-00017", ["26-00017"]),
        ("99-99917", []),
        ("26-000117", ["26-00017", "26-00011"]),
        ("26-0017", ["26-00017"]),
        ("26-10070", []),
        ("20-60007", ["26-00007"]),
        ("2600016 ", ["26-00016"]),
        ("hello", []),
        ("17 Avenue SW", []),
        ("", []),
        ("1" * 500, []),
        ("half \ud800 00017", []),
        ("\0\0\0\0\0", []),
    ],
)
def test_numbers_that_are_nearly_what_was_typed_are_offered(typed: str, found: list[str]) -> None:
    assert list(near(SNAPSHOT, typed)) == found


def test_two_neighbours_exchanged_are_told_apart_from_many_that_differ_by_one() -> None:
    many = snapshot_of([Row() for _ in range(1300)])
    # Exchanged: 26-01023 and 26-00123 (its second and third figure).
    assert near(many, "26-10023") == ("26-01023",)
    # One figure other: 26-00x99 for every x, and none of them is more likely than others.
    assert near(snapshot_of([Row() for _ in range(1000)]), "26-90x99") == ()


def test_duplicates_are_never_offered_and_no_data_offers_nothing() -> None:
    assert near(snapshot_of([]), "26-00017") == ()
    assert numbers(snapshot_of([]), "00017") == ()
    assert number_help(snapshot_of([]), "26-00017").example == ""
    assert near(snapshot_of([Row(standing=Standing.DUPLICATE)]), "25-00000") == ()


@pytest.mark.parametrize(
    ("text", "as_a_number"),
    [
        ("26-00760490", True),
        ("760490", True),
        ("#2600760490", True),
        ("99-12345678", True),
        ("17 Avenue SW", False),
        ("1234 Main Street NW", False),
        ("12", False),
        ("pothole", False),
        ("", False),
        ("٤٥٦٧", False),
    ],
)
def test_mostly_figures_mean_a_number_and_a_street_does_not(text: str, as_a_number: bool) -> None:
    assert meant(text) is as_a_number


@pytest.mark.parametrize(
    ("text", "well_formed"),
    [
        ("99-99999", True),
        ("9999999", True),
        ("99-999", False),
        ("hello", False),
        ("9A-99999", False),
    ],
)
def test_a_number_is_written_as_the_city_s_are_or_otherwise(text: str, well_formed: bool) -> None:
    assert like(SNAPSHOT, text) is well_formed


def test_the_help_for_a_number_says_how_far_the_data_reaches() -> None:
    meta = replace(SNAPSHOT.meta, complete_since=TODAY - 300)
    helped = number_help(replace(SNAPSHOT, meta=meta), "25-00017")
    assert [one.service_request_id for one in helped.near] == ["26-00017"]
    assert helped.complete_on == TODAY + meta.delay_days
    assert helped.complete_since == TODAY - 300


def test_of_few_areas_all_are_offered_and_those_of_other_layers_with_that_name() -> None:
    helped = area_help(SNAPSHOT, "ward", "bln")
    assert helped.whole
    assert [key for _, key, _ in helped.near] == ["1", "2"]
    assert helped.elsewhere == (("community", "BLN", "BELTLINE"),)


@pytest.mark.parametrize(
    ("key", "first"),
    [("Beltlin", "BLN"), ("line", "BLN"), ("Alltadore", "ALT"), ("capitol", "CAP"), ("?!", None)],
)
def test_of_many_areas_those_of_nearly_the_name_are_offered(
    monkeypatch: pytest.MonkeyPatch, key: str, first: str | None
) -> None:
    monkeypatch.setattr("livemaps.views.unfound.FEW_AREAS", 1)
    found = area_help(SNAPSHOT, "community", key)
    assert not found.whole
    assert next((area for _, area, _ in found.near), None) == first


def test_a_layer_that_the_city_does_not_have_is_an_error() -> None:
    with pytest.raises(UnknownValue):
        area_help(SNAPSHOT, "planet", "7")
