"""The measures, as JSON and CSV: under the screen's filters, with what has to be said beside them.

An answer is a table. Its version is the snapshot's; what it was computed of, which may be some
minutes older, is in `measured`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from livemaps.api.answers import (
    checked_language,
    etag,
    header_text,
    json_answer,
    labels,
    query_error,
    tagged,
    unchanged,
)
from livemaps.api.exports import about_file, csv_lines
from livemaps.errors import MeasuresPending, NoSnapshot, VisitorError
from livemaps.measures.contents import MeasuresMeta
from livemaps.status import moment_to_json
from livemaps.text import Catalogue
from livemaps.views import Board, QueryProblem
from livemaps.views.file_names import table_name
from livemaps.views.measures import registry
from livemaps.views.measures.asking import (
    filter_keys,
    options_in,
    refuse_view_options,
    unknown_key,
    view_of,
)
from livemaps.views.measures.levels import choices_of
from livemaps.views.measures.plain import day_value
from livemaps.views.measures.values import Answer, Asked, Field, MeasureView, Parameter, Value

LIST_ROUTE = "/api/v1/measures"
ROUTE = "/api/v1/measures/<name>"

MOST_ROWS = 5_000
"""Rows of one answer: the rest is on further pages."""

FORMATS = ("json", "csv")
OWN_KEYS = ("format", "limit")
"""Keys of the address that every measure reads, besides the filters and its own parameters."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One page of the answer of a measure, in a format; `query` is its canonical address."""

    view: MeasureView
    asked: Asked
    format: str
    page: int
    limit: int
    query: str
    language: str | None


def add_measures(routes: Blueprint, board: Board, catalogue: Catalogue) -> None:
    """Add the list of measures and each measure; `catalogue` has the words of the caveats."""

    @routes.get(LIST_ROUTE)
    def measures() -> Response:
        language = checked_language(catalogue, request.args.get("lang"))
        views = registry.MEASURES.values()
        found = {"measures": [_described(view, board, catalogue, language) for view in views]}
        tag = etag(found)
        return tagged(unchanged(tag) or json_answer(found), tag)

    @routes.get(ROUTE)
    def measure(name: str) -> Response:
        wanted = _wanted(board, name, request.query_string.decode("utf-8", "replace"), catalogue)
        asked = wanted.asked
        tag = etag(
            *(wanted.view.name, wanted.format, asked.snapshot.version, asked.measures.meta.id),
            *(wanted.query, wanted.page, wanted.language),
        )
        answer = unchanged(tag) or _answered(board, wanted, catalogue)
        answer.headers.update(labels(board.profile, asked.snapshot.meta, board.status()))
        answer.headers.update(_said(wanted, catalogue))
        return tagged(answer, tag)


def _wanted(board: Board, name: str, query: str, catalogue: Catalogue) -> Wanted:
    """Return what an address asks for.

    Raises:
        VisitorError: something in it cannot be used; nothing is ever left out of an answer.
        MeasuresPending: the measures are not computed yet.
    """
    stem, _, suffix = name.partition(".")
    view = view_of(stem if suffix in ("", *FORMATS) else name)
    parameters = tuple(parameter.name for parameter in view.parameters)
    parsed = board.parse(query, (*parameters, *OWN_KEYS))
    if parsed.problems:
        raise _refused(board, view, parsed.problems[0])
    refuse_view_options(query, view)
    language = checked_language(catalogue, parsed.view.lang)
    asked = board.asked(view.name, parsed.filters, options_in(query, view))
    limit = _limit(request.args.get("limit", ""))
    defaults = {parameter.name: parameter.default for parameter in view.parameters}
    own = {key: value for key, value in asked.options.items() if value != defaults[key]}
    own |= {} if limit == MOST_ROWS else {"limit": limit}
    pairs = (board.query(parsed.filters), urlencode(own))
    return Wanted(
        view,
        asked,
        _format(suffix, request.args.get("format", "")),
        parsed.view.page,
        limit,
        "&".join(pair for pair in pairs if pair),
        language,
    )


def _refused(
    board: Board, view: MeasureView, problem: QueryProblem
) -> VisitorError | MeasuresPending:
    """Return the error for a part of an address; of keys, only those that the measure takes."""
    if problem.kind != "unknown_name":
        return query_error(problem)
    layers = tuple(layer.id for layer in board.profile.layers)
    return unknown_key(problem.name, problem.value, view, layers, ("page", "lang", *OWN_KEYS))


def _format(suffix: str, chosen: str) -> str:
    """Return the format that the end of the name or the address asks for."""
    if chosen not in ("", *FORMATS):
        raise VisitorError(f"format = {chosen[:40]!r} cannot be used", "choose one of json, csv")
    return suffix or chosen or "json"


def _limit(text: str) -> int:
    """Return how many rows are asked for."""
    short = text.isascii() and text.isdecimal() and len(text) <= len(str(MOST_ROWS))
    if text and not (short and 1 <= int(text) <= MOST_ROWS):
        asked = f"limit = {text[:40]!r} cannot be used"
        raise VisitorError(asked, f"write a whole number from 1 to {MOST_ROWS:,}")
    return int(text) if text else MOST_ROWS


def _answered(board: Board, wanted: Wanted, catalogue: Catalogue) -> Response:
    """Return one page of an answer as JSON or CSV."""
    answer = board.told(wanted.view.name, wanted.asked)
    start = (wanted.page - 1) * wanted.limit
    rows = answer.rows[start : start + wanted.limit]
    links = _links(wanted, len(answer.rows))
    made = (
        _csv(wanted, answer.fields, rows)
        if wanted.format == "csv"
        else json_answer(_object(board, wanted, catalogue, answer, rows) | {"links": links})
    )
    made.headers["Livemaps-Total"] = str(len(answer.rows))
    return made


def _object(
    board: Board,
    wanted: Wanted,
    catalogue: Catalogue,
    answer: Answer,
    rows: Sequence[tuple[Value, ...]],
) -> dict[str, object]:
    """Return one page of an answer as an object: what it is of, what to know, the rows."""
    asked, status = wanted.asked, board.status()
    names = [field.name for field in answer.fields]
    checked = status.last_checked if status else None
    return {
        "measure": wanted.view.name,
        **about_file(board.profile, asked.snapshot, board.query(asked.filters)),
        "last_checked": None if checked is None else moment_to_json(checked),
        "measured": measured_object(asked.measures.meta),
        "definition": f"/about#{wanted.view.anchor}",
        "caveat": _caveat(wanted.view, catalogue, wanted.language),
        "options": dict(asked.options),
        "fields": [_field(field) for field in answer.fields],
        "facts": dict(answer.facts),
        "total": len(answer.rows),
        "page": wanted.page,
        "limit": wanted.limit,
        "rows": [dict(zip(names, row, strict=True)) for row in rows],
    }


def measured_object(meta: MeasuresMeta) -> dict[str, object]:
    """Return what measures were computed of, and when."""
    return {
        "id": meta.id,
        "version": meta.snapshot,
        "computed": moment_to_json(meta.computed),
        "as_of": day_value(meta.as_of_day),
        "data_through": day_value(meta.data_day),
        "complete_through": day_value(meta.complete_day),
        "complete_since": day_value(meta.complete_since),
        "left_out": dict(meta.left_out),
    }


def _csv(wanted: Wanted, fields: Sequence[Field], rows: Sequence[tuple[Value, ...]]) -> Response:
    """Return one page of an answer as a file: a header line, and a line for each row."""
    answer = Response(csv_lines(_key_last(fields, rows)), mimetype="text/csv")
    meta = wanted.asked.snapshot.meta
    page = f"page={wanted.page}" if wanted.page != 1 else ""
    query = "&".join(part for part in (wanted.query, page) if part)
    name = table_name(meta.city, (wanted.view.name,), query, meta.as_of_day)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _key_last(
    fields: Sequence[Field], rows: Sequence[tuple[Value, ...]]
) -> Iterator[Sequence[Value]]:
    """Yield the lines of a table for people: what is called by its key begins with it only once."""
    # A stable sort: all other columns stay in their order.
    order = sorted(range(len(fields)), key=lambda at: fields[at].name == "key")
    yield [fields[at].name for at in order]
    for row in rows:
        yield [row[at] for at in order]


def _said(wanted: Wanted, catalogue: Catalogue) -> Mapping[str, str]:
    """Return the headers by which a file too says what it is of and how to read it."""
    meta = wanted.asked.measures.meta
    return {
        "Livemaps-Measured": f"{meta.id} of {meta.snapshot}",
        "Livemaps-Definition": f"/about#{wanted.view.anchor}",
        "Livemaps-Caveat": header_text(_caveat(wanted.view, catalogue, wanted.language)),
    }


def _links(wanted: Wanted, total: int) -> dict[str, str | None]:
    """Return the addresses of this page of the answer and of the next, None after the last."""
    return {
        "self": _address(wanted, wanted.page),
        "next": _address(wanted, wanted.page + 1) if wanted.page * wanted.limit < total else None,
    }


def _address(wanted: Wanted, page: int) -> str:
    """Return the canonical address of one page of the answer."""
    path = f"{LIST_ROUTE}/{wanted.view.name}{'.csv' if wanted.format == 'csv' else ''}"
    pairs = (wanted.query, f"page={page}" if page != 1 else "")
    query = "&".join(pair for pair in pairs if pair)
    return f"{path}?{query}" if query else path


def _described(
    view: MeasureView, board: Board, catalogue: Catalogue, language: str | None
) -> dict[str, object]:
    """Return what the list says of one measure."""
    layers = tuple(layer.id for layer in board.profile.layers)
    shown = shown_layers(board)
    return {
        "measure": view.name,
        "address": f"{LIST_ROUTE}/{view.name}",
        "definition": f"/about#{view.anchor}",
        "caveat": _caveat(view, catalogue, language),
        "filters": list(filter_keys(view, layers)),
        "parameters": [_parameter(view, parameter, shown) for parameter in view.parameters],
        "fields": [_field(field) for field in view.fields],
    }


def shown_layers(board: Board) -> tuple[str, ...]:
    """Return the boundary layers of the current snapshot, none before the first."""
    try:
        return tuple(layer.id for layer in board.snapshot().layers)
    except NoSnapshot:
        return ()


def _parameter(
    view: MeasureView, parameter: Parameter, shown: tuple[str, ...]
) -> dict[str, object]:
    return {
        "name": parameter.name,
        "kind": parameter.kind,
        "default": parameter.default,
        "choices": list(choices_of(view, parameter, shown)),
        "least": parameter.least,
        "most": parameter.most,
        "meaning": parameter.meaning,
    }


def _field(field: Field) -> dict[str, object]:
    return {"name": field.name, "kind": field.kind, "meaning": field.meaning}


def _caveat(view: MeasureView, catalogue: Catalogue, language: str | None) -> str:
    return catalogue.words(language)(view.caveat)
