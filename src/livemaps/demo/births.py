"""New requests: how many, of which service, where, and the whole life that each will have.

Shares without a remark are those of `data/README.md`, "Calibration".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from livemaps.demo.durations import STRANDED_LEAST, Durations, draw_days, fit_durations
from livemaps.demo.gazetteer import Gazetteer
from livemaps.demo.lives import CHANNELS, LIFE, NEVER, NO_PLACE, no_lives
from livemaps.demo.rates import (
    SETTINGS,
    UNPLACED,
    UNPLACED_NONE,
    Rates,
    place_weights,
    weekday,
)
from livemaps.demo.services import Agencies, Services
from livemaps.model import day_number

CHANNEL_SHARES = np.array([[0.5325, 0.2625, 0.125, 0.08], [0.60, 0.33, 0.0, 0.07]])
"""Of `CHANNELS`: for ordinary services, and for those of setting `none`."""

DAILY_VARIATION = 0.10
"""Standard deviation of a day's common factor, against 1."""
SNOWFALL_VARIATION = 0.9
"""The same of the services that snow brings."""

APPEARS_NEXT_DAY = 0.55
"""Share of requests that the first publication after their day has; the others come a day later."""

DUPLICATES = 0.0115
DUPLICATES_LEFT_OPEN = 0.11
DUPLICATE_DAYS = 3.0
DUPLICATE_LEFT_DAYS = 250.0
"""Mean days until a duplicate closes: of most, and of those left open."""
DELETIONS = 0.0002
"""More than the 14 in a million of the real feed, so that a small city has some."""
TOUCHED = 0.62
TRANSFERRED = 0.008
REOPENED = 0.014
REOPENED_STRANDED = 0.07
SILENT = 0.0105
UNTOLD = 0.02
REVISED = 0.06
REWRITTEN = 0.25
REWRITE_DAY = day_number(date(2020, 9, 4))
"""A bulk rewrite moved `updated_date` of a quarter of what had closed before."""
POINTLESS = 0.0005
WEEKEND_REST = 0.65
"""Share of closings that wait from a weekend to Monday."""

ASKED = np.dtype([("requested", np.int32), ("service", np.int16), ("area", np.int16)])
"""What is asked for: the day, the service's code, the community's code or TO_BE_DRAWN."""

TO_BE_DRAWN = -2

NUMBERS_PER_DAY = 4_500
"""Request numbers set aside for a day; the record is 3,809 requests."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that births are drawn from."""

    gazetteer: Gazetteer
    services: Services
    agencies: Agencies
    durations: Durations
    rates: Rates
    place_weights: np.ndarray
    """Shares, float [settings, communities]."""
    setting: np.ndarray
    """Each service's code into SETTINGS."""

    @classmethod
    def of(cls, gazetteer: Gazetteer, services: Services, agencies: Agencies) -> Facts:
        """Derive from the facts what every draw needs."""
        setting = np.array([SETTINGS.index(name) for name in services.setting])
        return cls(
            gazetteer=gazetteer,
            services=services,
            agencies=agencies,
            durations=fit_durations(services),
            rates=Rates.of(services),
            place_weights=place_weights(gazetteer),
            setting=setting,
        )


def births(
    random: np.random.Generator,
    facts: Facts,
    days: np.ndarray,
    share: float,
    lasting: bool = False,
) -> np.ndarray:
    """Draw the lives of all requests of `days`, sorted by number.

    With `lasting`, only those that stay open long are drawn: what is left of years long past.
    """
    return draw_lives(random, facts, draw_asked(random, facts, days, share, lasting), lasting)


def draw_asked(
    random: np.random.Generator,
    facts: Facts,
    days: np.ndarray,
    share: float,
    lasting: bool = False,
) -> np.ndarray:
    """Draw what is asked for on each of `days`, as an array of ASKED."""
    expected = facts.rates.expected(days, share) * _weather(random, facts, days)
    if lasting:
        expected = expected * facts.durations.lasting
    return _asked(random.poisson(expected), days)


def births_in_total(
    random: np.random.Generator, facts: Facts, days: np.ndarray, total: int
) -> np.ndarray:
    """Draw the lives of exactly `total` requests on `days`, sorted by number."""
    expected = facts.rates.expected(days, 1.0) * _weather(random, facts, days)
    shares = (expected / expected.sum()).ravel()
    counts = random.multinomial(total, shares).reshape(expected.shape)
    return draw_lives(random, facts, _asked(counts, days))


def _asked(counts: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Turn counts [days, services] into one entry a request: day, service, area to be drawn."""
    asked = np.empty(int(counts.sum()), dtype=ASKED)
    asked["requested"] = np.repeat(days, counts.sum(axis=1))
    asked["service"] = np.repeat(np.tile(np.arange(counts.shape[1]), len(days)), counts.ravel())
    asked["area"] = TO_BE_DRAWN
    return asked


def _weather(random: np.random.Generator, facts: Facts, days: np.ndarray) -> np.ndarray:
    """Draw a common factor for each day, and one more for what snow brings."""
    day = random.gamma(DAILY_VARIATION**-2, DAILY_VARIATION**2, len(days))
    snow = random.gamma(SNOWFALL_VARIATION**-2, SNOWFALL_VARIATION**2, len(days))
    factors: np.ndarray = day[:, None] * np.where(facts.rates.snowy, snow[:, None], 1.0)
    return factors


def draw_lives(
    random: np.random.Generator, facts: Facts, asked: np.ndarray, lasting: bool = False
) -> np.ndarray:
    """Draw a life for each request, an array of ASKED; sorted by number."""
    if not len(asked):
        return no_lives()
    asked = asked[np.lexsort((random.random(len(asked)), asked["requested"]))]
    lives = np.empty(len(asked), dtype=LIFE)
    for name in ("requested", "service"):
        lives[name] = asked[name]
    lives["number"] = _numbers(random, lives["requested"])
    drawn = _areas(random, facts, lives["service"])
    lives["area"] = np.where(asked["area"] == TO_BE_DRAWN, drawn, asked["area"])
    lives["pointless"] = random.random(len(lives)) < POINTLESS
    lives["channel"] = _channels(random, facts, lives["service"])
    late = random.random(len(lives)) >= APPEARS_NEXT_DAY
    lives["appears"] = lives["requested"] + late
    _draw_closing(random, facts, lives, lasting)
    _draw_agencies(random, facts, lives)
    _draw_updates(random, lives)
    return lives


def _numbers(random: np.random.Generator, requested: np.ndarray) -> np.ndarray:
    """Number requests within their day's block: YY, then seven or eight digits that rise."""
    dates = requested.astype("datetime64[D]")
    years = dates.astype("datetime64[Y]")
    of_year = (dates - years).astype(np.int64)
    first = np.searchsorted(requested, requested, side="left")
    last = np.searchsorted(requested, requested, side="right")
    step = np.maximum(NUMBERS_PER_DAY // (last - first), 1)
    within = (np.arange(len(requested)) - first) * step + random.integers(0, step)
    year = years.astype(np.int64) + 1970
    numbers: np.ndarray = year % 100 * 100_000_000 + of_year * NUMBERS_PER_DAY + within + 1
    return numbers


def _areas(random: np.random.Generator, facts: Facts, service: np.ndarray) -> np.ndarray:
    """Draw a community by each service's setting, NO_PLACE for a share of them."""
    setting = facts.setting[service]
    steps = (facts.place_weights.cumsum(axis=1) + np.arange(len(SETTINGS))[:, None]).ravel()
    drawn = np.searchsorted(steps, setting + random.random(len(service)), side="right")
    area = np.minimum(drawn - setting * facts.place_weights.shape[1], len(steps) - 1)
    none = setting == SETTINGS.index("none")
    unplaced = random.random(len(service)) < np.where(none, UNPLACED_NONE, UNPLACED)
    return np.where(unplaced, NO_PLACE, np.clip(area, 0, facts.place_weights.shape[1] - 1))


def _channels(random: np.random.Generator, facts: Facts, service: np.ndarray) -> np.ndarray:
    """Draw how each request came in."""
    none = (facts.setting[service] == SETTINGS.index("none")).astype(int)
    steps = CHANNEL_SHARES.cumsum(axis=1)[none]
    drawn = (random.random(len(service))[:, None] >= steps).sum(axis=1)
    channels: np.ndarray = np.minimum(drawn, len(CHANNELS) - 1)
    return channels


def _draw_closing(
    random: np.random.Generator, facts: Facts, lives: np.ndarray, lasting: bool
) -> None:
    """Draw when each request closes, is found a duplicate, is re-opened, is deleted."""
    total = len(lives)
    days = draw_days(random, facts.durations, lives["service"], lasting)
    duplicate = random.random(total) < DUPLICATES
    left_open = random.random(total) < DUPLICATES_LEFT_OPEN
    until_closed = random.exponential(np.where(left_open, DUPLICATE_LEFT_DAYS, DUPLICATE_DAYS))
    days = np.where(duplicate, until_closed.astype(np.int32), days)
    end = _after_weekend(random, lives["requested"] + days)
    lives["closed"], lives["reopened"], lives["closed_again"] = end, NEVER, NEVER
    found = lives["requested"] + random.integers(0, 4, total)
    lives["marked"] = np.where(duplicate, np.minimum(found, end), NEVER)
    deletion = lives["requested"] + random.integers(1, 20, total)
    lives["deleted"] = np.where(random.random(total) < DELETIONS, deletion, NEVER)
    _draw_reopening(random, lives, days >= STRANDED_LEAST)


def _after_weekend(random: np.random.Generator, days: np.ndarray) -> np.ndarray:
    """Move most of a weekend's closings to Monday."""
    of_week = weekday(days)
    waits = (of_week >= 5) & (random.random(len(days)) < WEEKEND_REST)
    return np.where(waits, days + 7 - of_week, days)


def _draw_reopening(random: np.random.Generator, lives: np.ndarray, stranded: np.ndarray) -> None:
    """Re-open some that were closed; some of the stranded were closed early and re-opened."""
    total = len(lives)
    again = random.random(total) < np.where(stranded, REOPENED_STRANDED, REOPENED)
    early = lives["requested"] + random.integers(10, 60, total)
    first = np.where(stranded, np.minimum(early, lives["closed"]), lives["closed"])
    reopened = first + 1 + random.exponential(12.0, total).astype(np.int32)
    later = reopened + 1 + random.exponential(60.0, total).astype(np.int32)
    ended = np.where(stranded, np.maximum(lives["closed"], later), later)
    lives["closed"] = np.where(again, first, lives["closed"])
    lives["reopened"] = np.where(again, reopened, NEVER)
    lives["closed_again"] = np.where(again, ended, NEVER)


def _draw_agencies(random: np.random.Generator, facts: Facts, lives: np.ndarray) -> None:
    """Give each request its service's agency of that time; pass some to another one."""
    total, requested = len(lives), lives["requested"]
    lives["agency"] = facts.agencies.on(facts.services.agency[lives["service"]], requested)
    weights = facts.services.requests / facts.services.requests.sum()
    other = facts.services.agency[random.choice(len(weights), total, p=weights)]
    lives["next_agency"] = facts.agencies.on(other, requested)
    passed = requested + 1 + random.exponential(4.0, total).astype(np.int32)
    moves = (random.random(total) < TRANSFERRED) & (passed < lives["closed"])
    lives["transferred"] = np.where(
        moves & (lives["next_agency"] != lives["agency"]), passed, NEVER
    )


def _draw_updates(random: np.random.Generator, lives: np.ndarray) -> None:
    """Draw when somebody takes each request up, and clerks' changes after it closed."""
    total = len(lives)
    waiting = np.minimum(lives["closed"] - lives["requested"], 45)
    touched = lives["requested"] + 1 + (random.random(total) ** 2 * waiting).astype(np.int32)
    takes = (random.random(total) < TOUCHED) & (touched < lives["closed"])
    lives["touched"] = np.where(takes, touched, NEVER)
    end = np.where(lives["reopened"] < NEVER, lives["closed_again"], lives["closed"])
    revised = end + 1 + random.exponential(10.0, total).astype(np.int32)
    lives["revised"] = np.where(random.random(total) < REVISED, revised, NEVER)
    swept = (end < REWRITE_DAY) & (random.random(total) < REWRITTEN)
    lives["revised"][swept] = REWRITE_DAY
    lives["silent"] = random.random(total) < SILENT
    lives["untold"] = random.random(total) < UNTOLD
