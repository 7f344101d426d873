"""Surges of a village whose days are known, and how late its feed tells of them."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from livemaps.errors import MeasuresPending, UnknownValue, VisitorError
from livemaps.measures.contents import Measures
from livemaps.measures.families import Family
from livemaps.measures.surge import surges as surges_of_world
from livemaps.measures.surge_names import figures_at
from livemaps.measures.world import World
from livemaps.model import Filters, Place, RequestRow, day_date
from livemaps.store import Store
from livemaps.views.measures.surge import VIEW, SurgeNow, surges, windows_at
from tests.measures.village import answer_of, measures_of, profile, world_of
from tests.views.town import COMMUNITIES, SERVICES, SET_APART, TODAY, WARDS, Row

FAMILIES = (Family("surge", surges_of_world),)
COMPLETE = TODAY - 2
"""The newest complete day of the village."""
NEWEST = TODAY - 1
STORM_SERVICE, STORM_AREA = 1, 2


def usual(days: int, last: int = NEWEST, seed: int = 3) -> list[Row]:
    """Return the ordinary requests of days up to the last one: about 24 a day."""
    random = np.random.default_rng([seed, days])
    rows = []
    for day in range(last - days + 1, last + 1):
        for service, area in random.integers(0, [3, 4], (random.poisson(24), 2)):
            rows.append(made(int(service), int(area), day))
    return rows


def made(service: int, area: int, day: int) -> Row:
    return Row(
        service=SERVICES[service],
        agency="Mobility" if service < 2 else "Waste & Recycling",
        community=COMMUNITIES[area],
        ward=WARDS[area % 2],
        requested=day,
    )


def storm(day: int, size: int = 60) -> list[Row]:
    return [made(STORM_SERVICE, STORM_AREA, day) for _ in range(size)]


def found_in(rows: list[Row], **options: Any) -> tuple[World, Measures]:
    world = world_of(rows, **options)
    return world, measures_of(world, FAMILIES)


def test_ordinary_days_are_as_expected() -> None:
    _, measures = found_in(usual(200))
    assert surges(measures) == ()
    city = windows_at(measures)
    assert [one.word for one in city[:7]] == ["as_expected"] * 7
    assert city[-1].window == "week"
    assert city[-1].expected == pytest.approx(24 * 7, rel=0.15)


def test_a_storm_is_found_with_the_service_and_the_area_behind_it() -> None:
    _, measures = found_in(usual(200) + storm(COMPLETE))
    found = surges(measures, ["city"])
    assert {(one.window, one.last_day) for one in found} >= {("day", COMPLETE)}
    of_day = next(one for one in found if one.window == "day")
    assert of_day.services[0].name == SERVICES[STORM_SERVICE]
    assert of_day.areas[0].key == COMMUNITIES[STORM_AREA]
    assert of_day.services[0].share > 0.7
    assert of_day.ratio == pytest.approx(of_day.observed / (of_day.expected or 0))
    assert {one.level for one in surges(measures)} >= {"city", "service", "category", "community"}


def test_surges_are_told_with_the_largest_first() -> None:
    _, measures = found_in(usual(200) + storm(COMPLETE))
    excess = [one.excess for one in surges(measures)]
    assert excess == sorted(excess, reverse=True)
    assert surges(measures, ["ward"])[0].level == "ward"
    with pytest.raises(UnknownValue, match="channel"):
        surges(measures, ["channel"])


def test_a_storm_of_a_day_gone_by_is_no_surge_of_now_but_of_its_week() -> None:
    _, measures = found_in(usual(200) + storm(COMPLETE - 3, 200))
    assert {one.window for one in surges(measures, ["city"])} == {"week"}
    assert windows_at(measures)[3].word == "surge"


def test_parts_behind_a_surge_are_those_of_the_eight_weeks_before() -> None:
    world, measures = found_in(usual(200) + storm(COMPLETE))
    one = next(one for one in surges(measures, ["city"]) if one.window == "day")
    requested, service = world.column("requested_day"), world.column("service")
    first = COMPLETE - 6
    before = (requested >= first - 56) & (requested < first)
    for part in one.services:
        code = measures.vocab.service.codes[part.name]
        share = (before & (service == code)).sum() / before.sum()
        assert part.expected == pytest.approx((one.expected or 0) * share)
        assert part.observed == ((requested == COMPLETE) & (service == code)).sum()
        assert part.share == pytest.approx(part.excess / one.excess)


def test_what_a_service_set_apart_brings_is_in_no_group_but_its_own() -> None:
    apart = [Row(service=SET_APART, requested=COMPLETE) for _ in range(500)]
    _, measures = found_in(usual(200) + apart)
    assert surges(measures, ["city", "ward", "agency"]) == ()


def test_requests_without_a_place_are_in_the_city_and_in_no_area() -> None:
    nowhere = [replace(row, community="unplaced:no_place") for row in storm(COMPLETE, 100)]
    _, measures = found_in(usual(200) + nowhere)
    assert surges(measures, ["city"])
    assert surges(measures, ["community"]) == ()
    assert len(figures_at(measures, "community")["word"]) == len(COMMUNITIES)


@pytest.mark.parametrize("days", [1, 8, 30])
def test_a_history_that_is_too_short_says_so(days: int) -> None:
    _, measures = found_in(usual(days) + storm(COMPLETE))
    assert surges(measures) == ()
    assert {one.word for one in windows_at(measures)} == {"too_few"}


def test_days_before_every_request_is_held_are_no_history() -> None:
    rows = [row for row in usual(200) if row.requested > TODAY - 60 or row.requested % 9 == 0]
    _, all_held = found_in(rows)
    _, measures = found_in(rows, complete_since=TODAY - 59)
    assert measures.family("surge").facts["history_since"] == TODAY - 59
    known, fooled = windows_at(measures)[6], windows_at(all_held)[6]
    assert known.expected == pytest.approx(24, rel=0.2)
    assert fooled.expected != pytest.approx(known.expected, rel=0.001)


def test_the_day_that_is_still_being_filled_is_shown_and_not_judged_without_a_known_delay() -> None:
    _, measures = found_in(usual(200) + storm(NEWEST, 300))
    newest = windows_at(measures)[7]
    assert newest.last_day == NEWEST
    assert (newest.word, newest.complete, newest.told) == ("incomplete", False, None)
    assert newest.corrected is None
    assert newest.expected is not None
    assert surges(measures, ["city"]) == ()


def with_delay(data_dir: Path, world: World, share: float = 0.5, days: int = 60) -> World:
    """Let the store have seen that a share of each day comes on the day itself, the rest next day."""
    city = profile()
    with Store.open(data_dir, city) as store:
        number = 0
        for day in range(TODAY - days, TODAY):
            with store.refreshing(datetime(2024, 10, 1, tzinfo=UTC)) as writing:
                for requested, size in ((day, int(20 * share)), (day - 1, int(20 * (1 - share)))):
                    writing.apply([stored(number + at, requested) for at in range(size)])
                    number += size
                writing.note_arrivals(day)
    return replace(world, data_dir=data_dir)


def stored(number: int, requested: int) -> RequestRow:
    place = Place(("ALT", None), None, None, None)
    return RequestRow(
        f"24-{number:08}", requested * 86_400, None, None, None, "Open", "a", "b", "c", place
    )


def test_the_newest_day_is_judged_by_the_share_that_the_feed_had_told_of_others(
    tmp_path: Path,
) -> None:
    rows = usual(200, last=COMPLETE)
    half = [made(at % 3, at % 4, NEWEST) for at in range(12)]
    calm = measures_of(with_delay(tmp_path / "calm", world_of(rows + half)), FAMILIES)
    newest = windows_at(calm)[7]
    assert newest.told == pytest.approx(0.5)
    assert newest.corrected == pytest.approx(24)
    assert newest.word == "as_expected"
    busy = measures_of(
        with_delay(tmp_path / "busy", world_of(rows + half + storm(NEWEST))), FAMILIES
    )
    found = [one for one in surges(busy, ["city"]) if not one.complete]
    assert [(one.last_day, one.word) for one in found] == [(NEWEST, "surge")]
    assert found[0].services[0].name == SERVICES[STORM_SERVICE]


def test_too_little_watching_leaves_the_newest_day_unjudged(tmp_path: Path) -> None:
    world = with_delay(tmp_path, world_of(usual(200)), days=10)
    assert windows_at(measures_of(world, FAMILIES))[7].word == "incomplete"


def test_today_is_never_judged(tmp_path: Path) -> None:
    rows = usual(200) + storm(TODAY, 200)
    measures = measures_of(with_delay(tmp_path, world_of(rows, newest_day=TODAY)), FAMILIES)
    today = windows_at(measures)[8]
    assert (today.last_day, today.word) == (TODAY, "incomplete")


def test_a_store_that_cannot_be_read_is_said_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world = replace(world_of(usual(200)), data_dir=tmp_path / "none")
    with caplog.at_level(logging.WARNING):
        trouble = answer_of(VIEW, world, FAMILIES).facts["delay_trouble"]
    assert trouble
    assert f"how late the feed tells is not known: {trouble}" in caplog.text


def test_the_answer_lists_the_groups_of_a_level() -> None:
    world = world_of(usual(200) + storm(COMPLETE))
    answer = answer_of(VIEW, world, FAMILIES, by="service")
    names = [field.name for field in answer.fields]
    rows = [dict(zip(names, row, strict=True)) for row in answer.rows]
    assert [row["key"] for row in rows] == [name for name in SERVICES if name in SERVICES[:3]]
    surging = rows[STORM_SERVICE]
    assert (surging["word"], surging["window"], surging["complete"]) == ("surge", "day", True)
    assert surging["last_day"] == day_date(COMPLETE).isoformat()
    assert surging["q"] is not None
    assert answer.facts["behind"][0]["areas"][0]["key"] == COMMUNITIES[STORM_AREA]
    assert "services" in answer.facts["behind"][0]


def test_only_surges_are_listed_where_only_they_are_asked_for() -> None:
    world = world_of(usual(200) + storm(COMPLETE))
    answer = answer_of(VIEW, world, FAMILIES, by="community", only="surges")
    assert [row[0] for row in answer.rows] == [COMMUNITIES[STORM_AREA]]
    assert answer_of(VIEW, world_of(usual(200)), FAMILIES, only="surges").rows == []


@pytest.mark.parametrize(
    ("day", "count"), [("complete", 1), ("newest", 1), ("week", 1), ("all", 9)]
)
def test_a_window_can_be_asked_for(day: str, count: int) -> None:
    answer = answer_of(VIEW, world_of(usual(200)), FAMILIES, day=day)
    assert len(answer.rows) == count


def test_filters_choose_among_the_groups_and_others_are_refused() -> None:
    world = world_of(usual(200))
    ward = Filters().with_area("ward", frozenset({"2"}))
    assert [row[0] for row in answer_of(VIEW, world, FAMILIES, ward, by="ward").rows] == ["2"]
    with pytest.raises(VisitorError, match="ward"):
        answer_of(VIEW, world, FAMILIES, ward, by="service")
    with pytest.raises(UnknownValue, match="parish"):
        answer_of(VIEW, world, FAMILIES, by="parish")
    with pytest.raises(UnknownValue, match="choose one of city"):
        answer_of(VIEW, world, FAMILIES, by="channel")


def test_surges_that_are_not_computed_yet_are_pending() -> None:
    with pytest.raises(MeasuresPending):
        surges(measures_of(world_of(usual(3)), ()))


def test_no_group_of_an_unknown_name_has_windows() -> None:
    _, measures = found_in(usual(200))
    assert windows_at(measures, "service", "Nothing") == ()
    ward = windows_at(measures, "ward", "2")
    assert isinstance(ward[0], SurgeNow)
    assert ward[0].group.key == "2"
