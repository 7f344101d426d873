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
from collections.abc import Iterator, Mapping, Sequence
from enum import IntFlag
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]

NO_DAY = -1
"""Stands in a column of days for "no such day" (and for one before 1970)."""

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
    """Return a service_request_id as it stands in a table: its UTF-8, shortened if need be.

    An id of more than `ID_LIMIT` bytes is held as its first bytes, a `~` and a digest of the
    whole: it is still found by its whole id, but shown shortened. NULs at its end are dropped,
    since numpy cannot tell them from padding.
    """
    encoded = name.encode("utf-8").rstrip(b"\0")
    if len(encoded) <= ID_LIMIT:
        return encoded
    digest = hashlib.sha256(encoded).hexdigest()[:_DIGEST_LENGTH]
    kept = encoded[: ID_LIMIT - _DIGEST_LENGTH - 1].decode("utf-8", "ignore")
    return f"{kept}~{digest}".encode()


def encode_ids(names: Sequence[str]) -> NDArray[np.bytes_]:
    """Return ids as a column, as wide as the longest of them."""
    if max(map(len, names), default=0) <= ID_LIMIT and "".join(names).isascii():
        return np.array(names, dtype="S")
    return np.array([encode_id(name) for name in names], dtype="S")


def decode_id(encoded: bytes) -> str:
    """Return the text of an id as it stands in a table."""
    return encoded.decode("utf-8")


def code_type(count: int) -> np.dtype[Any]:
    """Return the smallest unsigned type whose values include all codes below `count`."""
    return np.min_scalar_type(max(count - 1, 0))


def find_ids(
    ids: NDArray[np.bytes_], order: Column, wanted: NDArray[np.bytes_]
) -> NDArray[np.int64]:
    """Return the rows in which some ids stand, -1 for those that stand in none.

    `order` holds the rows of `ids` in the order of the ids. Takes a handful of steps over the
    wanted ids only, so that a column on disk is hardly touched (`numpy.searchsorted` would
    first copy the order to another type).
    """
    found = np.full(len(wanted), -1, np.int64)
    possible = np.flatnonzero(np.strings.str_len(wanted) <= ids.dtype.itemsize)
    if not len(ids) or not len(possible):
        return found
    names = wanted[possible]
    low = np.zeros(len(names), np.int64)
    high = np.full(len(names), len(ids), np.int64)
    for _ in range(len(ids).bit_length()):
        middle = (low + high) // 2
        below = (low < high) & (ids[order[np.minimum(middle, len(ids) - 1)]] < names)
        low = np.where(below, middle + 1, low)
        high = np.where(below, high, middle)
    rows = order[np.minimum(low, len(ids) - 1)].astype(np.int64)
    found[possible] = np.where(ids[rows] == names, rows, -1)
    return found
