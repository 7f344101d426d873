"""How every answer is made: JSON, errors in one shape, headers that say how old the data is."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from urllib.parse import quote

import msgspec
from flask import Response, request
from werkzeug.exceptions import HTTPException

from livemaps.errors import (
    LivemapsError,
    MeasuresPending,
    NoSnapshot,
    SnapshotError,
    StaleSnapshot,
    UnknownValue,
    VisitorError,
    http_status,
)
from livemaps.feeds.profile import Profile
from livemaps.model import day_date
from livemaps.snapshot import SnapshotMeta
from livemaps.status import Status, moment_to_json
from livemaps.text import Catalogue
from livemaps.views import QueryProblem
from livemaps.views.query import printable

log = logging.getLogger(__name__)

INTERNAL_ERROR = 500

FOR_EVERYBODY = (VisitorError, NoSnapshot, StaleSnapshot, MeasuresPending)
"""Errors whose message is written for visitors; others may name files of the server."""

REFUSED: Mapping[str, str] = MappingProxyType(
    {
        "repeated": "give {name} once",
        "dates_swapped": "the first day comes first, so exchange from= and to=",
    }
)
"""Remedies by kind of problem, where what a page does about it is not what is done here."""


def json_answer(value: object, status: int = 200) -> Response:
    """Return a value as JSON."""
    return Response(msgspec.json.encode(value), status, mimetype="application/json")


def error_answer(kind: str, message: str, status: int, remedy: str | None = None) -> Response:
    """Return an error in the shape that every error has."""
    error = {"type": kind, "message": message} | ({"remedy": remedy} if remedy else {})
    answer = json_answer({"error": error}, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def livemaps_error(error: LivemapsError) -> Response:
    """Answer an error of our own. What concerns only the operator goes to the log."""
    status, kind = http_status(error), type(error).__name__
    if isinstance(error, FOR_EVERYBODY):
        remedy = error.remedy if isinstance(error, (VisitorError, MeasuresPending)) else None
        answer = error_answer(kind, str(error), status, remedy)
        if isinstance(error, MeasuresPending):
            answer.headers["Retry-After"] = str(error.retry_after)
        return answer
    log.error("%s could not be answered: %s", request.path, error)
    what = "The data" if isinstance(error, SnapshotError) else "This"
    return error_answer(kind, f"{what} cannot be read at the moment", status)


def http_error(error: HTTPException) -> Response:
    """Answer an error of HTTP itself, such as a method that is not offered."""
    status = error.code or INTERNAL_ERROR
    answer = error_answer(type(error).__name__, error.description or error.name, status)
    for name, value in error.get_headers():
        if name == "Allow":
            answer.headers[name] = value
    return answer


def unexpected_error(error: Exception) -> Response:
    """Answer a fault of the program, which goes to the log with all its details."""
    log.error("%s failed", request.path, exc_info=error)
    return error_answer("InternalError", "This failed; the fault is logged", INTERNAL_ERROR)


def query_error(problem: QueryProblem) -> VisitorError | MeasuresPending:
    """Return the error for a part of an address that cannot be used.

    Pages leave such a part out and say so; here nothing was left out, the whole is refused.
    """
    if problem.kind == "usual_pending":
        return MeasuresPending(problem.remedy)
    refused = REFUSED.get(problem.kind)
    remedy = refused.format(name=problem.name) if refused else problem.remedy
    if problem.suggestion:
        remedy = f"did you mean {problem.suggestion!r}? Else {remedy}"
    if problem.kind in ("unknown_name", "unknown_value"):
        return UnknownValue(problem.name, problem.value, remedy)
    return VisitorError(f"{problem.name} = {problem.value!r} cannot be used", remedy)


def checked_language(catalogue: Catalogue, language: str | None) -> str | None:
    """Return the language that an address names, None where it names none.

    Raises:
        UnknownValue: it is not spoken here.
    """
    if language and language not in catalogue.languages:
        remedy = f"choose one of {', '.join(catalogue.languages)}"
        raise UnknownValue("lang", printable(language), remedy)
    return language or None


def etag(*parts: object) -> str:
    """Return a short digest of what decides an answer."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:20]


def unchanged(tag: str) -> Response | None:
    """Return "not modified" where the visitor already holds the answer with this tag."""
    if not request.if_none_match.contains_weak(tag):
        return None
    return Response(status=304)


def tagged(answer: Response, tag: str) -> Response:
    """Add what lets a visitor ask again cheaply; weak, since compression does not change it."""
    answer.set_etag(tag, weak=True)
    answer.headers["Cache-Control"] = "public, no-cache"
    return answer


def labels(profile: Profile, meta: SnapshotMeta, status: Status | None) -> Mapping[str, str]:
    """Return the headers that every export carries: source, licence, version and ages."""
    found = {
        "Livemaps-Version": meta.version,
        "Livemaps-As-Of": day_date(meta.as_of_day).isoformat(),
        "Livemaps-Newest-Record": _day(meta.newest_day),
        "Livemaps-Last-Checked": _moment(status.last_checked if status else None),
        "Livemaps-Simulated": "true" if profile.simulated else "false",
        "Livemaps-Place-Precision": meta.place_precision.value,
        "Livemaps-Attribution": header_text(profile.attribution),
        "Livemaps-Licence": header_text(profile.licence),
    }
    if profile.licence_url:
        url = quote(profile.licence_url, safe=":/?#[]@!$&'()*+,;=%~")
        found["Link"] = f'<{url}>; rel="license"'
    return found


def header_text(text: str) -> str:
    """Return text as a header can hold it: as it is, or percent-encoded as in RFC 8187."""
    plain = text.isascii() and text.isprintable()
    return text if plain else "UTF-8''" + quote(text, safe="")


def _day(day: int | None) -> str:
    return "none" if day is None else day_date(day).isoformat()


def _moment(moment: datetime | None) -> str:
    return "never" if moment is None else moment_to_json(moment)
