"""Checks of standards, holidays and residents that span several keys of a profile.

Like those of `consistency.py` they look at the values as written, and leave a value of the wrong
type to the model.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from livemaps.feeds.area_keys import area_key
from livemaps.feeds.profile.lines import Path as KeyPath
from livemaps.feeds.profile.values import nearest

Finding = tuple[KeyPath, object, str]


def standard_faults(data: Mapping[str, Any], _folder: Path) -> Iterator[Finding]:
    """Find standards of nothing, of two things, and two of the same thing."""
    seen: dict[tuple[str, str], int] = {}
    for position, standard in _tables(data.get("standards")):
        path = ("standards", position)
        of = [name for name in ("service", "category") if standard.get(name) is not None]
        if not of:
            yield path, None, "add service or category: whose standard this is"
        if len(of) == 2:
            remedy = "remove category or service: a standard is of one of them"
            yield (*path, "category"), standard["category"], remedy
        for name in of:
            value = standard[name]
            first = seen.setdefault((name, str(value).strip()), position)
            if first != position:
                remedy = f"remove one of the two: standards[{first}] is of the same {name}"
                yield (*path, name), value, remedy


def calendar_faults(data: Mapping[str, Any], _folder: Path) -> Iterator[Finding]:
    """Find days that are named twice: one of them was meant to be another."""
    calendar = data.get("calendar")
    if not isinstance(calendar, Mapping):
        return
    for name in ("working_days", "holidays"):
        days = calendar.get(name)
        seen: dict[str, int] = {}
        for position, day in enumerate(days if isinstance(days, Sequence) else ()):
            first = seen.setdefault(str(day), position)
            if first != position and not isinstance(days, str):
                remedy = f"remove it: calendar.{name}[{first}] is the same day"
                yield ("calendar", name, position), day, remedy


def population_faults(data: Mapping[str, Any], folder: Path) -> Iterator[Finding]:
    """Find tables of residents of no layer, from no place or two, and files that are no table."""
    tables = data.get("population")
    layers = [layer.get("id") for _, layer in _tables(data.get("layers"))]
    ids = [name for name in layers if isinstance(name, str)]
    for layer, table in tables.items() if isinstance(tables, Mapping) else ():
        path = ("population", layer)
        if layer not in ids:
            remedy = f"name the table as a layer's id ({', '.join(ids)}){nearest(layer, ids)}"
            yield path, None, remedy
        if isinstance(table, Mapping):
            yield from _table_faults(path, table, folder)


def _table_faults(path: KeyPath, table: Mapping[str, Any], folder: Path) -> Iterator[Finding]:
    source, residents = table.get("source"), table.get("residents")
    if (source is None) == (residents is None):
        remedy = "give either source, a CSV file, or residents, the numbers themselves"
        yield path, None, remedy
    if isinstance(source, str):
        yield from _file_faults(path, table, folder / source)
    if isinstance(residents, Mapping):
        yield from _resident_faults((*path, "residents"), residents)


def _file_faults(path: KeyPath, table: Mapping[str, Any], file: Path) -> Iterator[Finding]:
    """Find a file that is not there, and columns that it does not have."""
    header: list[str] | None = None
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            header = [name.strip() for name in next(csv.reader(lines), [])]
    except (OSError, UnicodeDecodeError, csv.Error):
        remedy = f"write an existing CSV file in UTF-8 with a header line: {file} is none"
        yield (*path, "source"), table["source"], remedy
    for name in ("key_field", "count_field"):
        column = table.get(name)
        if column is None:
            yield (*path, name), None, f"add this key: a column of {table['source']}"
        elif isinstance(column, str) and header is not None and column.strip() not in header:
            remedy = f"write one of the file's columns: {', '.join(header)}"
            yield (*path, name), column, remedy + nearest(column, header)


def _resident_faults(path: KeyPath, residents: Mapping[str, Any]) -> Iterator[Finding]:
    seen: dict[str | None, str] = {}
    for key, count in residents.items():
        if isinstance(count, int) and count < 0:
            yield (*path, key), count, "write the number of residents, 0 or more"
        first = seen.setdefault(area_key(key), key)
        if first != key:
            yield (*path, key), count, f"remove one of the two: {first} is the same key"


def _tables(value: object) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield each item that is a table, with its position."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        for position, item in enumerate(value):
            if isinstance(item, Mapping):
                yield position, item
