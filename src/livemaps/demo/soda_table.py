"""A dataset of the SODA server: rows with system fields, kept in SQLite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from livemaps.model import Clock, utc_now

ColumnType = Literal["text", "number", "calendar_date", "point", "multipolygon"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a dataset; every value is handed in as text (or None)."""

    name: str
    type: ColumnType = "text"


class SodaTable:
    """One dataset: a thread-safe table with `:id`, `:created_at` and `:updated_at`."""

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        key: str,
        name: str = "",
        path: Path | None = None,
        clock: Clock = utc_now,
    ) -> None:
        """Create an empty table; `key` is the column whose value identifies a row for `upsert`."""
        self._columns = tuple(columns)
        self._key = key
        self._name = name
        self._path = path
        self._clock = clock

    def upsert(
        self, rows: Iterable[Mapping[str, str | None]], *, updated_at: datetime | None = None
    ) -> int:
        """Insert or replace rows by key, moving `:updated_at`; return how many."""
        raise NotImplementedError

    def delete(self, keys: Iterable[str]) -> int:
        """Remove rows by key; return how many were there."""
        raise NotImplementedError

    def rewrite_all(self) -> None:
        """Move the `:updated_at` of every row, as a portal's whole-table replacement does."""
        raise NotImplementedError
