"""Tables of equally long columns, and how a request's id is held in one.

Every table of requests (`current`, `base`, `superseded`, `fresh`) has these columns:

==================== ======================================================================
`service_request_id` `S<n>`: UTF-8 (see `encode_id`)
`service`, `agency`  code: the index into the vocabulary of that name
`status`, `channel`  code, likewise
`place`              index into the snapshot's `places`
`area_<layer>`       for each boundary layer: index into the layer's areas, or the number of
                     areas plus an `Unplaced` reason
`requested_day`      day number (int32)
`updated_day`, `closed_day`, `expected_day`   day number, `NO_DAY` where there is none
`requested_time` …   seconds since midnight, for the same four; only in cities whose feed has a
                     time of day (`meta.time_precision`)
`stage`, `standing`  `Stage` and `Standing`; an inferred "in progress" is already in `stage`
`flags`              `Change` bits, only in `current` and `fresh`: what the newest snapshot changed
`base_row`           only in `superseded`: the index of the row in `base` that no longer counts
==================== ======================================================================

Codes are of the smallest unsigned type that holds them, so their width differs by city.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from enum import IntFlag
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]

NO_DAY = -1
"""Stands for "no such day" in the columns of days that may be empty."""

ID_LIMIT = 64
"""The most bytes that an id takes in a column; a longer one is shortened (see `encode_id`)."""

_DIGEST_LENGTH = 24


class Change(IntFlag):
    """What became of a request between the snapshot before and this one; 0 for nothing."""

    NEW = 1
    """Not seen before."""
    RESOLVED = 2
    """Not resolved before, resolved now."""
    REOPENED = 4
    """Resolved before, not resolved now."""
    CHANGED = 8
    """Something about it is different, but it is as open or resolved as it was."""


class Table(Mapping[str, Column]):
    """Columns of equal length by name; immutable, and so are the arrays in it.

    `rows` is how many rows it has; `len(table)` is the number of its columns.
    """

    __slots__ = ("_columns", "rows")

    rows: int

    def __init__(self, columns: Mapping[str, Column]) -> None:
        lengths = {len(column) for column in columns.values()}
        if len(lengths) > 1:
            raise ValueError(f"the columns of a table differ in length: {sorted(lengths)}")
        self._columns: Mapping[str, Column] = MappingProxyType(
            {name: _frozen(column) for name, column in columns.items()}
        )
        self.rows = lengths.pop() if lengths else 0

    def __getitem__(self, name: str) -> Column:
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __repr__(self) -> str:
        return f"Table({self.rows} rows: {', '.join(self._columns)})"

    def take(self, rows: Column | slice) -> Table:
        """Return the rows at some indices (a copy), under a mask (a copy) or in a slice (a view)."""
        return Table({name: column[rows] for name, column in self._columns.items()})

    def ids(self, rows: Column | slice | None = None) -> list[str]:
        """Return the ids of some rows (all without an argument) as text."""
        column = self["service_request_id"]
        chosen = column if rows is None else column[rows]
        return [decode_id(encoded) for encoded in chosen.tolist()]


def _frozen(column: Column) -> Column:
    """Return a view of an array that cannot be written through."""
    view = column.view()
    view.flags.writeable = False
    return view


def encode_id(name: str) -> bytes:
    """Return a service_request_id as it stands in a table.

    That is its UTF-8. An id of more than `ID_LIMIT` bytes, or with a NUL in it (which a column
    of fixed width cannot end in), is held as its first bytes, a `~` and a digest of the whole:
    it is still found by its whole id, but is shown shortened.
    """
    encoded = name.encode("utf-8")
    if len(encoded) <= ID_LIMIT and b"\0" not in encoded:
        return encoded
    digest = hashlib.sha256(encoded).hexdigest()[:_DIGEST_LENGTH]
    kept = encoded[: ID_LIMIT - _DIGEST_LENGTH - 1].replace(b"\0", b"").decode("utf-8", "ignore")
    return f"{kept}~{digest}".encode()


def decode_id(encoded: bytes) -> str:
    """Return the text of an id as it stands in a table."""
    return encoded.decode("utf-8")


def code_type(count: int) -> np.dtype[Any]:
    """Return the smallest unsigned type whose values include all codes below `count`."""
    return np.min_scalar_type(max(count - 1, 0))
