"""The life of one request: received, in progress, resolved, and what was seen to change.

Each thing that is told says how it is known: *published* by the feed, *observed* as an event by
this program, or *inferred*. Where nothing is known, that is said; nothing is made up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np

from livemaps.feeds.profile import Profile
from livemaps.measures.observed import Seen
from livemaps.model import SECONDS_PER_DAY, Stage, Standing, day_number
from livemaps.snapshot import Snapshot, row_of
from livemaps.statistics.orders import IMPOSSIBLE, NO_DAY, impossible
from livemaps.store import Event
from livemaps.store.records import Kind
from livemaps.views.listing import find
from livemaps.views.values import ListedRequest

Source = Literal["published", "observed", "inferred"]


@dataclass(frozen=True, slots=True)
class Step:
    """One stage in the life of a request."""

    stage: Stage
    reached: bool
    """Whether the request is known to have come so far (and, if resolved, to be so still).

    What was inferred while the request was open stays reached when it is resolved.
    """
    day: int | None = None
    """The day on which it did, as far as it is known."""
    seconds: int | None = None
    """Seconds since midnight, where the feed has a time of day."""
    source: Source | None = None
    """How the day is known, or, without a day, that the stage was reached."""
    seen: datetime | None = None
    """When this program saw it happen, aware UTC."""


@dataclass(frozen=True, slots=True)
class SeenChange:
    """Something that this program saw change between two refreshes."""

    kind: Kind
    seen: datetime
    day: int
    """The day in the city on which it was seen."""
    from_status: str
    to_status: str
    from_agency: str
    to_agency: str
    fields: tuple[str, ...]
    """The names of the fields that differ; what was in them is not kept."""


@dataclass(frozen=True, slots=True)
class RequestLife:
    """Everything that is told of one request. Days are day numbers in the city's calendar."""

    version: str
    as_of_day: int
    request: ListedRequest
    standing: Standing
    set_apart: bool
    timeline: tuple[Step, Step, Step]
    """Received, in progress, resolved."""
    changes: tuple[SeenChange, ...]
    """What was seen, oldest first; empty where nothing was, or where `unseen` says why not."""
    unseen: str
    """Why what was seen cannot be told, as the name of an error; "" where it can."""
    reopened: tuple[Source, ...]
    """How it is known that the request was re-opened: `published` where an open request has a
    closed day, `observed` where it was seen; empty where neither."""
    reopened_times: int
    """How often that was seen."""
    age_days: int | None
    """Whole days from requested to today, of a request that is not resolved."""
    days_to_close: int | None
    """Whole days from requested to closed, of a resolved one whose days are possible."""
    impossible: str | None
    """Why its days cannot be, one of `IMPOSSIBLE`; it is left out of everything about time."""


def life(
    snapshot: Snapshot, profile: Profile, service_request_id: str, seen: Seen
) -> RequestLife | None:
    """Return the life of one request, whatever its standing; None where the feed has none such.

    `seen` is what was observed of it; see `measures.observed.events_of`.
    """
    request, at = find(snapshot, service_request_id), row_of(snapshot, service_request_id)
    if request is None or at is None:
        return None
    table, row = at
    columns = snapshot.fresh if table == "fresh" else snapshot.base
    standing = Standing(int(columns["standing"][row]))
    zone = ZoneInfo(profile.time_zone)
    resolved, reason = request.stage is Stage.RESOLVED, _reason(snapshot, request)
    reopenings = sum(event.kind is Kind.REOPENED for event in seen.events)
    published: tuple[Source, ...] = ("published",)
    observed: tuple[Source, ...] = ("observed",)
    return RequestLife(
        version=snapshot.version,
        as_of_day=snapshot.meta.as_of_day,
        request=request,
        standing=standing,
        set_apart=bool(snapshot.vocab.service_apart[columns["service"][row]]),
        timeline=(
            Step(Stage.RECEIVED, True, request.requested_day, request.requested_time, "published"),
            _in_progress(profile, request, seen.events, zone),
            _resolved(profile, request, seen.events),
        ),
        changes=tuple(_change(event, zone) for event in seen.events),
        unseen=seen.trouble,
        reopened=(published if not resolved and request.closed_day is not None else ())
        + (observed if reopenings else ()),
        reopened_times=reopenings,
        age_days=None if resolved else request.age,
        days_to_close=_days_to_close(request) if resolved and reason is None else None,
        impossible=reason,
    )


def _days_to_close(request: ListedRequest) -> int | None:
    """Return the whole days from requested to closed."""
    return None if request.closed_day is None else request.closed_day - request.requested_day


def _reason(snapshot: Snapshot, request: ListedRequest) -> str | None:
    """Return why a request's days cannot be, None where they can."""
    closed = NO_DAY if request.closed_day is None else request.closed_day
    (code,) = impossible(
        np.array([request.requested_day]),
        np.array([closed]),
        np.array([request.stage is Stage.RESOLVED]),
        snapshot.meta.as_of_day,
    ).tolist()
    return IMPOSSIBLE[code - 1] if code else None


def _in_progress(
    profile: Profile, request: ListedRequest, events: Sequence[Event], zone: ZoneInfo
) -> Step:
    """Return what is known of the beginning of work: seen, said by the feed, or inferred.

    Of a request that is resolved, or re-opened, the feed does not tell whether and when.
    """
    seen = _first_seen(profile, events, Stage.IN_PROGRESS)
    if seen is not None:
        moment = datetime.fromtimestamp(seen.seen_at, UTC)
        day = day_number(moment.astimezone(zone).date())
        return Step(Stage.IN_PROGRESS, True, day, None, "observed", moment)
    if profile.meaning(request.status).stage is Stage.IN_PROGRESS:
        return Step(Stage.IN_PROGRESS, True, source="published")
    return next(_inferred(profile, request, events), Step(Stage.IN_PROGRESS, False))


def _inferred(profile: Profile, request: ListedRequest, events: Sequence[Event]) -> Iterator[Step]:
    """Yield the stage as it was inferred before each change that was seen, and is now."""
    seen: datetime | None = None
    for event in events:
        before = _touched(profile, request, event)
        if before is not None:
            second = None if request.requested_time is None else before % SECONDS_PER_DAY
            day = before // SECONDS_PER_DAY
            yield Step(Stage.IN_PROGRESS, True, day, second, "inferred", seen)
        seen = datetime.fromtimestamp(event.seen_at, UTC)
    if request.stage is Stage.IN_PROGRESS:
        day_touched, second = request.updated_day, request.updated_time
        yield Step(Stage.IN_PROGRESS, True, day_touched, second, "inferred", seen)


def _touched(profile: Profile, request: ListedRequest, event: Event) -> int | None:
    """Return when it had been updated, if it was taken for in progress before an event.

    By the rule by which a snapshot is encoded: updated after the day it was requested.
    """
    updated = event.from_updated
    received = profile.meaning(event.from_status).stage is Stage.RECEIVED
    if updated is None or not (profile.infer_in_progress and received):
        return None
    return updated if updated // SECONDS_PER_DAY > request.requested_day else None


def _resolved(profile: Profile, request: ListedRequest, events: Sequence[Event]) -> Step:
    """Return what is known of the closing; the last one counts, and only while it holds."""
    if request.stage is not Stage.RESOLVED:
        return Step(Stage.RESOLVED, False)
    closings = [event for event in events if _turned(profile, event, Stage.RESOLVED)]
    seen = datetime.fromtimestamp(closings[-1].seen_at, UTC) if closings else None
    return Step(Stage.RESOLVED, True, request.closed_day, request.closed_time, "published", seen)


def _first_seen(profile: Profile, events: Sequence[Event], stage: Stage) -> Event | None:
    """Return the first event that brought a request to a stage."""
    return next((event for event in events if _turned(profile, event, stage)), None)


def _turned(profile: Profile, event: Event, stage: Stage) -> bool:
    """Whether an event brought a request to a stage by its status."""
    before, after = profile.meaning(event.from_status), profile.meaning(event.to_status)
    return after.stage == stage and before.stage != stage


def _change(event: Event, zone: ZoneInfo) -> SeenChange:
    """Return an event in the city's calendar."""
    moment = datetime.fromtimestamp(event.seen_at, UTC)
    return SeenChange(
        event.kind,
        moment,
        day_number(moment.astimezone(zone).date()),
        event.from_status,
        event.to_status,
        event.from_agency,
        event.to_agency,
        event.changed,
    )
