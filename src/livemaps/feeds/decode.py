"""From the raw cells of a feed to `RequestRow`s, as the city's profile maps them.

A column at a time: each *distinct* cell is read once and remembered, which makes 50,000 rows a
matter of a fifth of a second. A cell that cannot be read becomes None and a counted defect; a
row without an id or a readable requested date is set aside with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from livemaps.feeds.cells import BadCell, as_text, as_words, coordinates, point_parts, wall_seconds
from livemaps.feeds.profile import Profile
from livemaps.feeds.tables import Table
from livemaps.model import Place, Reject, RequestRow

MOST_REMEMBERED = 200_000
"""Distinct values kept for each kind of cell, so that memory stays flat over a backfill."""

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a table of raw cells became; see `livemaps.model.Page`."""

    rows: tuple[RequestRow, ...]
    rejects: tuple[Reject, ...]
    defects: Mapping[str, int]


class RowDecoder:
    """Decodes tables of one city's feed. It remembers readings; use one in each thread."""

    def __init__(self, profile: Profile) -> None:
        """Take the field map, the blanks, the time zone and the map's centre from a profile."""
        fields = profile.fields
        self._fields = fields
        self._blanks = frozenset(profile.blanks)
        self._code_columns = [fields.area_codes.get(layer.id) for layer in profile.layers]
        self._centre = (profile.map.long, profile.map.lat)
        self._texts: _Memory[str | None] = _Memory(self._text, None)
        self._times: _Memory[int | None] = _Memory(
            partial(self._time, ZoneInfo(profile.time_zone)), None
        )
        self._places: _Memory[Place] = _Memory(self._place, Place((), None, None, None))
        self.columns = _distinct(
            [
                fields.service_request_id,
                fields.requested_datetime,
                fields.updated_datetime,
                fields.closed_datetime,
                fields.expected_datetime,
                fields.status,
                fields.service_name,
                fields.agency_responsible,
                fields.channel,
                fields.place_name,
                fields.long,
                fields.lat,
                fields.point,
                *fields.area_codes.values(),
            ]
        )
        """The feed's columns that are read, each once, the id first."""

    def ids(self, table: Table) -> list[str]:
        """Return the ids of a table's rows, those that have one."""
        texts = (as_text(cell) for cell in table.columns[self._fields.service_request_id])
        return [text for text in texts if text is not None]

    def decode(self, table: Table) -> Decoded:
        """Decode a table that has all of `columns`."""
        fields, defects = self._fields, Counter[str]()
        ids = [as_text(cell) for cell in table.columns[fields.service_request_id]]
        requested = self._times.read(table.columns[fields.requested_datetime], Counter(), "")
        text, time = (
            partial(self._column, table, self._texts),
            partial(self._column, table, self._times),
        )
        columns = (
            ids,
            requested,
            time(fields.updated_datetime, "updated_datetime", defects),
            time(fields.closed_datetime, "closed_datetime", defects),
            time(fields.expected_datetime, "expected_datetime", defects),
            _required(text(fields.status, "status", defects), "status", defects),
            _required(text(fields.service_name, "service_name", defects), "service_name", defects),
            _or_empty(text(fields.agency_responsible, "agency_responsible", defects)),
            _or_empty(text(fields.channel, "channel", defects)),
            self._places.read(self._place_cells(table), defects, ""),
        )
        rejects = self._rejects(table, ids, requested)
        whole = zip(*columns, strict=True)
        kept = (row for row in whole if row[0] is not None and row[1] is not None)
        rows = tuple(map(RequestRow._make, kept if rejects else whole))
        strangers = (Reject("not an object", text) for text in table.strangers)
        return Decoded(rows, (*rejects, *strangers), dict(defects))

    def _column(
        self,
        table: Table,
        memory: _Memory[Any],
        column: str | None,
        field: str,
        defects: Counter[str],
    ) -> list[Any]:
        """Read a mapped column; one that the city does not have is None throughout."""
        if column is None:
            return [None] * table.length
        return memory.read(table.columns[column], defects, f"{field}: ")

    def _place_cells(self, table: Table) -> list[tuple[Any, ...]]:
        """Return for each row the raw cells that make its place."""
        fields = self._fields
        named = [*self._code_columns, fields.place_name, fields.long, fields.lat, fields.point]
        nothing = [None] * table.length
        return list(zip(*(table.columns[name] if name else nothing for name in named), strict=True))

    def _rejects(
        self, table: Table, ids: Sequence[str | None], requested: Sequence[int | None]
    ) -> list[Reject]:
        """Return the rows that cannot be kept, each with its reason."""
        if None not in ids and None not in requested:
            return []
        dates = table.columns[self._fields.requested_datetime]
        return [
            Reject(self._reason(identifier, dates[index]), table.row_text(index))
            for index, identifier in enumerate(ids)
            if identifier is None or requested[index] is None
        ]

    def _reason(self, identifier: str | None, date: object) -> str:
        if identifier is None:
            return "no id"
        given = self._text(date) is not None
        return "requested date cannot be read" if given else "no requested date"

    def _text(self, cell: object) -> str | None:
        """Return a cell's text, None for the words that the profile calls blank."""
        text = as_words(cell)
        return None if text in self._blanks else text

    def _time(self, zone: ZoneInfo, cell: object) -> int | None:
        text = self._text(cell)
        return None if text is None else wall_seconds(text, zone)

    def _place(self, cells: tuple[object, ...]) -> Place | _Flawed[Place]:
        """Return the place of a row; a point that cannot be read is left out and counted."""
        *codes, name, long, lat, point = map(self._text, cells)
        place = Place(tuple(codes), name, None, None)
        try:
            x, y = self._point(long, lat, point)
        except BadCell as error:
            return _Flawed(place, str(error))
        return place._replace(long=x, lat=y)

    def _point(
        self, long: str | None, lat: str | None, point: str | None
    ) -> tuple[float | None, float | None]:
        """Return longitude and latitude, None where the row gives no point at all."""
        if long is None and lat is None and point is not None:
            long, lat = point_parts(point)
        if long is None and lat is None:
            return None, None
        if long is None or lat is None:
            raise BadCell("long: missing" if long is None else "lat: missing")
        return coordinates(long, lat, self._centre)


@dataclass(frozen=True, slots=True)
class _Flawed(Generic[Value]):
    """A reading with a defect: what could be saved, and what is wrong."""

    value: Value
    reason: str


class _Memory(Generic[Value]):
    """Reads columns of cells, each distinct cell once."""

    def __init__(self, read_cell: Callable[[Any], Value | _Flawed[Value]], nothing: Value) -> None:
        """`read_cell` may raise BadCell, which gives `nothing`, or return a `_Flawed`."""
        self._read_cell = read_cell
        self._nothing = nothing
        self._known: dict[Hashable, Value] = {}
        self._bad: dict[Hashable, str] = {}

    def read(self, cells: Sequence[Any], defects: Counter[str], prefix: str) -> list[Value]:
        """Return the cells' values; defects are counted under `prefix` and the reason."""
        if len(self._known) > MOST_REMEMBERED:
            self._known.clear()
            self._bad.clear()
        try:
            distinct = set(cells)
        except TypeError:  # nested values cannot be remembered as they are
            cells = [_hashable(cell) for cell in cells]
            distinct = set(cells)
        for cell in distinct.difference(self._known):
            self._learn(cell)
        if not self._bad.keys().isdisjoint(distinct):
            defects.update(prefix + self._bad[cell] for cell in cells if cell in self._bad)
        return list(map(self._known.__getitem__, cells))

    def _learn(self, cell: Hashable) -> None:
        try:
            value = self._read_cell(cell)
        except BadCell as error:
            value = _Flawed(self._nothing, str(error))
        if isinstance(value, _Flawed):
            self._bad[cell] = value.reason
            value = value.value
        self._known[cell] = value


def _hashable(cell: object) -> Hashable:
    """Return nested cells as text, also within a tuple of cells."""
    if isinstance(cell, tuple):
        return tuple(map(_hashable, cell))
    return as_text(cell) if isinstance(cell, (dict, list)) else cell


def _required(texts: Sequence[str | None], field: str, defects: Counter[str]) -> Sequence[str]:
    """Return texts that every row should have; an absent one is empty and a defect."""
    absent = texts.count(None)
    if absent:
        defects[f"{field}: missing"] += absent
    return _or_empty(texts)


def _or_empty(texts: Sequence[str | None]) -> Sequence[str]:
    return [text or "" for text in texts]


def _distinct(names: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))
