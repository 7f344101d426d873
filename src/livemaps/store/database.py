"""The database of requests, and the only way to write to it."""

from __future__ import annotations

import hashlib
import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Self

from livemaps.errors import SettingError, StoreError
from livemaps.model import Refresh
from livemaps.settings import PREFIX
from livemaps.store.connection import BUSY_SECONDS, connect, transaction, translated
from livemaps.store.reading import Reading
from livemaps.store.records import City
from livemaps.store.schema import migrate
from livemaps.store.vocabulary import BLANK, PlaceCodes
from livemaps.store.writing import COUNT_UP, Writing, flags_of, refresh_values

logger = logging.getLogger(__name__)

FILE = "requests.sqlite"

CLOSE_SECONDS = 1.0
"""How long `Store.close` waits for another thread's transaction."""


class Store(Reading):
    """The requests of one city. One thread works with it at a time; other processes have their own.

    What is read outside `reading()` is the state at that moment, query by query.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path, city: City) -> None:
        super().__init__(connection, path, city)
        self._places = PlaceCodes(connection, self._layers)

    @classmethod
    def open(cls, data_dir: Path, city: City, *, busy_seconds: float = BUSY_SECONDS) -> Store:
        """Open the database in a data folder, making or migrating it.

        Where the city's status map is another than last time, every request's meaning is
        worked out anew.

        Raises:
            StoreTooNew, StoreDamaged, StoreFull, StoreLocked: as they say.
            StoreError: the folder cannot be written.
            SettingError: it holds another city.
        """
        path = data_dir / FILE
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"the data folder {data_dir} cannot be made: {error}") from error
        connection = connect(path, busy_seconds=busy_seconds)
        store = cls(connection, path, city)
        try:
            with translated(path):
                migrate(connection, path)
                store._adopt_city()
                store._adopt_statuses()
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Close the file; the store is of no use after it.

        Where another thread does not come to an end with its transaction, the file is left to
        the end of the process, which undoes it.
        """
        if not self._in_use.acquire(timeout=CLOSE_SECONDS):
            logger.warning("%s is left open: a transaction is still under way", self._path)
            return
        try:
            with translated(self._path):
                self._connection.close()
        finally:
            self._in_use.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """Give one consistent state to read from, whoever writes meanwhile."""
        with self._using(), transaction(self._connection, "DEFERRED"):
            yield Reading(self._connection, self._path, self._city, self._in_use)

    @contextmanager
    def refreshing(self, started: datetime) -> Iterator[Writing]:
        """Give one transaction to write in: all of the block is kept, or nothing of it.

        Raises:
            StoreError: the disk is full, the file locked or damaged, or another process works
                with another status map. Nothing of the block was kept.
        """
        try:
            with self._using(), transaction(self._connection, "IMMEDIATE"):
                self._check_statuses()
                yield (writing := self._writing(started))
                writing.finish()
        except BaseException:
            # Codes that were given in what is now undone will be given to others.
            self._places.forget()
            raise

    def log(self, refresh: Refresh) -> int:
        """Add a line to the log of refreshes by itself; returns its number."""
        with self.refreshing(refresh.started) as writing:
            return writing.log(refresh)

    def amend(self, number: int, refresh: Refresh) -> None:
        """Complete a line of the log, once the snapshot is published."""
        with self._using():
            columns = self._connection.execute("SELECT * FROM refreshes LIMIT 0").description[1:]
            assignments = ", ".join(f"{column[0]} = ?" for column in columns)
            self._connection.execute(
                f"UPDATE refreshes SET {assignments} WHERE id = ?",  # noqa: S608 - column names
                (*refresh_values(refresh), number),
            )

    def set_meta(self, key: str, value: str) -> None:
        """Remember a value by itself."""
        with self._using():
            self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def forget_changes(self, until: int) -> None:
        """Drop what is only needed to complete a history base older than a transaction."""
        with self._using(), transaction(self._connection, "IMMEDIATE"):
            self._connection.execute("DELETE FROM changed WHERE sequence <= ?", (until,))
            self._connection.execute("DELETE FROM bulk WHERE sequence <= ?", (until,))

    def _writing(self, started: datetime) -> Writing:
        return Writing(self._connection, self._places, self._city, self.sequence + 1, started)

    def _adopt_city(self) -> None:
        """Note whose requests these are, or refuse to mix two cities."""
        self._connection.execute(
            "INSERT OR IGNORE INTO meta VALUES ('database', lower(hex(randomblob(8))))"
        )
        self._connection.execute("INSERT OR IGNORE INTO meta VALUES ('city', ?)", (self._city.id,))
        if (held := self.meta("city")) != self._city.id:
            raise SettingError(
                f"{PREFIX}DATA_DIR",
                str(self._path.parent),
                f"it holds the requests of {held!r}, not of {self._city.id!r}: choose another "
                "folder with --data-dir, or the city with --city",
            )

    def _adopt_statuses(self) -> None:
        """Work out anew what is open, where the profile's status map has changed."""
        before, digest = self.meta("statuses"), _digest(self._city)
        if before == digest:
            return
        with transaction(self._connection, "IMMEDIATE"):
            if before:
                self._recompute()
                # A transaction like any other: the next snapshot must show it.
                self._connection.execute(COUNT_UP, ("sequence", 1))
            self.set_meta("statuses", digest)

    def _recompute(self) -> None:
        """Set what each request's status means by the map of now, in one pass over the table."""
        names = {BLANK: "", **self.vocabulary("status")}
        meanings = [(code, *flags_of(self._city, name)) for code, name in names.items()]
        values = ", ".join("(?, ?, ?)" for _ in meanings)
        self._connection.execute(
            f"WITH meaning (code, live, counts) AS (VALUES {values}) "  # noqa: S608 - marks only
            "UPDATE requests SET unresolved = live, is_open = counts FROM meaning "
            "WHERE status = code AND vanished IS NULL AND (unresolved <> live OR is_open <> counts)",
            tuple(chain.from_iterable(meanings)),
        )

    def _check_statuses(self) -> None:
        """Refuse to write by another status map than that of the rows that are held."""
        if self.meta("statuses") != _digest(self._city):
            raise StoreError(
                f"the [statuses] of the city profile {self._city.id!r} changed since this process "
                "started: restart it, so that old and new requests are counted alike"
            )


def _digest(city: City) -> str:
    """Return what tells one status map from another."""
    rule = {name: [int(m.stage), int(m.standing)] for name, m in sorted(city.statuses.items())}
    return hashlib.sha256(json.dumps(rule).encode()).hexdigest()[:16]
