"""An address says what to show; whatever stands in it, reading it never fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livemaps.model import Filters, Measure, Order, day_number
from livemaps.views import QueryProblem, ViewOptions
from livemaps.views.known import Known
from livemaps.views.query import (
    LONGEST_QUERY,
    LONGEST_VALUE,
    MOST_PAIRS,
    MOST_PROBLEMS,
    MOST_VALUES,
    parse_query,
    to_query,
)
from tests.views.strategies import all_filters
from tests.views.town import snapshot_of

KNOWN = Known.of(snapshot_of([]))

views = st.builds(
    ViewOptions,
    layer=st.sampled_from(["", "ward"]),
    order=st.sampled_from(list(Order)),
    page=st.integers(1, 1_000_000),
    table=st.booleans(),
    lang=st.sampled_from([None, "en", "fr", "fr-CA"]),
    theme=st.sampled_from([None, "light", "dark"]),
)


def problem(query: str) -> QueryProblem:
    (found,) = parse_query(query, KNOWN).problems
    return found


@given(all_filters(), views)
def test_what_is_shown_round_trips_through_its_address(filters: Filters, view: ViewOptions) -> None:
    parsed = parse_query(to_query(filters, view), KNOWN)
    assert (parsed.filters, parsed.view, parsed.problems) == (filters, view, ())


@given(all_filters(), st.randoms())
def test_the_order_of_an_address_does_not_matter(filters: Filters, random: Random) -> None:
    canonical = to_query(filters)
    pairs = canonical.split("&")
    random.shuffle(pairs)
    assert to_query(parse_query("&".join(pairs), KNOWN).filters) == canonical


@given(st.text(max_size=300))
def test_no_text_is_too_strange_to_read(query: str) -> None:
    parsed = parse_query(query, KNOWN)
    assert len(parsed.problems) <= MOST_PROBLEMS
    parse_query(query, None)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "service",
                    "ward",
                    "from",
                    "to",
                    "page",
                    "layer",
                    "order",
                    "measure",
                    "age",
                    "stage",
                    "apart",
                    "lang",
                    "theme",
                ]
            ),
            st.text(max_size=20) | st.sampled_from(["1", "2024-02-30", "9" * 400, "%00", "%ff"]),
        ),
        max_size=30,
    )
)
def test_no_value_of_a_known_key_is_too_strange_to_read(pairs: list[tuple[str, str]]) -> None:
    parsed = parse_query("&".join(f"{name}={value}" for name, value in pairs), KNOWN)
    again = parse_query(to_query(parsed.filters, parsed.view), KNOWN)
    assert (again.filters, again.view, again.problems) == (parsed.filters, parsed.view, ())


def test_an_empty_address_shows_the_backlog() -> None:
    parsed = parse_query("", KNOWN)
    assert (parsed.filters, parsed.view, parsed.problems) == (Filters(), ViewOptions(), ())


def test_repeated_keys_mean_or() -> None:
    parsed = parse_query("?ward=1&ward=2&ward=1&channel=App", KNOWN)
    assert parsed.filters.area("ward") == {"1", "2"}
    assert parsed.filters.channels == {"App"}


def test_requests_in_no_area_can_be_asked_for() -> None:
    parsed = parse_query("community=unplaced:no_place&community=ALT", KNOWN)
    assert parsed.filters.area("community") == {"unplaced:no_place", "ALT"}


def test_dates_are_days_both_included() -> None:
    parsed = parse_query("measure=reported&from=2024-01-31&to=2024-02-29", KNOWN)
    assert parsed.filters.measure is Measure.REPORTED
    assert parsed.filters.since == day_number(date(2024, 1, 31))
    assert parsed.filters.until == day_number(date(2024, 2, 29))


def test_the_finest_layer_is_the_default_and_so_left_out_of_the_address() -> None:
    assert parse_query("layer=community", KNOWN).view.layer == ""
    assert parse_query("layer=ward", KNOWN).view.layer == "ward"


def test_blank_values_of_a_form_are_no_problem() -> None:
    parsed = parse_query("service=&ward=&from=&to=&page=", KNOWN)
    assert parsed == parse_query("", KNOWN)


def test_an_unknown_value_is_named_and_the_rest_kept() -> None:
    parsed = parse_query("service=Roads+-+Pothole&ward=2&ward=99", KNOWN)
    assert parsed.filters == Filters().with_area("ward", frozenset({"2"}))
    service, ward = parsed.problems
    assert (service.kind, service.name, service.value) == (
        "unknown_value",
        "service",
        "Roads - Pothole",
    )
    assert service.suggestion == "Roads - Potholes"
    assert (ward.name, ward.value) == ("ward", "99")


def test_a_value_in_another_case_or_without_accents_is_suggested() -> None:
    assert problem("service=eclairage+-+rue").suggestion == "Éclairage - Rue"
    assert problem("community=alt").suggestion == "ALT"


def test_an_unknown_key_is_named_with_what_it_may_have_meant() -> None:
    found = problem("wards=7")
    assert (found.kind, found.name, found.suggestion) == ("unknown_name", "wards", "ward")


def test_keys_of_the_page_itself_are_no_problem() -> None:
    assert parse_query("views=map&every=20", KNOWN, others={"views", "every"}).problems == ()


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("from=2024-02-30", "bad_date"),
        ("from=yesterday", "bad_date"),
        ("to=20240131", "bad_date"),
        ("to=2024-W05-3", "bad_date"),
        ("from=0000-01-01", "bad_date"),
        ("from=٢٠٢٤-٠١-٠١", "bad_date"),
        ("page=0", "bad_number"),
        ("page=-1", "bad_number"),
        ("page=1e3", "bad_number"),
        ("page=٣", "bad_number"),
        ("page=" + "9" * 180, "bad_number"),
        ("service=a%00b", "unreadable"),
        ("service=half \ud800 a character", "unreadable"),
        ("service=" + "x" * (LONGEST_VALUE + 1), "too_long"),
        ("from=2024-02-01&to=2024-01-01", "dates_swapped"),
        ("measure=closed", "unknown_value"),
        ("order=random", "unknown_value"),
        ("layer=planet", "unknown_value"),
        ("theme=pink", "unknown_value"),
        ("apart=yes", "unknown_value"),
        ("lang=<script>", "unknown_value"),
        ("measure=open&measure=reported", "repeated"),
    ],
)
def test_what_cannot_be_used_is_left_out_with_the_reason(query: str, kind: str) -> None:
    parsed = parse_query(query, KNOWN)
    (found,) = parsed.problems
    assert found.kind == kind
    assert found.remedy
    assert (parsed.filters, parsed.view) == (Filters(), ViewOptions())


def test_both_dates_are_left_out_where_they_contradict_each_other() -> None:
    parsed = parse_query("from=2024-02-01&to=2024-01-01&ward=1", KNOWN)
    assert parsed.filters == Filters().with_area("ward", frozenset({"1"}))


def test_an_address_of_a_megabyte_is_cut_and_said_to_be() -> None:
    parsed = parse_query("ward=1&service=" + "x" * 1_000_000, KNOWN)
    assert parsed.problems[0].kind == "too_long"
    assert str(LONGEST_QUERY // 1000) in parsed.problems[0].remedy
    assert parsed.filters.area("ward") == {"1"}


def test_thousands_of_keys_are_cut_and_said_to_be() -> None:
    parsed = parse_query("&".join(f"k{n}=1" for n in range(2_000)), KNOWN)
    assert parsed.problems[0].kind == "too_many"
    assert str(MOST_PAIRS) in parsed.problems[0].remedy
    assert len(parsed.problems) == MOST_PROBLEMS


def test_thousands_of_values_are_cut_and_said_to_be() -> None:
    known = replace(
        KNOWN, vocabularies={**KNOWN.vocabularies, "service": {str(n) for n in range(300)}}
    )
    parsed = parse_query("&".join(f"service={n}" for n in range(300)), known)
    assert len(parsed.filters.services) == MOST_VALUES
    assert {found.kind for found in parsed.problems} == {"too_many"}


def test_problems_show_long_and_strange_values_in_short() -> None:
    found = problem("service=" + "x" * 150)
    assert len(found.value) == 80
    assert "\0" not in problem("service=a%00b").value
    problem("service=\ud800").value.encode()


def test_before_the_first_snapshot_names_are_taken_on_trust() -> None:
    parsed = parse_query("service=Anything&lang=fr&theme=dark&ward=7", None)
    assert parsed.filters.services == {"Anything"}
    assert (parsed.view.lang, parsed.view.theme, parsed.problems) == ("fr", "dark", ())
