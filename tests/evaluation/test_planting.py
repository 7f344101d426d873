"""Planted truths: as many as were asked for, where and when, and like the requests around them."""

from __future__ import annotations

import numpy as np
import pytest

from livemaps.demo.lives import NEVER
from livemaps.evaluation.history import History
from livemaps.evaluation.planting import (
    USUAL_WEEKS,
    copies,
    excess,
    joined,
    reported_again,
    surge,
    usual_number,
)


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(5)


@pytest.fixture
def day(city: History) -> int:
    return int(city.lives["requested"][-1]) - 30


def everything(city: History) -> np.ndarray:
    return np.ones(len(city.lives), bool)


def test_the_usual_number_is_the_mean_of_the_same_weekday_of_eight_weeks(
    city: History, day: int
) -> None:
    before = [
        int((city.lives["requested"] == day - 7 * week).sum()) for week in range(1, USUAL_WEEKS + 1)
    ]
    assert usual_number(city.lives, everything(city), day) == pytest.approx(np.mean(before))


def test_a_surge_of_three_times_adds_twice_the_usual_on_its_days_only(
    city: History, day: int, random: np.random.Generator
) -> None:
    days = range(day, day + 20)
    added = surge(random, city.lives, everything(city), days, 3.0)
    usual = sum(usual_number(city.lives, everything(city), one) for one in days)
    assert set(added["requested"].tolist()) <= set(days)
    assert len(added) == pytest.approx(2 * usual, abs=4 * np.sqrt(2 * usual))


def test_a_surge_stays_in_its_group(city: History, day: int, random: np.random.Generator) -> None:
    group = city.lives["service"] == np.bincount(city.lives["service"]).argmax()
    added = surge(random, city.lives, group, range(day, day + 20), 5.0)
    assert len(added)
    assert np.unique(added["service"]).tolist() == np.unique(city.lives["service"][group]).tolist()


def test_a_group_that_had_nothing_gets_nothing(
    city: History, day: int, random: np.random.Generator
) -> None:
    assert not len(surge(random, city.lives, ~everything(city), [day], 10.0))


def test_an_excess_multiplies_a_groups_requests_between_two_days(
    city: History, day: int, random: np.random.Generator
) -> None:
    added = excess(random, city.lives, everything(city), day - 27, day, 2.0)
    requested = city.lives["requested"]
    own = int(((requested >= day - 27) & (requested <= day)).sum())
    assert (added["requested"] >= day - 27).all()
    assert (added["requested"] <= day).all()
    assert len(added) == pytest.approx(own, abs=4 * np.sqrt(own))


def test_what_is_reported_again_comes_within_the_days_after_closing_at_the_same_place(
    city: History, random: np.random.Generator
) -> None:
    group = np.zeros(len(city.lives), bool)
    group[:500] = True
    added = reported_again(random, city.lives, group, 1.0, 14)
    closed = city.lives[:500]
    closed = closed[(closed["closed"] < NEVER) & (closed["marked"] == NEVER)]
    after = added["requested"] - closed["closed"]
    assert len(added) == len(closed)
    assert (after >= 1).all()
    assert (after <= 14).all()
    assert (added["area"] == closed["area"]).all()
    assert (added["service"] == closed["service"]).all()


def test_a_copy_lives_as_long_as_what_it_was_copied_from(city: History, day: int) -> None:
    made = copies(city.lives, np.arange(1_000), np.full(1_000, day))
    own = city.lives[:1_000]
    ends = own["closed"] < NEVER
    assert (made["closed"][~ends] == NEVER).all()
    lasted = own["closed"][ends] - own["requested"][ends]
    assert (made["closed"][ends] - day == lasted).all()


def test_joined_requests_are_sorted_by_day_and_each_has_a_number_of_its_own(
    city: History, day: int, random: np.random.Generator
) -> None:
    first = excess(random, city.lives, everything(city), day - 3, day, 2.0)
    second = excess(random, city.lives, everything(city), day - 3, day, 2.0)
    lives = joined(city.lives, first, second)
    again = joined(lives, excess(random, city.lives, everything(city), day - 3, day, 2.0))
    for made in (lives, again):
        assert (np.diff(made["requested"]) >= 0).all()
        assert len(np.unique(made["number"])) == len(made)
    assert len(lives) == len(city.lives) + len(first) + len(second)


def test_nothing_planted_leaves_the_city_as_it_is(city: History) -> None:
    assert (joined(city.lives) == city.lives).all()
