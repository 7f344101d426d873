"""Re-reported: how often a closing is followed by another request, and what chance alone gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from livemaps.measures.contents import Measures
from livemaps.measures.rereported import FAMILY, WINDOWS, shares_of
from livemaps.statistics.rereported import FEWEST_CLUSTERS, Shares, ratio_interval
from livemaps.statistics.standards import Z_95, wilson
from livemaps.views.measures.groups import Words
from livemaps.views.measures.selection import ordered, selected
from livemaps.views.measures.values import Answer, Asked, Field, MeasureView, Parameter, Value

FEWEST_CLOSINGS = 50
"""Below so many closings a share moves by two points or more with a single one: no share is told."""

FEWEST_BY_CHANCE = 5.0
"""Below so many expected by chance a ratio to them says nothing: no ratio is told."""

FIELDS = (
    Field("key", "text", "The group's name or area key."),
    Field("name", "text", "What the group is called."),
    Field("days", "days", "Days after the closing in which a request counts as coming again."),
    Field("closings", "count", "Closings in the two years that are looked at."),
    Field("suppressed", "flag", "Whether there are too few closings to tell more."),
    Field("re_reported", "count", "Closings followed by another request of the service and place."),
    Field("re_reported_share", "share", "re_reported / closings."),
    Field("re_reported_low", "share", "Lower end of its 95 % Wilson interval; exact places only."),
    Field("re_reported_high", "share", "Upper end of that interval; exact places only."),
    Field("chance_share", "share", "The share that chance alone would give."),
    Field("ratio", "number", "re_reported_share / chance_share; null where chance is too small."),
    Field("ratio_low", "number", "Lower end of its 95 % interval; null with too few places."),
    Field("ratio_high", "number", "Upper end of that interval."),
    Field("compared_with_chance", "text", "more often, as often or less often than by chance."),
)

PARAMETERS = (
    Parameter("by", "choice", "service", "What the closings are grouped by."),
    Parameter(
        "days",
        "choice",
        "14",
        "Days after the closing in which a request counts as coming again.",
        choices=tuple(map(str, WINDOWS)),
    ),
)


@dataclass(frozen=True, slots=True)
class Rereported:
    """One group's closings within one window. All but the first two are None where suppressed."""

    closings: int
    suppressed: bool
    again: int | None = None
    share: float | None = None
    interval: tuple[float, float] | None = None
    """95 %, where places are exact: where they are areas, the share itself says little."""
    chance_share: float | None = None
    ratio: float | None = None
    ratio_interval: tuple[float, float] | None = None

    @property
    def compared(self) -> str | None:
        """How it compares with chance, None where that cannot be told."""
        if self.ratio_interval is None:
            return None
        low, high = self.ratio_interval
        if low > 1:
            return "more often"
        return "less often" if high < 1 else "as often"


def rereported_of(
    measures: Measures, level: str, code: int, days: int = WINDOWS[1]
) -> Rereported | None:
    """Return one group's closings within a window, None where it had none.

    Raises:
        MeasuresPending: it is not computed yet.
        KeyError: there is no such level.
        ValueError: there is no such window.
    """
    found = shares_of(measures, level)
    at = int(np.searchsorted(found.groups, code))
    if at == len(found.groups) or found.groups[at] != code:
        return None
    return _rereported(found, WINDOWS.index(days), at, bool(measures.family(FAMILY).facts["exact"]))


def answer(asked: Asked) -> Answer:
    """Answer with the re-reported share of each group, beside what chance alone would give.

    Raises:
        MeasuresPending: it is not computed yet.
        VisitorError: a filter is about something else than the groups, or a level is unknown.
    """
    words = Words(asked.measures.vocab, asked.measures.layers)
    level = words.checked(str(asked.options["by"]))
    days = int(str(asked.options["days"]))
    rows = list(_rows(asked, words, level, days))
    facts = dict(asked.measures.family(FAMILY).facts) | {
        "days": days,
        "suppressed_below_closings": FEWEST_CLOSINGS,
        "no_ratio_below_by_chance": FEWEST_BY_CHANCE,
        "no_interval_below_places": FEWEST_CLUSTERS,
        "suppressed_groups": sum(bool(row[4]) for row in rows),
    }
    return Answer(FIELDS, rows, facts)


def _rows(asked: Asked, words: Words, level: str, days: int) -> Iterator[tuple[Value, ...]]:
    """Yield a row for each group with closings."""
    found = shares_of(asked.measures, level)
    exact = bool(asked.measures.family(FAMILY).facts["exact"])
    codes = found.groups.astype(np.intp)
    chosen = np.flatnonzero(selected(words, level, codes, asked.filters))
    window = WINDOWS.index(days)
    for at in ordered(words, level, chosen, found.closings[chosen]).tolist():
        group, one = words.group(level, int(codes[at])), _rereported(found, window, at, exact)
        yield (group.key, group.name, days, *_values(one))


def _rereported(found: Shares, window: int, at: int, exact: bool) -> Rereported:
    """Return what may be told of the group at a position of `found`."""
    closings = int(found.closings[at])
    if closings < FEWEST_CLOSINGS:
        return Rereported(closings, suppressed=True)
    again, chance = int(found.again[window, at]), float(found.chance[window, at])
    ratio = again / chance if chance >= FEWEST_BY_CHANCE else None
    spread = float(found.spread[window, at])
    sure = ratio is not None and np.isfinite(spread)
    return Rereported(
        closings,
        False,
        again,
        again / closings,
        wilson(again, closings) if exact else None,
        chance / closings,
        ratio,
        ratio_interval(ratio, spread, Z_95) if sure and ratio is not None else None,
    )


def _values(one: Rereported) -> tuple[Value, ...]:
    low, high = one.interval or (None, None)
    ratio_low, ratio_high = one.ratio_interval or (None, None)
    return (
        one.closings,
        one.suppressed,
        one.again,
        one.share,
        low,
        high,
        one.chance_share,
        one.ratio,
        ratio_low,
        ratio_high,
        one.compared,
    )


VIEW = MeasureView(
    name="re-reported",
    anchor="re-reported",
    caveat="measures.re_reported.caveat",
    filters=frozenset(("services", "categories", "agencies", "channels", "areas")),
    parameters=PARAMETERS,
    fields=FIELDS,
    answer=answer,
)
