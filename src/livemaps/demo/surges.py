"""Surges on demand: a storm asks for the same few services in one part of the city, for days.

What was made is known, so that what detects surges can be judged against it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemaps.demo.births import ASKED, Facts
from livemaps.demo.rates import OBSERVED_DAYS, SETTINGS
from livemaps.errors import SettingError

DEFAULT_RADIUS_METRES = 4_000.0
DEFAULT_STRENGTH = 25.0
LEAST_PER_DAY = 80.0
"""Extra requests on its first day that a surge brings at least, however small the city: enough to
stand out of a category's usual day in a city of a tenth of the real size."""

WEARING_OFF = 0.65
"""What is left of a surge from one day to the next."""


@dataclass(frozen=True, slots=True)
class Surge:
    """The truth about one surge: which services, which communities, which days, how many."""

    family: str
    """`storm` or `snow`: the services of `data/services.csv` with this family."""
    services: tuple[str, ...]
    areas: tuple[str, ...]
    """Codes of the communities hit, the nearest to the centre first."""
    first_day: int
    last_day: int
    per_day: tuple[float, ...]
    """Expected extra requests on each day from the first to the last."""

    def expected(self, day: int) -> float:
        """Return the expected extra requests of a day."""
        within = self.first_day <= day <= self.last_day
        return self.per_day[day - self.first_day] if within else 0.0


def plan_surge(
    facts: Facts,
    share: float,
    first_day: int,
    days: int,
    *,
    centre: str,
    family: str = "storm",
    radius_metres: float = DEFAULT_RADIUS_METRES,
    strength: float = DEFAULT_STRENGTH,
) -> Surge:
    """Plan a surge around a community.

    Args:
        facts: the city.
        share: the city's size against the real one.
        first_day: the first day on which more is asked for.
        days: how many days it lasts, wearing off.
        centre: code of the community in its middle; it must have a centre point.
        family: the services: `storm` or `snow`.
        radius_metres: how far around the centre's point it reaches.
        strength: how many times the usual number is asked for on the first day.

    Raises:
        SettingError: there is no such community or family.
    """
    chosen = [at for at, name in enumerate(facts.services.family) if name == family and name]
    if not chosen:
        raise SettingError("family", family, "write storm or snow")
    areas = _around(facts, centre, radius_metres)
    everywhere = facts.place_weights[SETTINGS.index("everywhere")]
    usual = facts.services.requests[chosen].sum() / OBSERVED_DAYS * share * everywhere[areas].sum()
    first = max(usual * strength, LEAST_PER_DAY)
    return Surge(
        family=family,
        services=tuple(facts.services.names[at] for at in chosen),
        areas=tuple(facts.gazetteer.communities[at].code for at in areas),
        first_day=first_day,
        last_day=first_day + days - 1,
        per_day=tuple(float(first * WEARING_OFF**day) for day in range(days)),
    )


def draw_surge(random: np.random.Generator, facts: Facts, surge: Surge, day: int) -> np.ndarray:
    """Draw what a surge adds on a day, as an array of ASKED."""
    asked = np.empty(random.poisson(surge.expected(day)), dtype=ASKED)
    services = np.array([facts.services.names.index(name) for name in surge.services])
    weights = facts.services.requests[services]
    codes = [community.code for community in facts.gazetteer.communities]
    areas = np.array([codes.index(code) for code in surge.areas])
    nearness = 1 / (1 + np.arange(len(areas)))
    asked["requested"] = day
    asked["service"] = random.choice(services, len(asked), p=weights / weights.sum())
    asked["area"] = random.choice(areas, len(asked), p=nearness / nearness.sum())
    return asked


def _around(facts: Facts, centre: str, radius_metres: float) -> np.ndarray:
    """Return the communities within a distance of a community's point, the nearest first."""
    codes = [community.code for community in facts.gazetteer.communities]
    metres = facts.gazetteer.metres()
    if centre not in codes or np.isnan(metres[codes.index(centre)]).any():
        raise SettingError("centre", centre, "write the code of a community with a point, as BLN")
    apart = np.hypot(*(metres - metres[codes.index(centre)]).T)
    near = np.flatnonzero(apart <= radius_metres)
    return near[np.argsort(apart[near])]
