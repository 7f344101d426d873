"""Building the history base from the whole store, in memory bounded by its columns."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livemaps.errors import SnapshotError
from livemaps.snapshot.columns import Column, Table, code_type, decode_id
from livemaps.snapshot.counting import build_cubes
from livemaps.snapshot.encode import Encoding, encoded
from livemaps.snapshot.files import Gathered, read_arrays, sync_folder, write_arrays
from livemaps.snapshot.history import (
    CUBES,
    FORMAT,
    ID_ORDER,
    LIVE,
    PLACES,
    ROWS,
    Base,
    BaseMeta,
    open_base,
    write_cubes,
    write_meta,
)
from livemaps.snapshot.rows import in_live_order, recently_resolved, unresolved
from livemaps.snapshot.source import RowSource, complete_since


def build_base(
    source: RowSource,
    rules: Encoding,
    places: Table,
    folder: Path,
    *,
    rules_digest: str,
    codes: Mapping[str, int],
    as_of_day: int,
    recent_since: int,
) -> Base:
    """Write all requests of the store to a new folder `base-<version>`, and open it.

    `places` are all places of the store, `codes` how many codes `service` and each layer's
    column have (the finest layer first).

    Raises:
        SnapshotError: the store yields another number of rows than it says, or an id twice.
        OSError: the files cannot be written; nothing is left under the folder's name.
    """
    draft = folder.with_name(f".tmp-{folder.name}")
    draft.mkdir()
    try:
        write_arrays(draft / PLACES, places)
        id_order = _write_rows(draft / ROWS, _gather(source, rules))
        table = Table(read_arrays(draft / ROWS))
        write_arrays(draft / ID_ORDER, {"id_order": id_order})
        write_arrays(draft / LIVE, _live(table, recent_since, id_order.dtype))
        cubes = build_cubes(table, codes, as_of_day)
        write_cubes(draft / CUBES, cubes)
        write_meta(
            draft,
            BaseMeta(
                base_id=folder.name,
                format=FORMAT,
                rules=rules_digest,
                sequence=source.sequence,
                recent_since=recent_since,
                first_day=cubes.first_day,
                end_day=cubes.end_day,
                database=source.database,
                complete_since=complete_since(source),
            ),
        )
        sync_folder(draft)
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return open_base(folder)


def _gather(source: RowSource, rules: Encoding) -> dict[str, Column]:
    """Return the columns of all rows, in the order in which the store yields them."""
    total, end = source.total(), 0
    columns: dict[str, Column] = {
        name: np.empty(total, kind) for name, kind in rules.dtypes(id_width=1).items()
    }
    for batch in source.all_rows():
        start, end = end, end + len(batch.ids)
        if end > total:
            break
        for name, values in encoded(batch, rules).items():
            if values.dtype.itemsize > columns[name].dtype.itemsize:
                columns[name] = columns[name].astype(values.dtype)
            columns[name][start:end] = values
    if end != total:
        raise SnapshotError(
            f"the store says that it holds {total:,} requests and yields {end:,}{'+' * (end > total)}: "
            "its file may be damaged; check it with SQLite's `PRAGMA integrity_check`"
        )
    return columns


def _write_rows(path: Path, columns: dict[str, Column]) -> Column:
    """Write columns sorted by requested day, then id; return the sorted rows in order of ids."""
    by_id = _order_of_ids(columns["service_request_id"])
    by_day = np.argsort(columns["requested_day"][by_id], kind="stable")
    order = by_id[by_day]
    write_arrays(path, {name: Gathered(column, order) for name, column in columns.items()})
    id_order = np.empty(len(order), code_type(len(order)))
    id_order[by_day] = np.arange(len(order), dtype=id_order.dtype)
    return id_order


def _order_of_ids(ids: NDArray[np.bytes_]) -> NDArray[np.int64]:
    """Return the rows in the order of their ids; the store yields them so, but for shortened ones."""
    order = np.arange(len(ids))
    if not (ids[1:] > ids[:-1]).all():
        order = np.argsort(ids, kind="stable")
        sorted_ids = ids[order]
        twice = np.flatnonzero(sorted_ids[1:] == sorted_ids[:-1])
        if len(twice):
            name = decode_id(bytes(sorted_ids[twice[0]]))
            raise SnapshotError(f"the store yields the request {name!r} more than once")
    return order


def _live(table: Table, recent_since: int, row_type: np.dtype[Any]) -> Table:
    """Copy the rows that are live, so that a publication need not gather them from the whole."""
    rows = np.concatenate([unresolved(table), recently_resolved(table, recent_since)])
    live = in_live_order(table.take(rows))
    flags = np.zeros(len(rows), np.uint8)
    base_row = rows[live].astype(row_type)
    return Table({**table.take(rows[live]), "flags": flags, "base_row": base_row})
