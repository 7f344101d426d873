"""The real city's size, for benchmarks: 7.5 million requests since 2012, 80,000 of them open.

Made block by block, so that memory is bounded by a block and not by the whole; deterministic
by seed. Batches come oldest first, sorted by request number.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np

from livemaps.demo.births import NUMBERS_PER_DAY, Facts, births_in_total
from livemaps.demo.feed_rows import FEED_COLUMNS, FeedRow, FeedRows, request_ids, wall_seconds
from livemaps.demo.lives import CLOSED, NEVER, OPEN, States, states_on
from livemaps.demo.soda_table import SodaTable
from livemaps.errors import SettingError
from livemaps.model import RequestRow, day_number

SINCE = date(2012, 1, 1)
UNTIL = date(2026, 9, 8)
"""The newest requested day; what happened up to the day after is known."""

BLOCK_DAYS = 183
"""About 250,000 rows of the real city, which take some 60 MB while they are drawn."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a table to make; the defaults are the real city's size."""

    rows: int = 7_500_000
    unresolved: int = 80_000
    """How many of the rows have the status Open, exactly."""
    seed: int = 311
    since: date = SINCE
    until: date = UNTIL


@dataclass(frozen=True, slots=True)
class ScaleBatch:
    """A block of requests, in whatever form a benchmark needs."""

    facts: Facts
    writer: FeedRows
    lives: np.ndarray
    states: States

    def __len__(self) -> int:
        """Return how many requests these are."""
        return len(self.lives)

    def rows(self) -> Iterator[FeedRow]:
        """Yield rows of the feed, in the order of FEED_COLUMNS."""
        return self.writer.rows(self.lives, self.states)

    def requests(self) -> Iterator[RequestRow]:
        """Yield decoded requests, for loading a store directly."""
        return self.writer.requests(self.lives, self.states)

    def columns(self) -> Mapping[str, np.ndarray]:
        """Return columns of equal length: ids as bytes, wall seconds (-1 blank), and codes.

        Codes are positions in `lives.STATUSES`, `lives.CHANNELS`, `facts.services.names`,
        `facts.agencies.names` and `facts.gazetteer.communities` (area -1: no place).
        """
        return {
            "service_request_id": np.array(request_ids(self.lives["number"]), dtype="S11"),
            "requested": wall_seconds(self.lives, self.lives["requested"]),
            "updated": wall_seconds(self.lives, self.states.updated),
            "closed": wall_seconds(self.lives, self.states.closed),
            "status": self.states.status,
            "service": self.lives["service"],
            "agency": self.states.agency,
            "channel": self.lives["channel"],
            "area": self.lives["area"],
        }


def generate_scale(facts: Facts, scale: Scale | None = None) -> Iterator[ScaleBatch]:
    """Yield blocks of requests that together have exactly the rows and open rows asked for.

    Raises:
        SettingError: the numbers do not fit together, or the days hold fewer numbers than rows.
    """
    chosen = scale or Scale()
    blocks = _blocks(chosen)
    writer = FeedRows(facts)
    still_open = 0
    for place, (days, total) in enumerate(blocks):
        random = np.random.default_rng([chosen.seed, 3, place])
        lives = births_in_total(random, facts, days, total)
        if place == len(blocks) - 1:
            _leave_open(random, lives, chosen, chosen.unresolved - still_open)
        states = states_on(lives, day_number(chosen.until) + 1)
        still_open += int((states.status == OPEN).sum())
        yield ScaleBatch(facts, writer, lives, states)


def fill_table(table: SodaTable, batches: Iterator[ScaleBatch]) -> int:
    """Load batches into a table of the SODA server; return how many rows."""
    return sum(table.load(batch.rows()) for batch in batches)


def write_csv(path: Path, batches: Iterator[ScaleBatch]) -> int:
    """Write batches as one CSV file with a header, dates as the API writes them; return the rows."""
    total = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(column.name for column in FEED_COLUMNS)
        for batch in batches:
            writer.writerows(batch.rows())
            total += len(batch)
    return total


def _blocks(scale: Scale) -> list[tuple[np.ndarray, int]]:
    """Cut the days into blocks, and share the rows out by their number of days."""
    first, last = day_number(scale.since), day_number(scale.until) + 1
    if not 0 <= scale.unresolved <= scale.rows:
        raise SettingError("unresolved", scale.unresolved, f"write a number up to {scale.rows}")
    if last <= first:
        raise SettingError("until", scale.until, f"write a day from {scale.since} on")
    if scale.rows > (last - first) * NUMBERS_PER_DAY / 3:
        raise SettingError("rows", scale.rows, "choose an earlier `since`: a day has 4,500 numbers")
    count = max((last - first) // BLOCK_DAYS, 1)
    edges = [first + (last - first) * place // count for place in range(count + 1)]
    shares = [scale.rows * (edge - first) // (last - first) for edge in edges]
    days = [np.arange(start, end) for start, end in pairwise(edges)]
    return [
        (block, end - start) for block, (start, end) in zip(days, pairwise(shares), strict=True)
    ]


def _leave_open(random: np.random.Generator, lives: np.ndarray, scale: Scale, wanted: int) -> None:
    """Open or close just as many of the newest block as are missing or too many."""
    known = day_number(scale.until) + 1
    status = states_on(lives, known).status
    missing = wanted - int((status == OPEN).sum())
    candidates = np.flatnonzero(status == (CLOSED if missing > 0 else OPEN))
    if abs(missing) > len(candidates):
        raise SettingError(
            "unresolved",
            scale.unresolved,
            f"with {scale.rows} rows choose a number about {abs(missing) - len(candidates)} "
            + ("lower" if missing > 0 else "higher"),
        )
    chosen = random.choice(candidates, abs(missing), replace=False)
    for event in ("closed", "reopened", "closed_again", "revised"):
        lives[event][chosen] = NEVER
    if missing < 0:
        lives["closed"][chosen] = known
