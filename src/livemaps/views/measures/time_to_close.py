"""How long a request like this takes: the look-up behind a request's page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livemaps.errors import UnknownValue
from livemaps.measures.contents import Measures
from livemaps.measures.levels import CITY, COMBINED
from livemaps.measures.time_to_close import RECENT, SHARES
from livemaps.statistics.survival import NOT_REACHED
from livemaps.views.measures.groups import Group
from livemaps.views.measures.lifetimes import Lifetimes, Source

MOST_POINTS = 60
"""A curve of more points than this is thinned: a screen shows no more."""

MEDIAN, P80 = SHARES.index(0.5), SHARES.index(0.8)


@dataclass(frozen=True, slots=True)
class Speaker:
    """A group of requests that speaks for the one asked about."""

    level: str
    group: Group
    cohort: str
    """`recent`: requested in the last two years; `history`: since every request is held."""
    own: bool
    """Whether it is the group that was asked about; else too few are known of that."""


@dataclass(frozen=True, slots=True)
class Wait:
    """What is to come for a request that is still open at the end of day `age` of its life."""

    age: int
    speaker: Speaker
    at_risk: int
    """How many requests got as old."""
    since: int
    """The first day on which any of them was made."""
    median: int | None
    """The day of its life by which half of them were closed; None: later than `followed`."""
    p80: int | None
    followed: int
    """The longest that any of them was followed, in days."""

    @property
    def median_more(self) -> int | None:
        """How many days that still is."""
        return None if self.median is None else self.median - self.age

    @property
    def p80_more(self) -> int | None:
        """How many days it still is until 8 of 10 are closed."""
        return None if self.p80 is None else self.p80 - self.age


@dataclass(frozen=True, slots=True)
class UsualTime:
    """How long requests of a group take. Days are whole days from the request."""

    speaker: Speaker
    requests: int
    """Of the group that speaks."""
    since: int
    """The first day on which any of them was made."""
    median: int | None
    """The day by which half are closed; None: later than `followed`."""
    p80: int | None
    """The usual time: the day by which 8 of 10 are closed; None: later than `followed`."""
    followed: int
    curve: tuple[tuple[int, float], ...]
    """Days, each with the share closed by its end; at most `MOST_POINTS`."""
    wait: Wait | None
    """What is to come at the age asked about; None without an age, or if nothing can be said."""


def usual(
    measures: Measures,
    *,
    service: str | None = None,
    area: tuple[str, str] | None = None,
    age: int | None = None,
) -> UsualTime | None:
    """Return how long requests of a service take, in an area of a containing layer if one is given.

    Args:
        measures: what was computed.
        service: the service's name; None: all services together.
        area: a boundary layer's id and the key of an area in it. A service in an area of the
            finest layer is answered for the service, which then is not `own`.
        age: for a request that is open: its age in whole days.

    Returns:
        The answer of the narrowest group that has enough requests; None where not even the
        city has, or where the service is set apart and has too few.

    Raises:
        MeasuresPending: the time to close is not computed yet.
        UnknownValue: there is no such service or area.
    """
    lives = Lifetimes(measures)
    level, code, exact = _group(lives, service, area)
    spoken = lives.speaker(level, code)
    if spoken is None:
        return None
    used, group = spoken
    source = Source(RECENT, used)
    days = lives.told(level, "told_days")[code, :, 0]
    return UsualTime(
        speaker=Speaker(used, lives.group(used, group), RECENT, exact and used == level),
        requests=int(lives.array(source, "requests")[group]),
        since=int(lives.result.facts["recent_since"]),
        median=_day(days[MEDIAN]),
        p80=_day(days[P80]),
        followed=int(lives.told(level, "told_longest")[code]),
        curve=_curve(lives, source, group),
        wait=None if age is None else _wait(lives, level, code, age, exact),
    )


def _group(
    lives: Lifetimes, service: str | None, area: tuple[str, str] | None
) -> tuple[str, int, bool]:
    """Return the level and code of a group, and whether it is just the one asked about."""
    vocab, place = lives.measures.vocab, 0
    if service is not None and service not in vocab.service.codes:
        raise UnknownValue("service", service, "choose one of the services that the data has")
    if area is not None:
        layer = lives.words.layer(area[0])
        if layer is None or area[1] not in layer.code_of:
            raise UnknownValue(*area, "choose an area of a boundary layer that the city has")
        place = layer.code_of[area[1]]
        if service is None:
            return area[0], place, True
        if COMBINED + area[0] in lives.levels:
            code = vocab.service.codes[service] * layer.codes + place
            return COMBINED + area[0], code, True
    if service is None:
        return CITY, 0, True
    return "service", vocab.service.codes[service], area is None


def _wait(lives: Lifetimes, level: str, code: int, age: int, exact: bool) -> Wait | None:
    """Return what is to come for a request of a group at an age, None where nothing tells."""
    found, used = lives.waiting(level, np.array([code]), age)
    place = int(found.source[0])
    if place < 0:
        return None
    source, group = used[place], int(found.group[0])
    speaker = Speaker(
        source.level,
        lives.group(source.level, group),
        source.cohort,
        exact and source.level == level,
    )
    median, p80 = found.day[0]
    return Wait(
        age=age,
        speaker=speaker,
        at_risk=int(found.at_risk[0]),
        since=int(lives.result.facts[f"{source.cohort}_since"]),
        median=_day(median),
        p80=_day(p80),
        followed=int(found.longest[0]),
    )


def _curve(lives: Lifetimes, source: Source, group: int) -> tuple[tuple[int, float], ...]:
    """Return a group's share closed by day, thinned by equal steps of the share."""
    start, stop = lives.array(source, "starts")[group : group + 2].tolist()
    days = lives.array(source, "day")[start:stop]
    closed = 1 - lives.array(source, "survival")[start:stop]
    if len(days) > MOST_POINTS:
        wanted = np.linspace(closed[0], closed[-1], MOST_POINTS - 1)
        at = np.append(np.searchsorted(closed, wanted), len(days) - 1)
        kept = np.unique(np.minimum(at, len(days) - 1))
        days, closed = days[kept], closed[kept]
    return tuple(zip(days.tolist(), closed.tolist(), strict=True))


def _day(day: int) -> int | None:
    return None if day == NOT_REACHED else int(day)
