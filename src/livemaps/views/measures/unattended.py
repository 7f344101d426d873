"""Open requests of which nothing was heard for a number of days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livemaps.model import Filters
from livemaps.snapshot import Snapshot
from livemaps.views.listing import Ranked, requests_of
from livemaps.views.masks import Rows
from livemaps.views.measures.backlog import EVERY_FILTER
from livemaps.views.measures.groups import Group
from livemaps.views.measures.open_rows import (
    OpenRows,
    checked,
    codes_of,
    counted,
    firsts,
    group_of,
    open_rows,
    size_of,
)
from livemaps.views.measures.plain import day_value
from livemaps.views.measures.values import Answer, Asked, Field, MeasureView, Parameter, Value
from livemaps.views.values import ListedRequest

USUAL_DAYS = 28
LONGEST_DAYS = 3650

FIELDS = (
    Field("key", "text", "The group: a name, an area's key, a stage or an age band."),
    Field("name", "text", "What the group is called."),
    Field("unattended", "count", "Open requests of which nothing was heard for that long."),
    Field("backlog", "count", "Open requests under the filters."),
    Field("share", "share", "The one divided by the other."),
    Field("oldest_service_request_id", "text", "The number of the oldest unattended one."),
    Field("oldest_agency_responsible", "text", "The agency responsible for it."),
    Field("oldest_day", "day", "Its requested day."),
    Field("oldest_last_heard_day", "day", "The last day on which anything was heard of it."),
)


@dataclass(frozen=True, slots=True)
class Unattended:
    """An open request of which nothing was heard for long."""

    request: ListedRequest
    last_heard_day: int
    silent_days: int
    """Whole days from then to the day where the data end."""


@dataclass(frozen=True, slots=True)
class UnattendedGroup:
    """How many of a group's open requests are unattended, and the oldest of them."""

    group: Group
    unattended: int
    backlog: int
    oldest: Unattended | None


def unattended_requests(
    snapshot: Snapshot, filters: Filters, days: int = USUAL_DAYS, most: int = 25
) -> tuple[Unattended, ...]:
    """Return the unattended requests under all filters, the oldest first (then by number).

    Raises:
        UnknownValue: the filters name a boundary layer that the snapshot does not have.
    """
    found = open_rows(snapshot, filters)
    return _requests(snapshot, found, found.shown[unattended(snapshot, found.shown, days)][:most])


def unattended_by(
    snapshot: Snapshot, filters: Filters, by: str = "agency", days: int = USUAL_DAYS
) -> tuple[UnattendedGroup, ...]:
    """Return each group with open requests under all filters; the most unattended first.

    Raises:
        UnknownValue: there is no such level, or layer of a filter.
    """
    found, size = open_rows(snapshot, filters), size_of(snapshot, checked(snapshot, by))
    codes = codes_of(snapshot, snapshot.current, found.shown, by)
    silent = unattended(snapshot, found.shown, days)
    counts, quiet = counted(codes, size), counted(codes[silent], size)
    at = firsts(codes[silent], size)
    with_any = np.flatnonzero(quiet)
    oldest = _requests(snapshot, found, found.shown[silent][at[with_any]])
    by_code = dict(zip(with_any.tolist(), oldest, strict=True))
    groups = [
        UnattendedGroup(
            group_of(snapshot, by, code), int(quiet[code]), int(counts[code]), by_code.get(code)
        )
        for code in np.flatnonzero(counts).tolist()
    ]
    return tuple(sorted(groups, key=lambda found: (-found.unattended, found.group.key)))


def unattended_counts(
    snapshot: Snapshot, filters: Filters, by: str, days: int = USUAL_DAYS
) -> Mapping[str, int]:
    """Return how many open requests under all filters are unattended, by key of the group.

    Raises:
        UnknownValue: there is no such level, or layer of a filter.
    """
    rows, size = open_rows(snapshot, filters).shown, size_of(snapshot, checked(snapshot, by))
    silent = rows[unattended(snapshot, rows, days)]
    counts = counted(codes_of(snapshot, snapshot.current, silent, by), size)
    return {
        group_of(snapshot, by, code).key: int(counts[code])
        for code in np.flatnonzero(counts).tolist()
    }


def answer(asked: Asked) -> Answer:
    """Answer `unattended`. UnknownValue where there is no such level."""
    by, days = str(asked.options["by"]), int(asked.options["days"] or 0)
    groups = unattended_by(asked.snapshot, asked.filters, by, days)
    newest = asked.snapshot.meta.newest_day
    facts = {
        "by": by,
        "days": days,
        "data_day": day_value(newest),
        "unattended": sum(group.unattended for group in groups),
        "backlog": sum(group.backlog for group in groups),
    }
    return Answer(FIELDS, [_row(group) for group in groups], facts)


def unattended(snapshot: Snapshot, rows: Rows | slice, days: int = USUAL_DAYS) -> NDArray[np.bool_]:
    """Tell of which open rows of `current` nothing was heard for a number of days."""
    quiet: NDArray[np.bool_] = silent_days(snapshot, rows) >= days
    return quiet


def silent_days(snapshot: Snapshot, rows: Rows | slice) -> NDArray[np.int32]:
    """Return for how many days nothing was heard of rows of `current`, where the data end."""
    heard, newest = _last_heard(snapshot, rows), snapshot.meta.newest_day
    if newest is None:
        return np.zeros_like(heard)
    # An update may be newer than the newest request.
    days: NDArray[np.int32] = np.maximum(newest - heard, 0)
    return days


def _last_heard(snapshot: Snapshot, rows: Rows | slice) -> NDArray[np.int32]:
    """Return the later of the requested and the updated day of rows of `current`."""
    table = snapshot.current
    heard: NDArray[np.int32] = np.maximum(table["requested_day"][rows], table["updated_day"][rows])
    return heard


def _requests(snapshot: Snapshot, found: OpenRows, rows: Rows) -> tuple[Unattended, ...]:
    """Return the requests at some rows."""
    listed = requests_of(snapshot, Ranked((found.part,), np.zeros(len(rows), np.uint8), rows))
    told = zip(
        listed,
        _last_heard(snapshot, rows).tolist(),
        silent_days(snapshot, rows).tolist(),
        strict=True,
    )
    return tuple(Unattended(*one) for one in told)


def _row(found: UnattendedGroup) -> tuple[Value, ...]:
    """Return a group as a row of the answer."""
    oldest = found.oldest
    told: tuple[Value, ...] = (None,) * 4
    if oldest is not None:
        request = oldest.request
        days = (day_value(request.requested_day), day_value(oldest.last_heard_day))
        told = (request.service_request_id, request.agency_responsible, *days)
    share = found.unattended / found.backlog
    return (*found.group[:2], found.unattended, found.backlog, share, *told)


VIEW = MeasureView(
    name="unattended",
    anchor="unattended",
    caveat="measures.unattended.caveat",
    filters=EVERY_FILTER,
    parameters=(
        Parameter("by", "choice", "agency", "The groups: a level, or stage, or age."),
        Parameter(
            "days",
            "whole",
            USUAL_DAYS,
            "For how many days at least nothing was heard.",
            least=1,
            most=LONGEST_DAYS,
        ),
    ),
    fields=FIELDS,
    answer=answer,
)
