"""What a poll of a Socrata portal makes of the portal's answers: nothing, a little, everything."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from http import HTTPStatus
from math import ceil

import msgspec

from livemaps.errors import FeedRefused
from livemaps.feeds.base import FeedState, Plan, PlanKind
from livemaps.feeds.portal import SYSTEM_FIELDS, Portal, Sum, View
from livemaps.feeds.socrata_state import (
    Position,
    State,
    Walk,
    earlier,
    latest,
    moment,
    read,
    write,
)
from livemaps.feeds.soql import quoted
from livemaps.model import Clock
from livemaps.settings import Settings

log = logging.getLogger(__name__)

UPDATED = ":updated_at"


class Planner:
    """Makes the plan of one poll."""

    def __init__(self, portal: Portal, settings: Settings, live: str, clock: Clock) -> None:
        """`live` is the `$where` of what is open or recent today, empty for everything."""
        self._portal = portal
        self._settings = settings
        self._live = live
        self._clock = clock

    def plan(self, text: FeedState) -> Plan:
        """Find out what changed since a state; see `SocrataFeed.plan`."""
        held, note = self._held(text)
        # A server without a stamp is asked whether anything changed in one conditional call.
        stampless = held is not None and held.rows_updated_at is None
        view = None if stampless else self._portal.view()
        if held is not None and held.settled and _stamp(view) == held.rows_updated_at:
            return Plan(PlanKind.UNCHANGED, text, published=_published(view))
        try:
            return self._by_update(view, held, note)
        except FeedRefused as error:
            if not _lacks_system_fields(error):
                raise
            log.info("the portal has no system fields: %s", error)
        return self._again(view, held) if held else self._plain_first(view, note)

    def _by_update(self, view: View | None, held: State | None, note: str) -> Plan:
        if held is None:
            return self._first(view, note)
        return self._since(view, held) if held.cursor else self._again(view, held)

    def _held(self, text: FeedState) -> tuple[State | None, str]:
        """Return the state, and a note where there is one that cannot be used."""
        held = read(text, State)
        if held is not None and held.source == self._portal.source:
            return held, ""
        if not text:
            return None, ""
        return None, (
            f"The state of the last poll is not of {self._portal.source}: "
            "everything open and recent is read again."
        )

    def _first(self, view: View | None, note: str) -> Plan:
        """Plan the first load: all of a small table, what is open or recent of a large one."""
        whole = self._sum("")
        if whole.newest is None and whole.number:
            return self._plain_first(view, note)
        walk = self._first_walk(whole.number)
        state = self._state(view, whole.newest, None)
        return self._ready(PlanKind.FIRST, state, walk, _published(view, whole), note)

    def _first_walk(self, rows: int) -> Walk:
        if rows <= self._settings.full_rewrite_rows or not self._live:
            return Walk(expected=rows)
        return self._live_walk()

    def _live_walk(self) -> Walk:
        return Walk(self._live, expected=self._portal.count(self._live))

    def _since(self, view: View | None, held: State) -> Plan:
        """Plan what changed since a cursor."""
        where = _after(held.since)
        found = self._portal.sum(where, etag=None if _stamp(view) else held.etag)
        same = found is None or (found.number, found.newest) == (held.number, held.cursor)
        if same and _stamp(view) in (None, held.rows_updated_at):
            return self._unchanged(view, held, found)
        return self._changes(view or self._portal.view(), held, found or self._sum(where))

    def _unchanged(self, view: View | None, held: State, found: Sum | None) -> Plan:
        """Nothing is new; what was learnt is kept, so that the next poll may ask less."""
        state = msgspec.structs.replace(
            held, settled=self._is_settled(view), etag=found.etag if found else held.etag
        )
        return Plan(PlanKind.UNCHANGED, write(state), published=_published(view, found))

    def _changes(self, view: View | None, held: State, found: Sum) -> Plan:
        """Plan the rows after the overlap, or the rewrite that they turn out to be."""
        limit, since, number = self._settings.full_rewrite_rows, held.since, found.number
        if number > limit:
            # The overlap may hold a rewrite that is known already: count without it.
            since, number = held.cursor, self._portal.count(_after(held.cursor))
        state = self._state(view, latest(found.newest, held.cursor), held)
        published = _published(view, found)
        if number > limit:
            return self._rewritten(state, held, number, published)
        walk = Walk(_after(since), by_update=True, expected=number)
        return self._ready(PlanKind.CHANGES, state, walk, published)

    def _rewritten(
        self, state: State, held: State, number: int, published: datetime | None
    ) -> Plan:
        """Plan what is open or recent for now, and keep all that moved for `catch_up`.

        Where an earlier rewrite is not caught up with, its place is kept: what it left lies
        between that place and the new cursor, wherever this rewrite moved it.
        """
        before = held.catch_up
        left = Walk(
            f"{UPDATED} <= {quoted(state.cursor or '')}",
            by_update=True,
            expected=max(number, before.expected or 0) if before else number,
            position=before.position if before else Position(updated=held.since),
        )
        note = (
            f"The portal moved {number:,} rows at once: what is open or recent is read now, "
            "the rest in the background."
        )
        state = msgspec.structs.replace(state, catch_up=left)
        return self._ready(PlanKind.REWRITTEN, state, self._live_walk(), published, note)

    def _plain_first(self, view: View | None, note: str) -> Plan:
        """Plan the first load from a server without system fields."""
        rows = self._portal.count()
        return self._plain(PlanKind.FIRST, view, self._first_walk(rows), note)

    def _again(self, view: View | None, held: State) -> Plan:
        """Plan a later load from a server without system fields: what is open or recent, again.

        Nothing tells there what changed, only whether anything did, if the portal has a stamp
        or knows conditional requests.
        """
        unchanged = (
            _stamp(view) is None
            and held.etag is not None
            and self._portal.sum(newest=False, etag=held.etag) is None
        )
        if unchanged:
            return Plan(PlanKind.UNCHANGED, write(held))
        return self._plain(PlanKind.CHANGES, view, self._live_walk(), "")

    def _plain(self, kind: PlanKind, view: View | None, walk: Walk, note: str) -> Plan:
        asked = None if _stamp(view) else self._portal.sum(newest=False)
        state = State(
            source=self._portal.source,
            rows_updated_at=_stamp(view),
            settled=self._is_settled(view),
            etag=asked.etag if asked else None,
        )
        return self._ready(kind, state, walk, _published(view, asked), note)

    def _state(self, view: View | None, newest: str | None, held: State | None) -> State:
        """Return the state to save with the rows of a plan.

        Where the stamp alone will not tell the next poll whether anything changed, the number
        of rows after the overlap is kept to compare with.
        """
        settled = self._is_settled(view)
        since = earlier(newest, self._settings.overlap_seconds) if newest else None
        found = None if settled else self._sum(_after(since))
        return State(
            source=self._portal.source,
            rows_updated_at=_stamp(view),
            settled=settled,
            cursor=newest,
            since=since,
            number=found.number if found else None,
            etag=found.etag if found else None,
            catch_up=held.catch_up if held else None,
        )

    def _ready(
        self,
        kind: PlanKind,
        state: State,
        walk: Walk,
        published: datetime | None,
        note: str = "",
    ) -> Plan:
        rows = walk.expected
        return Plan(
            kind,
            write(state),
            rows_expected=rows,
            pages_expected=None if rows is None else ceil(rows / self._settings.page_size),
            published=published,
            note=note,
            query=write(walk) if rows != 0 else "",
        )

    def _sum(self, where: str) -> Sum:
        """Count a set unconditionally."""
        found = self._portal.sum(where)
        return found or Sum(0, None, None, None)

    def _is_settled(self, view: View | None) -> bool:
        """Whether the second of the stamp was over when the portal was asked."""
        stamp = _stamp(view)
        if view is None or stamp is None:
            return False
        return int((view.answered or self._clock()).timestamp()) > stamp


def _after(timestamp: str | None) -> str:
    """Return the condition for rows that changed after a moment, empty for all."""
    return f"{UPDATED} > {quoted(timestamp)}" if timestamp else ""


def _stamp(view: View | None) -> int | None:
    return view.rows_updated_at if view else None


def _published(view: View | None, found: Sum | None = None) -> datetime | None:
    """Return when the portal last changed the data, as well as it tells."""
    stamp = _stamp(view)
    if stamp is not None:
        return datetime.fromtimestamp(stamp, UTC)
    if found is None:
        return None
    return found.modified or (moment(found.newest) if found.newest else None)


def _lacks_system_fields(error: FeedRefused) -> bool:
    """Whether a refusal means that the server does not know `:id` or `:updated_at`."""
    if error.column is not None:
        return error.column in SYSTEM_FIELDS
    return error.status == HTTPStatus.BAD_REQUEST and UPDATED in str(error)
