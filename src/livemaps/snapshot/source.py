"""What a snapshot is built from: the little that it asks of the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from livemaps.model import Place
from livemaps.store import RowBatch

COMPLETE_SINCE = "complete since"
"""What the store remembers of the day from which on it holds every request, as a day number."""

BACKFILL_REACHED = "backfill"
"""What it remembers of how far a backfill came, as JSON of `backfill.Reached`; "" before one."""


class RowSource(Protocol):
    """One consistent state of the store, whoever writes meanwhile.

    Every transaction that writes has a sequence number; they only grow.
    """

    @property
    def database(self) -> str:
        """A word that no other store has: codes and sequence numbers are valid in one only."""
        ...

    @property
    def sequence(self) -> int:
        """The number of the last transaction that is in this state."""
        ...

    def meta(self, key: str, default: str = "") -> str:
        """Return a remembered value."""
        ...

    def open_count(self) -> int:
        """Return the backlog: open, neither duplicate nor deleted, not vanished."""
        ...

    def total(self) -> int:
        """Return how many requests have not vanished."""
        ...

    def all_rows(self) -> Iterator[RowBatch]:
        """Yield every request that has not vanished, best in the order of ids."""
        ...

    def changed_rows(self, after: int) -> Iterator[RowBatch]:
        """Yield the rows written or vanished after a transaction; of bulk ones the unresolved."""
        ...

    def changed_count(self, after: int) -> int:
        """Return how many rows `changed_rows` would yield."""
        ...

    def bulk_count(self, after: int) -> int:
        """Return how many rows were inserted in bulk after a transaction."""
        ...

    def bulk_active(self) -> bool:
        """Whether a backfill is running now."""
        ...

    def vocabulary(self, column: str) -> Mapping[int, str]:
        """Return the names of `service`, `agency`, `status` or `channel` by id, from 1 up."""
        ...

    def places(self, after: int = 0) -> Iterable[tuple[int, Place]]:
        """Yield the distinct places with ids above `after`, in the order of ids."""
        ...


class RequestStore(Protocol):
    """The store, as far as building snapshots needs it."""

    def reading(self) -> AbstractContextManager[RowSource]:
        """Hold one state of the store for reading."""
        ...

    def forget_changes(self, until: int) -> None:
        """Drop what `changed_rows` lists up to a transaction: a history base holds it."""
        ...


def complete_since(source: RowSource) -> int | None:
    """Return the day from which on a store holds every request; None: nobody limited it."""
    noted = source.meta(COMPLETE_SINCE)
    return int(noted) if noted else None
