"""The command that gives data out: what a page shows, as a file."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import IO
from urllib.parse import urlencode

import click

from livemaps.api import exports
from livemaps.cli.common import examples, flags, read_settings, stoppable
from livemaps.feeds.profile import load_profile
from livemaps.main import create_board
from livemaps.snapshot import Snapshot
from livemaps.views import Board, ParsedQuery, QueryProblem
from livemaps.views.areas import area_values


@click.command(
    epilog=examples(
        "livemaps export --output open.csv",
        'livemaps export "category=Roads&ward=7&order=oldest" --output roads.csv',
        'livemaps export --areas --format geojson "layer=ward" --output wards.geojson',
    )
)
@click.argument("query", default="", metavar="[QUERY]")
@flags("city", "data_dir", "log_level")
@click.option("--areas", is_flag=True, help="The map, a row for each area, instead of the list.")
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["csv", "geojson"]),
    default="csv",
    show_default=True,
    help="What to write.",
)
@click.option(
    "--output",
    type=click.File("wb", atomic=True),
    default="-",
    help="A file; - is standard output, and the default.",
)
def export(query: str, areas: bool, file_format: str, output: IO[bytes], **chosen: object) -> None:
    """Write what a page shows, as CSV or GeoJSON.

    QUERY is what follows the question mark in a page's address, so whatever is seen can be taken
    away; without it, everything that is open. Something in it that does not exist is an error and
    nothing is written. The output is that of the page's own downloads.

    Exit status: 0 written; 1 there is no data yet, or too much for one file; 2 the query is wrong.
    """
    settings = read_settings(chosen)
    board = create_board(settings, load_profile(settings.city))
    snapshot = board.snapshot()
    asked = board.parse(query)
    for problem in asked.problems:
        raise click.BadParameter(sentence_of(problem), param_hint="QUERY")
    with stoppable():
        for piece in WRITERS[areas, file_format](Asked(board, snapshot, asked)):
            output.write(piece.encode() if isinstance(piece, str) else piece)


def sentence_of(problem: QueryProblem) -> str:
    """Return what is wrong with a query and what to write instead, for somebody in a shell.

    A page says what it left out of an address; here nothing is left out, and nothing is written.
    """
    remedy = REMEDIES.get(problem.kind, problem.remedy).replace("the address", "the query")
    if problem.suggestion:
        pair = shlex.quote(urlencode({problem.name: problem.suggestion}))
        remedy = f"did you mean {pair}? Else {remedy}"
    return f"{problem.name} = {problem.value!r}: {remedy}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a file is made of."""

    board: Board
    snapshot: Snapshot
    query: ParsedQuery

    @property
    def about(self) -> Mapping[str, object]:
        """What a GeoJSON file says of itself."""
        filters = self.board.query(self.query.filters)
        return exports.about_file(self.board.profile, self.snapshot, filters)


def _requests_csv(asked: Asked) -> Iterable[str]:
    rows = exports.exported(asked.snapshot, asked.query.filters, asked.query.view.order)
    return exports.requests_csv(asked.snapshot, rows)


def _requests_geojson(asked: Asked) -> Iterable[bytes]:
    rows = exports.exported(asked.snapshot, asked.query.filters, asked.query.view.order)
    return exports.requests_geojson(asked.snapshot, rows, asked.about)


def _areas_csv(asked: Asked) -> Iterable[str]:
    values = area_values(asked.snapshot, asked.query.filters, asked.query.view.layer)
    return [exports.areas_csv(values)]


def _areas_geojson(asked: Asked) -> Iterable[bytes]:
    values = area_values(asked.snapshot, asked.query.filters, asked.query.view.layer)
    outlines = asked.board.settings.data_dir / "areas"
    return [exports.areas_geojson(asked.snapshot, values, outlines, asked.about)]


REMEDIES: Mapping[str, str] = MappingProxyType(
    {
        "dates_swapped": "the first day comes first, so exchange from= and to=",
        "repeated": "write it once",
    }
)
"""What to do, by kind of problem, where what a page says of it is not what helps in a shell."""

WRITERS: Mapping[tuple[bool, str], Callable[[Asked], Iterable[str | bytes]]] = MappingProxyType(
    {
        (False, "csv"): _requests_csv,
        (False, "geojson"): _requests_geojson,
        (True, "csv"): _areas_csv,
        (True, "geojson"): _areas_geojson,
    }
)
