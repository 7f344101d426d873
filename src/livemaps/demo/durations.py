"""How long requests of the simulated city stay open: a mixture of three kinds of life.

- *ordinary* ones close after a log-normal number of days;
- *slow* ones wait for a season or a budget: a few days and then exponential;
- *stranded* ones stay open for years: at least `STRANDED_LEAST` days, at most `STRANDED_MOST`.

The shares and the spread are fitted for each service to two published figures: the mean days to
close of the closed ones, and the share still open after nine months.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemaps.demo.services import Services

SLOW_MEAN_DAYS = 80.0
SLOW_LEAST_DAYS = 3
STRANDED_LEAST = 300
STRANDED_MOST = 8 * 365
STRANDED_MEAN_DAYS = 2.5 * 365.0
FORGOTTEN_MEAN_DAYS = 25 * 365.0
"""Of services that are mostly never closed, such as "311 Contact Us"."""

OBSERVED_AGES = np.arange(4, 278)
"""Ages in days, on 2026-10-04, of requests made from January to September."""

STRANDED_OF_OPEN = 0.22
SLOW_OF_REST = 0.7
SLOW_AT_MOST = 0.5
SPREADS = np.array([0.3, 0.45, 0.6, 0.8, 1.0, 1.2, 1.4])
SHORTEST_MEAN = 0.15
ROUNDING_DAYS = 0.2
"""What rounding down to whole days takes from the mean (half a day), less what weekends add."""


@dataclass(frozen=True, slots=True)
class Durations:
    """The mixture of each service, as columns by service code."""

    mean: np.ndarray
    """Mean of the ordinary log-normal, in days, before rounding down."""
    spread: np.ndarray
    """Its sigma."""
    slow: np.ndarray
    """Share of slow ones."""
    stranded: np.ndarray
    """Share of stranded ones."""
    years: np.ndarray
    """Mean days that stranded ones stay open beyond `STRANDED_LEAST`."""

    @property
    def lasting(self) -> np.ndarray:
        """Share of requests that are slow or stranded."""
        lasting: np.ndarray = self.slow + self.stranded
        return lasting


def fit_durations(services: Services) -> Durations:
    """Fit the mixture of every service to its mean days to close and its open share."""
    mean_days, open_share = services.mean_days, services.open_share
    slow_open = np.exp(-OBSERVED_AGES / SLOW_MEAN_DAYS).mean()
    stranded = STRANDED_OF_OPEN * open_share
    slow_most = np.minimum(SLOW_AT_MOST, 1 - open_share)
    slow = np.minimum(SLOW_OF_REST * (open_share - stranded) / slow_open, slow_most)
    mean = _ordinary_mean(mean_days, open_share, slow, stranded)
    room = (open_share - stranded) * (1 - SLOW_OF_REST) + 0.003
    spread, still_open = _widest_spread(mean, room)
    slow = np.clip((open_share - stranded - still_open) / slow_open, 0, slow_most)
    ordinary_open = still_open * (1 - slow - stranded)
    stranded = np.maximum(open_share - ordinary_open - slow * slow_open, 0)
    mean = _ordinary_mean(mean_days, open_share, slow, stranded)
    years = np.where(stranded > 0.5, FORGOTTEN_MEAN_DAYS, STRANDED_MEAN_DAYS)
    return Durations(mean=mean, spread=spread, slow=slow, stranded=stranded, years=years)


def _ordinary_mean(
    mean_days: np.ndarray, open_share: np.ndarray, slow: np.ndarray, stranded: np.ndarray
) -> np.ndarray:
    """Return the ordinary ones' mean that leaves the closed ones' mean at `mean_days`."""
    ages = OBSERVED_AGES
    slow_days = (SLOW_MEAN_DAYS - (ages + SLOW_MEAN_DAYS) * np.exp(-ages / SLOW_MEAN_DAYS)).mean()
    ordinary = (mean_days * (1 - open_share) - slow * slow_days) / (1 - slow - stranded)
    mean: np.ndarray = np.maximum(ordinary, SHORTEST_MEAN) + ROUNDING_DAYS
    return mean


def _widest_spread(mean: np.ndarray, room: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each service's largest spread that leaves at most `room` open, and what it leaves."""
    location = np.log(mean)[:, None] - SPREADS**2 / 2
    scores = (np.log(OBSERVED_AGES + 1)[:, None, None] - location) / SPREADS
    still_open = (1 - _normal_share_below(scores)).mean(axis=0)
    fits = still_open <= room[:, None]
    widest = np.where(fits.any(axis=1), len(SPREADS) - 1 - fits[:, ::-1].argmax(axis=1), 0)
    return SPREADS[widest], still_open[np.arange(len(mean)), widest]


def _normal_share_below(scores: np.ndarray) -> np.ndarray:
    """Return the standard normal distribution function, within 0.0002 (a logistic form).

    Page, E. (1977): Approximations to the cumulative normal function. Applied Statistics 26.
    """
    exponent = np.sqrt(8 / np.pi) * (scores + 0.044715 * scores**3)
    below: np.ndarray = 1 / (1 + np.exp(-np.clip(exponent, -500, 500)))
    return below


def draw_days(
    random: np.random.Generator, durations: Durations, service: np.ndarray, lasting: bool = False
) -> np.ndarray:
    """Draw the days to close of one request for each service code given.

    With `lasting`, only slow and stranded lives are drawn, in their own proportion: the rest
    of a past that is long over.
    """
    slow, stranded = durations.slow[service], durations.stranded[service]
    kind = random.random(len(service)) * (slow + stranded if lasting else 1.0)
    mean, spread = durations.mean[service], durations.spread[service]
    ordinary = random.lognormal(np.log(mean) - spread**2 / 2, spread)
    waiting = random.exponential(SLOW_MEAN_DAYS, len(service)) + SLOW_LEAST_DAYS
    years = STRANDED_LEAST + random.exponential(durations.years[service])
    days = np.where(kind < slow, waiting, ordinary)
    days = np.where((kind >= slow) & (kind < slow + stranded), years, days)
    return np.minimum(days, STRANDED_MOST).astype(np.int32)
