"""The measure `time-to-close`: the days by which requests of each group are closed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livemaps.errors import UnknownValue
from livemaps.measures.levels import CITY, COMBINED, by_service
from livemaps.measures.time_to_close import (
    LEAST_AT_RISK,
    LEAST_KNOWN,
    LONG_OPEN,
    NOBODY,
    WAITING_SHARES,
)
from livemaps.model import Filters, day_date
from livemaps.snapshot import UNPLACED_KEYS
from livemaps.statistics.survival import NOT_REACHED
from livemaps.views.measures.groups import chosen
from livemaps.views.measures.lifetimes import Lifetimes
from livemaps.views.measures.selection import selected
from livemaps.views.measures.values import Answer, Asked, Field, MeasureView, Parameter, Value

Codes = NDArray[np.intp]
Columns = list[list[Value]]
Chosen = Mapping[str, frozenset[str]]

QUANTILES: Mapping[str, str] = {"median": "half", "p80": "8 of 10", "p90": "9 of 10"}
"""As fields are called and as people say it; in the order of `measures.time_to_close.SHARES`."""

WAITS = tuple(QUANTILES)[: len(WAITING_SHARES)]
"""Those of them that waits are told by."""

GROUP_FIELDS = (
    Field("key", "text", "The group: a name or an area's key."),
    Field("name", "text", "What the group is called."),
)

AREA_FIELDS = (
    Field("area", "text", "Of a service in an area: the area's key."),
    Field("area_name", "text", "Of a service in an area: what the area is called."),
)

OWN_FIELDS = (
    Field("requests", "count", "Requests of the group in the last two years."),
    Field("resolved", "count", "Those of them that were closed by the day on which the data end."),
    Field(
        "too_few",
        "flag",
        f"Whether fewer than {LEAST_KNOWN} are closed or open for {LONG_OPEN} days: then the times "
        "are those of a wider group, or none.",
    ),
    Field("group_used_level", "text", "The level of the group whose times these are."),
    Field("group_used", "text", "The group whose times these are."),
)

TIME_FIELDS = tuple(
    Field(name + suffix, "days", meaning)
    for name, share in QUANTILES.items()
    for suffix, meaning in (
        ("_days", f"The day of their life by which {share} of the requests are closed."),
        ("_low_days", f"{share} closed: the first day of the 95 % interval."),
        ("_high_days", f"{share} closed: the last day of the 95 % interval."),
    )
)

REACH_FIELDS = (
    Field("followed_days", "days", "The longest that any of the requests was followed."),
    Field("not_reached", "text", "Which of the days are later than that."),
)

WAIT_FIELDS = (
    Field("at_day", "days", "The age asked about: still open at the end of this day of its life."),
    Field("at_risk", "count", "How many requests were followed beyond that age."),
    Field("wait_median_day", "days", "The day of its life by which half of those are closed."),
    Field("wait_median_more_days", "days", "How many days that is from the age on."),
    Field("wait_p80_day", "days", "The day of its life by which 8 of 10 of those are closed."),
    Field("wait_p80_more_days", "days", "How many days that is from the age on."),
    Field("wait_cohort", "text", "Which requests: recent (of two years) or history (all years)."),
    Field("wait_group_used_level", "text", "The level of the group that was followed so long."),
    Field("wait_group_used", "text", "The group that was followed so long."),
    Field("wait_not_reached", "text", "Which of the days are later than any was followed."),
)


def answer(asked: Asked) -> Answer:
    """Answer with a row for each group that has requests, or that the filters choose.

    Raises:
        MeasuresPending: the time to close is not computed yet.
        VisitorError: the filters choose what the level is not told by.
    """
    lives = Lifetimes(asked.measures)
    by, at_day = asked.options.get("by"), asked.options.get("at_day")
    level = asked_level(lives, None if by is None else str(by), chosen(asked.filters))
    codes = asked_codes(lives, level, asked.filters)
    fields, columns = group_columns(lives, level, codes)
    fields += (*OWN_FIELDS, *TIME_FIELDS, *REACH_FIELDS)
    columns += [*own_columns(lives, level, codes), *_times(lives, level, codes)]
    if isinstance(at_day, int):
        fields += WAIT_FIELDS
        columns += _waits(lives, level, codes, at_day)
    return Answer(fields, list(zip(*columns, strict=True)), facts(lives, level))


def asked_level(lives: Lifetimes, by: str | None, values: Chosen) -> str:
    """Return the level that is asked for, by its name or by what the filters choose.

    A service and an area of a containing layer together are the level of both.

    Raises:
        UnknownValue: there is no such level, or what lies in no area is asked for.
    """
    layers = [layer.id for layer in lives.measures.layers]
    placed = next((name for name in values if name in layers), None)
    if by is None:
        named = [name for name in values if name not in layers and name != "category"]
        by = next(iter([*named, *([placed] if placed else []), *values]), "service")
    if by == "service" and placed and COMBINED + placed in lives.levels:
        by = COMBINED + placed
    elif {"service", "category"} & set(values) and COMBINED + by in lives.levels:
        by = COMBINED + by
    for name, wanted in values.items():
        for key in wanted & set(UNPLACED_KEYS.values()):
            raise UnknownValue(
                name, key, "what lies in no area is told of in the city's times only"
            )
    return lives.words.checked(by, combined=True)


def asked_codes(lives: Lifetimes, level: str, filters: Filters) -> Codes:
    """Return the groups to answer for: those chosen, else all that have requests.

    Most requests first; areas in the order of their layer. What lies in no area is no group.

    Raises:
        VisitorError: the filters choose what the level is not told by.
    """
    requests = lives.told(level, "requests")
    codes = np.arange(len(requests))
    shown = selected(lives.words, level, codes, filters)
    if level != CITY and not _wholly_chosen(level, chosen(filters)):
        shown &= requests > 0
    found = codes[shown]
    if lives.words.layer(level) is not None:
        return found
    return found[np.argsort(-requests[found].astype(np.int64), kind="stable")]


def _wholly_chosen(level: str, values: Chosen) -> bool:
    """Tell whether every group is named: then those without requests are told of, too."""
    if level.startswith(COMBINED):
        return {"service", level.removeprefix(COMBINED)} <= set(values)
    return level in values


def group_columns(lives: Lifetimes, level: str, codes: Codes) -> tuple[tuple[Field, ...], Columns]:
    """Return the fields and columns that name groups."""
    if level.startswith(COMBINED):
        layer = level.removeprefix(COMBINED)
        services, areas = np.divmod(codes, lives.size(layer))
        columns = [*_key_and_name(lives, "service", services), *_key_and_name(lives, layer, areas)]
        return (*GROUP_FIELDS, *AREA_FIELDS), columns
    return GROUP_FIELDS, _key_and_name(lives, level, codes)


def _key_and_name(lives: Lifetimes, level: str, codes: Codes) -> Columns:
    """Return what groups are called; each is looked up once, since cells share them."""
    different, which = np.unique(codes, return_inverse=True)
    groups = [lives.group(level, code) for code in different.tolist()]
    at = which.tolist()
    return [[groups[place].key for place in at], [groups[place].name for place in at]]


def own_columns(lives: Lifetimes, level: str, codes: Codes) -> Columns:
    """Return the columns of `OWN_FIELDS`: how many, and who speaks for the group."""
    counts = [lives.told(level, what)[codes].tolist() for what in ("requests", "resolved")]
    few = lives.told(level, "known")[codes] < LEAST_KNOWN
    levels, groups = (lives.told(level, f"told_{what}")[codes] for what in ("level", "group"))
    used = [lives.levels[place] if place != NOBODY else None for place in levels.tolist()]
    return [*counts, few.tolist(), list(used), _names(lives, used, groups.tolist())]


def days_column(days: NDArray[Any]) -> list[Value]:
    """Return days as an answer has them: None where they are not reached."""
    return [None if day == NOT_REACHED else day for day in days.tolist()]


def facts(lives: Lifetimes, level: str) -> dict[str, Any]:
    """Return what holds for the whole answer: the cohort, the least numbers, who is left out."""
    kept, requests = lives.result.facts, lives.told(level, "requests")
    placed = lives.words.is_area(level, np.arange(len(requests)))
    found = {
        "by": level,
        "requested_from": day_date(kept["recent_since"]).isoformat(),
        "requested_to": day_date(kept["until"]).isoformat(),
        "whole_history_from": day_date(kept["history_since"]).isoformat(),
        "least_known": LEAST_KNOWN,
        "long_open_days": LONG_OPEN,
        "least_at_risk": LEAST_AT_RISK,
        "groups_without_requests": int((requests[placed] == 0).sum()),
        "closed_after_the_data_end": kept["closed_after_the_data_end"],
        "in_no_area": int(requests[~placed].sum()),
        "impossible": dict(lives.measures.meta.left_out),
    }
    apart = 0 if by_service(level) else kept["set_apart"]
    return found | {"set_apart": apart}


def _times(lives: Lifetimes, level: str, codes: Codes) -> Columns:
    """Return the columns of `TIME_FIELDS` and `REACH_FIELDS`."""
    days = lives.told(level, "told_days")[codes]
    followed = days_column(lives.told(level, "told_longest")[codes])
    columns = [days_column(column) for column in days.reshape(len(codes), -1).T]
    return [*columns, followed, _not_reached(tuple(QUANTILES), days[:, :, 0], followed)]


def _waits(lives: Lifetimes, level: str, codes: Codes, age: int) -> Columns:
    """Return the columns of `WAIT_FIELDS`."""
    found, sources = lives.waiting(level, codes, age)
    used = [sources[place] if place != NOBODY else None for place in found.source.tolist()]
    levels = [None if source is None else source.level for source in used]
    days: Columns = []
    for share in range(len(WAITS)):
        day = found.day[:, share]
        days += [days_column(day), days_column(np.where(day == NOT_REACHED, day, day - age))]
    longest = days_column(found.longest)
    return [
        [age] * len(codes),
        [count or None for count in found.at_risk.tolist()],
        *days,
        [None if source is None else source.cohort for source in used],
        list(levels),
        _names(lives, levels, found.group.tolist()),
        _not_reached(WAITS, found.day, longest),
    ]


def _names(lives: Lifetimes, levels: list[str | None], groups: list[int]) -> list[Value]:
    """Return what groups of various levels are called; a service in an area as both."""
    used = set(zip(levels, groups, strict=True))
    called = {
        (level, group): None if level is None else _called(lives, level, group)
        for level, group in used
    }
    return [called[pair] for pair in zip(levels, groups, strict=True)]


def _called(lives: Lifetimes, level: str, code: int) -> str:
    group = lives.group(level, code)
    return group.key if group.area is None else f"{group.key}, {group.area}"


def _not_reached(names: tuple[str, ...], days: NDArray[Any], followed: list[Value]) -> list[Value]:
    """Return in words which days were not reached: `p80, p90: more than 729 days`."""
    found: list[Value] = []
    for missing, most in zip((days == NOT_REACHED).tolist(), followed, strict=True):
        late = [name for name, lacking in zip(names, missing, strict=True) if lacking]
        found.append(
            f"{', '.join(late)}: more than {most} days" if late and most is not None else None
        )
    return found


VIEW = MeasureView(
    name="time-to-close",
    anchor="time-to-close",
    caveat="measures.time_to_close.caveat",
    filters=frozenset({"services", "categories", "agencies", "channels", "areas"}),
    parameters=(
        Parameter(
            "by",
            "choice",
            None,
            "The groups: a level; without it the level of what the filters choose, else service.",
        ),
        Parameter(
            "at_day",
            "whole",
            None,
            "An age in days: also tell how long requests still take that are that old and open.",
            least=0,
            most=36_500,
        ),
    ),
    fields=(
        *GROUP_FIELDS,
        *AREA_FIELDS,
        *OWN_FIELDS,
        *TIME_FIELDS,
        *REACH_FIELDS,
        *WAIT_FIELDS,
    ),
    answer=answer,
)
