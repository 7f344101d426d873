"""The tables of the pages of areas as CSV, each as it is seen there: all rows, stable columns."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from livemaps.api.answers import etag, labels, query_error, tagged, unchanged
from livemaps.api.exports import csv_lines
from livemaps.errors import MeasuresPending, UnknownValue, VisitorError
from livemaps.model import Filters
from livemaps.views import Board
from livemaps.views.area import Basis
from livemaps.views.area_tables import AREA_TABLES, Table, side_by_side
from livemaps.views.file_names import table_name
from livemaps.views.query import printable

LAYER_ROUTE = "/api/v1/areas/<layer>.csv"
AREA_ROUTE = "/api/v1/areas/<layer>/<area>/<table>.csv"

WITH = "with"
"""The key of the address for the area to compare with."""


@dataclass(frozen=True, slots=True)
class _File:
    """A table that is asked for, and what it is told of."""

    table: Table
    basis: Basis
    what: Sequence[str]
    """What it is called by, such as its layer and its area."""
    query: str
    """What its address asks for besides, written in one way."""


def add_area_tables(routes: Blueprint, board: Board) -> None:
    """Add the table of all areas of a layer, and those of one area."""

    @routes.get(LAYER_ROUTE)
    def areas_beside(layer: str) -> Response:
        _check(board, layer)
        within = board.profile.layer(layer).within
        filters = _filters(board, within)
        view = board.layer(layer)
        parents = filters.area(within) if within else frozenset()
        areas = [area for area in view.areas if not parents or area.parent in parents]
        table = side_by_side(view, areas)
        return _answered(board, _File(table, view.basis, ("by", layer), board.query(filters)))

    @routes.get(AREA_ROUTE)
    def area_table(layer: str, area: str, table: str) -> Response:
        _check(board, layer)
        if table not in AREA_TABLES:
            raise UnknownValue("table", printable(table), f"choose one of {', '.join(AREA_TABLES)}")
        _filters(board, None, (WITH,) if table == "compare" else ())
        beside = request.args.get(WITH, "") if table == "compare" else ""
        view = board.area(layer, area, beside)
        compared = urlencode({WITH: beside}) if beside else ""
        file = _File(AREA_TABLES[table](view), view.basis, (layer, area, table), compared)
        return _answered(board, file)


def _check(board: Board, layer: str) -> None:
    """Check that the city has a layer."""
    layers = [found.id for found in board.profile.layers]
    if layer not in layers:
        raise UnknownValue("layer", printable(layer), f"choose one of {', '.join(layers)}")


def _filters(board: Board, within: str | None, others: Collection[str] = ()) -> Filters:
    """Return the filters of the address: none but those on the containing layer.

    Raises:
        VisitorError: there are others, which would change nothing, or some that are not known.
    """
    parsed = board.parse(request.query_string.decode("utf-8", "replace"), others)
    if parsed.problems:
        raise query_error(parsed.problems[0])
    kept = Filters()
    if within:
        kept = kept.with_area(within, parsed.filters.area(within))
    if parsed.filters != kept:
        only = f"leave out all filters but {within}" if within else "leave all filters out"
        raise VisitorError("this table counts all requests of its areas", only)
    return kept


def _answered(board: Board, file: _File) -> Response:
    """Return a table as a file.

    What is said of it is said of the snapshot and the measures that its rows were told of, which
    may no longer be the board's own.

    Raises:
        MeasuresPending: its figures are still being worked out.
    """
    table, meta, measured = file.table, file.basis.meta, file.basis.measured
    if measured is None:
        raise MeasuresPending("the figures of this table are still being worked out")
    tag = etag(request.path, meta.version, measured.id, file.query)
    lines = csv_lines([table.columns, *table.rows])
    answer = unchanged(tag) or Response(lines, mimetype="text/csv")
    answer.headers.update(labels(board.profile, meta, board.status()))
    answer.headers["Livemaps-Measured"] = f"{measured.id} of {measured.snapshot}"
    answer.headers["Livemaps-Total"] = str(len(table.rows))
    name = table_name(meta.city, file.what, file.query, meta.as_of_day)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return tagged(answer, tag)
