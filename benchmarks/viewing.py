"""How long the server needs for one filter change, beside pandas and Datasette on the same rows."""

from __future__ import annotations

import json
import random
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import requests

from benchmarks.serving import running, serving
from benchmarks.table import Figure, Section, seconds_of, spread
from benchmarks.world import World, settings_for
from livemaps.main import create_board
from livemaps.model import Filters, Measure
from livemaps.snapshot import Snapshot, SnapshotReader

QUESTIONS = 300
HTTP_QUESTIONS = 60
HISTORY_QUESTIONS = 60
FACETS = ("service", "agency", "channel", "community", "ward")


def measure(world: World) -> Section:
    """Ask for whole screens under random filters, each for the first time."""
    snapshot = SnapshotReader(world.data_dir).latest()
    questions = random_filters(snapshot, QUESTIONS)
    frame = open_frame(snapshot)
    figures = (
        _screens(world, questions, frame),
        _over_http(world, questions, frame),
        *_history(world, snapshot),
    )
    note = (
        "A screen is everything that the first page shows after a filter change: every filter's "
        "options with counts given the other filters, the map's values, the breakdown, the words "
        "and the list. pandas counts the same five facets and the map's values only."
    )
    return Section("Views", figures, note)


def random_filters(snapshot: Snapshot, count: int) -> list[Filters]:
    """Return as many different filters as asked for: up to three dimensions, any option."""
    rng = random.Random(311)
    found: dict[Filters, None] = {}
    while len(found) < count:
        found.setdefault(_random_filter(snapshot, rng))
    return list(found)


def _random_filter(snapshot: Snapshot, rng: random.Random) -> Filters:
    vocab = snapshot.vocab
    chosen = rng.sample(
        ("services", "categories", "agencies", "channels", "ages"), rng.randint(0, 2)
    )
    names: dict[str, Sequence[str]] = {
        "services": vocab.service.names[1:],
        "categories": vocab.category.names[1:],
        "agencies": vocab.agency.names[1:],
        "channels": vocab.channel.names[1:],
        "ages": ("0-6", "7-27", "28-89", "90-364", "365-729", "730-"),
    }

    def some(name: str) -> frozenset[str]:
        return frozenset(rng.sample(names[name], rng.randint(1, 3) if name in chosen else 0))

    filters = Filters(
        services=some("services"),
        categories=some("categories"),
        agencies=some("agencies"),
        channels=some("channels"),
        ages=some("ages"),
        set_apart=rng.random() < 0.3,
    )
    if rng.random() < 0.5:
        layer = rng.choice(snapshot.layers)
        filters = filters.with_area(layer.id, frozenset({rng.choice(layer.keys)}))
    return filters


def open_frame(snapshot: Snapshot) -> pd.DataFrame:
    """Return the open requests as a plain program would hold them: one row each, as text."""
    table, rows = snapshot.current, slice(0, snapshot.open_rows)
    vocab = snapshot.vocab
    service = table["service"][rows]
    frame = {
        "service": _coded(service, vocab.service.names),
        "category": _coded(vocab.service_category[service], vocab.category.names),
        "agency": _coded(table["agency"][rows], vocab.agency.names),
        "channel": _coded(table["channel"][rows], vocab.channel.names),
    }
    for layer in snapshot.layers:
        keys = [*layer.keys, "no place", "unknown code", "outside"]
        frame[layer.id] = _coded(table[layer.column][rows], keys)
    return pd.DataFrame(frame)


def _coded(codes: np.ndarray, names: Sequence[str]) -> pd.Categorical[str]:
    """Return codes and their names as pandas keeps them."""
    return pd.Categorical.from_codes(codes.astype(np.int32), pd.Index(list(names)))


def _screens(world: World, questions: Sequence[Filters], frame: pd.DataFrame) -> Figure:
    board = create_board(settings_for(world.data_dir), world.profile)
    board.home(Filters(measure=Measure.RESOLVED))
    ours = [seconds_of(partial(board.home, filters)) for filters in questions]
    theirs = [seconds_of(partial(count_with_pandas, frame, filters)) for filters in questions]
    return Figure(
        f"a whole screen, {len(frame):,} open of {world.rows:,} requests, {len(questions)} filters",
        spread(ours),
        spread(theirs),
        "pandas 3, five facets and the map, categoricals in memory",
        "p50 10 ms",
    )


def count_with_pandas(frame: pd.DataFrame, filters: Filters) -> dict[str, pd.Series]:
    """Count each facet given the other filters, as one would write it with pandas."""
    wanted = {
        "service": filters.services,
        "category": filters.categories,
        "agency": filters.agencies,
        "channel": filters.channels,
        **dict(filters.areas),
    }
    masks = {name: frame[name].isin(list(keys)) for name, keys in wanted.items() if keys}
    counts = {}
    for facet in FACETS:
        others = [mask for name, mask in masks.items() if name != facet]
        rows = frame[pd.concat(others, axis=1).all(axis=1)] if others else frame
        counts[facet] = rows[facet].value_counts()
    return counts


def _over_http(world: World, questions: Sequence[Filters], frame: pd.DataFrame) -> Figure:
    """Ask Datasette for the facets of the same rows, and livemaps' API for its own."""
    asked = questions[:HTTP_QUESTIONS]
    board = create_board(settings_for(world.data_dir), world.profile)
    with datasette(frame) as url:
        theirs = _answers([f"{url}?{_datasette_query(filters)}" for filters in asked])
    with serving(world) as url:
        ours = _answers([f"{url}/api/v1/facets?{board.query(filters)}" for filters in asked])
    return Figure(
        f"every facet over HTTP, {len(asked)} filters",
        spread(ours),
        spread(theirs),
        "Datasette, five facets over the same open rows in an indexed SQLite table",
    )


def _answers(urls: Sequence[str]) -> list[float]:
    """Return the seconds of each answer, over one connection."""
    session = requests.Session()
    session.get(urls[0], timeout=120).raise_for_status()
    return [
        seconds_of(lambda: session.get(url, timeout=120).raise_for_status())  # noqa: B023
        for url in urls
    ]


@contextmanager
def datasette(frame: pd.DataFrame) -> Iterator[str]:
    """Serve the rows of a frame as Datasette's table; gives the address of its JSON."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "open.db"
        with closing(sqlite3.connect(path)) as database:
            frame.astype(dict.fromkeys(FACETS, str)).to_sql("open", database, index=False)
            for name in (*FACETS, "category"):
                database.execute(f"CREATE INDEX by_{name} ON open ({name})")
        command = [sys.executable, "-m", "datasette", "serve", str(path)]
        limits = ["--setting", "facet_time_limit_ms", "60000", "--setting", "sql_time_limit_ms"]
        with running([*command, *limits, "60000"]) as url:
            yield f"{url}/open/open.json"


def _datasette_query(filters: Filters) -> str:
    """Return the same restrictions in Datasette's own query language; one value of each."""
    wanted = {
        "service": filters.services,
        "category": filters.categories,
        "agency": filters.agencies,
        "channel": filters.channels,
        **dict(filters.areas),
    }
    exact = [(f"{name}__in", json.dumps(sorted(keys))) for name, keys in wanted.items() if keys]
    return urlencode([*exact, *(("_facet", name) for name in FACETS), ("_size", "25")])


def _history(world: World, snapshot: Snapshot) -> Iterator[Figure]:
    """Count what was reported in a month, and in all the years, under random filters."""
    board = create_board(settings_for(world.data_dir), world.profile)
    last = snapshot.meta.as_of_day
    spans = {"a month of": last - 30, "a year of": last - 365, "all of": None}
    for words, since in spans.items():
        asked = [
            replace(filters, measure=Measure.REPORTED, since=since, ages=frozenset())
            for filters in random_filters(snapshot, HISTORY_QUESTIONS)
        ]
        yield Figure(
            f"the map of {words} {world.rows:,} requests, {len(asked)} filters",
            spread(
                [seconds_of(partial(board.area_values, filters, "community")) for filters in asked]
            ),
        )
