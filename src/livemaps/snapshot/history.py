"""The history base: all requests as they were at one time, shared by many snapshots.

A folder `base-<version>` in `<data-dir>/snapshots`; immutable like everything published.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from livemaps.snapshot.columns import Column, Table
from livemaps.snapshot.cubes import Cube, Cubes, months_of
from livemaps.snapshot.description import read_description, write_description
from livemaps.snapshot.files import read_arrays, write_arrays

FORMAT = 1
"""Counts the ways in which bases and snapshots have been written."""

ROWS, ID_ORDER, LIVE = "rows.columns", "id_order.columns", "live.columns"
PLACES, CUBES, META = "places.columns", "cubes.columns", "meta.json"


@dataclass(frozen=True, slots=True)
class BaseMeta:
    """What is true of a base as a whole."""

    base_id: str
    format: int
    rules: str
    """A digest of all that decides a row's columns: boundaries, status map, precision."""
    sequence: int
    """The store's last write that is in it."""
    recent_since: int
    """The resolved rows in `live` were closed on this day or later."""
    first_day: int
    end_day: int
    """The days that its cubes cover, the last one excluded."""
    database: str = ""
    """The database that it was built from."""
    complete_since: int | None = None
    """The day from which on it holds every request; None: it holds all, or nobody noted it."""


@dataclass(frozen=True)
class Base:
    """An open base."""

    meta: BaseMeta
    table: Table
    id_order: Column
    """Its rows in the order of their ids."""
    live: Table
    """A copy of the rows that were live, laid out as `Snapshot.current`, with `base_row` and no flags."""
    places: Table
    cubes: Cubes


def open_base(folder: Path) -> Base:
    """Map a base into memory. Raises FileNotFoundError or SnapshotDamaged."""
    meta = read_description(folder / META, BaseMeta)
    return Base(
        meta=meta,
        table=Table(read_arrays(folder / ROWS)),
        id_order=read_arrays(folder / ID_ORDER)["id_order"],
        live=Table(read_arrays(folder / LIVE)),
        places=Table(read_arrays(folder / PLACES)),
        cubes=_cubes(folder / CUBES, meta),
    )


def write_cubes(path: Path, cubes: Cubes) -> None:
    """Write the cubes of a base."""
    days = {f"day/{column}": cube.cumulative for column, cube in cubes.by_day.items()}
    months = {f"month/{column}": cube.cumulative for column, cube in cubes.by_month.items()}
    write_arrays(path, days | months)


def write_meta(folder: Path, meta: BaseMeta) -> None:
    """Write what is true of a base as a whole; the last of its files."""
    write_description(folder / META, meta)


def read_meta(folder: Path) -> BaseMeta:
    """Read what is true of a base. Raises FileNotFoundError or SnapshotDamaged."""
    return read_description(folder / META, BaseMeta)


def _cubes(path: Path, meta: BaseMeta) -> Cubes:
    by_day, by_month = {}, {}
    for name, cumulative in read_arrays(path).items():
        step, column = name.split("/", 1)
        if step == "day":
            by_day[column] = Cube(meta.first_day, cumulative)
        else:
            by_month[column] = Cube(int(months_of(meta.first_day)), cumulative)
    return Cubes(by_day, by_month, meta.first_day, meta.end_day)
