"""The refresher's side: turn the store into a snapshot and publish it.

    changed rows of the store ──> fresh ─┬─> current     (what is live, ready to be counted)
    history base ──> superseded ─────────┘
    history base <── all rows, only when the base no longer serves (see `_serves`)

Start reading at `build_snapshot`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from livemaps.errors import NoSnapshot, SnapshotDamaged, SnapshotError
from livemaps.feeds.boundaries import BoundaryLayer
from livemaps.feeds.profile import Profile
from livemaps.snapshot import folder as names
from livemaps.snapshot.areas import publish_areas
from livemaps.snapshot.base import build_base
from livemaps.snapshot.columns import Column
from livemaps.snapshot.contents import Snapshot, SnapshotMeta, Vocabularies
from livemaps.snapshot.describe import (
    code_counts,
    row_rules,
    snapshot_layer,
    snapshot_rules,
    vocabularies,
)
from livemaps.snapshot.encode import encoding, place_table
from livemaps.snapshot.figures import counts_of, newest_day, unplaced_of
from livemaps.snapshot.history import FORMAT, Base, BaseMeta, open_base
from livemaps.snapshot.history import read_meta as read_base_meta
from livemaps.snapshot.parts import Parts, make_parts
from livemaps.snapshot.publish import prune, publish, publishing
from livemaps.snapshot.read import open_current
from livemaps.snapshot.source import RequestStore, RowSource, complete_since
from livemaps.snapshot.versions import next_version

FRESH_LIMIT = 20_000
"""From how many changed rows on the history base is built anew."""

BULK_LIMIT = 500_000
"""From how many backfilled rows on the history base is built anew while the backfill goes on."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class City:
    """What a build is given, besides the store."""

    profile: Profile
    layers: tuple[BoundaryLayer, ...]
    as_of_day: int
    recent_days: int

    @property
    def recent_since(self) -> int:
        """The first day of the recent window."""
        return self.as_of_day - self.recent_days


def build_snapshot(
    store: RequestStore,
    profile: Profile,
    layers: Sequence[BoundaryLayer],
    data_dir: Path,
    *,
    as_of_day: int,
    now: datetime,
    recent_days: int,
    published: datetime | None = None,
    full: bool = False,
) -> SnapshotMeta:
    """Publish the store's present state; returns what is true of the new snapshot.

    `as_of_day` is today in the city, `now` an aware UTC datetime, `published` when the portal
    last changed the data. `full` builds the history base anew whatever it is like.

    Raises:
        SnapshotError: the files cannot be written, or the columns do not add up to the store's
            own counts even when built from scratch. The last snapshot stays current.
        StoreError: the store cannot be read.
    """
    city = City(profile, tuple(layers), as_of_day, recent_days)
    with publishing(data_dir) as snapshots:
        version = next_version(snapshots, now)
        with store.reading() as source:
            vocab = vocabularies(source, profile)
            parts = _make(source, city, vocab, snapshots, version, full=full)
            meta = _meta(version, city, vocab, parts, source, now=now, published=published)
        files = publish_areas(city.layers, data_dir / names.AREAS)
        described = tuple(
            snapshot_layer(layer, file, profile)
            for layer, file in zip(city.layers, files, strict=True)
        )
        publish(snapshots, meta, vocab, described, _arrays(parts))
        if meta.base_id == _base_id(version):
            store.forget_changes(until=parts.base.meta.sequence)
        prune(data_dir)
    return meta


def is_up_to_date(
    source: RowSource,
    profile: Profile,
    layers: Sequence[BoundaryLayer],
    data_dir: Path,
    *,
    as_of_day: int,
    recent_days: int,
) -> bool:
    """Whether there is a readable snapshot of a state of the store, under these rules and today."""
    try:
        meta = open_current(data_dir / names.SNAPSHOTS).meta
        base = read_base_meta(data_dir / names.SNAPSHOTS / meta.base_id)
    except NoSnapshot:
        return False
    except (FileNotFoundError, SnapshotDamaged) as error:
        _log.warning("the snapshot is to be made anew: %s", error)
        return False
    city = City(profile, tuple(layers), as_of_day, recent_days)
    return (
        (meta.database, meta.sequence) == (source.database, source.sequence)
        and meta.as_of_day == as_of_day
        and meta.complete_since == _held_since(source, base)
        and meta.rules == snapshot_rules(profile, layers, recent_days)
        and _serves(base, source, city)
    )


def _make(
    source: RowSource,
    city: City,
    vocab: Vocabularies,
    snapshots: Path,
    version: str,
    *,
    full: bool,
) -> Parts:
    """Make the tables from the base that is there, or from scratch where that does not do."""
    previous = _previous(snapshots, source)
    base = None if full else _usable_base(snapshots, source, city)
    if base is not None:
        parts = _parts(source, city, vocab, base, previous)
        contradiction = _contradiction(parts, source)
        if contradiction is None:
            return parts
        _log.warning("%s: building the history base anew", contradiction)
    base = _new_base(source, city, vocab, snapshots / _base_id(version))
    parts = _parts(source, city, vocab, base, previous)
    contradiction = _contradiction(parts, source)
    if contradiction is not None:
        raise SnapshotError(
            f"{contradiction}, even when built from scratch: nothing was published; "
            "check the database with SQLite's `PRAGMA integrity_check`"
        )
    return parts


def _parts(
    source: RowSource, city: City, vocab: Vocabularies, base: Base, previous: Snapshot | None
) -> Parts:
    return make_parts(
        source,
        city.profile,
        city.layers,
        vocab,
        base,
        recent_since=city.recent_since,
        previous=previous,
    )


def _contradiction(parts: Parts, source: RowSource) -> str | None:
    """Say where the columns and the store's own counts differ, None where they agree.

    Resolved rows of a backfill are not in the columns until the next base.
    """
    expected = source.open_count()
    if parts.open != expected:
        return f"the columns hold {parts.open:,} open requests and the store {expected:,}"
    total = source.total()
    if not source.bulk_count(parts.base.meta.sequence) and parts.history != total:
        return f"the columns hold {parts.history:,} requests and the store {total:,}"
    return None


def _previous(snapshots: Path, source: RowSource) -> Snapshot | None:
    """Return the current snapshot to tell changes from, None if it cannot serve for that."""
    try:
        previous = open_current(snapshots)
    except SnapshotError:
        return None
    return previous if previous.meta.database == source.database else None


def _usable_base(snapshots: Path, source: RowSource, city: City) -> Base | None:
    """Open the newest base if it still serves."""
    folders = [path for path in snapshots.glob(f"{names.BASE}*") if path.is_dir()]
    if not folders:
        return None
    newest = max(folders, key=lambda path: names.number(path.name.removeprefix(names.BASE)))
    try:
        serves = _serves(read_base_meta(newest), source, city)
        return open_base(newest) if serves else None
    except (FileNotFoundError, SnapshotError) as error:
        _log.warning("the history base %s cannot be read: %s", newest, error)
        return None


def _serves(base: BaseMeta, source: RowSource, city: City) -> bool:
    """Whether a base holds the same rules, and most of what the store holds."""
    bulk = source.bulk_count(base.sequence)
    # A base that does not know what it lacks cannot go without what a backfill brought since.
    knows = base.complete_since is not None or complete_since(source) is None
    waiting = source.bulk_active() and bulk <= BULK_LIMIT and knows
    return (
        base.format == FORMAT
        and base.database == source.database
        and base.rules == row_rules(city.profile, city.layers)
        and base.sequence <= source.sequence
        and base.recent_since <= city.recent_since
        and source.changed_count(base.sequence) <= FRESH_LIMIT
        and (bulk == 0 or waiting)
    )


def _held_since(source: RowSource, base: BaseMeta) -> int | None:
    """Return the day from which on a snapshot over a base holds every request, None: all.

    What a backfill brought since the base is not in the snapshot yet, whatever the store holds.
    """
    return base.complete_since if source.bulk_count(base.sequence) else complete_since(source)


def _new_base(source: RowSource, city: City, vocab: Vocabularies, folder: Path) -> Base:
    places = place_table(city.layers, source.places())
    return build_base(
        source,
        encoding(city.profile, vocab, (places,)),
        places,
        folder,
        rules_digest=row_rules(city.profile, city.layers),
        codes=code_counts(vocab, city.layers),
        as_of_day=city.as_of_day,
        recent_since=city.recent_since,
    )


def _base_id(version: str) -> str:
    return f"{names.BASE}{version}"


def _meta(
    version: str,
    city: City,
    vocab: Vocabularies,
    parts: Parts,
    source: RowSource,
    *,
    now: datetime,
    published: datetime | None,
) -> SnapshotMeta:
    profile = city.profile
    return SnapshotMeta(
        version=version,
        city=profile.id,
        simulated=profile.simulated,
        as_of_day=city.as_of_day,
        created=now.astimezone(UTC),
        published=published,
        newest_day=newest_day(parts, city.as_of_day),
        recent_since=city.recent_since,
        recent_days=city.recent_days,
        delay_days=profile.feed.delay_days,
        base_id=parts.base.meta.base_id,
        counts=counts_of(parts, vocab),
        changes=parts.changes,
        unplaced=unplaced_of(parts, city.layers),
        time_precision=profile.precision.time,
        place_precision=profile.precision.place,
        infer_in_progress=profile.infer_in_progress,
        sequence=source.sequence,
        rules=snapshot_rules(profile, city.layers, city.recent_days),
        database=source.database,
        complete_since=_held_since(source, parts.base.meta),
    )


def _arrays(parts: Parts) -> dict[str, Column]:
    """Return the columns of all tables of a version under one name each."""
    tables = {
        "current": parts.current,
        "superseded": parts.superseded,
        "fresh": parts.fresh,
        "places": parts.places,
    }
    return {
        f"{prefix}/{name}": column
        for prefix, table in tables.items()
        for name, column in table.items()
    }
