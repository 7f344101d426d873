"""The city that benchmarks run on: as many requests as the real one has, made once and kept.

<cache>/<rows>-<unresolved>-<format>/data/        a data folder: store, boundaries, snapshot
<cache>/<rows>-<unresolved>-<format>/made         its last step, so that a broken build is made anew
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

import livemaps
from benchmarks.table import seconds_of
from livemaps.demo.feed_rows import FEED_COLUMNS, FeedRow
from livemaps.demo.profile import REQUESTS, demo_profile
from livemaps.demo.run import boundary_tables, load_facts
from livemaps.demo.scale import UNTIL, Scale, ScaleBatch, generate_scale
from livemaps.demo.soda import SodaServer
from livemaps.demo.soda_table import SodaTable
from livemaps.feeds.boundary_folder import BoundaryFolder
from livemaps.feeds.platforms import open_feed
from livemaps.feeds.profile import Profile
from livemaps.model import day_number, utc_now
from livemaps.settings import Settings
from livemaps.snapshot.build import build_snapshot
from livemaps.store import Store

PORTAL_ROWS = 20_000
"""The newest requests, for a portal that holds only what is asked for."""

NEWEST = "newest.json"

TODAY = day_number(UNTIL) + 1


@dataclass(frozen=True, slots=True)
class World:
    """A data folder of the real size, and what was measured while it was made."""

    data_dir: Path
    profile: Profile
    rows: int
    load_seconds: float
    build_seconds: float


def settings_for(data_dir: Path) -> Settings:
    """Return the settings under which everything is measured: the defaults, but for the folder."""
    return replace(Settings(), data_dir=data_dir, jitter_seconds=0.0)


def make_world(cache: Path, rows: int, unresolved: int) -> World:
    """Return the world of a size, made in `cache` unless it is there already."""
    folder = cache / f"{rows}-{unresolved}-{_format()}"
    made = folder / "made"
    if not made.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _fetch_boundaries(folder / "data")
        loaded = seconds_of(lambda: _load(folder / "data", Scale(rows=rows, unresolved=unresolved)))
        built = seconds_of(lambda: _publish(folder / "data"))
        made.write_text(f"{loaded} {built}", encoding="utf-8")
    load_seconds, build_seconds = map(float, made.read_text(encoding="utf-8").split())
    return World(folder / "data", offline_profile(), rows, load_seconds, build_seconds)


def newest_rows(world: World) -> list[FeedRow]:
    """Return the newest rows as the feed has them, in the order of FEED_COLUMNS."""
    return msgspec.json.decode((world.data_dir / NEWEST).read_bytes(), type=list[FeedRow])


def _format() -> str:
    """Return a digest of the code that makes a world: another one needs another world."""
    package = Path(livemaps.__file__).parent
    digest = hashlib.sha256()
    for part in ("store", "demo"):
        for path in sorted((package / part).glob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def offline_profile() -> Profile:
    """Return the demo city's profile for work that needs no portal."""
    return demo_profile("http://127.0.0.1:9")


def scale_batches(scale: Scale) -> Iterator[ScaleBatch]:
    """Yield the world's requests, oldest first."""
    return generate_scale(load_facts(), scale)


@contextmanager
def portal(rows: Iterable[FeedRow]) -> Iterator[tuple[SodaServer, SodaTable]]:
    """Serve a portal on loopback: `rows` as its requests, and the demo's boundaries."""
    with TemporaryDirectory() as folder:
        table = SodaTable(
            FEED_COLUMNS,
            key="service_request_id",
            path=Path(folder) / "portal.sqlite",
            indexed=("requested_date",),
        )
        table.load(rows)
        with SodaServer({REQUESTS: table, **boundary_tables(load_facts())}) as server:
            yield server, table
        table.close()


def publish(data_dir: Path, profile: Profile) -> None:
    """Publish what the store of a data folder holds."""
    layers = BoundaryFolder(data_dir).load(profile)
    with Store.open(data_dir, profile) as store:
        build_snapshot(
            store,
            profile,
            layers,
            data_dir,
            as_of_day=TODAY,
            now=utc_now(),
            recent_days=Settings().recent_days,
        )


def _fetch_boundaries(data_dir: Path) -> None:
    with portal(()) as (server, _):
        profile = demo_profile(server.address)
        feed = open_feed(profile, settings_for(data_dir), clock=utc_now)
        BoundaryFolder(data_dir).fetch(profile, feed)


def _load(data_dir: Path, scale: Scale) -> None:
    """Fill the store block by block, and keep the newest rows as the feed has them."""
    with Store.open(data_dir, offline_profile()) as store:
        for batch in scale_batches(scale):
            with store.refreshing(utc_now()) as writing:
                writing.apply(tuple(batch.requests()), bulk=True)
    newest = list(batch.rows())[-PORTAL_ROWS:]
    (data_dir / NEWEST).write_bytes(msgspec.json.encode(newest))


def _publish(data_dir: Path) -> None:
    publish(data_dir, offline_profile())
