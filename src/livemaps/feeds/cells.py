"""One cell at a time: text first, then guarded readings that name what is wrong.

Every function here is called once for each *distinct* value of a page, not for each row.
"""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

FIRST_YEAR, LAST_YEAR = 1900, 2100
NEAR_DEGREES = 3.0
"""A point with its parts exchanged counts as swapped when that brings it so close to the city."""

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 -- wall seconds have no zone
_SECOND = timedelta(seconds=1)
_EXPORTED = re.compile(
    r"(?:(?P<year>\d{4})/(?P<month>\d{1,2})/(?P<day>\d{1,2})"
    r"|(?P<us_month>\d{1,2})/(?P<us_day>\d{1,2})/(?P<us_year>\d{4}))"
    r"(?:[ T](?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?"
    r"(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?)?"
)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_WKT_POINT = re.compile(r"\s*POINT\s*\(\s*(\S+)\s+([^\s)]+)\s*\)\s*", re.IGNORECASE)
_LOCATION = re.compile(r"[^()]*\(\s*([^,()]+),\s*([^,()]+)\)\s*")


class BadCell(ValueError):
    """A cell that cannot be read; its message is the reason, in a few words."""


def as_text(cell: object) -> str | None:
    """Return a cell as text without blanks around it; None for null and for nothing.

    Whole numbers lose their point (`5.0` is "5"), nested values become JSON text.
    """
    if isinstance(cell, str):
        return cell.strip() or None
    if cell is None:
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, (int, float)):
        return str(cell)
    return msgspec.json.encode(cell).decode()


def as_words(cell: object) -> str | None:
    """Return a cell as text in one line, with a blank for line ends and other control characters.

    Nothing that is named with one could be chosen: no address of a page may hold them.
    """
    text = as_text(cell)
    if text is None or text.isprintable():
        return text
    return _CONTROLS.sub(" ", text).strip() or None


def wall_seconds(text: str, zone: ZoneInfo) -> int:
    """Read a date or time as seconds on the city's wall clock since 1970-01-01T00:00.

    ISO 8601, with or without a time, and the forms of portal exports (`2026/08/27 12:00:00 AM`,
    `08/27/2026 12:00:00 AM`). Without an offset it is the city's time already; with one (or Z)
    it is turned to the city's zone.

    Raises:
        BadCell: it is no date, or lies outside the years 1900 to 2100.
    """
    moment = _moment(text)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise BadCell("year out of range")
    if moment.tzinfo is not None:
        moment = moment.astimezone(zone).replace(tzinfo=None)
    return (moment - _EPOCH) // _SECOND


def _moment(text: str) -> datetime:
    try:
        if text[4:5] == "-":
            return datetime.fromisoformat(text)
        found = _EXPORTED.fullmatch(text)
        if found is not None:
            return _exported(found.groupdict())
    except ValueError as error:
        raise BadCell("not a date") from error
    raise BadCell("not a date")


def _exported(parts: dict[str, str | None]) -> datetime:
    """Build a time from the parts of a portal's export form."""
    year, month, day = (
        parts[name] or parts[f"us_{name}"] or "" for name in ("year", "month", "day")
    )
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    half = (parts["half"] or "").upper()
    if half and not 1 <= hour <= 12:
        raise BadCell("not a date")
    if half:
        hour = hour % 12 + (12 if half == "P" else 0)
    return datetime(int(year), int(month), int(day), hour, minute, second)  # noqa: DTZ001 -- the city's clock


def coordinates(long: str, lat: str, centre: tuple[float, float]) -> tuple[float, float]:
    """Read a longitude and a latitude, both in degrees.

    Args:
        long: the longitude as text.
        lat: the latitude as text.
        centre: longitude and latitude of the city, to tell swapped ones.

    Raises:
        BadCell: with the field and the reason, such as "lat: not a number".
    """
    x, y = _number(long, "long"), _number(lat, "lat")
    if x == 0.0 and y == 0.0:
        raise BadCell("point: at 0, 0")
    if _is_near(y, x, centre) and not _is_near(x, y, centre):
        raise BadCell("point: long and lat look swapped")
    if abs(x) > 180.0:
        raise BadCell("long: out of range")
    if abs(y) > 90.0:
        raise BadCell("lat: out of range")
    return x, y


def _is_near(x: float, y: float, centre: tuple[float, float]) -> bool:
    return abs(x - centre[0]) <= NEAR_DEGREES and abs(y - centre[1]) <= NEAR_DEGREES


def _number(text: str, field: str) -> float:
    try:
        number = float(text)
    except ValueError as error:
        raise BadCell(f"{field}: not a number") from error
    if not math.isfinite(number):
        raise BadCell(f"{field}: not finite")
    return number


def point_parts(text: str) -> tuple[str, str]:
    """Return longitude and latitude of a point, as text.

    Known forms: GeoJSON, `{"latitude", "longitude"}`, WKT `POINT (long lat)`, and the old
    exports' `street (lat, long)`.

    Raises:
        BadCell: it is none of them.
    """
    wkt, location = _WKT_POINT.fullmatch(text), _LOCATION.fullmatch(text)
    if wkt:
        return wkt[1], wkt[2]
    if text.startswith("{"):
        return _nested_parts(text)
    if location:
        return location[2], location[1]
    raise BadCell("point: not a point")


def _nested_parts(text: str) -> tuple[str, str]:
    try:
        nested: dict[str, Any] = msgspec.json.decode(text, type=dict[str, Any])
        pair = nested.get("coordinates")
        long, lat = pair if pair is not None else (nested["longitude"], nested["latitude"])
    except (msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
        raise BadCell("point: not a point") from error
    parts = as_text(long), as_text(lat)
    if parts[0] is None or parts[1] is None:
        raise BadCell("point: not a point")
    return parts[0], parts[1]
