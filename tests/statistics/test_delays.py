"""How late a feed tells of requests, against a triangle worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from livemaps.statistics import delays
from livemaps.statistics.delays import LEAST_DAYS, LONGEST_LAG, Completeness, completeness

Entry = tuple[int, int, int]


def estimated(entries: list[Entry], until: int) -> Completeness:
    seen, requested, rows = np.array(entries, np.int64).reshape(-1, 3).T
    return completeness(seen, requested, rows, until)


def steady(days: int, by_lag: tuple[int, ...], first: int = 100) -> list[Entry]:
    """Return what is seen when every day is watched and each requested day comes in alike."""
    last = first + days - 1
    watched = [(day, day, 0) for day in range(first, last + 1)]
    return watched + [
        (day + lag, day, rows)
        for day in range(first, last + 1)
        for lag, rows in enumerate(by_lag)
        if day + lag <= last
    ]


def test_a_triangle_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delays, "LEAST_DAYS", 2)
    monkeypatch.setattr(delays, "LEAST_ROWS", 1)
    monkeypatch.setattr(delays, "LONGEST_LAG", 2)
    # Watched from day 0 on; of day 1 come 40, 50, 10; of day 2: 60, 40; 2 more later; of day 3: 30.
    entries = [(day, day, 0) for day in range(6)]
    entries += [(0, 0, 99), (1, 1, 40), (2, 1, 50), (3, 1, 10), (2, 2, 60), (3, 2, 40), (4, 2, 2)]
    entries += [(3, 3, 30), (4, 3, 20), (5, 3, 50), (4, 4, 30), (5, 4, 20)]
    found = estimated(entries, until=5)
    second = (10 + 2 + 50) / (100 + 102 + 100)
    first = (50 + 40 + 20 + 20) / (90 + 100 + 50 + 50)
    assert found.share == pytest.approx([(1 - first) * (1 - second), 1 - second, 1])
    assert found.days.tolist() == [4, 3, 0]
    assert found.rows.tolist() == [290, 302, 0]
    shares = np.array([10 / 100, 2 / 102, 50 / 100])
    spread = (np.array([100, 102, 100]) * (shares - second) ** 2).sum() / 302
    assert found.variance[1] == pytest.approx(spread / (1 - second) ** 2)
    assert found.variance[2] == 0


def test_a_feed_that_is_always_alike_gives_its_shares_without_doubt() -> None:
    found = estimated(steady(60, (50, 40, 10)), until=158)
    assert found.share[:4] == pytest.approx([0.5, 0.9, 1.0, 1.0])
    assert found.variance == pytest.approx(np.zeros(LONGEST_LAG + 1), abs=1e-12)
    low, high = found.interval
    assert low == pytest.approx(found.share)
    assert high == pytest.approx(found.share)


def test_a_feed_whose_days_differ_gives_a_wide_interval() -> None:
    entries = steady(60, (50, 50))
    mixed = [(seen, asked, rows * (1 + 3 * (seen % 2))) for seen, asked, rows in entries]
    found = estimated(mixed, until=158)
    low, high = found.interval
    assert low[0] < 0.4 < found.share[0] < high[0]


def test_too_few_days_of_watching_give_no_estimate() -> None:
    short = estimated(steady(LEAST_DAYS + LONGEST_LAG - 1, (50, 50)), until=400)
    assert np.isnan(short.share[:-1]).all()
    assert np.isfinite(estimated(steady(40, (50, 50)), until=400).share).all()


def test_nothing_watched_gives_no_estimate() -> None:
    assert np.isnan(estimated([], until=100).share[:-1]).all()
    assert np.isnan(estimated([(100, 100, 5)], until=100).share[:-1]).all()


def test_days_before_watching_began_are_left_out() -> None:
    entries = steady(60, (50, 40, 10))
    late = [(100, 90 + day, 1000) for day in range(10)] + [(101, 100, 1000), (101, 99, 1000)]
    assert estimated(entries + late, until=158).share == pytest.approx(
        estimated(entries, until=158).share
    )


def test_the_day_that_is_not_over_is_left_out() -> None:
    entries = [*steady(60, (50, 40, 10)), (160, 159, 5000), (160, 160, 5000)]
    assert estimated(entries, until=159).share[:2] == pytest.approx([0.5, 0.9])


def test_a_pause_of_watching_does_not_make_the_feed_look_late() -> None:
    entries = [
        (120 if seen in (118, 119) else seen, asked, rows)
        for seen, asked, rows in steady(80, (50, 40, 10))
        if not (seen in (118, 119) and rows == 0)
    ]
    assert estimated(entries, until=178).share[:3] == pytest.approx([0.5, 0.9, 1.0])
