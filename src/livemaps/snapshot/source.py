"""What a snapshot is built from: the little that it asks of the store.

A build reads one consistent state of the store, whoever writes meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from livemaps.model import Place

NO_TIME = int(np.iinfo(np.int64).min)
"""Stands for "no such time" in a batch's columns of wall seconds."""


class RowBatch(NamedTuple):
    """Rows as columns of equal length, bounded in number.

    Datetimes are wall seconds, `NO_TIME` where there is none; codes are the store's ids, from
    1 up; `vanished` is True for rows that the feed no longer has.
    """

    ids: Sequence[str]
    requested: NDArray[np.int64]
    updated: NDArray[np.int64]
    closed: NDArray[np.int64]
    expected: NDArray[np.int64]
    status: NDArray[np.int64]
    service: NDArray[np.int64]
    agency: NDArray[np.int64]
    channel: NDArray[np.int64]
    place: NDArray[np.int64]
    vanished: NDArray[np.bool_]


class RowSource(Protocol):
    """One consistent state of the store, as far as a snapshot needs it.

    Every transaction that writes has a sequence number; they only grow.
    """

    @property
    def sequence(self) -> int:
        """The number of the last transaction that is in this state."""
        ...

    def open_count(self) -> int:
        """Return the backlog: open, neither duplicate nor deleted, not vanished."""
        ...

    def total(self) -> int:
        """Return how many requests have not vanished."""
        ...

    def all_rows(self) -> Iterator[RowBatch]:
        """Yield every request that has not vanished, in the order of ids (as bytes)."""
        ...

    def changed_rows(self, after: int) -> Iterator[RowBatch]:
        """Yield the rows that were written or vanished after a transaction, bulk ones aside."""
        ...

    def changed_count(self, after: int) -> int:
        """Return how many rows `changed_rows` would yield."""
        ...

    def bulk_count(self, after: int) -> int:
        """Return how many rows were written in bulk after a transaction."""
        ...

    def vocabulary(self, column: str) -> Mapping[int, str]:
        """Return the names of `service`, `agency`, `status` or `channel` by id."""
        ...

    def places(self, after: int) -> Iterable[tuple[int, Place]]:
        """Yield the distinct places with ids above `after`, in the order of ids."""
        ...
