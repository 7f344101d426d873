"""A dataset of the SODA server: rows with system fields, kept in SQLite."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from livemaps.demo.soda_query import SodaQuery, write_select
from livemaps.demo.soql_parser import SoqlError
from livemaps.demo.soql_sql import Kind, Output, SqlValue, SqlWriter, Term, calendar_text
from livemaps.model import Clock, utc_now

ColumnType = Literal["text", "number", "calendar_date", "point", "multipolygon"]

_KINDS = MappingProxyType(
    {
        "text": Kind.TEXT,
        "number": Kind.NUMBER,
        "calendar_date": Kind.CALENDAR_DATE,
        "point": Kind.GEOMETRY,
        "multipolygon": Kind.GEOMETRY,
    }
)
SYSTEM_FIELDS = MappingProxyType(
    {
        ":id": Term("id", Kind.ROW_ID),
        ":created_at": Term("created", Kind.FIXED_TIMESTAMP),
        ":updated_at": Term("updated", Kind.FIXED_TIMESTAMP),
    }
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a dataset. Values are handed in as text (geometry as GeoJSON), or None."""

    name: str
    type: ColumnType = "text"


@dataclass(frozen=True, slots=True)
class Rows:
    """The answer to a query: columns, and rows as SQLite gives them."""

    outputs: tuple[Output, ...]
    rows: Sequence[tuple[SqlValue, ...]]


@dataclass(frozen=True, slots=True)
class Version:
    """Which state of a table an answer shows."""

    number: int
    modified: datetime


class SodaTable:
    """One dataset: a thread-safe table with `:id`, `:created_at` and `:updated_at`."""

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        key: str,
        name: str = "",
        path: Path | None = None,
        indexed: Sequence[str] = (),
        clock: Clock = utc_now,
    ) -> None:
        """Create an empty table.

        Args:
            columns: names and types, in the order in which they are shown.
            key: the column whose value identifies a row for `upsert` and `delete`.
            name: what the dataset is called.
            path: a new file for tables too large for memory; None keeps it in memory.
            indexed: columns that queries of a large table filter by.
            clock: the time given to `:created_at`, `:updated_at` and the publication.
        """
        self.name = name
        self._clock = clock
        self._lock = threading.RLock()
        self._columns = {column.name: column for column in columns}
        self._stored = {column.name: f"c{place}" for place, column in enumerate(columns)}
        self._key = self._stored[key]
        self._version = Version(0, clock())
        self._database = sqlite3.connect(
            path or ":memory:", check_same_thread=False, isolation_level=None
        )
        self._create([self._stored[column] for column in indexed])

    def _create(self, indexed: Sequence[str]) -> None:
        # A crash loses the table, which is only ever a copy: no need to wait for the disk.
        self._database.execute("PRAGMA journal_mode = MEMORY")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute("PRAGMA case_sensitive_like = ON")
        stored = ", ".join(f"{column} TEXT" for column in self._stored.values())
        self._database.execute(
            "CREATE TABLE rows "
            f"(id INTEGER PRIMARY KEY, created INTEGER NOT NULL, updated INTEGER NOT NULL, {stored})"
        )
        self._database.execute(f"CREATE UNIQUE INDEX by_key ON rows ({self._key})")
        self._database.execute("CREATE INDEX by_updated ON rows (updated, id)")
        for column in indexed:
            self._database.execute(f"CREATE INDEX by_{column} ON rows ({column})")

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns as they are now."""
        with self._lock:
            return tuple(self._columns.values())

    @property
    def version(self) -> Version:
        """How often the rows changed, and when last."""
        with self._lock:
            return self._version

    def __len__(self) -> int:
        """Return the number of rows."""
        with self._lock:
            return int(self._database.execute("SELECT count(*) FROM rows").fetchone()[0])

    def close(self) -> None:
        """Let go of the database; the table cannot be used any more."""
        with self._lock:
            self._database.close()

    def upsert(
        self, rows: Iterable[Mapping[str, str | None]], *, updated_at: datetime | None = None
    ) -> int:
        """Insert or replace rows by key, and move their `:updated_at`.

        Args:
            rows: each a mapping of column names to text; columns left out are null.
            updated_at: the `:updated_at` to give them, now where it is None.

        Returns:
            How many rows were handed in.
        """
        names = [*self._stored]
        readers = [self._reader(name) for name in names]
        return self._write(
            (
                tuple(read(row.get(name)) for name, read in zip(names, readers, strict=True))
                for row in rows
            ),
            updated_at,
        )

    def load(
        self, rows: Iterable[Sequence[str | None]], *, updated_at: datetime | None = None
    ) -> int:
        """Insert or replace many rows fast: values in the order of the columns, dates as stored."""
        return self._write(rows, updated_at)

    def _reader(self, name: str) -> Callable[[str | None], str | None]:
        """Return what a value of a column passes through on its way in."""
        is_date = self._columns[name].type == "calendar_date"
        return _calendar_or_as_it_is if is_date else _as_it_is

    def _write(self, rows: Iterable[Sequence[str | None]], updated_at: datetime | None) -> int:
        stored = list(self._stored.values())
        marks = ", ".join("?" * len(stored))
        replaced = ", ".join(f"{column} = excluded.{column}" for column in stored)
        statement = (
            f"INSERT INTO rows (created, updated, {', '.join(stored)}) VALUES (?, ?, {marks}) "  # noqa: S608
            f"ON CONFLICT ({self._key}) DO UPDATE SET updated = excluded.updated, {replaced}"
        )
        with self._changing() as now:
            moment = _milliseconds(updated_at) if updated_at else now
            cursor = self._database.executemany(
                statement, ((now, moment, *values) for values in rows)
            )
            return cursor.rowcount

    def delete(self, keys: Iterable[str]) -> int:
        """Remove rows by key; return how many were there."""
        with self._changing():
            return self._database.executemany(
                f"DELETE FROM rows WHERE {self._key} = ?",  # noqa: S608
                ((key,) for key in keys),
            ).rowcount

    def rewrite_all(self) -> None:
        """Move the `:updated_at` of every row, as a portal's whole-table replacement does."""
        with self._changing() as now:
            self._database.execute("UPDATE rows SET updated = ?", (now,))

    def touch(self) -> None:
        """Publish again without any change, as portals do."""
        with self._changing():
            pass

    def rename_column(self, old: str, new: str) -> None:
        """Give a column another name, as a schema change of the portal does."""
        with self._changing():
            self._columns = {
                (new if name == old else name): (
                    replace(column, name=new) if name == old else column
                )
                for name, column in self._columns.items()
            }
            self._stored = {
                (new if name == old else name): stored for name, stored in self._stored.items()
            }

    def drop_column(self, name: str) -> None:
        """Remove a column, as a schema change of the portal does."""
        with self._changing():
            del self._columns[name], self._stored[name]

    @contextmanager
    def _changing(self) -> Iterator[int]:
        """Run one transaction that counts as one publication; gives now in milliseconds."""
        with self._lock:
            now = self._clock()
            self._database.execute("BEGIN")
            try:
                yield _milliseconds(now)
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")
            self._version = Version(self._version.number + 1, now)

    def answer(self, query: SodaQuery, *, most_rows: int | None, system_fields: bool) -> Rows:
        """Run a query.

        Args:
            query: what was asked.
            most_rows: a bound on the limit that is applied without a word; None has none.
            system_fields: False as if the portal had none.

        Raises:
            SoqlError: the query names something that is not there, or makes no sense.
        """
        with self._lock:
            writer = SqlWriter(self._terms(system_fields))
            sql, outputs = write_select(writer, query, most_rows)
            try:
                rows = self._database.execute(sql, writer.parameters).fetchall()
            except sqlite3.OperationalError as error:
                raise SoqlError("query.execution.failed", str(error)) from error
        return Rows(outputs, rows)

    def _terms(self, system_fields: bool) -> dict[str, Term]:
        own = {
            name: Term(stored, _KINDS[self._columns[name].type])
            for name, stored in self._stored.items()
        }
        return {**SYSTEM_FIELDS, **own} if system_fields else own


def _as_it_is(text: str | None) -> str | None:
    return text


def _calendar_or_as_it_is(text: str | None) -> str | None:
    """Write a date as Socrata does; what is no date stays, so that bad cells can be served."""
    if text is None:
        return None
    try:
        return calendar_text(text)
    except ValueError:
        return text


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
