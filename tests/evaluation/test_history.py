"""The city as of any day: only what was published and had happened by then."""

from __future__ import annotations

import numpy as np
import pytest

from livemaps.demo.lives import CLOSED, OPEN, states_on
from livemaps.errors import SettingError
from livemaps.evaluation.city import existing, simulated
from livemaps.evaluation.feed_delay import watched
from livemaps.evaluation.history import History
from livemaps.measures.observed import arrivals
from livemaps.measures.world import World


@pytest.fixture(scope="module")
def day(city: History) -> int:
    return int(city.lives["requested"][-1]) - 200


@pytest.fixture(scope="module")
def world(city: History, day: int) -> World:
    return city.on(day)


def test_nothing_later_than_the_day_before_is_known(world: World, day: int) -> None:
    assert world.days.as_of == day
    assert world.column("requested_day").max() == world.days.data == day - 1
    assert world.column("closed_day").max() <= day - 1
    assert sum(world.left_out.values()) == 0


def test_the_newest_day_is_told_in_part_and_the_day_before_in_full(
    city: History, world: World, day: int
) -> None:
    def share(of: int) -> float:
        told = int((world.snapshot.base["requested_day"] == of).sum())
        return told / int((city.lives["requested"] == of).sum())

    assert 0.2 < share(day - 1) < 0.9
    assert share(day - 2) == 1.0
    assert world.days.complete == day - 2


def test_status_follows_the_lives(city: History, world: World, day: int) -> None:
    known = city.lives[city.lives["appears"] <= day - 1]
    status = states_on(known, day - 1).status
    assert world.rows == int(np.isin(status, (OPEN, CLOSED)).sum())
    assert int(world.resolved.sum()) == int((status == CLOSED).sum())


def test_words_places_and_levels_are_the_citys_own(city: History, world: World) -> None:
    assert world.levels()[:2] == ("city", "category")
    assert "service-ward" in world.levels()
    placed = world.column("area_community") < len(world.snapshot.layers[0].keys)
    assert 0.8 < placed.mean() < 1.0
    busiest = np.bincount(world.column("service")).argmax()
    assert world.snapshot.vocab.service.names[busiest]
    assert len(world.layers) == 2


def test_ids_are_unique(world: World) -> None:
    ids = world.snapshot.base["service_request_id"]
    assert len(np.unique(ids)) == len(ids)


def test_the_same_seed_is_the_same_city_and_another_is_another(city: History) -> None:
    assert (simulated(20_000, 4, seed=7).lives == city.lives).all()
    other = simulated(20_000, 4, seed=8).lives
    assert len(other) != len(city.lives) or (other != city.lives).any()


def test_a_city_has_about_as_many_requests_as_were_asked_for(city: History) -> None:
    assert len(city.lives) == pytest.approx(20_000, rel=0.05)
    assert (np.diff(city.lives["requested"]) >= 0).all()


def test_too_few_years_are_refused() -> None:
    with pytest.raises(SettingError, match="years = 3 cannot be used: write 4 or more"):
        simulated(1_000, 3, seed=1)


def test_a_citys_own_rows_are_rebuilt_from_requested_and_closed_days(
    world: World, day: int
) -> None:
    again = existing(world).on(day)
    assert again.rows == world.rows
    for name in ("requested_day", "service", "area_ward", "channel"):
        assert np.bincount(again.column(name)).tolist() == np.bincount(world.column(name)).tolist()
    assert int(again.resolved.sum()) == int(world.resolved.sum())
    earlier = existing(world).on(day - 100)
    requested, closed = world.column("requested_day"), world.column("closed_day")
    before = requested < day - 100
    assert earlier.rows == int(before.sum())
    done = world.resolved & (closed < day - 100) & before
    assert int(earlier.resolved.sum()) == int(done.sum())


def test_a_watched_store_notes_each_request_on_the_day_after_it_was_published(
    city: History,
) -> None:
    with watched(city) as data_dir:
        noted = np.array(arrivals(data_dir, city.frame.profile, 0), np.int64).reshape(-1, 3)
    assert noted[:, 2].sum() == len(city.lives)
    assert set((noted[:, 0] - noted[:, 1]).tolist()) == {1, 2}
    assert not data_dir.exists()
