"""Names of files: city, view and day, in harmless signs, whatever stands in an address."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from livemaps.model import Filters, Measure, day_number
from livemaps.views.file_names import filtered_name, filtered_stem, table_name

DAY = day_number(date(2026, 11, 2))
SAFE = re.compile(r"[a-z0-9][a-z0-9-]{0,199}\.csv")
WARD_7 = Filters().with_area("ward", frozenset({"7"}))
HOSTILE = [
    "../../etc/passwd",
    "..\\..\\boot.ini",
    'a"b; filename="c.exe',
    "line\r\nSet-Cookie: x=1",
    "nul\x00byte",
    "=cmd|' /C calc'!A0",
    "%2e%2e%2f",
    "\N{RIGHT-TO-LEFT OVERRIDE}vsc.exe",
    "\N{FULLWIDTH SOLIDUS}root",
    "道路の穴",
    "///",
    "-",
    "." * 300,
    "x" * 500,
    "Straße – Übergröße",
]


def named(filters: Filters) -> str:
    return filtered_name("calgary", (), filters, DAY, "csv")


def of_service(*names: str) -> Filters:
    return Filters(services=frozenset(names))


def test_a_name_tells_city_view_and_day() -> None:
    assert named(WARD_7) == "calgary-311-ward-7-open-2026-11-02.csv"
    assert named(Filters()) == "calgary-311-open-2026-11-02.csv"
    by_area = filtered_name("calgary", ("by", "community"), WARD_7, DAY, "geojson")
    assert by_area == "calgary-311-by-community-ward-7-open-2026-11-02.geojson"
    assert filtered_stem("calgary", ("by", "ward"), WARD_7) == "calgary-311-by-ward-ward-7-open"


def test_every_filter_in_force_is_told_in_one_order() -> None:
    filters = replace(
        WARD_7,
        measure=Measure.REPORTED,
        services=frozenset({"Roads - Potholes"}),
        since=DAY - 1,
        set_apart=True,
    )
    view = "service-roads-potholes-ward-7-from-2026-11-01-apart-reported"
    assert named(filters) == f"calgary-311-{view}-2026-11-02.csv"
    two = Filters().with_area("ward", frozenset({"8", "7"}))
    assert named(two) == "calgary-311-ward-7-8-open-2026-11-02.csv"


def test_the_table_of_a_measure_is_named_with_its_own_options() -> None:
    found = table_name("calgary", ("time-to-close",), "ward=7&by=service&page=2", DAY)
    assert found == "calgary-311-time-to-close-ward-7-by-service-page-2-2026-11-02.csv"


@pytest.mark.parametrize("value", HOSTILE)
def test_whatever_a_filter_holds_the_name_is_harmless_and_short(value: str) -> None:
    for filters in (of_service(value), Filters().with_area("ward", frozenset({value}))):
        assert SAFE.fullmatch(named(filters)), named(filters)
    assert SAFE.fullmatch(table_name(value, (value, value), f"ward={value}&{value}", DAY))


def test_names_are_short_with_any_number_of_filters_and_still_told_apart() -> None:
    many = [f"Roads - Kind {number} of a long service name" for number in range(100)]
    assert SAFE.fullmatch(named(of_service(*many)))
    assert named(of_service(*many)) != named(of_service(*many[:-1]))


def test_what_a_name_cannot_spell_has_a_mark_of_its_own() -> None:
    assert named(of_service("道路")) != named(of_service("公園"))
    assert named(of_service("道路")) == named(of_service("道路"))
    assert named(of_service("x" * 60)) != named(of_service("x" * 61))


def test_accents_are_left_off_and_words_stay_apart() -> None:
    filters = of_service("Nid-de-poule – à l’école")
    assert named(filters) == "calgary-311-service-nid-de-poule-a-l-ecole-open-2026-11-02.csv"
