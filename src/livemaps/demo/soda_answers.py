"""Answers in the three formats of SODA: JSON, CSV and GeoJSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import msgspec

from livemaps.demo.row_ids import row_id
from livemaps.demo.soda_table import Rows
from livemaps.demo.soql_sql import Kind, Output, SqlValue


@dataclass(frozen=True, slots=True)
class Manners:
    """How a portal behaves; the defaults are Socrata's, the rest is what other servers do."""

    views: bool = True
    """Whether `/api/views/<id>.json` is there."""
    conditional: bool = True
    """Whether answers carry an ETag and are spared with 304."""
    gzip: bool = True
    most_rows: int | None = None
    """A bound that is put on every `$limit` without a word."""
    system_fields: bool = True
    """Whether rows have `:id`, `:created_at` and `:updated_at`."""
    zone: str = "Z"
    """What `:updated_at` ends with; older servers leave it out."""
    numbers_as_text: bool = True
    csv: bool = True
    """Whether `/resource/<id>.csv` is there."""
    token: str | None = None
    """The application token without which every call is refused."""


CONTENT_TYPES = MappingProxyType(
    {
        "json": "application/json;charset=utf-8",
        "csv": "text/csv;charset=utf-8",
        "geojson": "application/vnd.geo+json;charset=utf-8",
    }
)


def write_answer(rows: Rows, suffix: str, manners: Manners) -> bytes:
    """Return rows as the body of an answer; `suffix` is "json", "csv" or "geojson"."""
    writers = {"json": _json, "csv": _csv, "geojson": _geojson}
    return writers[suffix](rows, manners)


def _json(rows: Rows, manners: Manners) -> bytes:
    """Return a list of objects; null columns are left out of a row."""
    return msgspec.json.encode(list(_objects(rows, manners))) + b"\n"


def _objects(rows: Rows, manners: Manners) -> Iterator[dict[str, Any]]:
    names = [output.name for output in rows.outputs]
    for row in _shown(rows, manners):
        yield {name: value for name, value in zip(names, row, strict=True) if value is not None}


def _csv(rows: Rows, manners: Manners) -> bytes:
    """Return a table with every value in quotes, null as nothing, points as WKT."""
    text = io.StringIO()
    table = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    table.writerow(output.name for output in rows.outputs)
    table.writerows(_shown(rows, manners, csv_form=True))
    return text.getvalue().encode()


def _geojson(rows: Rows, manners: Manners) -> bytes:
    """Return a FeatureCollection: the first geometry column is the geometry."""
    geometry = next(
        (output.name for output in rows.outputs if output.term.kind is Kind.GEOMETRY), ""
    )
    nothing = {output.name: None for output in rows.outputs}
    features = []
    for row in _objects(rows, manners):
        properties = nothing | row
        shape = properties.pop(geometry, None)
        features.append({"type": "Feature", "geometry": shape, "properties": properties})
    return msgspec.json.encode({"type": "FeatureCollection", "features": features}) + b"\n"


_Writer = Callable[[SqlValue], Any]


def _shown(rows: Rows, manners: Manners, *, csv_form: bool = False) -> Iterable[tuple[Any, ...]]:
    """Return the rows as they are shown: column by column, most columns as they are."""
    if not rows.rows:
        return ()
    writers = [_writer(output, manners, csv_form=csv_form) for output in rows.outputs]
    columns = zip(*rows.rows, strict=True)
    return zip(*map(_column, columns, writers), strict=True)


def _column(values: Sequence[SqlValue], write: _Writer | None) -> Sequence[Any]:
    if write is None:
        return values
    shown = {value: None if value is None else write(value) for value in set(values)}
    return [shown[value] for value in values]


def _writer(output: Output, manners: Manners, *, csv_form: bool) -> _Writer | None:
    """Return how the values of a column are shown, None for as they are."""
    match output.term.kind:
        case Kind.ROW_ID:
            return lambda value: row_id(int(value or 0))
        case Kind.FIXED_TIMESTAMP:
            return lambda value: timestamp_text(int(value or 0), manners.zone)
        case Kind.GEOMETRY if csv_form:
            return lambda value: point_text(str(value))
        case Kind.GEOMETRY:
            return lambda value: msgspec.json.decode(str(value))
        case Kind.NUMBER if not (manners.numbers_as_text or csv_form):
            return lambda value: msgspec.json.decode(_number_text(value))
        case Kind.NUMBER:
            return _number_text
    return None


def _number_text(value: SqlValue) -> str:
    """Return a number as text; whole numbers without a point."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def timestamp_text(milliseconds: int, zone: str) -> str:
    """Return a fixed timestamp such as `2026-08-27T17:00:50.123Z`."""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC).replace(tzinfo=None)
    return moment.isoformat(timespec="milliseconds") + zone


def point_text(geojson: str) -> str:
    """Return a point in WKT; other geometry stays GeoJSON text."""
    geometry = msgspec.json.decode(geojson)
    if geometry.get("type") != "Point":
        return geojson
    long, lat = geometry["coordinates"]
    return f"POINT ({long} {lat})"
