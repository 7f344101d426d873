"""The tables, as a list of steps forward. `PRAGMA user_version` counts the steps taken.

A step that was ever released is never edited: a change of the schema is a new step at the end.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from livemaps.errors import StoreDamaged, StoreTooNew
from livemaps.store.connection import transaction

Step = tuple[str, ...]

VOCABULARIES = ("service", "agency", "status", "channel")

STATE_COLUMNS = (
    "requested",
    "updated",
    "closed",
    "expected",
    "status",
    "service",
    "agency",
    "channel",
    "place",
    "vanished",
)
"""What makes a request the same or another than before, in the order of `writing.State`."""

_FIRST: Step = (
    *(
        f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT"
        for name in VOCABULARIES
    ),
    # The digest is of all the other columns: unique, and small even where every request has a
    # place of its own.
    """CREATE TABLE place (
        id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE,
        codes TEXT NOT NULL, name TEXT, long REAL, lat REAL
    ) STRICT""",
    # Times are wall seconds; status to place are codes, 0 for blank; `sequence` numbers the
    # transaction that inserted the row; `vanished` is in epoch seconds.
    """CREATE TABLE requests (
        service_request_id TEXT NOT NULL PRIMARY KEY,
        requested INTEGER NOT NULL, updated INTEGER, closed INTEGER, expected INTEGER,
        status INTEGER NOT NULL, service INTEGER NOT NULL, agency INTEGER NOT NULL,
        channel INTEGER NOT NULL, place INTEGER NOT NULL, vanished INTEGER,
        unresolved INTEGER NOT NULL, is_open INTEGER NOT NULL, sequence INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    # `unresolved` is in it so that counting needs no look into the table.
    "CREATE INDEX requests_unresolved ON requests (unresolved, is_open, status) WHERE unresolved = 1",
    """CREATE TABLE events (
        id INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, seen_at INTEGER NOT NULL,
        service_request_id TEXT NOT NULL, kind TEXT NOT NULL,
        from_status INTEGER NOT NULL, to_status INTEGER NOT NULL,
        from_agency INTEGER NOT NULL, to_agency INTEGER NOT NULL, changed TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX events_of_request ON events (service_request_id)",
    # What is other than in the snapshots' history base, and since which transaction.
    """CREATE TABLE changed (
        service_request_id TEXT NOT NULL PRIMARY KEY, sequence INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE TABLE bulk (sequence INTEGER PRIMARY KEY, inserted INTEGER NOT NULL) STRICT",
    """CREATE TABLE refreshes (
        id INTEGER PRIMARY KEY, outcome TEXT NOT NULL, started TEXT NOT NULL,
        finished TEXT NOT NULL, received INTEGER NOT NULL, inserted INTEGER NOT NULL,
        updated INTEGER NOT NULL, unchanged INTEGER NOT NULL, removed INTEGER NOT NULL,
        rejected INTEGER NOT NULL, unplaced INTEGER NOT NULL, open INTEGER NOT NULL,
        snapshot TEXT, error TEXT, trouble TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE rejects (
        id INTEGER PRIMARY KEY, seen_at INTEGER NOT NULL, reason TEXT NOT NULL, row TEXT NOT NULL
    ) STRICT""",
    "CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
)

# The overlap of two polls and every rewrite bring the same unreadable rows again. Rows that were
# kept before have no digest; where that is NULL they differ.
_REJECTS_ONCE: Step = (
    "ALTER TABLE rejects ADD COLUMN digest BLOB",
    "CREATE UNIQUE INDEX rejects_digest ON rejects (digest)",
)

# By day of the city on which a live refresh first saw them: how late the feed tells of requests.
_ARRIVALS: Step = (
    """CREATE TABLE arrivals (
        seen_day INTEGER NOT NULL, requested_day INTEGER NOT NULL, rows INTEGER NOT NULL,
        PRIMARY KEY (seen_day, requested_day)
    ) STRICT, WITHOUT ROWID""",
)

# Where "in progress" is inferred from the updated day, a closing would make it forgotten. NULL also
# where it was seen before this was kept.
_UPDATED_BEFORE: Step = ("ALTER TABLE events ADD COLUMN from_updated INTEGER",)

STEPS: tuple[Step, ...] = (_FIRST, _REJECTS_ONCE, _ARRIVALS, _UPDATED_BEFORE)


def migrate(connection: sqlite3.Connection, path: Path, steps: Sequence[Step] = STEPS) -> None:
    """Bring a database (an empty one, too) to the newest version, each step whole or not at all.

    Raises:
        StoreTooNew: a later version of livemaps wrote it.
        StoreDamaged: it holds other tables than livemaps makes.
    """
    for target in range(1, len(steps) + 1):
        if _version(connection) < target:
            with transaction(connection, "IMMEDIATE"):
                # Another process may have taken the step while this one waited.
                if _version(connection) < target:
                    _check_is_ours(connection, path)
                    for statement in steps[target - 1]:
                        connection.execute(statement)
                    connection.execute(f"PRAGMA user_version = {target}")
    if _version(connection) > len(steps):
        raise StoreTooNew(
            f"{path} has schema version {_version(connection)}, and this version of livemaps "
            f"knows {len(steps)}: install the later version, or choose another --data-dir"
        )


def _version(connection: sqlite3.Connection) -> int:
    """Return how many steps a database has taken."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _check_is_ours(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse to build tables into a database of somebody else."""
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if tables and not _version(connection):
        raise StoreDamaged(
            f"{path} is a database, but not one of livemaps: choose another --data-dir"
        )
