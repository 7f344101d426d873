"""How long requests take, by group: Kaplan-Meier curves, quantiles, and which group speaks for which.

Everything that `views/measures/lifetimes.py` reads back is written here. Arrays are named
`<cohort>/<level>/<what>`; the cohorts are the last two years and the whole history.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livemaps.measures.contents import FamilyResult
from livemaps.measures.levels import CITY, COMBINED
from livemaps.measures.world import World
from livemaps.snapshot.columns import Column
from livemaps.snapshot.contents import Vocabularies
from livemaps.statistics.survival import NOT_REACHED, Curves, Tally, curves, regrouped, tally
from livemaps.statistics.survival_times import quantiles

NAME = "time-to-close"

RECENT, HISTORY = "recent", "history"
RECENT_DAYS = 730
"""The recent cohort: two years, so that every season counts twice and none more often."""

HISTORY_LEVELS = ("service", "category", CITY)
"""The levels of the whole history, narrowest first: asked where two years cannot tell."""

SHARES = (0.5, 0.8, 0.9)
WAITING_SHARES = (0.5, 0.8)
"""Half, and 8 of 10."""

LEAST_KNOWN = 30
"""A group of which fewer are known to be quick or slow does not speak for itself: from 30 on, the
95 % interval of the median spans no more than the middle third, ranks 10 to 21 of 30."""

LONG_OPEN = 90
"""A request open this many days is known to be slow: it says as much as a closing does. Without
it, a service that hardly ever closes anything would be told the times of quicker ones."""

LEAST_AT_RISK = 30
"""Of fewer that reached an age, nothing is said of what comes after it; as for `LEAST_KNOWN`."""

NOBODY = -1
"""Stands for the level that speaks for a group where none does."""


@dataclass(frozen=True, slots=True)
class Lives:
    """By row of the world: how long it lasted, seen from the day on which the data end."""

    requested: NDArray[np.int32]
    days: NDArray[np.int32]
    closed: NDArray[np.bool_]
    """By the day on which the data end; others are censored then."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """The times of each group of a level, by the group that speaks for it: itself, or a wider one."""

    level: NDArray[np.int8]
    """The place in the list of levels of the one that speaks; `NOBODY`: none has enough."""
    group: NDArray[np.int32]
    """The group of that level."""
    days: NDArray[np.int32]
    """By group, share and (day, low, high); `NOT_REACHED` where that was not reached."""
    longest: NDArray[np.int32]
    """The longest that any request of the group that speaks was followed."""


def time_to_close(world: World) -> FamilyResult:
    """Estimate the time to close of every group of every level."""
    lives = _lives(world)
    arrays: dict[str, Column] = {}
    spoken: dict[str, Spoken] = {}
    start = max(world.days.data - RECENT_DAYS + 1, world.days.since)
    for place, (name, counted) in enumerate(_recent(world, lives, start)):
        found, known = curves(counted), _known(counted)
        spoken[name] = _spoken(found, known, place, _parent(world, name, spoken))
        arrays |= _stored(RECENT, name, found) | _spoken_arrays(name, known, spoken[name])
    for name, counted in _history(world, lives):
        arrays |= _stored(HISTORY, name, curves(counted))
    arrays |= _beyond(world, spoken["service"].days[:, SHARES.index(0.8), 0])
    return FamilyResult(arrays, _facts(world, lives, start))


def wider(vocab: Vocabularies, areas: Mapping[str, int], level: str) -> tuple[str, Column] | None:
    """Return the wider level that speaks where a level has too few, and each group's code in it.

    Negative: the group has no wider one, as a service has that is set apart. None: the city.
    `areas` says how many codes each boundary layer has.
    """
    if level == CITY:
        return None
    if level == "service":
        codes = np.where(vocab.service_apart, -1, vocab.service_category.astype(np.int32))
        return "category", codes
    services = len(vocab.service)
    if level.startswith(COMBINED):
        return "service", np.repeat(np.arange(services), areas[level.removeprefix(COMBINED)])
    size = areas[level] if level in areas else len(vocab.of(level))
    return CITY, np.zeros(size, np.int32)


def _lives(world: World) -> Lives:
    """Return how long each request lasted; one closed after the data end was open until then."""
    requested, closed_day = world.column("requested_day"), world.column("closed_day")
    closed = world.resolved & (closed_day <= world.days.data)
    days = np.where(closed, closed_day, np.int32(world.days.data)) - requested
    return Lives(requested, days, closed)


def _recent(world: World, lives: Lives, start: int) -> Iterator[tuple[str, Tally]]:
    """Yield the tally of every level over the requests since a day."""
    rows = np.flatnonzero(lives.requested >= start)
    days, closed = lives.days[rows], lives.closed[rows]
    for name in world.levels():
        level = world.level(name)
        codes = level.codes[rows]
        if level.included is None:
            yield name, tally(codes, days, closed, level.size)
        else:
            kept = level.included[rows]
            yield name, tally(codes[kept], days[kept], closed[kept], level.size)


def _history(world: World, lives: Lives) -> Iterator[tuple[str, Tally]]:
    """Yield the tally of services, categories and the city over all that is held in full."""
    vocab, codes = world.snapshot.vocab, world.column("service")
    rows: Any = lives.requested >= world.days.since
    rows = slice(None) if rows.all() else rows
    services = len(vocab.service)
    by_service = tally(codes[rows], lives.days[rows], lives.closed[rows], services)
    yield "service", by_service
    category = np.where(vocab.service_apart, -1, vocab.service_category.astype(np.int32))
    yield "category", regrouped(by_service, category, len(vocab.category))
    yield CITY, regrouped(by_service, np.where(vocab.service_apart, -1, 0), 1)


def _known(counted: Tally) -> NDArray[np.int64]:
    """Return of how many each group's time is known: closed, or open for `LONG_OPEN` days."""
    knowing = np.where(counted.day >= LONG_OPEN, counted.left, counted.closed)
    known = np.zeros(counted.groups, np.int64)
    np.add.at(known, counted.group, knowing)
    return known


def _parent(world: World, name: str, spoken: Mapping[str, Spoken]) -> Spoken | None:
    """Return what speaks for the wider groups of a level's groups, by group of that level."""
    areas = {layer.id: layer.codes for layer in world.snapshot.layers}
    found = wider(world.snapshot.vocab, areas, name)
    if found is None:
        return None
    level, codes = found
    above, none = spoken[level], codes < 0
    return Spoken(
        np.where(none, np.int8(NOBODY), above.level[codes]),
        above.group[codes],
        np.where(none[:, None, None], np.int32(NOT_REACHED), above.days[codes]),
        np.where(none, np.int32(NOT_REACHED), above.longest[codes]),
    )


def _spoken(found: Curves, known: Column, place: int, above: Spoken | None) -> Spoken:
    """Return what speaks for each group: its own times where enough is known, else the wider one's."""
    own = quantiles(found, SHARES)
    days = np.stack([own.day, own.low, own.high], axis=2).astype(np.int32)
    enough = known >= LEAST_KNOWN
    if above is None:
        shape = len(known)
        above = Spoken(
            np.full(shape, NOBODY, np.int8),
            np.zeros(shape, np.int32),
            np.full_like(days, NOT_REACHED),
            np.full(shape, NOT_REACHED, np.int32),
        )
    return Spoken(
        np.where(enough, np.int8(place), above.level),
        np.where(enough, np.arange(len(known), dtype=np.int32), above.group),
        np.where(enough[:, None, None], days, above.days),
        np.where(enough, found.longest.astype(np.int32), above.longest),
    )


def _stored(cohort: str, level: str, found: Curves) -> dict[str, Column]:
    """Return a level's curves and counts as they are kept."""
    kept: dict[str, Column] = {
        "starts": found.steps.starts.astype(np.int64),
        "day": found.steps.day.astype(np.int32),
        "at_risk": found.steps.at_risk.astype(np.uint32),
        "survival": found.steps.survival,
        "requests": found.requests.astype(np.uint32),
        "resolved": found.resolved.astype(np.uint32),
        "longest": found.longest.astype(np.int32),
    }
    return {f"{cohort}/{level}/{what}": column for what, column in kept.items()}


def _spoken_arrays(level: str, known: Column, spoken: Spoken) -> dict[str, Column]:
    """Return what speaks for a level's groups, as it is kept."""
    kept: dict[str, Column] = {
        "known": known.astype(np.uint32),
        "told_level": spoken.level,
        "told_group": spoken.group.astype(np.int32),
        "told_days": spoken.days,
        "told_longest": spoken.longest,
    }
    return {f"{RECENT}/{level}/{what}": column for what, column in kept.items()}


def _beyond(world: World, usual: Column) -> dict[str, Column]:
    """Count by service those open now, and those open for longer than its usual time.

    The age is that of the pages, up to today; where no usual time is known, none is beyond it.
    """
    open_rows = np.flatnonzero(~world.resolved)
    service = world.column("service")[open_rows]
    age = world.days.as_of - world.column("requested_day")[open_rows]
    limit = usual[service]
    late = service[(limit != NOT_REACHED) & (age > limit)]
    counts = (np.bincount(codes, minlength=len(usual)) for codes in (service, late))
    opened, beyond = (count.astype(np.uint32) for count in counts)
    return {"usual/open": opened, "usual/beyond": beyond}


def _facts(world: World, lives: Lives, start: int) -> dict[str, Any]:
    """Return the days, the least numbers, and what was left out or censored by rule."""
    recent = lives.requested >= start
    return {
        "levels": list(world.levels()),
        "recent_since": start,
        "history_since": world.days.since,
        "until": world.days.data,
        "recent_requests": int(recent.sum()),
        "set_apart": int((recent & world.apart).sum()),
        "closed_after_the_data_end": int((world.resolved & ~lives.closed).sum()),
    }
