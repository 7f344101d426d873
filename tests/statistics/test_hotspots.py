"""Hot spots: against esda, against naive sums, and where there are none."""

from __future__ import annotations

import esda
import numpy as np
import pytest
from libpysal.weights import W

from livemaps.statistics.hotspots import LEAST_AREAS, hot_spots
from livemaps.statistics.verdicts import CLUSTERS, SPOTS

SIDE = 12
TIMES = 999


def grid(side: int = SIDE) -> np.ndarray:
    """Return the neighbours of a chessboard by edge or corner."""
    places = [(at // side, at % side) for at in range(side * side)]
    return np.array(
        [
            (one, two)
            for one, (row, column) in enumerate(places)
            for two, (below, right) in enumerate(places[one + 1 :], one + 1)
            if max(abs(row - below), abs(column - right)) == 1
        ]
    )


def lists(pairs: np.ndarray, areas: int) -> dict[int, list[int]]:
    near: dict[int, list[int]] = {at: [] for at in range(areas)}
    for one, two in pairs.tolist():
        near[one].append(two)
        near[two].append(one)
    return near


def noise(seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=SIDE * SIDE)


def test_figures_are_those_of_naive_sums() -> None:
    values, near = noise(), lists(grid(), SIDE * SIDE)
    found = hot_spots(values, grid(), 1, TIMES)
    n, mean, deviation = len(values), values.mean(), values.std()
    for at, others in near.items():
        k = len(others) + 1
        total = values[[at, *others]].sum()
        score = (total - k * mean) / (deviation * np.sqrt(k * (n - k) / (n - 1)))
        assert found.z[at] == pytest.approx(score)
        lag = (values[others] - mean).mean()
        moran = (n - 1) * (values[at] - mean) * lag / ((values - mean) ** 2).sum()
        assert found.moran[at] == pytest.approx(moran)


@pytest.mark.filterwarnings("ignore:The alternative hypothesis")
def test_p_is_twice_that_of_esda() -> None:
    values, near = noise(2), lists(grid(), SIDE * SIDE)
    found = hot_spots(values, grid(), 5, TIMES)
    weights = W({at: [at, *others] for at, others in near.items()}, silence_warnings=True)
    getis = esda.G_Local(
        values - values.min() + 1,
        weights,
        transform="B",
        star=True,
        permutations=TIMES,
        n_jobs=1,
        seed=5,
    )
    moran = esda.Moran_Local(values, W(near, silence_warnings=True), permutations=TIMES, seed=5)
    np.testing.assert_allclose(found.z, getis.Zs)
    np.testing.assert_allclose(found.z_p, np.minimum(2 * getis.p_sim, 1), atol=2.1 / (TIMES + 1))
    np.testing.assert_allclose(found.moran, moran.Is)
    np.testing.assert_allclose(found.moran_p, np.minimum(2 * moran.p_sim, 1), atol=2.1e-3)


def test_a_planted_hot_spot_is_found_and_nothing_far_from_it() -> None:
    values = noise(3)
    board = values.reshape(SIDE, SIDE)
    board[2:5, 2:5] += 4
    found = hot_spots(values, grid(), 1)
    spots = found.spot.reshape(SIDE, SIDE)
    assert SPOTS[spots[3, 3]] == "hot_spot"
    assert CLUSTERS[found.cluster.reshape(SIDE, SIDE)[3, 3]] == "high_among_high"
    assert (spots[2:5, 2:5] == SPOTS.index("hot_spot")).sum() >= 5
    assert (spots[7:, 7:] == SPOTS.index("none")).all()


def test_a_planted_cold_spot_is_found() -> None:
    values = noise(3)
    values.reshape(SIDE, SIDE)[6:9, 6:9] -= 4
    found = hot_spots(values, grid(), 1)
    at = 7 * SIDE + 7
    assert SPOTS[found.spot[at]] == "cold_spot"
    assert CLUSTERS[found.cluster[at]] == "low_among_low"


def test_where_nothing_is_planted_spots_are_seldom_found() -> None:
    cities = [hot_spots(noise(seed), grid(), seed, 1_999) for seed in range(100, 130)]
    assert sum(bool((city.spot > 1).any()) for city in cities) <= 5


def test_the_same_seed_gives_the_same_and_leaves_numpy_as_it_was() -> None:
    before = np.random.get_state(legacy=False)["state"]["key"].tolist()  # noqa: NPY002
    one, two = (hot_spots(noise(), grid(), 9, TIMES) for _ in range(2))
    np.testing.assert_array_equal(one.z_p, two.z_p)
    np.testing.assert_array_equal(one.moran_p, two.moran_p)
    assert np.random.get_state(legacy=False)["state"]["key"].tolist() == before  # noqa: NPY002


def test_islands_and_areas_without_a_value_are_left_out() -> None:
    values = np.append(noise(), [9.0, 9.0])
    values[5] = np.nan
    found = hot_spots(values, np.append(grid(), [[5, SIDE * SIDE + 1]], axis=0), 1, TIMES)
    for at in (5, SIDE * SIDE, SIDE * SIDE + 1):
        assert SPOTS[found.spot[at]] == CLUSTERS[found.cluster[at]] == "not_tested"
        assert np.isnan([found.z[at], found.z_p[at], found.z_q[at], found.moran[at]]).all()
    assert (found.spot == 0).sum() == 3
    kept = hot_spots(np.where(np.arange(SIDE * SIDE) == 5, np.nan, noise()), grid(), 1, TIMES)
    np.testing.assert_array_equal(found.z_p[:-2], kept.z_p)


@pytest.mark.parametrize(
    "values",
    [np.full(SIDE * SIDE, 1.0), np.full(SIDE * SIDE, np.nan), np.full(SIDE * SIDE, 0.1 + 0.2)],
)
def test_values_that_do_not_differ_are_not_tested(values: np.ndarray) -> None:
    assert (hot_spots(values, grid(), 1, TIMES).spot == 0).all()


@pytest.mark.parametrize("areas", [0, 1, 2, LEAST_AREAS - 1])
def test_few_areas_are_not_tested(areas: int) -> None:
    pairs = np.array([(at, at + 1) for at in range(areas - 1)], int).reshape(-1, 2)
    assert (hot_spots(noise()[:areas], pairs, 1, TIMES).spot == 0).all()
