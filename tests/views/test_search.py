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
