"""What is said of surges: the same words on the managers' screens and on the wall."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from livemaps.measures.levels import CITY
from livemaps.model import Filters, Measure
from livemaps.statistics.spans import WEEK
from livemaps.views.measures.surge import SurgeNow
from livemaps.views.surge_events import SurgeEvent, SurgeView
from livemaps.web.parts.behind import to_list
from livemaps.web.site import Visit
from livemaps.web.urlstate import Address

ABOUT: Mapping[frozenset[str], str] = {
    frozenset({"service"}): "what",
    frozenset({"area"}): "where",
    frozenset({"service", "area"}): "what_and_where",
}
"""What is known of an event to the words for it."""


def verdict(visit: Visit, surge: SurgeView) -> str:
    """Return how many surges there are, and when: `**2 surges** on Sep 8, 2026`."""
    told = when(visit, surge.days)
    if not surge.events:
        return visit.words("surge.none", when=told)
    return visit.words("surge.some", count=len(surge.events), when=told)


def headline(visit: Visit, surge: SurgeView) -> str:
    """Return the verdict as a sentence that names the largest surge, where there is any."""
    words = visit.words
    if not surge.events:
        return f"{verdict(visit, surge)}."
    largest, count = surge.events[0], len(surge.events)
    return words(
        "surge.headline",
        count=count,
        verdict=verdict(visit, surge),
        name=name(visit, largest.told),
        told=told(visit, surge, largest, f"{reported(visit, largest.told)}, "),
    )


def told(visit: Visit, surge: SurgeView, event: SurgeEvent, before: str = "") -> str:
    """Return what is said of an event after its name: what was expected of it, and what it is about.

    Its days come first where the verdict on all of them has other ones.
    """
    text = f"{before}{against(visit, event.told)}{about(visit, event)}"
    days = event.told.first_day, event.told.last_day
    if days == surge.days:
        return text
    return visit.words("surge.dated", when=when(visit, days), told=text)


def when(visit: Visit, days: tuple[int, int], write: Callable[[int], str] | None = None) -> str:
    """Return the first and the last day of a surge in words; `write` writes a day."""
    words, written = visit.words, write or visit.words.day
    first, last = days
    if first == last:
        return words("surge.on", day=written(last))
    if last - first + 1 == WEEK:
        return words("surge.week", day=written(last))
    return words("surge.within", first=written(first), last=written(last))


def name(visit: Visit, one: SurgeNow) -> str:
    """Return what the group of a surge is called."""
    if one.level == CITY:
        return visit.words("level.city", city=visit.profile.name)
    return visit.label(one.level, one.group.key, one.group.name)


def reported(visit: Visit, one: SurgeNow) -> str:
    """Return how many were reported, so far where the feed still fills the day."""
    return visit.words("surge.reported" if one.complete else "surge.so_far", count=one.observed)


def against(visit: Visit, one: SurgeNow) -> str:
    """Return what was expected of as much as the feed has told."""
    expected = round(one.expected_by_now or 0)
    key = "surge.expected" if one.complete else "surge.expected_so_far"
    return visit.words(key, expected=expected)


def about(visit: Visit, event: SurgeEvent) -> str:
    """Return the service and the area that an event is about, where its name does not say so."""
    what, where = event.service, event.area
    named = {}
    if what is not None:
        named["service"] = visit.label("service", what.key, what.name)
    if where is not None:
        named["area"] = visit.label(visit.profile.finest.id, where.key, where.name)
    return visit.words(f"surge.{ABOUT[frozenset(named)]}", **named) if named else ""


def requests(visit: Visit, one: SurgeNow) -> Address | None:
    """Return the address of the requests of a window; None where none came.

    A service that is set apart is judged like others, and so it is in its list.
    """
    if not one.observed:
        return None
    asked = Filters(
        measure=Measure.REPORTED,
        since=one.first_day,
        until=one.last_day,
        set_apart=one.level == "service",
    )
    if one.level != CITY:
        asked = Address(asked).only(one.level, one.group.key).filters
    return to_list(visit, asked)
