"""What can be asked of the store. Nothing here writes."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

from livemaps.model import Outcome, Place, Refresh, day_date
from livemaps.store import locks
from livemaps.store.batches import batch_of, selection
from livemaps.store.connection import translated
from livemaps.store.records import Arrival, City, Event, KeptReject, Kind, RowBatch, StoredRequest
from livemaps.store.vocabulary import area_keys, chunks

BATCH_ROWS = 50_000
"""Rows in one `RowBatch`: a few megabytes."""

ROWS_AT_ONCE = 1_000

_REQUEST = """
    SELECT r.service_request_id, r.requested, r.updated, r.closed, r.expected,
           ifnull(status.name, ''), ifnull(service.name, ''), ifnull(agency.name, ''),
           ifnull(channel.name, ''), place.codes, place.name, place.long, place.lat,
           r.is_open, r.vanished
    FROM requests AS r
    LEFT JOIN status ON status.id = r.status LEFT JOIN service ON service.id = r.service
    LEFT JOIN agency ON agency.id = r.agency LEFT JOIN channel ON channel.id = r.channel
    LEFT JOIN place ON place.id = r.place
    WHERE r.service_request_id = ?
"""

_EVENTS = """
    SELECT e.service_request_id, e.kind, e.seen_at, ifnull(was.name, ''), ifnull(now.name, ''),
           ifnull(had.name, ''), ifnull(has.name, ''), e.changed, e.from_updated
    FROM events AS e
    LEFT JOIN status AS was ON was.id = e.from_status LEFT JOIN status AS now ON now.id = e.to_status
    LEFT JOIN agency AS had ON had.id = e.from_agency LEFT JOIN agency AS has ON has.id = e.to_agency
    WHERE e.service_request_id = ? ORDER BY e.id
"""


class Reading:
    """One state of the store. Each method raises `StoreError` where the file cannot be read."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: Path,
        city: City,
        in_use: threading.RLock | None = None,
    ) -> None:
        self._connection = connection
        self._path = path
        self._city = city
        self._layers = tuple(layer.id for layer in city.layers)
        self._in_use = in_use or threading.RLock()
        """Held by whoever uses the connection: closing one in use would crash the process."""

    @property
    def database(self) -> str:
        """A word that no other database has: what `sequence` counts begins anew in another."""
        return self.meta("database")

    @property
    def sequence(self) -> int:
        """The number of the last transaction that changed requests; 0 before the first."""
        return int(self.meta("sequence", "0"))

    def meta(self, key: str, default: str = "") -> str:
        """Return a remembered value."""
        found = self._all("SELECT value FROM meta WHERE key = ?", key)
        return str(found[0][0]) if found else default

    def feed_state(self) -> str:
        """Return where the feed stands, as it was saved with the last rows; "" before."""
        return self.meta("feed_state")

    def open_count(self) -> int:
        """Return the backlog: open, neither duplicate nor deleted, not vanished."""
        return self._one("SELECT count(*) FROM requests WHERE unresolved = 1 AND is_open = 1")

    def total(self) -> int:
        """Return how many requests are held and have not vanished."""
        return int(self.meta("held", "0"))

    def open_ids(self) -> Iterator[str]:
        """Yield the ids of the backlog."""
        return self._ids("unresolved = 1 AND is_open = 1")

    def unresolved_ids(self) -> Iterator[str]:
        """Yield the ids of all that is not resolved, whatever its standing."""
        return self._ids("unresolved = 1")

    def ids_of_days(self, since: int, until: int) -> Iterator[str]:
        """Yield the ids of what was requested from day `since` until before day `until`."""
        return self._ids(
            "vanished IS NULL AND requested >= ? * 86400 AND requested < ? * 86400", since, until
        )

    def counts_by_month(self) -> Mapping[str, int]:
        """Return how many requests are held for each month of request, as {"2026-08": n}."""
        # By day first: SQLite would take three times as long to write each row's month.
        months: Counter[str] = Counter()
        for day, count in self._each(
            "SELECT requested / 86400 AS day, count(*) FROM requests "
            "WHERE vanished IS NULL GROUP BY day"
        ):
            months[f"{day_date(day):%Y-%m}"] += count
        return months

    def open_by_status(self) -> Mapping[str, int]:
        """Return how many of the backlog have each status, as the feed words it."""
        rows = self._all(
            "SELECT ifnull(name, ''), n FROM (SELECT status, count(*) AS n FROM requests "
            "WHERE unresolved = 1 AND is_open = 1 GROUP BY status) LEFT JOIN status ON id = status"
        )
        return {str(name): int(count) for name, count in rows}

    def request(self, service_request_id: str) -> StoredRequest | None:
        """Return one request, also one that has vanished; None where the id was never seen."""
        for row in self._all(_REQUEST, service_request_id):
            codes, name, long, lat, is_open, vanished = row[9:]
            place = Place(area_keys(codes or "{}", self._layers), name, long, lat)
            return StoredRequest._make((*row[:9], place, bool(is_open), vanished))
        return None

    def events(self, service_request_id: str) -> tuple[Event, ...]:
        """Return what was observed of a request, oldest first."""
        return tuple(
            Event._make((row[0], Kind(row[1]), *row[2:7], tuple(row[7].split()), row[8]))
            for row in self._all(_EVENTS, service_request_id)
        )

    def refreshes(self, limit: int) -> tuple[Refresh, ...]:
        """Return the newest refreshes, newest first."""
        query = "SELECT * FROM refreshes ORDER BY id DESC LIMIT ?"
        return tuple(_refresh(row[1:]) for row in self._all(query, limit))

    def arrivals(self, since: int) -> tuple[Arrival, ...]:
        """Return what live refreshes first saw on each day from a day on, oldest first."""
        query = "SELECT * FROM arrivals WHERE seen_day >= ? ORDER BY seen_day, requested_day"
        return tuple(Arrival(*row) for row in self._all(query, since))

    def rejects(self, limit: int) -> tuple[KeptReject, ...]:
        """Return the newest rows that could not be read, newest first."""
        query = "SELECT seen_at, reason, row FROM rejects ORDER BY id DESC LIMIT ?"
        return tuple(KeptReject(*row) for row in self._all(query, limit))

    def rejected_total(self) -> int:
        """Return how many different rows were ever rejected, also those no longer kept."""
        return int(self.meta("rejected_total", "0"))

    def vocabulary(self, column: str) -> Mapping[int, str]:
        """Return the names of `service`, `agency`, `status` or `channel` by code (from 1)."""
        table = {name: name for name in ("service", "agency", "status", "channel")}[column]
        return dict(self._all(f"SELECT id, name FROM {table} ORDER BY id"))  # noqa: S608

    def places(self, after: int = 0) -> Iterator[tuple[int, Place]]:
        """Yield the distinct places with codes above `after`, in the order of codes."""
        query = "SELECT id, codes, name, long, lat FROM place WHERE id > ? ORDER BY id"
        decoded: dict[str, tuple[str | None, ...]] = {}
        for code, codes, name, long, lat in self._each(query, after):
            if codes not in decoded:
                decoded[codes] = area_keys(codes, self._layers)
            yield code, Place(decoded[codes], name, long, lat)

    def all_rows(self, batch: int = BATCH_ROWS) -> Iterator[RowBatch]:
        """Yield every request that has not vanished, in the order of ids (as UTF-8)."""
        return self._batches(
            f"SELECT {selection()} FROM requests AS r WHERE vanished IS NULL "  # noqa: S608
            "ORDER BY service_request_id",
            (),
            batch,
        )

    def changed_rows(self, after: int, batch: int = BATCH_ROWS) -> Iterator[RowBatch]:
        """Yield what was written or vanished after a transaction, in the order of ids.

        What a backfill inserted is not in it unless it is unresolved.
        """
        return self._batches(
            f"SELECT {selection()} FROM changed CROSS JOIN requests AS r "  # noqa: S608
            "USING (service_request_id) WHERE changed.sequence > ? ORDER BY service_request_id",
            (after,),
            batch,
        )

    def changed_count(self, after: int) -> int:
        """Return how many rows `changed_rows` yields."""
        return self._one("SELECT count(*) FROM changed WHERE sequence > ?", after)

    def bulk_count(self, after: int) -> int:
        """Return how many rows backfills inserted after a transaction."""
        return self._one("SELECT ifnull(sum(inserted), 0) FROM bulk WHERE sequence > ?", after)

    def bulk_active(self) -> bool:
        """Whether a backfill is running now, in whatever process."""
        return locks.is_held(self._path.parent, locks.BACKFILL)

    @contextmanager
    def _using(self) -> Iterator[None]:
        """Use the connection; SQLite's errors come out as `StoreError`."""
        with self._in_use, translated(self._path):
            yield

    def _all(self, query: str, *values: object) -> list[Any]:
        """Return all rows of a small result."""
        with self._using():
            return self._connection.execute(query, values).fetchall()

    def _one(self, query: str, *values: object) -> int:
        """Return the single number that a query yields."""
        return int(self._all(query, *values)[0][0])

    def _each(self, query: str, *values: object) -> Iterator[Any]:
        """Yield the rows of a large result, in constant memory."""
        with self._using():
            cursor = self._connection.execute(query, values)
        while True:
            with self._using():
                rows = cursor.fetchmany(ROWS_AT_ONCE)
            if not rows:
                return
            yield from rows

    def _ids(self, condition: str, *values: object) -> Iterator[str]:
        """Yield the ids of the requests under a condition."""
        query = f"SELECT service_request_id FROM requests WHERE {condition}"  # noqa: S608
        return (row[0] for row in self._each(query, *values))

    def _batches(self, query: str, values: Sequence[object], batch: int) -> Iterator[RowBatch]:
        """Yield the rows of a query by `selection()` as columns."""
        for rows in chunks(self._each(query, *values), batch):
            yield batch_of(rows)


def _refresh(row: Sequence[Any]) -> Refresh:
    """Return a refresh from its columns in the log."""
    values = dict(zip((field.name for field in fields(Refresh)), row, strict=True))
    read = {
        "outcome": Outcome(values["outcome"]),
        "started": datetime.fromisoformat(values["started"]),
        "finished": datetime.fromisoformat(values["finished"]),
        "trouble": tuple(json.loads(values["trouble"])),
    }
    return Refresh(**values | read)
