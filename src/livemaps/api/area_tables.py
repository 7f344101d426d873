"""The tables of the pages of areas as CSV, each as it is seen there: all rows, stable columns."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from livemaps.api.answers import etag, labels, query_error, tagged, unchanged
from livemaps.api.exports import csv_lines
from livemaps.errors import UnknownValue, VisitorError
from livemaps.model import Filters
from livemaps.views import Board
from livemaps.views.area import Figures
from livemaps.views.area_tables import AREA_TABLES, Table, side_by_side
from livemaps.views.file_names import table_name
from livemaps.views.query import printable

LAYER_ROUTE = "/api/v1/areas/<layer>.csv"
AREA_ROUTE = "/api/v1/areas/<layer>/<area>/<table>.csv"

WITH = "with"
"""The key of the address for the area to compare with."""


def add_area_tables(routes: Blueprint, board: Board) -> None:
    """Add the table of all areas of a layer, and those of one area."""

    @routes.get(LAYER_ROUTE)
    def areas_beside(layer: str) -> Response:
        _check(board, layer)
        within = board.profile.layer(layer).within
        filters = _filters(board, within)
        view = board.layer(layer)
        areas = _inside(board, layer, view.areas, filters.area(within)) if within else view.areas
        return _answered(board, side_by_side(view, areas), ("by", layer), board.query(filters))

    @routes.get(AREA_ROUTE)
    def area_table(layer: str, area: str, table: str) -> Response:
        _check(board, layer)
        if table not in AREA_TABLES:
            raise UnknownValue("table", printable(table), f"choose one of {', '.join(AREA_TABLES)}")
        _filters(board, None, (WITH,) if table == "compare" else ())
        beside = request.args.get(WITH, "") if table == "compare" else ""
        view = board.area(layer, area, beside)
        compared = urlencode({WITH: beside}) if beside else ""
        return _answered(board, AREA_TABLES[table](view), (layer, area, table), compared)


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


def _inside(
    board: Board, layer: str, areas: Sequence[Figures], parents: Collection[str]
) -> Sequence[Figures]:
    """Return the areas that lie in one of some containing ones; all where none is chosen."""
    found = board.snapshot().layer(layer)
    if not parents:
        return areas
    return [area for area in areas if found.parents[found.code_of[area.key]] in parents]


def _answered(board: Board, table: Table, what: Sequence[str], query: str) -> Response:
    """Return a table of `what` under a query as a file.

    Raises:
        MeasuresPending: its figures are still being worked out.
    """
    snapshot, measures = board.snapshot(), board.measures()
    tag = etag(request.path, snapshot.version, measures.meta.id, query)
    lines = csv_lines([table.columns, *table.rows])
    answer = unchanged(tag) or Response(lines, mimetype="text/csv")
    answer.headers.update(labels(board.profile, snapshot, board.status()))
    answer.headers["Livemaps-Measured"] = f"{measures.meta.id} of {measures.meta.snapshot}"
    answer.headers["Livemaps-Total"] = str(len(table.rows))
    name = table_name(snapshot.meta.city, what, query, snapshot.meta.as_of_day)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return tagged(answer, tag)
