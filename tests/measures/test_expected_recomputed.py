"""More than expected, recomputed from docs/metrics.md alone with pandas, scipy and esda."""

from __future__ import annotations

import warnings
from typing import Any

import esda
import numpy as np
import pandas as pd
import pytest
from libpysal.weights import W
from scipy import optimize, stats

from livemaps.measures.contents import FamilyResult
from livemaps.measures.expected import expected_of_world
from livemaps.model import day_date, day_number
from livemaps.statistics.verdicts import SPOTS, WORDS
from tests.measures.village import world_of
from tests.views.town import COMMUNITIES, SERVICES, TODAY, WARDS, Row

COMPLETE = TODAY - 2


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """Requests of four years, from areas and services of very different sizes."""
    rng = np.random.default_rng(31)
    size = 30_000
    frame = pd.DataFrame(
        {
            "area": rng.choice([*COMMUNITIES, "none"], size, p=[0.45, 0.3, 0.2, 0.01, 0.04]),
            "service": rng.choice(SERVICES[:3], size, p=[0.6, 0.3, 0.1]),
            "day": TODAY - rng.integers(0, 365 * 4, size),
        }
    )
    burst = pd.DataFrame({"area": "CAP", "service": SERVICES[2], "day": COMPLETE - 3}, range(60))
    return pd.concat([frame, burst], ignore_index=True)


@pytest.fixture(scope="module")
def found(rows: pd.DataFrame) -> FamilyResult:
    made = [
        Row(
            community="unplaced:no_place" if area == "none" else area,
            ward=WARDS[0],
            service=service,
            requested=day,
        )
        for area, service, day in zip(
            *(rows[name].tolist() for name in ("area", "service", "day")), strict=True
        )
    ]
    return expected_of_world(world_of(made))


@pytest.fixture(scope="module")
def tables(rows: pd.DataFrame) -> list[pd.DataFrame]:
    """Areas x groups now and in each earlier year."""
    today = day_date(COMPLETE)
    ends = [day_number(today.replace(year=today.year - years)) for years in range(4)]
    return [counted(rows, end) for end in ends]


def counted(rows: pd.DataFrame, end: int) -> pd.DataFrame:
    given = rows[rows.day.between(end - 27, end) & rows.area.isin(COMMUNITIES)]
    given = given.assign(category=given.service.str.split(" - ").str[0])
    by_area = given.groupby("area").size().rename("all").to_frame()
    for column in ("category", "service"):
        by_area = by_area.join(pd.crosstab(given.area, given[column]))
    return by_area.reindex(list(COMMUNITIES)).fillna(0)


def names(found: FamilyResult) -> list[str]:
    categories = dict.fromkeys(name.split(" - ")[0] for name in SERVICES)
    vocabulary = (["all"], ["", *categories], ["", *SERVICES])
    return [vocabulary[kind][code] for kind, code in found.arrays["community/28/groups"]]


def solved(excess: Any, high: float) -> float:
    return 0.0 if excess(0) <= 0 else float(optimize.brentq(excess, 0, high))


def williams(parts: list[tuple[Any, Any, float]], windows: int, fits: int) -> tuple[float, int]:
    cells = [
        (x, n, c)
        for count, size, c in parts
        for x, n in zip(count, size, strict=True)
        if n * c >= 5
    ]
    if len(cells) <= fits:
        return 0.0, len(cells)
    x, n, c = np.array(cells).T

    def excess(r: float) -> float:
        terms = (x - n * c) ** 2 / (n * c * (1 - c) * (1 + (n - 1) * r))
        return float(terms.sum() - (len(x) - fits))

    r = solved(excess, 0.999)
    return windows * r / (1 - r), len(cells)


def test_everything_against_the_past(found: FamilyResult, tables: list[pd.DataFrame]) -> None:
    now, *past = tables
    groups = names(found)
    before = sum(past[1:], past[0])
    turns = {
        group: [
            (year[group], before[group], float(year[group].sum() / before[group].sum()))
            for year in past
        ]
        for group in groups
    }
    used = [group for group in groups if williams(turns[group], 3, 3)[1]]
    d_all, _ = williams([each for group in groups for each in turns[group]], 3, 3 * len(used))
    for at, group in enumerate(groups):
        own, cells = williams(turns[group], 3, 3)
        free = max(cells - 3, 0)
        d = (free * own + 50 * d_all) / (free + 50)
        o, p, n, w = now[group], before[group], now[group].sum(), before[group].sum()
        chance = n / (n + w)
        for area, key in enumerate(COMMUNITIES):
            cell = {
                name: found.arrays[f"community/28/past/{name}"][area, at]
                for name in ("expected", "p", "word", "q")
            }
            assert found.arrays["community/28/observed"][area, at] == o[key]
            assert cell["expected"] == pytest.approx(p[key] * n / w)
            if cell["expected"] < 5:
                assert WORDS[cell["word"]] == "too_few"
                assert np.isnan(cell["p"])
                continue
            law = (
                stats.betabinom(o[key] + p[key], chance * 4 / d, (1 - chance) * 4 / d)
                if d > 0
                else stats.binom(o[key] + p[key], chance)
            )
            below, above = law.cdf(o[key] - 1), law.sf(o[key])
            assert cell["p"] == pytest.approx(
                min(1, 2 * min(below, above) + law.pmf(o[key])), rel=1e-6
            )


def test_the_burst_is_told_and_q_is_over_both_families(found: FamilyResult) -> None:
    groups = found.arrays["community/28/groups"]
    p, q = (found.arrays[f"community/28/past/{name}"] for name in ("p", "q"))
    for family in (groups[:, 0] == 2, groups[:, 0] != 2):
        tested = ~np.isnan(p[:, family])
        wanted = stats.false_discovery_control(p[:, family][tested])
        np.testing.assert_allclose(q[:, family][tested], wanted)
    at = names(found).index("Waste")
    words = found.arrays["community/28/past/word"]
    assert WORDS[words[COMMUNITIES.index("CAP"), at]] == "more"


def test_everything_against_the_mix(found: FamilyResult, tables: list[pd.DataFrame]) -> None:
    now, groups = tables[0], names(found)
    total = now["all"]
    mean = {group: total * now[group].sum() / total.sum() for group in groups}

    def breslow(chosen: list[str], fits: int) -> tuple[float, int]:
        o = np.concatenate([now[group][mean[group] >= 5] for group in chosen])
        e = np.concatenate([mean[group][mean[group] >= 5] for group in chosen])
        if len(o) <= fits:
            return 0.0, len(o)
        high = float(((o - e) ** 2 / e**2).sum())

        def excess(d: float) -> float:
            return float(((o - e) ** 2 / (e + d * e**2)).sum() - (len(o) - fits))

        return solved(excess, high), len(o)

    d_all, _ = breslow(groups, sum(bool((mean[group] >= 5).any()) for group in groups))
    for at, group in enumerate(groups[1:], 1):
        own, cells = breslow([group], 1)
        d = (max(cells - 1, 0) * own + 50 * d_all) / (max(cells - 1, 0) + 50)
        for area, key in enumerate(COMMUNITIES):
            e, o = mean[group][key], now[group][key]
            assert found.arrays["community/28/mix/expected"][area, at] == pytest.approx(e)
            law = stats.nbinom(1 / d, 1 / (1 + d * e)) if d > 0 else stats.poisson(e)
            p = min(1, 2 * min(law.cdf(o - 1), law.sf(o)) + law.pmf(o))
            told = found.arrays["community/28/mix/p"][area, at]
            assert told == pytest.approx(p, rel=1e-6) if e >= 5 else np.isnan(told)


def test_ratios_are_smoothed_as_written(found: FamilyResult, tables: list[pd.DataFrame]) -> None:
    o = found.arrays["community/28/observed"].astype(float)
    e = found.arrays["community/28/past/expected"]
    for at in range(o.shape[1]):
        count, mean = o[:, at][e[:, at] > 0], e[:, at][e[:, at] > 0]
        m = count.sum() / mean.sum()
        s2 = (mean * (count / mean - m) ** 2).sum() / mean.sum()
        v = max(s2 - m * len(mean) / mean.sum(), 0.0625 * m**2)
        for area in np.flatnonzero(e[:, at] > 0):
            law = stats.gamma(m**2 / v + o[area, at], scale=1 / (m / v + e[area, at]))
            figures = [
                found.arrays[f"community/28/past/{n}"][area, at]
                for n in ("smoothed", "low", "high")
            ]
            assert figures == pytest.approx([law.mean(), law.ppf(0.025), law.ppf(0.975)])


def test_hot_spots_are_those_of_esda() -> None:
    """The call that docs/metrics.md has, on a ring of areas of which a few are high."""
    from livemaps.statistics.hotspots import hot_spots

    y = np.random.default_rng(2).normal(size=40)
    y[10:15] += 4
    near = {at: sorted((at + step) % 40 for step in (-3, -2, -1, 1, 2, 3)) for at in range(40)}
    pairs = np.array(sorted({(min(a, b), max(a, b)) for a, each in near.items() for b in each}))
    found = hot_spots(y, pairs, 20_211_018)
    own = W({at: sorted([at, *each]) for at, each in near.items()}, silence_warnings=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = esda.G_Local(
            y - y.min() + 1,
            own,
            transform="B",
            star=True,
            permutations=9_999,
            n_jobs=1,
            seed=20_211_018,
        )
    above = (theirs.rGs >= theirs.Gs[:, None] * (1 - 1e-9)).sum(axis=1)
    below = (theirs.rGs <= theirs.Gs[:, None] * (1 + 1e-9)).sum(axis=1)
    p = np.minimum(2 * (np.minimum(above, below) + 1) / 10_000, 1)
    np.testing.assert_array_equal(found.z_p, p)
    np.testing.assert_array_equal(found.z, theirs.Zs)
    q = stats.false_discovery_control(p)
    hot = [SPOTS[code] == "hot_spot" for code in found.spot]
    assert hot == ((q <= 0.05) & (theirs.Zs > 0)).tolist()
    assert any(hot)
