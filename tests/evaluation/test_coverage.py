"""The share that kept to what was told, with what is still open counted as far as it was followed."""

from __future__ import annotations

import lifelines
import numpy as np
import pytest

from livemaps.evaluation.coverage import closed_by


def test_without_anything_open_it_is_the_plain_share() -> None:
    days = np.array([0, 1, 2, 3, 4])
    told = np.full(5, 2)
    kept = closed_by(told, days, np.ones(5, bool))
    assert kept.share == pytest.approx(3 / 5)
    assert (kept.judged, kept.unjudged) == (5, 0)


def test_what_is_open_counts_as_kaplan_and_meier_have_it() -> None:
    random = np.random.default_rng(3)
    days = random.integers(0, 30, 400)
    closed = random.random(400) < 0.7
    told = np.where(random.random(400) < 0.5, 5, 12)
    due = 0.0
    for limit in (5, 12):
        chosen = told == limit
        fitted = lifelines.KaplanMeierFitter().fit(days[chosen], closed[chosen])
        due += (1 - float(fitted.predict(limit))) * chosen.sum() / 400
    assert closed_by(told, days, closed).share == pytest.approx(due)


def test_a_day_beyond_what_was_followed_is_not_judged() -> None:
    days, closed = np.array([3, 5, 1, 1]), np.array([True, False, True, True])
    kept = closed_by(np.array([9, 9, 1, 1]), days, closed)
    assert (kept.share, kept.judged, kept.unjudged) == (1.0, 2, 2)


def test_nothing_to_judge_has_no_share() -> None:
    nothing = np.zeros(0, np.int64)
    kept = closed_by(nothing, nothing, np.zeros(0, bool))
    assert np.isnan(kept.share)
    assert kept.judged == 0


def test_the_day_before_the_first_keeps_nothing() -> None:
    kept = closed_by(np.array([-1, -1]), np.array([0, 4]), np.array([True, True]))
    assert kept.share == 0.0
