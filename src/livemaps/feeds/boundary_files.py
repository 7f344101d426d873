"""Reading boundary files: GeoJSON, tables with WKT or GeoJSON cells, portal rows, shapefiles.

What a file is, is told by its content and not by its name: portals serve the same dataset
under many names. Everything comes out as `RawAreas`; `boundaries` checks and orders it.
"""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pyogrio
import shapely
from numpy.typing import NDArray

from livemaps.errors import BoundaryError

UNPACKED_LIMIT = 512 * 2**20
"""The most bytes that a packed boundary file may unpack to."""

SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
NEEDED_PARTS = frozenset({".shp", ".shx", ".dbf"})
LONGITUDE_LATITUDE = "EPSG:4326"

_BROKEN_ZIP = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, LookupError, RuntimeError,
)  # fmt: skip
"""All that zipfile raises where an archive's own numbers are wrong, or it is encrypted."""

_OUTLINE = re.compile(
    r"\s*(?:SRID=(\d+);)?\s*((?:MULTI)?POLYGON\b.*|GEOMETRYCOLLECTION\b.*)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True, eq=False)
class RawAreas:
    """What a boundary file holds, as it came.

    `columns` maps the name of each field to its values, `shapes` holds one geometry (or None)
    for each row. `crs` names the coordinate system that the file states, None where it states
    none; `usual_crs` the one to take then, None where files of this format must state theirs.
    """

    columns: Mapping[str, Sequence[Any]]
    shapes: NDArray[np.object_]
    crs: str | None
    usual_crs: str | None = LONGITUDE_LATITUDE


def read_areas(content: bytes) -> RawAreas:
    """Read a boundary file of any known format.

    Raises:
        BoundaryError: the content is of no known format, or is cut or broken.
    """
    return _READERS[file_format(content)](_unpacked(content))


def file_format(content: bytes) -> str:
    """Tell what a boundary file is: "geojson", "rows.json", "json", "csv" or "zip"."""
    unpacked = _unpacked(content)
    if unpacked.startswith(b"PK"):
        return "zip"
    start = unpacked[:65536].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"["):
        return "json"
    if start.startswith(b"{"):
        return "rows.json" if re.match(rb'\{\s*"meta"', start) else "geojson"
    if not start or start.startswith(b"<"):
        what = "a web page or XML" if start else "empty"
        raise BoundaryError(
            f"it is {what}: give GeoJSON, CSV with WKT, a portal's rows.json or a zipped shapefile"
        )
    return "csv"


def read_content(path: Path) -> bytes:
    """Return the bytes of a boundary file; a shapefile is packed with the files beside it.

    Raises:
        BoundaryError: the file cannot be read.
    """
    try:
        content = path.read_bytes()
        if path.suffix.lower() != ".shp":
            return content
        return _packed({part.name: part.read_bytes() for part in shapefile_parts(path)})
    except OSError as error:
        raise BoundaryError(f"it cannot be read: {error.strerror or error}") from error


def shapefile_parts(path: Path) -> tuple[Path, ...]:
    """Return the files that make up a shapefile, as far as they are there, sorted."""
    beside = path.parent.glob(f"{path.stem}.*") if path.parent.is_dir() else ()
    return tuple(sorted(part for part in beside if part.suffix.lower() in SHAPEFILE_PARTS))


def _packed(parts: Mapping[str, bytes]) -> bytes:
    """Return a zip of files; the same files give the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(parts.items()):
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def is_gzip(content: bytes) -> bool:
    """Whether a file is packed with gzip."""
    return content.startswith(b"\x1f\x8b")


def _unpacked(content: bytes) -> bytes:
    """Return the content of a gzip file, or the bytes themselves."""
    if not is_gzip(content):
        return content
    try:
        with gzip.open(io.BytesIO(content)) as packed:
            unpacked = packed.read(UNPACKED_LIMIT + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise BoundaryError(f"its gzip packing is broken ({error}): fetch it again") from error
    if len(unpacked) > UNPACKED_LIMIT:
        raise BoundaryError(f"it unpacks to more than {UNPACKED_LIMIT >> 20} MiB")
    return unpacked


class _Feature(msgspec.Struct):
    geometry: msgspec.Raw = msgspec.Raw(b"null")
    properties: dict[str, Any] | None = None


class _Collection(msgspec.Struct):
    features: list[_Feature]
    crs: dict[str, Any] | None = None


def _read_geojson(content: bytes) -> RawAreas:
    collection = _decoded(content, _Collection, "a GeoJSON FeatureCollection")
    texts = [bytes(feature.geometry).decode() for feature in collection.features]
    rows = [feature.properties or {} for feature in collection.features]
    return RawAreas(_columns(rows), _shapes(texts), _named_crs(collection.crs))


def _named_crs(crs: Mapping[str, Any] | None) -> str | None:
    """Return the coordinate system that an older GeoJSON names."""
    properties = (crs or {}).get("properties")
    name = properties.get("name") if isinstance(properties, dict) else None
    return str(name) if name else None


class _Column(msgspec.Struct):
    name: str = msgspec.field(name="fieldName")
    kind: str = msgspec.field(name="dataTypeName", default="")


class _View(msgspec.Struct):
    columns: list[_Column]


class _Meta(msgspec.Struct):
    view: _View


class _Rows(msgspec.Struct):
    meta: _Meta
    data: list[list[Any]]


def _read_portal_rows(content: bytes) -> RawAreas:
    rows = _decoded(content, _Rows, "a portal's rows.json")
    names = [column.name for column in rows.meta.view.columns]
    if any(len(row) != len(names) for row in rows.data):
        raise BoundaryError("its rows do not have the columns that its meta.view lists")
    by_name = {name: [row[at] for row in rows.data] for at, name in enumerate(names)}
    return _table({name: cells for name, cells in by_name.items() if not name.startswith(":")})


def _read_json_rows(content: bytes) -> RawAreas:
    return _table(_columns(_decoded(content, list[dict[str, Any]], "a list of rows")))


def _read_csv(content: bytes) -> RawAreas:
    try:
        text = content.decode("utf-8-sig")
        header = text.split("\n", 1)[0]
        frame = pd.read_csv(
            io.StringIO(text),
            dtype=str,
            keep_default_na=False,
            sep=max(",;\t|", key=header.count),
        )
    except UnicodeDecodeError as error:
        raise BoundaryError("it is a table that is not UTF-8: save it as UTF-8") from error
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise BoundaryError(f"it is no table that can be read ({error})") from error
    return _table({str(name): frame[name].tolist() for name in frame.columns})


def _read_shapefile(content: bytes) -> RawAreas:
    parts = _zipped_shapefile(content)
    stem = PurePosixPath(min(parts)).stem
    try:
        frame = pyogrio.read_dataframe(_packed(parts), layer=stem, fid_as_index=False)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise BoundaryError(f"its shapefile {stem}.shp cannot be read ({error})") from error
    columns = {name: frame[name].tolist() for name in frame.columns if name != "geometry"}
    crs = frame.crs.to_string() if frame.crs is not None else None
    return RawAreas(columns, frame.geometry.to_numpy(), crs, usual_crs=None)


def _zipped_shapefile(content: bytes) -> dict[str, bytes]:
    """Return the files of the one shapefile in a zip; other files are left aside."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _shapefile_members(archive)
    except _BROKEN_ZIP as error:
        raise BoundaryError(f"its zip packing is broken ({error}): fetch it again") from error


def _shapefile_members(archive: zipfile.ZipFile) -> dict[str, bytes]:
    members = {
        PurePosixPath(info.filename): info for info in archive.infolist() if not info.is_dir()
    }
    outlines = [
        name for name in members if name.suffix.lower() == ".shp" and "__MACOSX" not in name.parts
    ]
    if len(outlines) != 1:
        names = ", ".join(map(str, outlines)) or "none"
        raise BoundaryError(f"its zip must hold exactly one .shp file, it holds {names}")
    parts = [
        name
        for name in members
        if name.with_suffix("") == outlines[0].with_suffix("")
        and name.suffix.lower() in SHAPEFILE_PARTS
    ]
    missing = sorted(NEEDED_PARTS - {name.suffix.lower() for name in parts})
    if missing:
        raise BoundaryError(f"its shapefile {outlines[0].name} lacks its {', '.join(missing)} file")
    if sum(members[name].file_size for name in parts) > UNPACKED_LIMIT:
        raise BoundaryError(f"it unpacks to more than {UNPACKED_LIMIT >> 20} MiB")
    return {f"areas{name.suffix.lower()}": archive.read(members[name]) for name in parts}


def _decoded(content: bytes, kind: Any, what: str) -> Any:
    """Decode JSON as a type, or say what was expected."""
    try:
        return msgspec.json.decode(content.decode("utf-8-sig"), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BoundaryError(f"it is not {what}, or it is cut ({error})") from error


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return rows as columns; a value that a row leaves out is None."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


def _table(columns: Mapping[str, Sequence[Any]]) -> RawAreas:
    """Find the column of a table that holds outlines, and read it."""
    if not columns or not len(next(iter(columns.values()))):
        return RawAreas(columns, np.empty(0, dtype=object), None)
    name = next((name for name, cells in columns.items() if _holds_outlines(cells)), None)
    if name is None:
        raise BoundaryError(
            f"none of its columns ({', '.join(columns)}) holds outlines as WKT or GeoJSON"
        )
    texts = [_outline_text(cell) for cell in columns[name]]
    systems = {found.group(1) for text in texts if text and (found := _OUTLINE.match(text))}
    if len(systems) > 1:
        raise BoundaryError(f"its outlines in {name} are in different coordinate systems")
    system = next(iter(systems), None)
    others = {other: cells for other, cells in columns.items() if other != name}
    return RawAreas(others, _shapes(texts), f"EPSG:{system}" if system else None)


def _holds_outlines(cells: Iterable[Any]) -> bool:
    """Whether the first cell that is not blank is an outline."""
    first = next((text for cell in cells if (text := _outline_text(cell))), "")
    return bool(_OUTLINE.match(first)) or bool(re.match(r'\s*\{.*"coordinates"', first, re.DOTALL))


def _outline_text(cell: Any) -> str | None:
    """Return a cell as WKT or GeoJSON text, None where it is blank."""
    if isinstance(cell, dict):
        return msgspec.json.encode(cell).decode()
    return str(cell) if cell is not None and str(cell).strip() else None


def _shapes(texts: Sequence[str | None]) -> NDArray[np.object_]:
    """Read outlines; one that is given but cannot be read means a broken file."""
    return np.array([*map(_shape, texts), None], dtype=object)[:-1]


def _shape(text: str | None) -> Any:
    if text is None or text == "null":
        return None
    wkt = _OUTLINE.match(text)
    try:
        with np.errstate(invalid="ignore", over="ignore"):
            shape = shapely.from_wkt(wkt.group(2)) if wkt else shapely.from_geojson(text)
    except shapely.errors.GEOSException as error:
        raise BoundaryError(f"an outline in it is broken or cut ({str(error)[:120]})") from error
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        raise BoundaryError("an outline in it has coordinates that are no numbers")
    return shape


_READERS: Mapping[str, Callable[[bytes], RawAreas]] = {
    "geojson": _read_geojson,
    "rows.json": _read_portal_rows,
    "json": _read_json_rows,
    "csv": _read_csv,
    "zip": _read_shapefile,
}
