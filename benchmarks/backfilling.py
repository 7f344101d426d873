"""How fast years of history come in over HTTP, and whether memory stays flat while they do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from benchmarks.table import Figure, Section, megabytes, seconds_of
from benchmarks.world import portal, scale_batches, settings_for
from livemaps.backfill import Backfill
from livemaps.demo.feed_rows import FeedRow
from livemaps.demo.profile import demo_profile
from livemaps.demo.scale import UNTIL, Scale
from livemaps.feeds.platforms import open_feed
from livemaps.model import day_number, utc_now
from livemaps.store import Store

SIZES = (200_000, 800_000)
SINCE = date(2021, 9, 8)
FIRST_DAY, LAST_DAY = day_number(SINCE), day_number(UNTIL)


class Measured(msgspec.Struct, frozen=True):
    """What a process that backfilled found out about itself. Peaks are in bytes."""

    rows: int
    seconds: float
    peak: int


def measure() -> Section:
    """Backfill two sizes, each in a process of its own so that its memory can be told."""
    small, large = (_measured(size) for size in SIZES)
    drained = _drain_rate(SIZES[0])
    figures = (
        Figure(
            f"backfill of {large.rows:,} requests over HTTP into the store",
            f"{large.rows / large.seconds:,.0f} rows/s",
            f"{drained:,.0f} rows/s",
            "the same pages fetched and thrown away: what portal and wire allow",
        ),
        Figure(
            f"peak memory of the backfilling process, {large.rows:,} requests",
            megabytes(large.peak),
            megabytes(small.peak),
            f"the same for {small.rows:,} requests: flat means bounded by a page",
        ),
    )
    note = (
        "The portal is the demo's server on the same two cores, and takes a good part of them. "
        "History comes by the month: a month of the smaller city fills a third of a page."
    )
    return Section("Backfill", figures, note)


def _measured(rows: int) -> Measured:
    with _portal_of(rows) as address, TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.backfilling", address, folder]
        return msgspec.json.decode(subprocess.check_output(command), type=Measured)


def _drain_rate(rows: int) -> float:
    """Return rows per second of fetching and decoding history without storing it."""
    with _portal_of(rows) as address, TemporaryDirectory() as folder:
        feed = open_feed(demo_profile(address), settings_for(Path(folder)), clock=utc_now)
        history = feed.history(FIRST_DAY, LAST_DAY + 1)
        return rows / seconds_of(lambda: sum(page.received for page in history))


@contextmanager
def _portal_of(rows: int) -> Iterator[str]:
    """Serve a city of a size; gives the portal's address."""
    with portal(_rows(rows)) as (server, _):
        yield server.address


def _rows(count: int) -> Iterator[FeedRow]:
    """Yield a city's requests of the last five years, as many as asked for."""
    scale = Scale(rows=count, unresolved=count // 50, since=SINCE)
    return chain.from_iterable(batch.rows() for batch in scale_batches(scale))


def main(address: str, folder: str) -> None:
    """Backfill from a portal into a new store, and print what was measured as JSON."""
    profile, data_dir = demo_profile(address), Path(folder)
    feed = open_feed(profile, settings_for(data_dir), clock=utc_now)
    with Store.open(data_dir, profile) as store:
        backfill = Backfill(feed, store, data_dir, clock=utc_now, today=lambda: LAST_DAY)
        seconds = seconds_of(lambda: backfill.run(FIRST_DAY))
        rows = store.total()
    print(msgspec.json.encode(Measured(rows, seconds, _peak())).decode())


def _peak() -> int:
    """Return the most memory that this process had, in bytes.

    Not `getrusage`: its number starts from that of the process that started this one.
    """
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


if __name__ == "__main__":
    main(*sys.argv[1:])
