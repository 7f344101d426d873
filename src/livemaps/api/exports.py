"""What is shown as files: CSV for tables, GeoJSON for maps.

Fields are named as in Open311 GeoReport v2 where it has them. A day is written as
`2026-08-27`; a time follows only where the feed has one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from livemaps.errors import SnapshotDamaged, TooLarge
from livemaps.feeds.profile import Profile
from livemaps.model import Filters, Order, day_date
from livemaps.snapshot import Snapshot
from livemaps.views import AreaValues, Facets, ListedRequest
from livemaps.views.listing import MOMENTS, Ranked, ranked, requests_of

MOST_EXPORTED = 250_000
"""Requests in one file: more belong to the portal's own download."""

BLOCK = 2_000
"""Requests made into text at a time while a file is sent."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""With these a spreadsheet takes a text for a formula, and runs it."""

Cell = str | int | float | bool | None


def exported(snapshot: Snapshot, filters: Filters, order: Order) -> Ranked:
    """Return the rows of a file of requests.

    Raises:
        TooLarge: more than `MOST_EXPORTED` requests pass the filters.
    """
    rows = ranked(snapshot, filters, order, MOST_EXPORTED + 1)
    if len(rows) > MOST_EXPORTED:
        raise TooLarge(
            f"more than {MOST_EXPORTED:,} requests pass these filters",
            "choose fewer, for instance with from= and to=, or take the whole dataset from the "
            "city's portal",
        )
    return rows


def requests_csv(snapshot: Snapshot, rows: Ranked) -> Iterator[str]:
    """Yield the lines of a CSV file of requests, block by block."""
    yield csv_lines([request_columns(snapshot)])
    for block in _blocks(snapshot, rows):
        yield csv_lines(list(_request_fields(request).values()) for request in block)


def requests_geojson(
    snapshot: Snapshot, rows: Ranked, about: Mapping[str, object]
) -> Iterator[bytes]:
    """Yield the pieces of a GeoJSON file of requests; `about` are its members beside them.

    Where the feed's points are the centres of areas, so are these: `about` says so.
    """
    head = msgspec.json.encode({"type": "FeatureCollection", **about})
    yield head[:-1] + b',"features":['
    separator = b""
    for block in _blocks(snapshot, rows):
        features = [_feature(request) for request in block]
        yield separator + msgspec.json.encode(features)[1:-1]
        separator = b","
    yield b"]}"


def areas_csv(values: AreaValues) -> str:
    """Return the map's numbers as a CSV file, what lies in no area included."""
    named = zip(values.keys, values.names, values.counts, strict=True)
    unplaced = ((key, "", count) for key, count in values.unplaced.items())
    rows = (
        (values.layer, key, name, values.measure.value, count)
        for key, name, count in (*named, *unplaced)
    )
    return csv_lines([("layer", "key", "name", "measure", "count"), *rows])


def areas_geojson(
    snapshot: Snapshot, values: AreaValues, areas: Path, about: Mapping[str, object]
) -> bytes:
    """Return the map's numbers as a GeoJSON file of the areas of a layer.

    `areas` is the folder of the outlines, `about` the file's members beside the areas.

    Raises:
        SnapshotDamaged: the areas that the snapshot names are not there.
    """
    layer = snapshot.layer(values.layer)
    try:
        found = msgspec.json.decode((areas / layer.areas_file).read_bytes())
        geometries = {
            str(feature["properties"]["key"]): feature["geometry"] for feature in found["features"]
        }
    except (OSError, msgspec.DecodeError, KeyError, TypeError) as error:
        raise SnapshotDamaged(f"{areas / layer.areas_file} cannot be read: {error!r}") from error
    features = [
        {
            "type": "Feature",
            "id": key,
            "geometry": geometries.get(key),
            "properties": {"key": key, "name": name, "count": count},
        }
        for key, name, count in zip(values.keys, values.names, values.counts, strict=True)
    ]
    counted = {
        "layer": layer.id,
        "layer_attribution": layer.attribution,
        "layer_licence": layer.licence,
        "measure": values.measure.value,
        "total": values.total,
        "unplaced": dict(values.unplaced),
    }
    return msgspec.json.encode(
        {"type": "FeatureCollection", **about, **counted, "features": features}
    )


def facets_object(found: Facets) -> dict[str, object]:
    """Return the filters' options with their counts as an object for JSON."""
    return {
        "facets": dict(found.facets),
        "set_apart": found.set_apart,
        "measures": {measure.value: count for measure, count in found.measures.items()},
    }


def about_file(profile: Profile, snapshot: Snapshot, filters: str) -> dict[str, object]:
    """Return what a file says of itself: source, licence, version, age, precision, filters."""
    meta = snapshot.meta
    return {
        "attribution": profile.attribution,
        "licence": profile.licence,
        "licence_url": profile.licence_url,
        "simulated": profile.simulated,
        "version": meta.version,
        "as_of": day_date(meta.as_of_day).isoformat(),
        "newest_record": None if meta.newest_day is None else day_date(meta.newest_day).isoformat(),
        "place_precision": meta.place_precision.value,
        "filters": filters,
    }


def request_columns(snapshot: Snapshot) -> tuple[str, ...]:
    """Return the columns of a file of requests; each boundary layer adds its key and name."""
    layers = (name for layer in snapshot.layers for name in (layer.id, f"{layer.id}_name"))
    return (
        "service_request_id",
        "status",
        "stage",
        "service_name",
        "category",
        "agency_responsible",
        "channel",
        *(f"{moment}_datetime" for moment in MOMENTS),
        "age_days",
        *layers,
        "lat",
        "long",
    )


def _request_fields(request: ListedRequest) -> dict[str, Cell]:
    """Return the fields of one request, in the order of `request_columns`."""
    areas = {
        name: text
        for layer, key, area in request.areas
        for name, text in ((layer, key), (f"{layer}_name", area))
    }
    return {
        "service_request_id": request.service_request_id,
        "status": request.status,
        "stage": request.stage.name.lower(),
        "service_name": request.service_name,
        "category": request.category,
        "agency_responsible": request.agency_responsible,
        "channel": request.channel,
        "requested_datetime": written(request.requested_day, request.requested_time),
        "updated_datetime": written(request.updated_day, request.updated_time),
        "closed_datetime": written(request.closed_day, request.closed_time),
        "expected_datetime": written(request.expected_day, request.expected_time),
        "age_days": request.age,
        **areas,
        "lat": request.lat,
        "long": request.long,
    }


def _feature(request: ListedRequest) -> dict[str, Any]:
    """Return one request as a GeoJSON feature; without a point it has no geometry."""
    fields = _request_fields(request)
    long, lat = fields.pop("long"), fields.pop("lat")
    point = None if long is None else {"type": "Point", "coordinates": [long, lat]}
    return {
        "type": "Feature",
        "id": request.service_request_id,
        "geometry": point,
        "properties": fields,
    }


def _blocks(snapshot: Snapshot, rows: Ranked) -> Iterator[Iterable[ListedRequest]]:
    """Yield the requests in blocks of bounded size."""
    for start in range(0, len(rows), BLOCK):
        yield requests_of(snapshot, rows[start : start + BLOCK])


def written(day: int | None, seconds: int | None) -> str | None:
    """Return a day, and the time of day where there is one, as ISO 8601 without a zone."""
    if day is None:
        return None
    if seconds is None:
        return day_date(day).isoformat()
    hours, minutes = divmod(seconds // 60, 60)
    return f"{day_date(day).isoformat()}T{hours:02d}:{minutes:02d}:{seconds % 60:02d}"


def csv_lines(rows: Iterable[Sequence[Cell]]) -> str:
    """Return rows as the lines of a CSV file (RFC 4180)."""
    text = io.StringIO()
    csv.writer(text).writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def _harmless(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return "'" + cell if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell
