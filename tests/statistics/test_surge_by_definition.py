"""Surge recomputed from its definition in docs/metrics.md, with scipy's optimisers and no more."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from livemaps.statistics.surge import Rule, foresee, judge_day, judge_week

Numbers = NDArray[np.float64]
FIRST = 19_002
RULE = Rule()


def series(days: int) -> NDArray[np.int64]:
    """Return a series with weekdays, a season, noise and a storm."""
    random = np.random.default_rng([41, days])
    at = np.arange(FIRST, FIRST + days)
    shape = np.array([1.2, 1.3, 1.25, 1.2, 1.0, 0.5, 0.45])[(at + 3) % 7]
    mean = 30 * shape * (1 + 0.4 * np.cos(2 * np.pi * at / 365.25))
    counts: NDArray[np.int64] = random.poisson(mean * random.gamma(20, 1 / 20, days))
    counts[days // 2 : days // 2 + 3] *= 5
    return counts


def terms(days: NDArray[np.int64], last: int, history: int) -> Numbers:
    columns = [np.ones(len(days))]
    columns += [((days + 3) % 7 == weekday).astype(float) for weekday in range(1, 7)]
    if history >= 548:
        for wave in (1, 2, 3):
            columns += [np.sin(2 * np.pi * wave * days / 365.25)]
            columns += [np.cos(2 * np.pi * wave * days / 365.25)]
        columns.append((days - last) / 365.25)
    if history >= 112:
        columns.append((days >= last - 55).astype(float))
    if 56 <= history < 548:
        columns.append(np.maximum(days - last + 56, 0) / 56)
    return np.column_stack(columns)


def fitted(x: Numbers, y: Numbers, w: Numbers, a: float, start: Numbers) -> Numbers:
    """Minimise the penalised negative log likelihood for a known dispersion."""
    from scipy.optimize import minimize

    def loss(b: Numbers) -> float:
        m = np.exp(x @ b)
        log = y * (x @ b) - m if a == 0 else y * np.log(m / (1 + a * m)) - np.log1p(a * m) / a
        return float(-(w * log).sum() + (b[1:] ** 2).sum() / 2)

    def slope(b: Numbers) -> Numbers:
        m = np.exp(x @ b)
        gradient: Numbers = -(w * (y - m) / (1 + a * m)) @ x
        gradient[1:] += b[1:]
        return gradient

    found = minimize(loss, start, jac=slope, method="BFGS", options={"gtol": 1e-7})
    result: Numbers = found.x
    return result


def dispersion(y: Numbers, m: Numbers, w: Numbers, k: int) -> float:
    from scipy.optimize import brentq

    freedom = max(w.sum() - k, 1)

    def over(a: float) -> float:
        return float((w * (y - m) ** 2 / (m + a * m**2)).sum() - freedom)

    return 0.0 if over(0.0) <= 0 else float(brentq(over, 0, 50, xtol=1e-12))


def weights(y: Numbers, m: Numbers, a: float) -> Numbers:
    s = 1.5 * np.abs(y ** (2 / 3) - m ** (2 / 3)) / (m ** (1 / 6) * np.sqrt(1 + a * m))
    return np.minimum(1, (2.58 / np.maximum(s, 1e-9)) ** 2)


def mid_p(observed: int, mean: float, spread: float) -> float:
    from scipy.stats import nbinom

    counted = nbinom(1 / spread, 1 / (1 + spread * mean))
    return float(counted.sf(observed) + counted.pmf(observed) / 2)


@pytest.mark.parametrize("history", [40, 90, 300, 800])
def test_expected_and_p_are_those_of_the_definition(history: int) -> None:
    counts = series(history + 7)
    past, judged = counts[:history].astype(float), counts[history:]
    days, last = np.arange(FIRST, FIRST + history), FIRST + history - 1
    x, a, w = terms(days, last, history), 0.0, np.ones(history)
    b = np.zeros(x.shape[1])
    b[0] = np.log(past.mean())
    for turn in range(3):
        b = fitted(x, past, w, a, b)
        m = np.exp(x @ b)
        w = weights(past, m, a) if turn else w
        a = dispersion(past, m, w, x.shape[1])
    b = fitted(x, past, w, a, b)
    m = np.exp(x @ b)

    prior = np.diag([0.0] + [1.0] * (x.shape[1] - 1))
    covariance = np.linalg.inv((x * (w * m / (1 + a * m))[:, None]).T @ x + prior)
    ahead = terms(np.arange(last + 1, last + 8), last, history)
    mean = np.exp(ahead @ b)
    u = np.einsum("dt,tu,du->d", ahead, covariance, ahead) + (0.05 if history < 112 else 0)

    foreseen = foresee(counts[None, :history], FIRST, 7)
    assert foreseen.mean[0] == pytest.approx(mean, rel=1e-4)
    day = judge_day(foreseen, last + 7, judged[-1:], RULE)
    assert day.p[0] == pytest.approx(mid_p(int(judged[-1]), mean[-1], a + u[-1]), rel=1e-3)

    weeks = history // 7
    y7 = past[history - weeks * 7 :].reshape(weeks, 7).sum(axis=1)
    m7 = m[history - weeks * 7 :].reshape(weeks, 7).sum(axis=1)
    a7 = dispersion(y7, m7, np.ones(weeks), x.shape[1] - 6)
    for _ in range(2):
        a7 = dispersion(y7, m7, weights(y7, m7, a7), x.shape[1] - 6)
    spread = max(a7, a * (mean**2).sum() / mean.sum() ** 2) + u.max()
    week = judge_week(foreseen, last + 7, judged.sum(keepdims=True), RULE)
    assert week.expected[0] == pytest.approx(mean.sum(), rel=1e-4)
    assert week.p[0] == pytest.approx(mid_p(int(judged.sum()), mean.sum(), spread), rel=1e-3)
