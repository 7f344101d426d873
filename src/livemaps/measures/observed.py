"""What this program saw happen to requests, read from the store while the refresher writes to it.

The connection is short and read-only: it never waits long, never makes or changes a database, and
where that cannot be read now, it is an answer and no error.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from livemaps.errors import StoreError
from livemaps.store import Arrival, Event
from livemaps.store.connection import translated
from livemaps.store.database import FILE
from livemaps.store.reading import Reading
from livemaps.store.records import City, Kind

BUSY_SECONDS = 0.25
"""How long to wait for a lock: a page is waiting for it. Readers of a WAL database need none."""

_SEEN_SINCE = """
    SELECT DISTINCT service_request_id FROM events
    WHERE kind = ? AND id > ifnull(
        (SELECT id FROM events WHERE seen_at < ? ORDER BY id DESC LIMIT 1), 0)
"""
"""Events are numbered in the order in which they were seen, so only the newest are looked at."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The events of one request, oldest first; `trouble` says why there are none, if not "none"."""

    events: tuple[Event, ...] = ()
    trouble: str = ""


def events_of(data_dir: Path, city: City, service_request_id: str) -> Seen:
    """Return what was observed of a request; where the store cannot be read, that it cannot."""
    try:
        with _reading(data_dir) as connection:
            reading = Reading(connection, data_dir / FILE, city)
            return Seen(reading.events(service_request_id))
    except StoreError as error:
        return Seen(trouble=type(error).__name__)


def seen_reopened(data_dir: Path, since: int) -> tuple[str, ...]:
    """Return the ids of the requests that were seen to be re-opened since a moment, each once.

    `since` is in epoch seconds.

    Raises:
        StoreError: the database cannot be read.
    """
    with _reading(data_dir) as connection, translated(data_dir / FILE):
        rows = connection.execute(_SEEN_SINCE, (Kind.REOPENED, since)).fetchall()
    return tuple(row[0] for row in rows)


def arrivals(data_dir: Path, city: City, since: int) -> tuple[Arrival, ...]:
    """Return what live refreshes first saw on each day of the city from a day on.

    Raises:
        StoreError: the database cannot be read.
    """
    with _reading(data_dir) as connection:
        return Reading(connection, data_dir / FILE, city).arrivals(since)


@contextmanager
def _reading(data_dir: Path) -> Iterator[sqlite3.Connection]:
    """Open the database for reading; StoreError where it is not there or cannot be opened."""
    path = data_dir / FILE
    with translated(path):
        connection = sqlite3.connect(
            f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, timeout=BUSY_SECONDS
        )
    with closing(connection):
        yield connection
