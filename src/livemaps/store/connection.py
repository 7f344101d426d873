"""Open the database file, and turn SQLite's errors into ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from livemaps.errors import StoreDamaged, StoreError, StoreFull, StoreLocked

BUSY_SECONDS = 60.0
"""How long to wait for another process's transaction (a backfill's take a fraction of that)."""

PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    # One fsync for each commit. NORMAL would be safe too, but could lose the last commit to a
    # power cut after a snapshot of it was published; at one commit a refresh this costs nothing.
    "PRAGMA synchronous = FULL",
    "PRAGMA cache_size = -65536",
    # A first fetch is one transaction of hundreds of megabytes: give the space back after it.
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA wal_autocheckpoint = 4000",
)

NO_ROOM_TO_OPEN = sqlite3.SQLITE_IOERR_SHMSIZE
"""How SQLite says that the disk has not even room for the index of its log."""


def connect(path: Path, *, busy_seconds: float = BUSY_SECONDS) -> sqlite3.Connection:
    """Open (or create) a database in which every transaction is begun by hand.

    Raises:
        StoreError: the file cannot be opened, is locked or is no database.
    """
    with translated(path):
        connection = sqlite3.connect(
            path, timeout=busy_seconds, isolation_level=None, check_same_thread=False
        )
        try:
            for pragma in PRAGMAS:
                connection.execute(pragma).fetchall()
        except sqlite3.Error:
            connection.close()
            raise
    return connection


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise our own error, naming the file and the remedy, where SQLite raises one of its."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translate(path, error) from error


def _translate(path: Path, error: sqlite3.Error) -> StoreError:
    """Return the error that says what an operator can do about one of SQLite's."""
    exact = getattr(error, "sqlite_errorcode", 0)
    code = exact & 0xFF
    if code == sqlite3.SQLITE_FULL or exact == NO_ROOM_TO_OPEN:
        return StoreFull(
            f"no space is left for {path}: nothing of this was kept and the last good state is "
            "intact; free some space on that disk and the next refresh goes on"
        )
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreLocked(
            f"{path} is locked by another process that is writing; try again when it is done"
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreDamaged(
            f"{path} is damaged ({error}): move it away, and put a backup in its place or let "
            "the next refresh and a backfill fetch everything again"
        )
    return StoreError(f"{path} cannot be used: {error}")


@contextmanager
def transaction(connection: sqlite3.Connection, kind: str) -> Iterator[None]:
    """Run a block in a transaction (`DEFERRED` or `IMMEDIATE`), undone whatever is raised."""
    connection.execute(f"BEGIN {kind}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite has rolled back by itself where the disk was full or the file unreadable.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
