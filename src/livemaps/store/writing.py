"""What one transaction does to the store. A refresh is one such transaction."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from livemaps.model import Refresh, Reject, RequestRow, Stage, Standing
from livemaps.store.arrivals import note_arrivals
from livemaps.store.records import Applied, City, Kind
from livemaps.store.schema import STATE_COLUMNS
from livemaps.store.vocabulary import PlaceCodes, Words, chunks, marks

REJECTS_KEPT = 10_000
REFRESHES_KEPT = 10_000
"""How many of the newest are kept to look at; the rest is only counted."""

FIELDS = (
    "requested_datetime",
    "updated_datetime",
    "closed_datetime",
    "expected_datetime",
    "status",
    "service_name",
    "agency_responsible",
    "channel",
    "place",
    "vanished",
)
"""The names of `RequestRow` for each part of a `State`."""

_COLUMNS = ", ".join(STATE_COLUMNS)
_INSERT = (
    f"INTO requests (service_request_id, {_COLUMNS}, unresolved, is_open, sequence) "
    f"VALUES ({marks('i' + ' ' * len(STATE_COLUMNS) + 'uos')})"
)
_UPDATE = (
    f"UPDATE requests SET {', '.join(f'{name} = ?' for name in STATE_COLUMNS)}, "  # noqa: S608
    "unresolved = ?, is_open = ? WHERE service_request_id = ?"
)


COUNT_UP = (
    "INSERT INTO meta VALUES (?1, CAST(?2 AS TEXT)) "
    "ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + ?2"
)


class State(NamedTuple):
    """All of a request that matters, coded as it is stored: equal states mean no change."""

    requested: int
    updated: int | None
    closed: int | None
    expected: int | None
    status: int
    service: int
    agency: int
    channel: int
    place: int
    vanished: int | None


class Flags(NamedTuple):
    """What the profile's status map makes of a status."""

    unresolved: bool
    is_open: bool


VANISHED = Flags(unresolved=False, is_open=False)


def flags_of(city: City, status: str) -> Flags:
    """Return whether a status is unresolved, and whether it is backlog."""
    meaning = city.meaning(status)
    unresolved = meaning.stage != Stage.RESOLVED
    return Flags(unresolved, unresolved and meaning.standing == Standing.COUNTS)


def digest_of(reject: Reject) -> bytes:
    """Return what is the same whenever the feed sends a rejected row again.

    The portal's own fields (`:id`, `:updated_at`) are left out: a rewrite renews them.
    """
    try:
        row = json.loads(reject.row)
    except ValueError:  # It was cut to the length that is kept.
        row = reject.row
    if isinstance(row, dict):
        row = {name: cell for name, cell in row.items() if not name.startswith(":")}
    return hashlib.sha256(json.dumps([reject.reason, row], sort_keys=True).encode()).digest()


class Writing:
    """One open transaction: requests, events, rejected rows and the feed's state together.

    Made by `Store.refreshing`, which commits or undoes it. A request that comes more than once
    counts once, with its last state. Memory holds the ids of what came, and what changed.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        places: PlaceCodes,
        city: City,
        sequence: int,
        started: datetime,
    ) -> None:
        self._connection = connection
        self._places = places
        self._city = city
        self._sequence = sequence
        self._seen_at = int(started.timestamp())
        self._statuses = Words(connection, "status")
        self._services = Words(connection, "service")
        self._agencies = Words(connection, "agency")
        self._channels = Words(connection, "channel")
        self._flags: dict[int, Flags] = {}
        self._before: dict[str, State] = {}
        self._after: dict[str, State] = {}
        self._same: set[str] = set()
        self._inserted = 0
        self._bulk_inserted = 0
        self._bulk_same = 0
        self._rejected = 0

    def apply(self, rows: Sequence[RequestRow], *, bulk: bool = False) -> None:
        """Insert or update requests, and note each change as an event.

        With `bulk` only what is not held yet is inserted: a page of history may be older than
        what a live refresh stored meanwhile. Bulk rows count once for each call.
        """
        states = self._encoded(rows)
        if bulk:
            self._insert_missing(states)
        else:
            self._insert_or_update(states)

    def vanish(self, ids: Collection[str]) -> None:
        """Mark requests that the feed no longer has; unknown and vanished ones are passed over."""
        held = self._held(ids)
        gone = {
            name: state._replace(vanished=self._seen_at)
            for name, (state, _) in held.items()
            if state.vanished is None
        }
        for name, state in gone.items():
            self._note(name, held[name][0], state)
        self._update(gone)

    def reject(self, rejects: Sequence[Reject]) -> None:
        """Keep rows that could not be read; one that is kept already is neither kept nor counted."""
        self._rejected += self._connection.executemany(
            "INSERT INTO rejects (seen_at, reason, row, digest) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (digest) DO NOTHING",
            ((self._seen_at, *reject, digest_of(reject)) for reject in rejects),
        ).rowcount

    def save_feed_state(self, state: str) -> None:
        """Remember where the feed stands after these rows."""
        self.set_meta("feed_state", state)

    def set_meta(self, key: str, value: str) -> None:
        """Remember a value; one that is the same as before is not written."""
        self._connection.execute(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) "
            "DO UPDATE SET value = excluded.value WHERE value <> excluded.value",
            (key, value),
        )

    def log(self, refresh: Refresh) -> int:
        """Add a line to the log of refreshes; returns its number, for `Store.amend`."""
        values = refresh_values(refresh)
        query = f"INSERT INTO refreshes VALUES (NULL, {marks(values)})"  # noqa: S608 - question marks
        number = self._connection.execute(query, values).lastrowid or 0
        self._connection.execute("DELETE FROM refreshes WHERE id <= ?", (number - REFRESHES_KEPT,))
        return number

    def note_arrivals(self, day: int) -> None:
        """Note what was inserted, which was not in bulk, as first seen on a day of the city."""
        note_arrivals(self._connection, self._sequence, day)

    @property
    def applied(self) -> Applied:
        """What was applied so far, each request counted once."""
        removed = resolved = reopened = 0
        for name, before in self._before.items():
            after = self._after[name]
            removed += after.vanished is not None and before.vanished is None
            was, now = self._flags_of(before).unresolved, self._flags_of(after).unresolved
            resolved += was and not now and after.vanished is None
            reopened += now and not was and before.vanished is None
        return Applied(
            inserted=self._inserted + self._bulk_inserted,
            updated=len(self._before) - removed,
            unchanged=len(self._same - self._before.keys()) + self._bulk_same,
            removed=removed,
            resolved=resolved,
            reopened=reopened,
        )

    def finish(self) -> None:
        """Write what can only be known at the end. Called by `Store.refreshing` before commit."""
        self._write_events()
        if self._rejected:
            self._count_rejected()
        applied = self.applied
        if not applied.wrote:
            return
        self.set_meta("sequence", str(self._sequence))
        self._count_up("held", applied.inserted - applied.removed + self._returned())
        if self._bulk_inserted:
            self._connection.execute(
                "INSERT INTO bulk VALUES (?, ?)", (self._sequence, self._bulk_inserted)
            )

    def _encoded(self, rows: Iterable[RequestRow]) -> dict[str, State]:
        """Return the state of each request by its id; of a request's rows the last counts."""
        latest = {row[0]: row for row in rows}
        places = self._places.of(row[9] for row in latest.values())
        statuses, services = self._statuses, self._services
        agencies, channels = self._agencies, self._channels
        return {
            name: State(
                requested,
                updated,
                closed,
                expected,
                statuses[status],
                services[service],
                agencies[agency],
                channels[channel],
                places[place],
                None,
            )
            for name, requested, updated, closed, expected, status, service, agency, channel, place in latest.values()
        }

    def _insert_or_update(self, states: Mapping[str, State]) -> None:
        """Compare with what is held, and write what is new or different."""
        held = self._held(states)
        new, changed = {}, {}
        for name, state in states.items():
            if name not in held:
                new[name] = state
                continue
            before, sequence = held[name]
            if before != state:
                changed[name] = state
            if sequence == self._sequence:
                continue  # It was inserted by this very transaction: it counts as inserted.
            if before == state:
                self._same.add(name)
            else:
                self._note(name, before, state)
        self._insert(new)
        self._update(changed)

    def _insert(self, states: Mapping[str, State]) -> None:
        self._connection.executemany(f"INSERT {_INSERT}", self._rows_to_insert(states))
        self._inserted += len(states)
        self._mark_changed(states)

    def _insert_missing(self, states: Mapping[str, State]) -> None:
        """Insert what is not held, without events. Unresolved ones are live: they are marked."""
        count = self._connection.executemany(
            f"INSERT {_INSERT} ON CONFLICT (service_request_id) DO NOTHING",
            self._rows_to_insert(states),
        ).rowcount
        self._bulk_inserted += count
        self._bulk_same += len(states) - count
        live = [name for name, state in states.items() if self._flags_of(state).unresolved]
        inserted = (
            name for name, (_, number) in self._held(live).items() if number == self._sequence
        )
        self._mark_changed(inserted)

    def _update(self, states: Mapping[str, State]) -> None:
        self._connection.executemany(
            _UPDATE,
            ((*state, *self._flags_of(state), name) for name, state in states.items()),
        )
        self._mark_changed(states)

    def _rows_to_insert(self, states: Mapping[str, State]) -> Iterable[tuple[object, ...]]:
        sequence = (self._sequence,)
        flags = {
            status: self._status_flags(status) for status in {s.status for s in states.values()}
        }
        return ((name, *state, *flags[state.status], *sequence) for name, state in states.items())

    def _held(self, ids: Collection[str]) -> dict[str, tuple[State, int]]:
        """Return the states of those requests that are held, and who inserted them."""
        found = {}
        for some in chunks(ids):
            query = (
                f"SELECT service_request_id, sequence, {_COLUMNS} FROM requests "  # noqa: S608
                f"WHERE service_request_id IN ({marks(some)})"
            )
            for name, sequence, *state in self._connection.execute(query, some):
                found[name] = (State(*state), sequence)
        return found

    def _note(self, name: str, before: State, after: State) -> None:
        """Remember a change, from what it was before this transaction; forget it if undone."""
        first = self._before.setdefault(name, before)
        self._after[name] = after
        if first == after:
            del self._before[name], self._after[name]
            self._same.add(name)

    def _mark_changed(self, ids: Iterable[str]) -> None:
        self._connection.executemany(
            "INSERT OR REPLACE INTO changed VALUES (?, ?)", ((name, self._sequence) for name in ids)
        )

    def _flags_of(self, state: State) -> Flags:
        return VANISHED if state.vanished is not None else self._status_flags(state.status)

    def _status_flags(self, status: int) -> Flags:
        if status not in self._flags:
            words = {code: word for word, code in self._statuses.items()}
            self._flags[status] = flags_of(self._city, words[status])
        return self._flags[status]

    def _write_events(self) -> None:
        self._connection.executemany(
            "INSERT INTO events VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (self._event(name, before, self._after[name]) for name, before in self._before.items()),
        )

    def _event(self, name: str, before: State, after: State) -> tuple[object, ...]:
        changed = [
            field for field, old, new in zip(FIELDS, before, after, strict=True) if old != new
        ]
        return (
            self._sequence,
            self._seen_at,
            name,
            self._kind(before, after, changed),
            before.status,
            after.status,
            before.agency,
            after.agency,
            " ".join(changed),
            before.updated,
        )

    def _kind(self, before: State, after: State, changed: Collection[str]) -> Kind:
        """Return the first kind that fits a change."""
        if "vanished" in changed:
            return Kind.RETURNED if after.vanished is None else Kind.VANISHED
        if self._flags_of(after).unresolved and not self._flags_of(before).unresolved:
            return Kind.REOPENED
        if "status" in changed:
            return Kind.STATUS
        return Kind.AGENCY if "agency_responsible" in changed else Kind.DETAILS

    def _returned(self) -> int:
        """How many requests had vanished before and are held again."""
        return sum(
            before.vanished is not None and self._after[name].vanished is None
            for name, before in self._before.items()
        )

    def _count_rejected(self) -> None:
        self._count_up("rejected_total", self._rejected)
        self._connection.execute(
            "DELETE FROM rejects WHERE id <= (SELECT max(id) FROM rejects) - ?", (REJECTS_KEPT,)
        )

    def _count_up(self, key: str, amount: int) -> None:
        """Add to a number among the remembered values."""
        self._connection.execute(COUNT_UP, (key, amount))


def refresh_values(refresh: Refresh) -> tuple[object, ...]:
    """Return the columns of the log for a refresh."""
    return (
        str(refresh.outcome),
        refresh.started.isoformat(),
        refresh.finished.isoformat(),
        refresh.received,
        refresh.inserted,
        refresh.updated,
        refresh.unchanged,
        refresh.removed,
        refresh.rejected,
        refresh.unplaced,
        refresh.open,
        refresh.snapshot,
        refresh.error,
        json.dumps(refresh.trouble),
    )
