"""How long it takes until 500 changed requests of the portal are what a page shows."""

from __future__ import annotations

import sqlite3
import statistics
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from tempfile import TemporaryDirectory

from benchmarks.table import Figure, Section, milliseconds, seconds_of
from benchmarks.world import TODAY, World, newest_rows, portal, settings_for
from livemaps.demo.feed_rows import FEED_COLUMNS, FeedRow
from livemaps.demo.profile import demo_profile
from livemaps.demo.soda_table import SodaTable
from livemaps.feeds.platforms import open_feed
from livemaps.model import Outcome, utc_now
from livemaps.refresh import Refresher
from livemaps.store import Store

CHANGES = 500
ROUNDS = 12
NAMES = tuple(column.name for column in FEED_COLUMNS)


def measure(world: World) -> Section:
    """Refresh `ROUNDS` times after `CHANGES` changes each, through the real client over HTTP."""
    polls, quiet = _refreshes(world)
    figures = (
        Figure(
            f"refresh of {CHANGES} changes into {world.rows:,} requests: poll, store, publish",
            f"median {milliseconds(statistics.median(polls))}, worst {milliseconds(max(polls))}",
            milliseconds(_bare_upsert(world)),
            "an upsert of as many rows into a bare SQLite table of that size, nothing else",
            "500 ms",
        ),
        Figure(
            "a poll that finds nothing new",
            f"median {milliseconds(statistics.median(quiet))}",
            "1 request",
            "the least that a poll can cost the portal",
        ),
    )
    return Section(
        "Refresh", figures, "The portal is the demo's, on loopback, in the same process."
    )


def _refreshes(world: World) -> tuple[list[float], list[float]]:
    """Return the seconds of refreshes with changes, and of those without."""
    rows = newest_rows(world)
    with portal(rows) as (server, table):
        profile = demo_profile(server.address)
        settings = replace(settings_for(world.data_dir), overlap_seconds=0.0)
        feed = open_feed(profile, settings, clock=utc_now)
        with Store.open(world.data_dir, profile) as store:
            refresher = Refresher(
                profile, feed, store, world.data_dir, settings, clock=utc_now, today=lambda: TODAY
            )
            refresher.run_once()
            refresher.run_once()
            return _rounds(refresher, table, rows)


def _rounds(
    refresher: Refresher, table: SodaTable, rows: Sequence[FeedRow]
) -> tuple[list[float], list[float]]:
    polls, quiet = [], []
    for number in range(ROUNDS):
        _change(table, rows[number * CHANGES : (number + 1) * CHANGES], number)
        polls.append(seconds_of(lambda: _expect(refresher, Outcome.OK)))
        quiet.append(seconds_of(lambda: _expect(refresher, Outcome.UNCHANGED)))
    return polls, quiet


def _expect(refresher: Refresher, outcome: Outcome) -> None:
    """Refresh, and make sure that what was measured is what was meant."""
    refresh = refresher.run_once()
    changed = refresh.updated + refresh.inserted
    if refresh.outcome is not outcome or (outcome is Outcome.OK and changed != CHANGES):
        raise AssertionError(f"expected {outcome} of {CHANGES} changes, and got {refresh}")


def _change(table: SodaTable, rows: Sequence[FeedRow], number: int) -> None:
    """Give requests another agency, as a city does when it passes them on."""
    agency = NAMES.index("agency_responsible")
    table.load((*row[:agency], f"Agency {number}", *row[agency + 1 :]) for row in rows)


def _bare_upsert(world: World) -> float:
    """Return the seconds of the same number of upserts, median of the same number of rounds."""
    with TemporaryDirectory() as folder, closing(sqlite3.connect(f"{folder}/bare.sqlite")) as bare:
        bare.execute("PRAGMA journal_mode = WAL")
        bare.execute("CREATE TABLE bare (id TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID")
        bare.execute(
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?) "
            "INSERT INTO bare SELECT printf('%011d', i), 'x' FROM n",
            (world.rows,),
        )
        bare.commit()
        ways = [range(start, world.rows, world.rows // CHANGES) for start in range(ROUNDS)]
        return statistics.median(seconds_of(partial(_upsert, bare, way)) for way in ways)


def _upsert(bare: sqlite3.Connection, numbers: range) -> None:
    statement = "INSERT OR REPLACE INTO bare VALUES (?, ?)"
    bare.executemany(statement, ((f"{number:011d}", "y") for number in numbers))
    bare.commit()
