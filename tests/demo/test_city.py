"""The city as a whole: deterministic, in the feed's form, changing from day to day, bounded."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from livemaps.demo.births import Facts
from livemaps.demo.city import FIRST_STORM_AGO, STORM_EVERY, SimulatedCity
from livemaps.demo.feed_rows import FEED_COLUMNS, FeedRow
from livemaps.errors import SettingError
from livemaps.model import day_date, day_number

NAMES = [column.name for column in FEED_COLUMNS]
SMALL = 0.02


def column(rows: list[FeedRow], name: str) -> list[str | None]:
    place = NAMES.index(name)
    return [row[place] for row in rows]


def storm_services(facts: Facts) -> set[str]:
    pairs = zip(facts.services.names, facts.services.family, strict=True)
    return {name for name, family in pairs if family == "storm"}


@pytest.fixture(scope="module")
def rows(facts: Facts) -> list[FeedRow]:
    return list(SimulatedCity(facts).rows())


def test_the_same_seed_gives_the_same_city(facts: Facts) -> None:
    one, other = (SimulatedCity(facts, 7, share=SMALL) for _ in range(2))
    assert list(one.rows()) == list(other.rows())
    for _ in range(3):
        tomorrow = one.today() + 1
        assert list(one.advance(tomorrow).rows) == list(other.advance(tomorrow).rows)


def test_another_seed_gives_another_city(facts: Facts) -> None:
    first, second = (list(SimulatedCity(facts, seed, share=SMALL).rows()) for seed in (1, 2))
    assert first != second


def test_many_small_publications_give_what_one_large_one_gives(facts: Facts) -> None:
    one, other = (SimulatedCity(facts, share=SMALL) for _ in range(2))
    end = one.today() + 3
    one.advance(end)
    while other.today() < end:
        other.advance(other._moment + 0.25)
    assert sorted(map(str, one.rows())) == sorted(map(str, other.rows()))


def test_rows_have_the_feeds_columns(rows: list[FeedRow]) -> None:
    assert NAMES == [
        "service_request_id",
        "requested_date",
        "updated_date",
        "closed_date",
        "status_description",
        "source",
        "service_name",
        "agency_responsible",
        "address",
        "comm_code",
        "comm_name",
        "location_type",
        "longitude",
        "latitude",
        "point",
    ]
    assert {len(row) for row in rows} == {len(NAMES)}
    assert set(column(rows, "address")) == {None}


@pytest.mark.real_data
def test_the_real_feed_has_the_same_columns(shared_data: Path) -> None:
    about = json.loads((shared_data / "calgary" / "feed_profile.json").read_text())
    assert about["dataset"]["columns"] == NAMES


def test_ids_are_unique_and_name_the_year(rows: list[FeedRow]) -> None:
    ids = column(rows, "service_request_id")
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"\d{2}-\d{8}", text or "") for text in ids)
    pairs = zip(ids, column(rows, "requested_date"), strict=True)
    assert all((name or "")[:2] == (day or "")[2:4] for name, day in pairs)


def test_recent_dates_are_midnights_and_some_old_ones_have_a_time(rows: list[FeedRow]) -> None:
    requested = [text or "" for text in column(rows, "requested_date")]
    recent = [text for text in requested if text >= "2020"]
    old = [text for text in requested if text < "2020"]
    assert all(text.endswith("T00:00:00.000") for text in recent)
    assert 0 < sum(not text.endswith("T00:00:00.000") for text in old) < len(old)


def test_every_community_has_one_point_and_says_so(rows: list[FeedRow]) -> None:
    points: dict[str, set[str]] = {}
    for row in rows:
        code, kind = row[NAMES.index("comm_code")], row[NAMES.index("location_type")]
        long, point = row[NAMES.index("longitude")], row[NAMES.index("point")]
        assert (kind == "None") == (long is None) == (point is None)
        if code and long and point:
            points.setdefault(code, set()).add(point)
            assert str(json.loads(point)["coordinates"][0]) == long
    assert set(map(len, points.values())) == {1}


def test_some_rows_have_no_place_no_point_or_a_code_newer_than_the_map(
    rows: list[FeedRow],
) -> None:
    codes, longs = column(rows, "comm_code"), column(rows, "longitude")
    assert sum(code is None for code in codes) / len(codes) == pytest.approx(0.058, abs=0.01)
    assert any(code and not long for code, long in zip(codes, longs, strict=True))
    assert {"HUX", "MRN"} <= set(codes)


def test_every_status_of_the_feed_occurs(rows: list[FeedRow]) -> None:
    statuses = Counter(column(rows, "status_description"))
    common = [status for status, _ in statuses.most_common()]
    assert common[:3] == ["Closed", "Open", "Duplicate (Closed)"]
    assert set(common[3:]) == {"Duplicate (Open)", "TO BE DELETED"}


def test_the_newest_day_is_published_in_part(facts: Facts) -> None:
    city = SimulatedCity(facts, start=date(2026, 6, 18), history_days=300)
    per_day = Counter(column(list(city.rows()), "requested_date"))
    newest, before = per_day["2026-06-17T00:00:00.000"], per_day["2026-06-16T00:00:00.000"]
    assert max(filter(None, per_day)) == "2026-06-17T00:00:00.000"
    assert newest / before == pytest.approx(0.55, abs=0.15)


def test_a_day_brings_new_changed_closed_and_reopened_requests(facts: Facts) -> None:
    city = SimulatedCity(facts, share=0.2, history_days=300)
    known = {row[0]: dict(zip(NAMES, row, strict=True)) for row in city.rows()}
    published = list(city.advance(city.today() + 1).rows)
    fresh = [row for row in published if row["service_request_id"] not in known]
    changed = [row for row in published if row["service_request_id"] in known]
    moves = Counter(
        (known[row["service_request_id"]]["status_description"], row["status_description"])
        for row in changed
    )
    assert 150 < len(fresh) < 800
    assert moves["Open", "Closed"] > 50
    assert moves["Closed", "Open"] > 0
    assert moves["Open", "Open"] > 20
    agencies = ((known[row["service_request_id"]], row) for row in changed)
    assert any(old["agency_responsible"] != row["agency_responsible"] for old, row in agencies)


def test_what_is_published_adds_up_to_all_rows(facts: Facts) -> None:
    city = SimulatedCity(facts, share=SMALL)
    held = {row[0]: row for row in city.rows()}
    for _ in range(5):
        publication = city.advance(city.today() + 1)
        for row in publication.rows:
            held[row["service_request_id"]] = tuple(row[name] for name in NAMES)
        for gone in publication.gone:
            del held[gone]
    assert sorted(map(str, held.values())) == sorted(map(str, city.rows()))


def test_the_calendar_says_the_citys_day(facts: Facts) -> None:
    city = SimulatedCity(facts, share=SMALL, start=date(2026, 6, 18))
    assert city.today() == day_number(date(2026, 6, 18))
    assert city.clock().isoformat() == "2026-06-18T19:00:00+00:00"
    city.advance(city.today() + 0.6)
    assert city.today() == day_number(date(2026, 6, 18))


def test_the_city_stays_bounded_however_long_it_runs(facts: Facts) -> None:
    city = SimulatedCity(facts, share=0.005)
    first, sizes = len(city), []
    for _ in range(9):
        city.advance(city.today() + 300)
        sizes.append(len(city))
    later = sizes[5:]
    assert max(later) - min(later) < 0.12 * max(later)
    assert max(sizes) < 3.5 * first


def test_a_surge_asks_for_its_services_in_its_area_and_is_known(facts: Facts) -> None:
    calm, stormy = (SimulatedCity(facts, history_days=300) for _ in range(2))
    surge = stormy.surge(3, centre="BOW")
    end = calm.today() + 5
    counts = []
    for city in (calm, stormy):
        city.advance(end)
        hit = [
            row
            for row in city.rows()
            if row[NAMES.index("comm_code")] in surge.areas
            and row[NAMES.index("service_name")] in surge.services
            and (row[1] or "") >= "2026-06-16"
        ]
        counts.append(len(hit))
    assert stormy.surges == (surge,)
    assert surge.areas[0] == "BOW"
    assert surge.last_day - surge.first_day == 2
    assert counts[1] - counts[0] == pytest.approx(sum(surge.per_day), rel=0.4)


@pytest.mark.parametrize("wrong", [{"centre": "XXX"}, {"centre": "MRN"}, {"family": "sand"}])
def test_a_surge_that_cannot_be_is_told(facts: Facts, wrong: dict[str, str]) -> None:
    with pytest.raises(SettingError, match="cannot be used"):
        SimulatedCity(facts, share=SMALL).surge(3, **wrong)  # type: ignore[arg-type]


def test_everything_is_known_from_the_first_day_of_its_history_on(facts: Facts) -> None:
    city = SimulatedCity(facts, share=0.2, history_days=40)
    per_day = Counter((row[1] or "")[:10] for row in city.rows())
    # Two Thursdays: of the earlier one only what is still open or changed lately.
    assert day_date(city.since) == date(2026, 5, 7)
    assert 0 < per_day["2026-04-30"] < per_day["2026-05-07"] / 3


def test_storms_come_again_and_again_to_the_last_weeks_and_those_to_come(facts: Facts) -> None:
    city = SimulatedCity(facts)
    start = city.today()
    city.advance(start + 2 * STORM_EVERY)
    rows = [row for row in city.rows() if row[NAMES.index("service_name")] in storm_services(facts)]
    per_day = Counter(day_number(date.fromisoformat((row[1] or "")[:10])) for row in rows)
    first = start - FIRST_STORM_AGO
    for begin in (first, first + STORM_EVERY):
        usual = np.mean([per_day[day] for day in range(begin - 8, begin)])
        assert per_day[begin] > usual + 15
