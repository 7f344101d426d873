"""What is different from the snapshot before: found by comparing, not by being told."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from livemaps.model import Stage
from livemaps.snapshot.columns import Change, Column, Table, find_ids
from livemaps.snapshot.contents import Changes, Snapshot

_DERIVED = ("service_request_id", "stage", "standing", "flags", "base_row")


def flags_since(previous: Snapshot, now: Table) -> NDArray[np.uint8]:
    """Return for each row of `now` the `Change` bits since a snapshot, 0 for no change.

    Moving to another area because boundaries changed is no change of the request.
    """
    then, known = _before(previous, now["service_request_id"])
    was, resolved = then["stage"] == Stage.RESOLVED, now["stage"] == Stage.RESOLVED
    flags = np.where(_differs(then, now), np.uint8(Change.CHANGED), np.uint8(0))
    flags[was & ~resolved] = Change.REOPENED
    flags[~was & resolved] = Change.RESOLVED
    flags[~known] = Change.NEW
    return flags


def removed_since(previous: Snapshot, gone: NDArray[np.bytes_]) -> int:
    """Return how many ids, which are no longer there, the snapshot before had."""
    return int(_before(previous, gone)[1].sum())


def summed(flags: NDArray[np.uint8], removed: int) -> Changes:
    """Count the changes of each kind."""
    counted = {change: int((flags == change).sum()) for change in Change}
    return Changes(
        inserted=counted[Change.NEW],
        updated=int((flags > 0).sum()) - counted[Change.NEW],
        resolved=counted[Change.RESOLVED],
        reopened=counted[Change.REOPENED],
        removed=removed,
    )


def _before(previous: Snapshot, ids: NDArray[np.bytes_]) -> tuple[Table, NDArray[np.bool_]]:
    """Return what a snapshot had under some ids, and under which of them it had anything."""
    fresh, base = previous.fresh, previous.base
    in_fresh = find_ids(fresh["service_request_id"], np.argsort(fresh["service_request_id"]), ids)
    in_base = find_ids(base["service_request_id"], previous.id_order, ids)
    in_base[np.isin(in_base, previous.superseded["base_row"])] = -1
    columns = {
        name: _either(fresh[name], in_fresh, base[name], in_base)
        for name in base
        if name != "service_request_id"
    }
    return Table(columns), (in_fresh >= 0) | (in_base >= 0)


def _either(fresh: Column, in_fresh: Column, base: Column, in_base: Column) -> Column:
    """Return the values at rows of one column, else at rows of another, else zeros."""
    values = np.zeros(len(in_fresh), np.promote_types(fresh.dtype, base.dtype))
    for column, rows in ((base, in_base), (fresh, in_fresh)):
        values[rows >= 0] = column[rows[rows >= 0]]
    return values


def _differs(then: Table, now: Table) -> NDArray[np.bool_]:
    """Return which rows differ in anything that the feed says."""
    differs = np.zeros(now.rows, np.bool_)
    for name in now:
        if name not in _DERIVED and not name.startswith("area_") and name in then:
            differs |= then[name] != now[name]
    return differs
