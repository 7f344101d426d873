"""Due days and what became of them, against plain loops and against Toronto's real answers."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from livemaps.model import day_number
from livemaps.statistics.business_days import working_days
from livemaps.statistics.standards import (
    NO_DUE_DAY,
    DueBy,
    Outcome,
    Promise,
    count_due,
    due_days,
    outcomes,
    overdue_now,
    wilson,
)

TODAY = 20_000
CALENDAR = working_days((True,) * 5 + (False,) * 2, [date(2024, 9, 2), date(2024, 10, 14)])
PROMISES = (Promise(0, False), Promise(5, False), Promise(3, True), Promise(0, True))
DAY = st.integers(TODAY - 40, TODAY)
REQUESTS = st.lists(
    st.tuples(
        DAY,
        st.one_of(st.just(-1), st.integers(TODAY - 60, TODAY + 20)),
        st.integers(-1, len(PROMISES) - 1),
        st.integers(0, 30),
        st.booleans(),
        st.integers(0, 3),
    ),
    max_size=60,
)


def naive_due(requested: int, expected: int, standard: int) -> tuple[int, DueBy]:
    if expected >= max(requested, 0):
        return expected, DueBy.FEED
    if standard < 0:
        return NO_DUE_DAY, DueBy.NOTHING
    promise = PROMISES[standard]
    if promise.business:
        return int(CALENDAR.after(np.array([requested]), promise.days)[0]), DueBy.STANDARD
    return requested + promise.days, DueBy.STANDARD


def naive_outcome(due: int, resolved: bool, closed: int) -> Outcome:
    if due == NO_DUE_DAY:
        return Outcome.NOT_YET
    if resolved:
        return Outcome.ON_TIME if closed <= due else Outcome.LATE_CLOSED
    return Outcome.LATE_OPEN if due < TODAY else Outcome.NOT_YET


@given(REQUESTS)
def test_every_request_is_due_and_judged_as_by_hand(
    rows: list[tuple[int, int, int, int, bool, int]],
) -> None:
    columns = np.array(rows, np.int32).reshape(-1, 6).T
    requested, expected, standard, took, done, group = columns
    found = due_days(requested, expected, standard, PROMISES, CALENDAR)
    by_hand = [naive_due(*row[:3]) for row in rows]
    assert list(zip(found.day.tolist(), found.by.tolist(), strict=True)) == by_hand
    assert found.refused == sum(0 <= row[1] < row[0] for row in rows)
    resolved, closed = done.astype(bool), requested + took
    judged = outcomes(found.day, resolved, closed, TODAY)
    naive = [
        naive_outcome(due, row[4], row[0] + row[3])
        for (due, _), row in zip(by_hand, rows, strict=True)
    ]
    assert judged.tolist() == naive
    _counts_agree(rows, [due for due, _ in by_hand], naive)
    waiting = ~resolved & (found.day != NO_DUE_DAY)
    _overdue_agrees(group[waiting].tolist(), found.day[waiting].tolist())


def _counts_agree(
    rows: list[tuple[int, int, int, int, bool, int]], dues: list[int], naive: list[Outcome]
) -> None:
    start = TODAY - 70
    kept = [
        (row[5], (due - start) // 7, outcome)
        for row, due, outcome in zip(rows, dues, naive, strict=True)
        if outcome != Outcome.NOT_YET and due < TODAY
    ]
    group, period, outcome = np.array(kept, np.int64).reshape(-1, 3).T
    cells = count_due(group, period, outcome, 11)
    expected = Counter(kept)
    for code in range(5):
        periods, counts = cells.of_group(code)
        found = {
            (code, int(at), Outcome(result)): int(counts[row, result])
            for row, at in enumerate(periods)
            for result in range(3)
            if counts[row, result]
        }
        assert found == {key: count for key, count in expected.items() if key[0] == code}


def _overdue_agrees(groups: list[int], dues: list[int]) -> None:
    by_group: dict[int, list[int]] = defaultdict(list)
    for group, due in zip(groups, dues, strict=True):
        by_group[group].append(TODAY - due)
    found = overdue_now(np.array(groups, np.int64), np.array(dues, np.int64), TODAY)
    assert found.groups.tolist() == sorted(by_group)
    for at, group in enumerate(found.groups.tolist()):
        over = [days for days in by_group[group] if days > 0]
        assert found.open_due[at] == len(by_group[group])
        assert found.overdue[at] == len(over)
        assert found.due_week[at] == sum(-6 <= days <= 0 for days in by_group[group])
        assert found.oldest_days[at] == max(over, default=-1)
        assert (math.isnan(found.median_days[at]) and not over) or found.median_days[at] == median(
            over
        )


def judge(due: int, *, closed: int | None, today: int = TODAY) -> Outcome:
    found = outcomes(
        np.array([due]), np.array([closed is not None]), np.array([closed or -1]), today
    )
    return Outcome(int(found[0]))


def test_closed_on_the_due_day_is_on_time_and_a_day_later_is_late() -> None:
    assert judge(TODAY - 5, closed=TODAY - 5) is Outcome.ON_TIME
    assert judge(TODAY - 5, closed=TODAY - 4) is Outcome.LATE_CLOSED


def test_open_on_the_due_day_is_not_yet_late_and_a_day_later_it_is() -> None:
    assert judge(TODAY, closed=None) is Outcome.NOT_YET
    assert judge(TODAY - 1, closed=None) is Outcome.LATE_OPEN


def test_a_request_resolved_before_it_is_due_is_on_time_already() -> None:
    assert judge(TODAY + 30, closed=TODAY - 3) is Outcome.ON_TIME


def test_a_request_that_was_opened_again_is_open_whatever_its_closed_day() -> None:
    found = outcomes(np.array([TODAY - 9]), np.array([False]), np.array([TODAY - 10]), TODAY)
    assert found.tolist() == [Outcome.LATE_OPEN]


def test_business_days_outside_the_holidays_are_counted_unless_the_feed_knows_better() -> None:
    requested = np.array([day_number(date(2023, 5, 1)), day_number(date(2024, 5, 1))])
    standard = np.array([2, 2])
    found = due_days(requested, np.array([-1, -1]), standard, PROMISES, CALENDAR)
    assert found.uncovered == 1
    found = due_days(requested, requested + 1, standard, PROMISES, CALENDAR)
    assert found.uncovered == 0


def test_no_request_is_no_trouble() -> None:
    none = np.zeros(0, np.int32)
    found = due_days(none, none, none, PROMISES, CALENDAR)
    assert (len(found.day), found.refused, found.uncovered) == (0, 0, 0)
    assert len(overdue_now(none, none, TODAY).groups) == 0
    periods, counts = count_due(none, none, none, 3).of_group(0)
    assert (len(periods), counts.shape) == (0, (0, 3))


@given(st.integers(0, 3000), st.integers(1, 3000))
def test_the_interval_is_wilson_s_and_holds_the_share(successes: int, trials: int) -> None:
    successes = min(successes, trials)
    low, high = wilson(successes, trials)
    expected = proportion_confint(successes, trials, method="wilson")
    assert (low, high) == pytest.approx(expected, abs=1e-12)
    assert 0 <= low <= successes / trials <= high <= 1


def test_a_share_of_nothing_may_be_anything() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_toronto_s_expected_dates_are_believed_where_they_can_be(shared_data: Path) -> None:
    """Real rows: offsets differ between summer and winter, and days are those of the city."""
    text = (shared_data / "toronto" / "open311_requests_2018-10.json").read_text("utf-8")
    rows = json.loads(text)["service_requests"]
    requested, expected = (
        np.array([_city_day(row[name]) for row in rows])
        for name in ("requested_datetime", "expected_datetime")
    )
    nothing = np.full(len(rows), -1)
    found = due_days(requested, expected, nothing, (), CALENDAR)
    by_hand = sum(bool(row["expected_datetime"]) for row in rows)
    assert np.count_nonzero(found.by == DueBy.FEED) + found.refused == by_hand
    assert found.refused == np.count_nonzero((expected >= 0) & (expected < requested))
    potholes = [row["service_name"] == "Road - Pot hole" for row in rows]
    waits = Counter((found.day - requested)[np.array(potholes) & (found.day >= 0)].tolist())
    assert waits.most_common(1)[0][0] == 4
    stays_open = np.array([row["status"] == "open" for row in rows])
    today = day_number(date(2018, 10, 29))
    now = overdue_now(np.zeros(1000, int)[stays_open], found.day[stays_open], today)
    assert now.overdue[0] == sum(
        row["status"] == "open" and _city_day(row["expected_datetime"]) < today for row in rows
    )


def _city_day(moment: str | None) -> int:
    """Return a moment's day in Toronto, -1 where there is none."""
    if not moment:
        return -1
    when = datetime.fromisoformat(moment).astimezone(UTC)
    return day_number(when.astimezone(ZoneInfo("America/Toronto")).date())
