"""Surges as events, one for each cause: every screen that tells of surges tells of these.

One storm makes several groups surge: a service, the areas that it hit, their wards, the agency,
the category. They are surges of the measure each, and one event to those who read of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from livemaps.measures.levels import CITY
from livemaps.statistics.spans import WEEK
from livemaps.views.measures.surge import DAY, Part, SurgeNow

JUDGED = ("surge", "as_expected", "fewer")
"""Words of windows that were judged at all."""

MAIN_SHARE = 0.25
"""The part of a surge's excess from which on a service or an area is what the surge is about."""

MOST_OF_IT = 0.5
"""The part of an event's largest excess that a group brings at least to be what it is told by."""

Group = tuple[str, str]
"""A level, and the key of a group of it."""


@dataclass(frozen=True, slots=True)
class SurgeEvent:
    """What surges together."""

    told: SurgeNow
    """The most specific group that brought most of it."""
    also: tuple[SurgeNow, ...] = ()
    """The other groups, the most specific first, each once."""

    @property
    def service(self) -> Part | None:
        """The service that the event is about, where it is told by something else."""
        return _main(self.told.services)

    @property
    def area(self) -> Part | None:
        """The area that the event is about, where it is told by something else."""
        return _main(self.told.areas)


@dataclass(frozen=True, slots=True)
class SurgeView:
    """What surges, and how the last days compare with what was expected."""

    windows: tuple[SurgeNow, ...]
    """The judged days of the subject, then its week; none where it is not judged."""
    events: tuple[SurgeEvent, ...]
    """Of the groups that the filters choose, the largest first."""
    complete_day: int
    """The newest day that the feed has told all of, as far as is measured."""

    @property
    def told(self) -> bool:
        """Whether it can be said that there is, or is no, surge: a complete window was judged."""
        judged = any(one.complete and one.word in JUDGED for one in self.windows)
        return judged or bool(self.events)

    @property
    def days(self) -> tuple[int, int]:
        """The first and the last day that the events are told by; without any, of the whole week."""
        told = [event.told for event in self.events]
        first = min((one.first_day for one in told), default=self.complete_day - WEEK + 1)
        return first, max((one.last_day for one in told), default=self.complete_day)

    @property
    def last_day(self) -> SurgeNow | None:
        """The newest complete day of the subject."""
        days = [one for one in self.windows if one.window == DAY and one.complete]
        return days[-1] if days else None


class _Joined(NamedTuple):
    """Groups that surge together, and what they are about, themselves included."""

    groups: list[Group]
    about: set[Group]


def surge_events(found: Iterable[SurgeNow], layers: Sequence[str]) -> tuple[SurgeEvent, ...]:
    """Return the events behind surges, the one with the largest excess first.

    Surges of services and of the smallest areas are one event where they are of the same group, or
    where the same service or the same area brought `MAIN_SHARE` of each one's excess at least. A
    surge of a wider group belongs to the event that brought most of it. A day that is busy
    everywhere is one event as well: the whole city surges, and nothing stands out behind it.

    Args:
        found: surges of the last days, of any levels.
        layers: the boundary layers' ids, the finest first.
    """
    order = ("service", *layers, "category", "agency", CITY)
    events = [_event(group, order) for group in _together(tuple(found), layers[:1])]
    return tuple(sorted(events, key=lambda event: _by_size(event.told)))


def _main(parts: Sequence[Part]) -> Part | None:
    """Return the part with the largest excess, if that is what the surge is about."""
    return next((part for part in parts if part.share >= MAIN_SHARE), None)


def _by_size(one: SurgeNow) -> tuple[float, str, str]:
    return -one.excess, one.level, one.group.name


def _together(found: Sequence[SurgeNow], finest: Sequence[str]) -> list[list[SurgeNow]]:
    """Return the surges of each event."""
    surging: dict[Group, list[SurgeNow]] = {}
    for one in found:
        surging.setdefault((one.level, one.group.key), []).append(one)
    about = {group: _about(windows, finest) for group, windows in surging.items()}
    if about.get((CITY, CITY)) == []:
        return [list(found)]
    narrow = {group: of for group, of in about.items() if group[0] in ("service", *finest)}
    events = _joined(narrow)
    wide = {group: of for group, of in about.items() if group not in narrow}
    left = {group: of for group, of in wide.items() if not _attached(events, group, of)}
    return [
        [one for group in event.groups for one in surging[group]]
        for event in (*events, *_joined(left))
    ]


def _about(windows: Iterable[SurgeNow], finest: Sequence[str]) -> list[Group]:
    """Return the services and areas that a group's surges are about, the largest share first."""
    behind = [("service", part) for one in windows for part in one.services]
    behind += [(layer, part) for layer in finest for one in windows for part in one.areas]
    behind.sort(key=lambda named: -named[1].share)
    return [(level, part.key) for level, part in behind if part.share >= MAIN_SHARE]


def _joined(about: Mapping[Group, Sequence[Group]]) -> list[_Joined]:
    """Put groups together that are the same or are about the same."""
    events: list[_Joined] = []
    for group, of in about.items():
        event = _Joined([group], {group, *of})
        for other in [one for one in events if one.about & event.about]:
            events.remove(other)
            event = _Joined(other.groups + event.groups, other.about | event.about)
        events.append(event)
    return events


def _attached(events: Iterable[_Joined], group: Group, about: Sequence[Group]) -> bool:
    """Add a group to the event that brought most of it; returns whether there is one."""
    found = next((event for one in about for event in events if one in event.about), None)
    if found is not None:
        found.groups.append(group)
    return found is not None


def _event(members: Sequence[SurgeNow], order: Sequence[str]) -> SurgeEvent:
    """Return the event of some surges, told by a day rather than by the week."""
    days = [one for one in members if one.window == DAY] or members
    largest = min(days, key=_by_size)
    ranked = sorted(
        _each(members, largest), key=lambda one: (order.index(one.level), *_by_size(one))
    )
    told = next(
        one
        for one in ranked
        if _window(one) == _window(largest) and one.excess >= MOST_OF_IT * largest.excess
    )
    return SurgeEvent(told, tuple(one for one in ranked if one is not told))


def _each(members: Iterable[SurgeNow], largest: SurgeNow) -> Iterable[SurgeNow]:
    """Return each group once: in the window of the largest surge if it surges there, else on a day."""
    best: dict[Group, SurgeNow] = {}
    for one in sorted(
        members,
        key=lambda one: (_window(one) != _window(largest), one.window != DAY, -one.excess),
    ):
        best.setdefault((one.level, one.group.key), one)
    return best.values()


def _window(one: SurgeNow) -> tuple[str, int]:
    return one.window, one.last_day
