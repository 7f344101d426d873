"""The search box: numbers as people type them, everyday words, translations."""

from __future__ import annotations

from typing import Any

import pytest

from livemaps.feeds.profile import Profile, Translation, load_profile
from livemaps.model import Filters, Stage, Standing
from livemaps.views import Suggestion
from livemaps.views.facets import service_options
from livemaps.views.known import Known
from livemaps.views.numbers import numbers
from livemaps.views.search import search
from tests.views.town import TODAY, Row, snapshot_of

ROWS = [Row(), Row(), Row(stage=Stage.RESOLVED, closed=TODAY - 1), Row(standing=Standing.DUPLICATE)]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("26-00001", ("26-00001",)),
        (" 2600001 ", ("26-00001",)),
        ("#26 00001", ("26-00001",)),
        ("26–00001", ("26-00001",)),
        ("0001", ("26-00001",)),
        ("00002", ("26-00002",)),
        ("001", ()),
        ("9999", ()),
        ("0000", ("26-00000",)),
        ("", ()),
        ("road", ()),
        ("1" * 500, ()),
        ("half \ud800", ()),
        ("\0\0\0\0", ()),
    ],
)
def test_a_number_is_found_however_it_is_typed(typed: str, found: tuple[str, ...]) -> None:
    assert numbers(snapshot_of(ROWS), typed) == found


def test_an_end_that_many_requests_share_finds_none() -> None:
    rows = [Row() for _ in range(2001)]
    assert numbers(snapshot_of(rows), "0001") == ("26-00001",)
    assert len(numbers(snapshot_of(rows), "1000")) == 1


def changed(**changes: Any) -> Profile:
    return load_profile("calgary").model_copy(update=changes)


def found(profile: Profile, text: str) -> list[Suggestion]:
    snapshot = snapshot_of(ROWS)
    return list(search(snapshot, Known.of(snapshot, profile), Filters(), text))


@pytest.mark.parametrize("typed", ["potholes", "Nid-de-poule", "nids", "NID-DE"])
def test_an_everyday_word_of_any_language_finds_the_service(typed: str) -> None:
    (hit,) = found(load_profile("calgary"), typed)
    assert hit.kind == "service"
    assert "Pothole" in hit.value


def test_two_letters_of_an_everyday_word_mean_nothing_yet() -> None:
    assert found(changed(search_words={"en": {"xyzzy": ("pothole",)}}), "xy") == []


def test_a_translated_name_is_searched_and_the_published_one_stays_its_value() -> None:
    name = Row().service
    told = Translation(services={name: "Voirie - Nids-de-poule à combler"})
    profile = changed(translations={"fr": told}, search_words={})
    (hit,) = found(profile, "combler")
    assert hit.value == name
    snapshot = snapshot_of(ROWS)
    known = Known.of(snapshot, profile)
    (option,) = service_options(snapshot, known, Filters(), "voirie nids")
    assert option.value == name


def test_a_name_reads_as_translated_only_in_that_language() -> None:
    profile = changed(translations={"fr": Translation(agencies={"Mobility": "Mobilité"})})
    assert profile.translated("agency", "Mobility", "fr") == "Mobilité"
    assert profile.translated("agency", "Mobility", "en") == "Mobility"
    assert profile.translated("agency", "Transit", "fr") == "Transit"
    assert profile.translated("ward", "7", "fr") == "7"


TOWN = [
    Row(),
    Row(community="BLN"),
    Row(community="BLN"),
    Row(service="Roads - Signs", community="BLN"),
    Row(community="CAP", ward="2"),
]


def paired(text: str, filters: Filters | None = None) -> list[tuple[str, str, int | None]]:
    """Return the services in areas that a text finds: service, area key, how many are open."""
    snapshot = snapshot_of(TOWN)
    known = Known.of(snapshot, load_profile("calgary"))
    found = search(snapshot, known, filters or Filters(), text)
    return [(one.value, one.within[1], one.count) for one in found if one.within is not None]


@pytest.mark.parametrize(
    "typed",
    [
        "pothole beltline",
        "Beltline potholes",
        "potholes in Beltline",
        "pothole near the beltline",
        "nid de poule à Beltline",
        "nids-de-poule dans belt",
        "pothole BLN",
    ],
)
def test_a_service_and_an_area_in_one_text_are_one_suggestion(typed: str) -> None:
    assert paired(typed) == [("Roads - Potholes", "BLN", 2)]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("pothole ward 2", [("Roads - Potholes", "2", 1)]),
        ("pothole quartier 2", [("Roads - Potholes", "2", 1)]),
        ("roads beltline", [("Roads - Potholes", "BLN", 2), ("Roads - Signs", "BLN", 1)]),
        ("pothole dover", [("Roads - Potholes", "DOV", 0)]),
        ("pothole capitol hill", [("Roads - Potholes", "CAP", 1)]),
        ("pothole somewhere beltline", []),
        ("17 avenue sw", []),
        ("pothole", []),
        ("beltline", []),
        ("ro be", []),
        ("beltline " * 40, []),
    ],
)
def test_what_a_text_means_together_goes_by_the_words_of_both(
    typed: str, found: list[tuple[str, str, int | None]]
) -> None:
    assert paired(typed) == found


def test_what_is_found_together_counts_under_the_other_filters() -> None:
    filters = Filters(channels=frozenset({"Phone"}))
    assert paired("pothole beltline", filters) == [("Roads - Potholes", "BLN", 0)]


def test_an_area_that_is_called_just_so_goes_before_names_that_only_hold_the_words() -> None:
    snapshot = snapshot_of(TOWN)
    known = Known.of(snapshot, load_profile("calgary"))
    # "Roads - Signs" holds both words; so do Signs in the ward with the key 1.
    first = search(snapshot, known, Filters(), "signs roads")[0]
    assert (first.value, first.within) == ("Roads - Signs", None)
    (paired,) = search(snapshot, known, Filters(), "signs 1")
    assert paired.within == ("ward", "1", "Ward 1")
