"""The tables of a snapshot: what changed since the base, what that replaces, what is live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livemaps.feeds.boundaries import BoundaryLayer
from livemaps.feeds.profile import Profile
from livemaps.model import Stage
from livemaps.snapshot.changes import flags_since, removed_since, summed
from livemaps.snapshot.columns import Column, Table, find_ids
from livemaps.snapshot.contents import Changes, Snapshot, Vocabularies
from livemaps.snapshot.encode import Encoding, encoded, encoding, place_table
from livemaps.snapshot.history import Base
from livemaps.snapshot.rows import (
    backlog,
    by_requested_day,
    concatenated,
    in_live_order,
    recently_resolved,
    unresolved,
)
from livemaps.snapshot.source import RowSource

_SORTED_BY = ("service_request_id", "requested_day", "closed_day", "stage")


@dataclass(frozen=True)
class Parts:
    """The tables of a snapshot before they are published."""

    base: Base
    places: Table
    """The places that came after the base."""
    superseded: Table
    fresh: Table
    current: Table
    changes: Changes

    @property
    def open(self) -> int:
        """The backlog."""
        return int(np.count_nonzero(backlog(self.current)))

    @property
    def history(self) -> int:
        """All requests."""
        return self.base.table.rows - self.superseded.rows + self.fresh.rows


def make_parts(
    source: RowSource,
    profile: Profile,
    layers: Sequence[BoundaryLayer],
    vocab: Vocabularies,
    base: Base,
    *,
    recent_since: int,
    previous: Snapshot | None,
) -> Parts:
    """Work out the tables from a base and the rows that changed since.

    `previous` is the snapshot to tell changes from, None if there is none.
    """
    places = place_table(layers, source.places(base.places.rows - 1), base.places.rows)
    rules = encoding(profile, vocab, (base.places, places))
    changed, gone = _changed(source, rules, base.meta.sequence)
    superseded = _superseded(base, np.concatenate([changed["service_request_id"], gone]))
    moved, flags, changes = _changes(source, rules, previous)
    fresh = _flagged(changed, moved, flags)
    current = _current(base, superseded["base_row"], fresh, recent_since)
    if previous is not None and base.meta.sequence > previous.meta.sequence:
        # The base already holds what changed since the snapshot before.
        current = _flagged(current, moved, flags)
    return Parts(base, places, superseded, fresh, current, changes)


def _changed(source: RowSource, rules: Encoding, after: int) -> tuple[Table, Column]:
    """Return the rows that changed after a transaction, and the ids of those that vanished."""
    none = Table({name: np.empty(0, kind) for name, kind in rules.dtypes(id_width=1).items()})
    present, gone = [none], [none["service_request_id"]]
    for batch in source.changed_rows(after):
        rows = Table(encoded(batch, rules))
        present.append(rows.take(~batch.vanished))
        gone.append(rows["service_request_id"][batch.vanished])
    return by_requested_day(concatenated(present)), np.concatenate(gone)


def _superseded(base: Base, ids: NDArray[np.bytes_]) -> Table:
    """Return the rows of the base that no longer count, in their order."""
    rows = find_ids(base.table["service_request_id"], base.id_order, ids)
    replaced = np.sort(rows[rows >= 0])
    return Table({**base.table.take(replaced), "base_row": replaced.astype(base.id_order.dtype)})


def _current(base: Base, superseded: Column, fresh: Table, recent_since: int) -> Table:
    """Return what is live now: what was live in the base and still is, and what is fresh."""
    live = base.live
    expired = (live["stage"] == Stage.RESOLVED) & (live["closed_day"] < recent_since)
    kept = np.flatnonzero(~expired & ~np.isin(live["base_row"], superseded))
    come = np.concatenate([unresolved(fresh), recently_resolved(fresh, recent_since)])
    rows = np.concatenate([kept, live.rows + come])
    keys = _rows_of(live, fresh, rows, _SORTED_BY)
    return _rows_of(live, fresh, rows[in_live_order(keys)], tuple(fresh))


def _rows_of(first: Table, second: Table, rows: Column, columns: Sequence[str]) -> Table:
    """Return rows of two tables, those of the second counted on from the first."""
    return Table({name: np.concatenate([first[name], second[name]])[rows] for name in columns})


def _changes(
    source: RowSource, rules: Encoding, previous: Snapshot | None
) -> tuple[NDArray[np.bytes_], NDArray[np.uint8], Changes]:
    """Return the ids that may have changed since a snapshot, their flags, and the numbers."""
    if previous is None:
        return np.empty(0, "S1"), np.empty(0, np.uint8), Changes()
    moved, gone = _changed(source, rules, previous.meta.sequence)
    flags = flags_since(previous, moved)
    return moved["service_request_id"], flags, summed(flags, removed_since(previous, gone))


def _flagged(table: Table, moved: NDArray[np.bytes_], flags: NDArray[np.uint8]) -> Table:
    """Return a table with the column `flags`."""
    ids, column = table["service_request_id"], np.zeros(table.rows, np.uint8)
    if len(moved) and table.rows:
        rows = find_ids(ids, np.argsort(ids, kind="stable"), moved)
        column[rows[rows >= 0]] = flags[rows >= 0]
    return Table({**table, "flags": column})
