"""The routes of the interface. Each is described in docs/api.md; a test compares."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from livemaps.api import atom, exports, health
from livemaps.api.addresses import add_addresses
from livemaps.api.answers import (
    checked_language,
    etag,
    http_error,
    json_answer,
    labels,
    livemaps_error,
    query_error,
    tagged,
    unchanged,
    unexpected_error,
)
from livemaps.api.area_tables import add_area_tables
from livemaps.api.following import add_request_feed, asked_words
from livemaps.api.life import add_life
from livemaps.api.measures import add_measures
from livemaps.api.openapi import add_openapi
from livemaps.errors import LivemapsError, UnknownValue
from livemaps.model import Clock, Filters, utc_now
from livemaps.resources import build_id
from livemaps.settings import Settings
from livemaps.snapshot import Snapshot
from livemaps.text import Catalogue
from livemaps.views import Board, ViewOptions
from livemaps.views.areas import area_values
from livemaps.views.facets import facets
from livemaps.views.file_names import filtered_name
from livemaps.views.news import news
from livemaps.views.query import printable

AREAS_FILE = re.compile(r"[a-z][a-z0-9_]*-[0-9a-f]{6,64}\.geojson", re.ASCII)
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
A_YEAR = 365 * 86_400
CSV = "text/csv"
GEOJSON = "application/geo+json"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

EXPOSED = (
    "ETag, Content-Disposition, Link, Livemaps-Version, Livemaps-As-Of, Livemaps-Newest-Record, "
    "Livemaps-Last-Checked, Livemaps-Simulated, Livemaps-Place-Precision, Livemaps-Attribution, "
    "Livemaps-Licence, Livemaps-Measured, Livemaps-Definition, Livemaps-Caveat, Livemaps-Total"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an export is made of: a snapshot, what the address asks for, where outlines lie."""

    snapshot: Snapshot
    filters: Filters
    view: ViewOptions
    about: Mapping[str, object]
    """What the file says of itself."""
    areas: Path


Export = Callable[[Asked], Response]


def blueprint(board: Board, settings: Settings, clock: Clock = utc_now) -> Blueprint:
    """Return the routes under `/api/v1/`, `/areas/`, `/healthz` and `/readyz`."""
    routes = Blueprint("api", __name__)
    _add_health(routes, board, clock)
    _add_exports(routes, board, settings.data_dir / "areas")
    catalogue = Catalogue.load()
    _add_feed(routes, board, catalogue)
    add_request_feed(routes, board, catalogue)
    add_addresses(routes, board)
    add_life(routes, board, catalogue)
    add_area_tables(routes, board)
    add_measures(routes, board, catalogue)
    add_openapi(routes, board)
    _add_polygons(routes, settings.data_dir / "areas")
    _add_errors(routes)
    routes.after_request(_open_to_all)
    return routes


def _add_health(routes: Blueprint, board: Board, clock: Clock) -> None:
    """Add what says how the data is doing."""
    build = build_id()

    @routes.get("/healthz")
    def healthz() -> Response:
        return _not_kept(json_answer({"alive": True}))

    @routes.get("/readyz")
    def readyz() -> Response:
        return _not_kept(json_answer(health.readiness(board)))

    @routes.get("/api/v1/status")
    def status() -> Response:
        return _not_kept(json_answer(health.status_of(board, clock)))

    @routes.get("/api/v1/version")
    def version() -> Response:
        found = health.version_of(board, build)
        tag = etag(found)
        return tagged(unchanged(tag) or json_answer(found), tag)


def _add_exports(routes: Blueprint, board: Board, areas: Path) -> None:
    """Add what is shown, as files, under the screen's own filters."""
    for name, made in EXPORTS.items():
        endpoint = name.replace(".", "_")
        routes.add_url_rule(f"/api/v1/{name}", endpoint, partial(_exported, board, areas, made))


def _add_feed(routes: Blueprint, board: Board, catalogue: Catalogue) -> None:
    """Add the feed to follow a filtered view by."""

    @routes.get("/api/v1/requests.atom")
    def feed() -> Response:
        return _exported(board, board.settings.data_dir, partial(_atom, board, catalogue))


def _atom(board: Board, catalogue: Catalogue, asked: Asked) -> Response:
    """Answer `/api/v1/requests.atom` in the language of the address, else of the reader."""
    words = asked_words(catalogue, checked_language(catalogue, asked.view.lang))
    query = board.query(asked.filters, ViewOptions(lang=asked.view.lang))
    host, ending = request.host_url.rstrip("/"), f"?{query}" if query else ""
    meta, city = asked.snapshot.meta, board.profile.name
    feed = atom.Feed(
        title=words(
            "feed.title", city=city, filters=atom.scope(asked.filters, board.profile, words)
        ),
        own=f"{host}/api/v1/requests.atom{ending}",
        page=f"{host}/{ending}",
        updated=meta.published or meta.created,
    )
    newest = news(asked.snapshot, asked.filters, atom.MOST_ENTRIES)
    entries = [atom.of_news(told, board.profile, words) for told in newest]
    content = atom.atom(feed, entries, board.profile, words, host)
    answer = Response(content, mimetype=atom.MIMETYPE)
    answer.vary.add("Accept-Language")
    return answer


def _add_polygons(routes: Blueprint, areas: Path) -> None:
    """Add the areas' outlines: compressed when they were published, never changed since."""

    @routes.get("/areas/<name>")
    def polygons(name: str) -> Response:
        path = areas / name
        if not AREAS_FILE.fullmatch(name) or not path.is_file():
            remedy = "take the name from the page, it changes with the boundaries"
            raise UnknownValue("areas", printable(name), remedy)
        encoding, path = _smallest(path)
        answer = unchanged(name) or Response(path.read_bytes(), mimetype=GEOJSON)
        answer.set_etag(name, weak=True)
        answer.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
        answer.vary.add("Accept-Encoding")
        if encoding:
            answer.content_encoding = encoding
        return answer


def _add_errors(routes: Blueprint) -> None:
    """Answer everything else under /api in the one shape of errors."""

    @routes.route("/api/", defaults={"rest": ""}, methods=METHODS)
    @routes.route("/api/<path:rest>", methods=METHODS)
    def unknown(rest: str) -> Response:
        if request.method not in ("GET", "HEAD"):
            raise MethodNotAllowed(["GET", "HEAD", "OPTIONS"], "This interface only reads")
        raise UnknownValue("address", printable(rest), "docs/api.md lists what there is")

    routes.register_error_handler(LivemapsError, livemaps_error)
    routes.register_error_handler(HTTPException, http_error)
    routes.register_error_handler(Exception, unexpected_error)


def _exported(board: Board, areas: Path, made: Export) -> Response:
    """Return an answer under the filters of the address, or that it did not change.

    Raises:
        VisitorError: something in the address cannot be used; a file never leaves it out.
        SnapshotError: there is no data, or it cannot be read.
    """
    snapshot = board.snapshot()
    asked = board.parse(request.query_string.decode("utf-8", "replace"))
    if asked.problems:
        raise query_error(asked.problems[0])
    query = board.query(asked.filters, asked.view)
    tag = etag(request.path, snapshot.version, _usual_of(snapshot, asked.filters), query)
    about = exports.about_file(board.profile, snapshot, board.query(asked.filters))
    answer = unchanged(tag) or made(Asked(snapshot, asked.filters, asked.view, about, areas))
    answer.headers.update(labels(board.profile, snapshot.meta, board.status()))
    return tagged(answer, tag)


def _usual_of(snapshot: Snapshot, filters: Filters) -> str:
    """Return which usual times an answer depends on: those who wait, and who is counted so."""
    counted = request.path.endswith("/facets")
    return snapshot.usual_of if filters.waiting or counted else ""


def _requests_csv(asked: Asked) -> Response:
    """Answer `/api/v1/requests.csv`."""
    rows = exports.exported(asked.snapshot, asked.filters, asked.view.order)
    return _file(asked, Response(exports.requests_csv(asked.snapshot, rows), mimetype=CSV))


def _requests_geojson(asked: Asked) -> Response:
    """Answer `/api/v1/requests.geojson`."""
    rows = exports.exported(asked.snapshot, asked.filters, asked.view.order)
    pieces = exports.requests_geojson(asked.snapshot, rows, asked.about)
    return _file(asked, Response(pieces, mimetype=GEOJSON))


def _areas_csv(asked: Asked) -> Response:
    """Answer `/api/v1/areas.csv`."""
    values = area_values(asked.snapshot, asked.filters, asked.view.layer)
    return _file(asked, Response(exports.areas_csv(values), mimetype=CSV), "by", values.layer)


def _areas_geojson(asked: Asked) -> Response:
    """Answer `/api/v1/areas.geojson`."""
    values = area_values(asked.snapshot, asked.filters, asked.view.layer)
    content = exports.areas_geojson(asked.snapshot, values, asked.areas, asked.about)
    return _file(asked, Response(content, mimetype=GEOJSON), "by", values.layer)


def _facets(asked: Asked) -> Response:
    """Answer `/api/v1/facets`."""
    found = exports.facets_object(facets(asked.snapshot, asked.filters))
    return json_answer(dict(asked.about) | found)


EXPORTS: Mapping[str, Export] = MappingProxyType(
    {
        "requests.csv": _requests_csv,
        "requests.geojson": _requests_geojson,
        "areas.csv": _areas_csv,
        "areas.geojson": _areas_geojson,
        "facets": _facets,
    }
)


def _file(asked: Asked, answer: Response, *what: str) -> Response:
    """Name an answer as a file to be kept: for the city, what is shown and the day."""
    meta, ending = asked.snapshot.meta, request.path.rpartition(".")[2]
    name = filtered_name(meta.city, what, asked.filters, meta.as_of_day, ending)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _smallest(path: Path) -> tuple[str | None, Path]:
    """Return the smallest form of a file that the visitor's browser takes, and its encoding."""
    for encoding, suffix in ENCODINGS:
        packed = path.with_name(path.name + suffix)
        if request.accept_encodings[encoding] > 0 and packed.is_file():
            return encoding, packed
    return None, path


def _not_kept(answer: Response) -> Response:
    """Return an answer that is true only now."""
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _open_to_all(answer: Response) -> Response:
    """Let any page read the open data: nothing here depends on who asks."""
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Access-Control-Expose-Headers"] = EXPOSED
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
