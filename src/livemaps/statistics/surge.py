"""Surges: a day, or a week, that brings far more requests than the own past lets expect.

The expectation is that of `statistics.expectation`; a count is judged by its upper mid-p value
under the negative binomial with that mean, many groups at once by their false discovery rate.

Sources: Noufaily et al. (2013), see `expectation`; Lancaster (1961), "Significance tests in
discrete distributions" (mid-p); Benjamini and Hochberg (1995), "Controlling the false discovery
rate" (`scipy.stats.false_discovery_control`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from livemaps.statistics.discovery import q_values
from livemaps.statistics.expectation import (
    FAR,
    RECENT_DAYS,
    RECENT_FROM,
    SEASON_DAYS,
    Expectation,
    Numbers,
    Terms,
    anscombe,
    dispersion_of,
    expect,
    terms_for,
)
from livemaps.statistics.spans import WEEK
from livemaps.statistics.verdicts import SurgeWord

Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]

HISTORY_DAYS = 1096
"""Three years before the judged days, if they are held."""
LEAST_DAYS = 28
"""Four of each weekday: with fewer days of history nothing is expected."""
LEAST_REQUESTS = 100
"""In the history, for a group to be judged: fewer tell neither weekday nor spread."""

UNKNOWN_SEASON = 0.05
"""Relative variance added below 112 days of history, whose seasons nobody has seen: spring, a
first snow and the day of the tax bill change a service by a quarter and more within weeks."""

SURGE, AS_EXPECTED, FEWER, TOO_FEW, INCOMPLETE = SurgeWord

LEAST_SPREAD = 1e-8
"""A dispersion below this is a Poisson distribution for all that matters."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When a count is called a surge: all three must hold, downwards for `fewer`."""

    alpha: float = 0.001
    """The false discovery rate, within one level and one window, stays below this."""
    ratio: float = 1.5
    """Observed against expected, at least; for `fewer` expected against observed."""
    excess: float = 10.0
    """Observed less expected of a day, at least, in requests."""
    excess_week: float = 20.0
    """The same of seven days."""
    interval: float = 0.9
    """Share of ordinary counts that the shown interval holds."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What some consecutive days were to bring to each series of a level."""

    first_day: int
    mean: Numbers
    """[series, days], NaN where nothing can be expected."""
    dispersion: Numbers
    """By series: of a day's count, given its mean."""
    week_dispersion: Numbers
    """By series: of the count of seven days, given its mean."""
    uncertainty: Numbers
    """[series, days]: the relative variance with which the mean is known."""

    @property
    def judged(self) -> Mask:
        """Which series have an expectation."""
        known: Mask = np.isfinite(self.dispersion)
        return known


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What was found of one window, an entry for each series."""

    observed: Counts
    expected: Numbers
    """Of the whole window; NaN where nothing can be expected."""
    corrected: Numbers
    """Observed over the share that the feed had told by then."""
    low: Numbers
    high: Numbers
    """Ends of the interval that holds the ordinary counts of the whole window."""
    p: Numbers
    q: Numbers
    word: NDArray[np.uint8]
    """`SurgeWord`s."""


@dataclass(frozen=True, slots=True)
class FeedShare:
    """The share of a window's requests that the feed has told, with its relative variance."""

    share: float = 1.0
    variance: float = 0.0


WHOLE = FeedShare()


def foresee(
    counts: Counts, first_day: int, ahead: int, *, holidays: Sequence[int] = ()
) -> Foreseen:
    """Say what the `ahead` days after a history were to bring.

    Args:
        counts: requests of each day, [series, days], on consecutive days from `first_day`.
        first_day: day number of the first column.
        ahead: how many days to foresee, from the day after the last column on.
        holidays: day numbers on which the city rests.

    A series is foreseen where its own history, from its first request on, has `LEAST_DAYS`
    days and `LEAST_REQUESTS` requests.
    """
    size, held = counts.shape
    first = first_day + held
    empty = np.full(size, np.nan)
    mean, known = np.full((size, ahead), np.nan), np.full((size, ahead), np.nan)
    daily, weekly = empty, empty.copy()
    begun = (counts.cumsum(axis=1) == 0).sum(axis=1)
    enough = (counts.sum(axis=1) >= LEAST_REQUESTS) & (held - begun >= LEAST_DAYS)
    days = np.arange(first, first + ahead)
    for which, terms in _alike(enough, held - begun, first - 1, holidays):
        fit = expect(counts[which], first_day, terms=terms, begun=begun[which])
        mean[which] = fit.mean(days)
        known[which] = fit.uncertainty(days) + (0.0 if terms.recent else UNKNOWN_SEASON)
        daily[which] = fit.dispersion
        weekly[which] = _of_weeks(counts[which], fit, begun[which])
    return Foreseen(first, mean, daily, weekly, known)


def judge_day(
    foreseen: Foreseen, day: int, observed: Counts, rule: Rule, so_far: FeedShare | None = WHOLE
) -> Verdicts:
    """Judge the counts of one foreseen day, [groups]; `observed` are those told so far.

    `so_far` is the share of the day that these are, None where it is not known.
    """
    at = day - foreseen.first_day
    return _judge(
        observed,
        foreseen.mean[:, at],
        foreseen.dispersion + foreseen.uncertainty[:, at],
        rule,
        rule.excess,
        so_far,
    )


def judge_week(foreseen: Foreseen, last: int, observed: Counts, rule: Rule) -> Verdicts:
    """Judge the counts of the seven foreseen days up to `last`, added up."""
    at = slice(last - foreseen.first_day - WEEK + 1, last - foreseen.first_day + 1)
    mean, total = foreseen.mean[:, at], foreseen.mean[:, at].sum(axis=1)
    apart = foreseen.dispersion * (mean**2).sum(axis=1) / total**2
    spread = np.fmax(foreseen.week_dispersion, apart) + foreseen.uncertainty[:, at].max(axis=1)
    return _judge(observed, total, spread, rule, rule.excess_week, WHOLE)


def upper_p(observed: Counts, mean: Numbers, dispersion: Numbers) -> Numbers:
    """Return the upper mid-p value of counts, P(X > x) + P(X = x) / 2, negative binomial."""
    from scipy.stats import nbinom

    size = 1 / np.maximum(dispersion, LEAST_SPREAD)
    spread = nbinom(size, size / (size + mean))
    tail: Numbers = spread.sf(observed) + spread.pmf(observed) / 2
    return np.minimum(tail, 1.0)


def _alike(
    enough: Mask, history: Counts, last: int, holidays: Sequence[int]
) -> Iterator[tuple[Counts, Terms]]:
    """Put the series together whose histories are long enough for the same terms."""
    bounds = (LEAST_DAYS, RECENT_DAYS, RECENT_FROM, SEASON_DAYS, np.iinfo(np.int64).max)
    for least, below in pairwise(bounds):
        which = np.flatnonzero(enough & (history >= least) & (history < below))
        if len(which):
            yield which, terms_for(int(history[which].max()), last, holidays)


def _of_weeks(counts: Counts, fit: Expectation, begun: Counts) -> Numbers:
    """Return the dispersion of seven days added up, from the whole weeks of the history.

    What makes several days in a row busy alike makes it larger than days apart would have it.
    """
    observed, mean = _weeks(counts.astype(float)), _weeks(fit.fitted)
    weeks = observed.shape[1]
    whole = np.arange(weeks)[None, :] >= weeks - ((counts.shape[1] - begun) // WEEK)[:, None]
    shape = len(fit.terms.names) - (WEEK - 1)
    dispersion = dispersion_of(observed, whole.astype(float), mean, shape)
    for _ in range(2):
        off = np.maximum(np.abs(anscombe(observed, mean, dispersion)), FAR)
        dispersion = dispersion_of(observed, whole * (FAR / off) ** 2, mean, shape)
    return dispersion


def _weeks(daily: Numbers) -> Numbers:
    """Add up seven days at a time, counted back from the last."""
    weeks = daily.shape[1] // WEEK
    last: Numbers = daily[:, daily.shape[1] - weeks * WEEK :]
    added: Numbers = last.reshape(len(daily), weeks, WEEK).sum(axis=2)
    return added


def _judge(
    observed: Counts,
    mean: Numbers,
    dispersion: Numbers,
    rule: Rule,
    excess: float,
    so_far: FeedShare | None,
) -> Verdicts:
    """Judge counts by their whole mean; `excess` is the least that a surge exceeds it by."""
    from scipy.stats import nbinom

    share = np.nan if so_far is None else so_far.share
    by_now = mean * share
    p = np.full(len(observed), np.nan)
    judged = np.isfinite(by_now)
    if so_far is not None:
        spread = dispersion[judged] + so_far.variance
        p[judged] = upper_p(observed[judged], by_now[judged], spread)
    size = 1 / np.maximum(dispersion, LEAST_SPREAD)
    ordinary = nbinom(size, size / (size + mean))
    outside = (1 - rule.interval) / 2
    words = _words(observed, by_now, p, rule, excess)
    words[~judged] = INCOMPLETE
    words[np.isnan(mean)] = TOO_FEW
    return Verdicts(
        observed=observed,
        expected=mean,
        corrected=observed / share,
        low=ordinary.ppf(outside),
        high=ordinary.ppf(1 - outside),
        p=p,
        q=q_values(p),
        word=words,
    )


def _words(
    observed: Counts, mean: Numbers, p: Numbers, rule: Rule, excess: float
) -> NDArray[np.uint8]:
    """Say of each group which word holds; `mean` is what was expected by now."""
    more = (observed >= mean * rule.ratio) & (observed - mean >= excess)
    less = (mean >= observed * rule.ratio) & (mean - observed >= excess)
    words = np.full(len(observed), AS_EXPECTED, np.uint8)
    words[less & (q_values(1 - p) < rule.alpha)] = FEWER
    words[more & (q_values(p) < rule.alpha)] = SURGE
    return words
