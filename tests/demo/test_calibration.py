"""The simulated life against published figures of the real feed.

The real figures are those of the cohort of January to September 2026, taken on 2026-10-04, where
nothing else is said. Each tolerance is written beside its figure.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from livemaps.demo.births import Facts
from livemaps.demo.city import SimulatedCity
from livemaps.demo.lives import (
    CHANNELS,
    CLOSED,
    DUPLICATE_CLOSED,
    DUPLICATE_OPEN,
    NO_PLACE,
    OPEN,
    States,
)
from livemaps.demo.rates import weekday
from livemaps.model import day_number

REQUESTS_BY_MONTH = (35_346, 30_862, 35_495, 40_391, 47_467, 54_163, 52_529, 44_973, 40_697)
OPEN_BY_MONTH = (731, 829, 1_158, 1_863, 2_674, 2_819, 3_127, 3_909, 8_526)


def days_to_close(cohort: np.ndarray, snapshot: States) -> np.ndarray:
    days: np.ndarray = (snapshot.closed - cohort["requested"])[snapshot.status == CLOSED]
    return days


def months(cohort: np.ndarray) -> np.ndarray:
    months = cohort["requested"].astype("datetime64[D]").astype("datetime64[M]")
    counted: np.ndarray = np.unique(months, return_inverse=True)[1]
    return counted


def test_nine_months_bring_as_many_requests(cohort: np.ndarray) -> None:
    assert len(cohort) == pytest.approx(385_723, rel=0.03)


def test_every_month_brings_its_share(cohort: np.ndarray) -> None:
    assert np.bincount(months(cohort)) == pytest.approx(REQUESTS_BY_MONTH, rel=0.15)


def test_weekdays_bring_two_and_a_half_times_as_many_as_weekends(cohort: np.ndarray) -> None:
    per_weekday = np.bincount(weekday(cohort["requested"]))
    assert per_weekday[:5].mean() / per_weekday[5:].mean() == pytest.approx(2.56, rel=0.05)


def test_half_are_closed_in_two_days_and_nine_of_ten_in_three_weeks(
    cohort: np.ndarray, snapshot: States
) -> None:
    days = days_to_close(cohort, snapshot)
    assert np.median(days) == pytest.approx(2, abs=1)
    assert np.quantile(days, 0.9) == pytest.approx(21, abs=3)


def test_the_same_share_is_still_open_and_as_old(
    cohort: np.ndarray, snapshot: States, snapshot_day: int
) -> None:
    is_open = snapshot.status == OPEN
    age = snapshot_day + 1 - cohort["requested"][is_open]
    assert is_open.mean() == pytest.approx(25_636 / 385_723, rel=0.10)
    assert np.median(age) == pytest.approx(67, abs=10)
    assert (age >= 30).mean() == pytest.approx(17_898 / 25_636, abs=0.05)


def test_what_is_open_comes_from_the_same_months(cohort: np.ndarray, snapshot: States) -> None:
    by_month = np.bincount(months(cohort)[snapshot.status == OPEN])
    assert by_month == pytest.approx(OPEN_BY_MONTH, rel=0.45)
    assert (np.diff(by_month) > 0).sum() >= 7


def test_some_open_requests_have_a_closed_date_and_every_closed_one_has(snapshot: States) -> None:
    is_open = snapshot.status == OPEN
    assert (snapshot.closed[is_open] >= 0).mean() == pytest.approx(1_621 / 25_636, abs=0.015)
    assert (snapshot.closed[snapshot.status == CLOSED] >= 0).all()


def test_duplicates_are_as_rare(snapshot: States) -> None:
    assert (snapshot.status == DUPLICATE_CLOSED).mean() == pytest.approx(0.0086, abs=0.004)
    assert (snapshot.status == DUPLICATE_OPEN).mean() == pytest.approx(0.0012, abs=0.0008)


def test_one_in_seventeen_has_no_place(cohort: np.ndarray) -> None:
    assert (cohort["area"] == NO_PLACE).mean() == pytest.approx(0.058, abs=0.006)


def test_requests_come_in_by_the_same_channels(cohort: np.ndarray) -> None:
    shares = np.bincount(cohort["channel"]) / len(cohort)
    assert dict(zip(CHANNELS, shares, strict=True)) == pytest.approx(
        {"Phone": 0.545, "Other": 0.275, "App": 0.102, "Web": 0.078}, abs=0.01
    )


def test_updated_dates_are_blank_late_and_early_as_in_the_feed(
    cohort: np.ndarray, snapshot: States
) -> None:
    closed = snapshot.status == CLOSED
    updated, end = snapshot.updated[closed], snapshot.closed[closed]
    assert (updated < 0).mean() == pytest.approx(0.0105, abs=0.003)
    assert ((updated >= 0) & (updated < end)).mean() == pytest.approx(0.02, abs=0.01)
    assert (updated == end).mean() > 0.75
    assert (snapshot.updated[snapshot.status == OPEN] >= 0).all()
    assert (cohort["requested"] <= np.where(snapshot.updated < 0, 99_999, snapshot.updated)).all()


def test_the_services_most_asked_for_are_those_of_the_feed_in_its_order(
    facts: Facts, cohort: np.ndarray
) -> None:
    counts = np.bincount(cohort["service"])
    top = [facts.services.names[code] for code in np.argsort(-counts)]
    assert top[:4] == [
        "WRS - Cart Management",
        "Parks - Tree Concern - GIS",
        "Corporate - Graffiti Concerns",
        "Bylaw - Long Grass - Weeds Infraction",
    ]
    assert set(top[:10]) <= set(facts.services.names[:13])


@pytest.mark.parametrize(
    ("service", "mean_days", "open_share"),
    [
        ("WRS - Cart Management", 3.2, 0.002),
        ("Bylaw - Long Grass - Weeds Infraction", 27.0, 0.087),
        ("Corporate - Graffiti Concerns", 10.5, 0.048),
        ("Roads - Dead Animal Pick-Up", 0.1, 0.003),
        ("Bylaw - Noise Concerns", 10.5, 0.071),
    ],
)
def test_a_service_takes_as_long_as_it_does(
    facts: Facts,
    cohort: np.ndarray,
    snapshot: States,
    service: str,
    mean_days: float,
    open_share: float,
) -> None:
    of_service = cohort["service"] == facts.services.names.index(service)
    closed = of_service & (snapshot.status == CLOSED)
    days = (snapshot.closed - cohort["requested"])[closed]
    still_open = (snapshot.status == OPEN)[of_service].mean()
    assert days.mean() == pytest.approx(mean_days, rel=0.25, abs=1.0)
    assert still_open == pytest.approx(open_share, rel=0.35, abs=0.012)


def test_what_is_open_in_the_whole_city_has_a_residue_of_years(facts: Facts) -> None:
    city = SimulatedCity(facts)
    rows = [row for row in city.rows() if row[4] == "Open"]
    two_years_ago = date(2024, 6, 16).isoformat()
    old = sum((row[1] or "") < two_years_ago for row in rows) / len(rows)
    apart = sum(row[6] == "311 Contact Us" for row in rows) / len(rows)
    assert 6_000 < len(rows) < 10_000
    assert old == pytest.approx(34_758 / 78_215, abs=0.08)
    assert apart == pytest.approx(26_488 / 78_215, abs=0.12)


def test_agencies_had_other_names_in_earlier_years(facts: Facts) -> None:
    mobility = facts.agencies.names.index("OS - Mobility")
    contact = facts.agencies.names.index("PICS - Customer Service and Communications")
    codes = np.array([mobility, mobility, contact, contact])
    days = [date(2026, 1, 1), date(2021, 1, 1), date(2024, 1, 1), date(2018, 1, 1)]
    then = facts.agencies.on(codes, np.array([day_number(day) for day in days]))
    assert [facts.agencies.names[code] for code in then] == [
        "OS - Mobility",
        "TRAN - Roads",
        "PICS - Customer Service & Communications",
        "CFOD - Customer Services and Communications",
    ]
