"""How many requests of each service the simulated city makes on each day, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from livemaps.demo.gazetteer import Community, Gazetteer
from livemaps.demo.services import Services

OBSERVED_DAYS = 273
"""Days from January to September, the period of `Services.requests`."""

WEEKDAYS = np.array([1.189, 1.299, 1.273, 1.241, 1.052, 0.501, 0.444])
"""Requests of a Monday to a Sunday against the mean day: Calgary, 2021 to 2023."""

HOLIDAYS = frozenset({(1, 1), (7, 1), (11, 11), (12, 25), (12, 26)})
"""Months and days on which the city works as on a Sunday."""

SEASONS: Mapping[str, tuple[float, ...]] = {
    "steady": (0.95, 0.95, 0.95, 1.0, 1.05, 1.08, 1.05, 1.0, 1.0, 0.95, 0.92, 0.82),
    "winter": (2.2, 1.9, 1.6, 0.7, 0.15, 0.05, 0.05, 0.05, 0.15, 0.6, 1.5, 2.1),
    "midwinter": (3.5, 2.5, 1.0, 0.1, 0.02, 0.01, 0.01, 0.01, 0.02, 0.2, 1.0, 3.0),
    "thaw": (0.5, 0.8, 1.8, 2.4, 1.6, 0.9, 0.6, 0.5, 0.5, 0.5, 0.4, 0.4),
    "summer": (0.4, 0.4, 0.55, 0.95, 1.4, 1.7, 1.65, 1.45, 1.15, 0.85, 0.5, 0.35),
    "growth": (0.12, 0.12, 0.2, 0.6, 1.6, 2.6, 2.3, 1.5, 1.0, 0.5, 0.15, 0.1),
    "autumn": (0.9, 0.8, 0.8, 0.8, 0.8, 0.9, 1.0, 1.2, 1.6, 1.8, 1.5, 1.1),
    "tax": (1.3, 0.6, 0.5, 0.6, 1.8, 2.6, 0.9, 0.5, 0.4, 0.4, 0.4, 0.7),
    "assessment": (3.8, 2.8, 1.2, 0.4, 0.3, 0.3, 0.2, 0.2, 0.2, 0.2, 0.2, 0.3),
    "school": (0.9, 0.95, 1.0, 1.0, 1.0, 0.9, 0.5, 0.6, 1.5, 1.2, 1.1, 0.8),
}
"""Weight of each month, January first, for each kind of season in `services.csv`."""

SETTINGS = ("everywhere", "centre", "suburb", "leafy", "edge", "industrial", "none")
"""Where a service is asked for; `none` is often asked for no place at all."""

PROMINENT: Mapping[str, float] = {
    "DNC": 0.022,
    "BLN": 0.020,
    "BRD": 0.013,
    "SAD": 0.013,
    "BOW": 0.012,
    "CRE": 0.010,
    "TUS": 0.010,
    "CRA": 0.010,
}
"""Share of the city's requests of the communities with the most open ones."""

CLASS_WEIGHTS: Mapping[str, float] = {
    "Residential": 1.0,
    "Industrial": 0.28,
    "Major Park": 0.25,
    "Residual Sub Area": 0.025,
}
"""Requests of a community against a residential one of the same size, by class."""

NEWCOMER = 0.2
"""Requests of a community newer than the map against an old one: few live there yet."""

CHARACTER = 311
"""Seed of what makes communities differ: the same city whatever the seed of its life."""

UNPLACED = 0.030
UNPLACED_NONE = 0.18
"""Share of requests without any place: of ordinary services, and of those of setting `none`."""


@dataclass(frozen=True, slots=True)
class Rates:
    """What the expected number of each service's requests is made from."""

    daily: np.ndarray
    """Requests on a mean day of January to September, float [services]."""
    seasons: np.ndarray
    """Weight of each month, float [services, 12]."""
    snowy: np.ndarray
    """Whether snow brings it, bool [services]."""

    @classmethod
    def of(cls, services: Services) -> Rates:
        """Derive the rates from the facts about services."""
        return cls(
            daily=services.requests / OBSERVED_DAYS,
            seasons=np.array([_normalised(SEASONS[name]) for name in services.season]),
            snowy=np.array([family == "snow" for family in services.family]),
        )

    def expected(self, days: np.ndarray, share: float) -> np.ndarray:
        """Return the expected requests, float [days, services]; `share` scales the real city."""
        of_day = _of_weekday(days) * share
        expected: np.ndarray = _of_season(self.seasons, days) * self.daily * of_day[:, None]
        return expected


def _normalised(months: tuple[float, ...]) -> np.ndarray:
    """Scale months so that January to September, the period observed, have mean 1."""
    weights = np.array(months)
    scaled: np.ndarray = weights / weights[:9].mean()
    return scaled


def _of_season(seasons: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Interpolate monthly weights [services, 12] to days, float [days, services]."""
    dates = days.astype("datetime64[D]")
    of_year = (dates - dates.astype("datetime64[Y]")).astype(int)
    position = of_year / 365.25 * 12 - 0.5
    before = np.floor(position).astype(int)
    part = (position - before)[:, None]
    blend: np.ndarray = seasons.T[before % 12] * (1 - part) + seasons.T[(before + 1) % 12] * part
    return blend


def _of_weekday(days: np.ndarray) -> np.ndarray:
    """Return each day's weight by weekday; holidays are Sundays."""
    dates = days.astype("datetime64[D]")
    month = dates.astype("datetime64[M]")
    of_month = (dates - month).astype(int) + 1
    of_year = month.astype(int) % 12 + 1
    free = np.zeros(len(days), dtype=bool)
    for holiday_month, holiday in HOLIDAYS:
        free |= (of_year == holiday_month) & (of_month == holiday)
    weights: np.ndarray = WEEKDAYS[np.where(free, 6, weekday(days))]
    return weights


def weekday(days: np.ndarray) -> np.ndarray:
    """Return 0 for Mondays to 6 for Sundays; 1970-01-01 was a Thursday."""
    return (days + 3) % 7


def place_weights(gazetteer: Gazetteer) -> np.ndarray:
    """Return the share of each community for each of `SETTINGS`, float [settings, communities]."""
    base = _base_weights(gazetteer.communities)
    distance = _kilometres_from_centre(gazetteer)
    homes = np.array([c.kind == "Residential" for c in gazetteer.communities])
    works = np.array([c.kind == "Industrial" for c in gazetteer.communities])
    outward = 1 / (1 + np.exp(-(distance - 5) / 1.5))
    weights = np.array(
        [
            base,
            base * (0.15 + 3 * np.exp(-distance / 2.5)),
            base * np.where(homes, 0.25 + outward, 0.1),
            base * np.where(homes, 0.2 + np.exp(-(((distance - 5) / 3) ** 2)), 0.2),
            base / (1 + np.exp(-(distance - 12) / 2)),
            base * np.where(works, 20.0, 0.1),
            base,
        ]
    )
    shares: np.ndarray = weights / weights.sum(axis=1, keepdims=True)
    return shares


def _base_weights(communities: tuple[Community, ...]) -> np.ndarray:
    """Draw how much each community asks, and set the prominent ones to what is known."""
    random = np.random.default_rng(CHARACTER)
    size = random.gamma(1.9, 1.0, len(communities))
    weights = size * np.array([CLASS_WEIGHTS[community.kind] for community in communities])
    weights *= np.array([1.0 if community.mapped else NEWCOMER for community in communities])
    known = np.array([PROMINENT.get(community.code, 0.0) for community in communities])
    rest = np.where(known > 0, 0.0, np.minimum(weights, 5.0 * np.median(weights)))
    shares: np.ndarray = known + rest / rest.sum() * (1 - known.sum())
    return shares


def _kilometres_from_centre(gazetteer: Gazetteer) -> np.ndarray:
    """Return how far each community is from downtown; those without a point lie at the edge."""
    metres = gazetteer.metres()
    downtown = next(i for i, c in enumerate(gazetteer.communities) if c.code == "DNC")
    apart = np.hypot(*(metres - metres[downtown]).T) / 1000
    return np.where(np.isnan(apart), 14.0, apart)
