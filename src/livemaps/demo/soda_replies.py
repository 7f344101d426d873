"""The replies of the SODA server that are not simply rows, and the headers of those that are."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import format_datetime

import msgspec

from livemaps.demo.soda_answers import CONTENT_TYPES
from livemaps.demo.soda_table import Rows, SodaTable, Version
from livemaps.demo.soql_parser import SoqlError
from livemaps.demo.troubles import Kind, Trouble
from livemaps.errors import SettingError

Control = Callable[[str, float], Mapping[str, object]]
"""Makes trouble: (kind, seconds) to what was made; SettingError where it cannot."""

CONTROL_PATH = "/demo/trouble"
DEFAULT_TROUBLE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Reply:
    """A status, a body and its headers, before anything is packed or spoilt."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def trouble_reply(trouble: Trouble) -> Reply:
    """Return what a troubled portal answers instead of rows."""
    match trouble.kind:
        case Kind.ERROR:
            return error_reply(trouble.status, "internal", "Something went wrong on our side")
        case Kind.THROTTLED:
            answer = error_reply(429, "too_many_requests", "You are being throttled")
            patience = {"Retry-After": trouble.retry_after} if trouble.retry_after else {}
            return Reply(429, answer.body, {**answer.headers, **patience})
        case Kind.HTML:
            page = b"<!doctype html><title>Maintenance</title><p>We will be back soon."
            return Reply(200, page, {"Content-Type": "text/html; charset=utf-8"})
        case Kind.GARBAGE:
            return Reply(200, b'[{"a": \x00\xff}]', {"Content-Type": CONTENT_TYPES["json"]})
        case Kind.ERROR_BODY:
            answer = error_reply(200, "query.timeout", "The query took too long")
            return Reply(200, answer.body, answer.headers)
    return Reply(200, b"")


def error_reply(status: int, code: str, message: str) -> Reply:
    """Return an error as portals write it outside of queries."""
    body = msgspec.json.encode({"code": code, "error": True, "message": message})
    return Reply(status, body, {"Content-Type": CONTENT_TYPES["json"]})


def control_reply(control: Control | None, path: str, parameters: Mapping[str, str]) -> Reply:
    """Make the trouble that `POST /demo/trouble?kind=outage&seconds=60` asks for, and tell it."""
    if control is None or path != CONTROL_PATH:
        return error_reply(404, "not_found", f"there is nothing to post to at {path}")
    try:
        seconds = float(parameters.get("seconds", DEFAULT_TROUBLE_SECONDS))
        made = control(parameters.get("kind", ""), seconds)
    except (SettingError, ValueError) as error:
        return error_reply(400, "invalid_request", str(error))
    return Reply(200, msgspec.json.encode(made), {"Content-Type": CONTENT_TYPES["json"]})


def view_reply(dataset: str, table: SodaTable) -> Reply:
    """Return what a portal says about a dataset."""
    modified = int(table.version.modified.timestamp())
    columns = [
        {
            "id": 1000 + place,
            "name": column.name.replace("_", " ").title(),
            "fieldName": column.name,
            "dataTypeName": column.type,
            "position": place,
        }
        for place, column in enumerate(table.columns, start=1)
    ]
    about = {
        "id": dataset,
        "name": table.name or dataset,
        "assetType": "dataset",
        "rowsUpdatedAt": modified,
        "viewLastModified": modified,
        "columns": columns,
    }
    return Reply(200, msgspec.json.encode(about), {"Content-Type": CONTENT_TYPES["json"]})


def row_headers(rows: Rows, suffix: str, version: Version, path: str) -> dict[str, str]:
    """Return the headers that Socrata puts on rows."""
    modified = format_datetime(version.modified, usegmt=True)
    names = [output.name for output in rows.outputs]
    types = [
        output.term.kind.value.replace("calendar_date", "floating_timestamp")
        for output in rows.outputs
    ]
    return {
        "Content-Type": CONTENT_TYPES[suffix],
        "ETag": f'"{version.number}.{zlib.crc32(path.encode()):08x}---gzip"',
        "Last-Modified": modified,
        "X-SODA2-Fields": msgspec.json.encode(names).decode(),
        "X-SODA2-Types": msgspec.json.encode(types).decode(),
        "X-SODA2-Data-Out-Of-Date": "false",
        "X-SODA2-Truth-Last-Modified": modified,
        "X-SODA2-Secondary-Last-Modified": modified,
    }


def query_error_reply(error: SoqlError, dataset: str) -> Reply:
    """Return an error in a query as SODA 2.1 writes it, naming the column where one is wrong."""
    data = {"column": error.column, "dataset": dataset} if error.column else {}
    body = {"message": str(error), "errorCode": error.code, "data": data}
    return Reply(400, msgspec.json.encode(body), {"Content-Type": CONTENT_TYPES["json"]})
