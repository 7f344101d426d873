"""Working days, against a calendar that is walked day by day."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livemaps.model import day_date, day_number
from livemaps.statistics.business_days import working_days

MONDAY_TO_FRIDAY = (True,) * 5 + (False,) * 2
CANADA_DAY = date(2026, 7, 1)  # a Wednesday
DAYS = st.dates(date(2015, 1, 1), date(2030, 12, 31))


def walked(start: date, days: int, week: tuple[bool, ...], holidays: set[date]) -> date:
    """Return the n-th working day after a day by walking there."""

    def worked(day: date) -> bool:
        return week[day.weekday()] and day not in holidays

    while not worked(start):
        start += timedelta(1)
    while days:
        start += timedelta(1)
        days -= worked(start)
    return start


def after(start: date, days: int, *holidays: date) -> date:
    found = working_days(MONDAY_TO_FRIDAY, holidays).after(np.array([day_number(start)]), days)
    return day_date(int(found[0]))


@given(
    start=DAYS,
    days=st.integers(0, 80),
    week=st.lists(st.booleans(), min_size=7, max_size=7).filter(any).map(tuple),
    holidays=st.sets(st.dates(date(2026, 1, 1), date(2026, 3, 1)), max_size=12),
    near=st.booleans(),
)
def test_the_nth_working_day_is_the_one_reached_by_walking(
    start: date, days: int, week: tuple[bool, ...], holidays: set[date], near: bool
) -> None:
    start = date(2026, 1, 1) + timedelta(start.toordinal() % 70) if near else start
    calendar = working_days(week, holidays)
    found = calendar.after(np.array([day_number(start)]), days)
    assert day_date(int(found[0])) == walked(start, days, week, holidays)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (date(2026, 6, 29), 0, date(2026, 6, 29)),
        (date(2026, 6, 29), 1, date(2026, 6, 30)),
        (date(2026, 6, 30), 1, date(2026, 7, 2)),
        (CANADA_DAY, 0, date(2026, 7, 2)),
        (CANADA_DAY, 1, date(2026, 7, 3)),
        (date(2026, 7, 4), 0, date(2026, 7, 6)),
        (date(2026, 7, 3), 1, date(2026, 7, 6)),
        (date(2026, 7, 4), 1, date(2026, 7, 7)),
    ],
)
def test_weekends_and_holidays_are_passed_over(start: date, days: int, due: date) -> None:
    assert after(start, days, CANADA_DAY) == due


def test_a_holiday_on_a_weekend_changes_nothing() -> None:
    saturday = date(2026, 7, 4)
    assert after(date(2026, 7, 3), 1, saturday) == after(date(2026, 7, 3), 1)


@given(DAYS, DAYS, st.sets(DAYS, max_size=40))
def test_working_days_between_two_days_are_those_on_the_way(
    one: date, other: date, holidays: set[date]
) -> None:
    since, until = min(one, other), max(one, other)
    calendar = working_days(MONDAY_TO_FRIDAY, holidays)
    found = calendar.between(np.array([day_number(since)]), np.array([day_number(until)]))
    way = (since + timedelta(step) for step in range((until - since).days))
    assert found[0] == sum(day.weekday() < 5 and day not in holidays for day in way)


def test_only_the_years_with_holidays_are_covered() -> None:
    calendar = working_days(MONDAY_TO_FRIDAY, [date(2025, 12, 25), CANADA_DAY])
    assert calendar.years == (2025, 2026)
    days = [date(2024, 12, 31), date(2025, 1, 1), date(2026, 12, 31), date(2026, 12, 31)]
    dues = [date(2025, 1, 2), date(2025, 1, 2), date(2026, 12, 31), date(2027, 1, 4)]
    since, until = (np.array([*map(day_number, list_)]) for list_ in (days, dues))
    assert calendar.covered(since, until).tolist() == [False, True, True, False]


def test_a_city_without_known_holidays_covers_no_year() -> None:
    calendar = working_days(MONDAY_TO_FRIDAY, [])
    assert calendar.years is None
    assert not calendar.covered(np.array([20_000]), np.array([20_001])).any()


def test_a_week_without_a_working_day_is_refused() -> None:
    with pytest.raises(ValueError, match="weekmask"):
        working_days([False] * 7, [])
