"""Choosing and ordering rows: what is live, and in which order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from livemaps.model import Stage, Standing
from livemaps.snapshot.columns import Table


def concatenated(tables: Sequence[Table]) -> Table:
    """Return the rows of several tables, one after the other; the first says which columns."""
    return Table({name: np.concatenate([table[name] for table in tables]) for name in tables[0]})


def unresolved(table: Table) -> NDArray[np.int64]:
    """Return the rows that are not resolved, in their order."""
    return np.flatnonzero(table["stage"] != Stage.RESOLVED)


def unresolved_count(live: Table) -> int:
    """Return how many rows are not resolved in a table where those come first."""
    return int(np.count_nonzero(live["stage"] != Stage.RESOLVED))


def recently_resolved(table: Table, since: int) -> NDArray[np.int64]:
    """Return the rows that are resolved and were closed on a day or later, in their order."""
    return np.flatnonzero((table["closed_day"] >= since) & (table["stage"] == Stage.RESOLVED))


def in_live_order(table: Table) -> NDArray[np.int64]:
    """Return the rows as a snapshot's `current` has them.

    First what is not resolved, by requested day and id; then the rest, by closed day and id.
    """
    resolved = table["stage"] == Stage.RESOLVED
    day = np.where(resolved, table["closed_day"], table["requested_day"])
    return np.lexsort((table["service_request_id"], day, resolved))


def by_requested_day(table: Table) -> Table:
    """Return the rows sorted by requested day, then id."""
    return table.take(np.lexsort((table["service_request_id"], table["requested_day"])))


def backlog(table: Table) -> NDArray[np.bool_]:
    """Return which rows are backlog: not resolved, and neither duplicate nor deleted."""
    live: NDArray[np.bool_] = (table["stage"] != Stage.RESOLVED) & (
        table["standing"] == Standing.COUNTS
    )
    return live
