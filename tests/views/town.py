"""A town of plain rows: a `Snapshot` made of them in memory, and the same counts done naively."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from livemaps.model import (
    AGE_BANDS,
    Filters,
    Measure,
    PlacePrecision,
    Stage,
    Standing,
    TimePrecision,
)
from livemaps.snapshot import (
    NO_DAY,
    UNPLACED_KEYS,
    Changes,
    Counts,
    Places,
    Snapshot,
    SnapshotLayer,
    SnapshotMeta,
    Table,
    Vocabularies,
    Vocabulary,
    encode_id,
)
from livemaps.snapshot.counting import build_cubes

TODAY = 20_000
RECENT_DAYS = 90
SERVICES = (
    "Roads - Potholes",
    "Roads - Signs",
    "Waste - Cart",
    "311 Contact Us",
    "Éclairage - Rue",
)
AGENCIES = ("Mobility", "Waste & Recycling", "=Finance")
CHANNELS = ("App", "Phone")
COMMUNITIES = ("ALT", "BLN", "CAP", "DOV")
COMMUNITY_NAMES = ("ALTADORE", "BELTLINE", "CAPITOL HILL", "DOVER")
WARDS = ("1", "2")
SET_APART = "311 Contact Us"
UNPLACED = tuple(UNPLACED_KEYS.values())


@dataclass(frozen=True)
class Row:
    """One request as the town has it. Areas are keys or pseudo-keys."""

    service: str = SERVICES[0]
    agency: str = AGENCIES[0]
    channel: str = CHANNELS[0]
    stage: Stage = Stage.RECEIVED
    standing: Standing = Standing.COUNTS
    community: str = COMMUNITIES[0]
    ward: str = WARDS[0]
    requested: int = TODAY - 3
    closed: int = NO_DAY
    place: int = 0
    flags: int = 0
    held: str = "base"
    """`base`, `fresh` (new since the base), or `changed` (in the base as it was before)."""
    updated: int = NO_DAY
    expected: int = NO_DAY

    @property
    def age(self) -> int:
        ended = self.stage is Stage.RESOLVED and self.closed != NO_DAY
        return max(0, (self.closed if ended else TODAY) - self.requested)

    @property
    def band(self) -> str:
        return next(band.key for band in AGE_BANDS if band.most is None or self.age <= band.most)

    @property
    def category(self) -> str:
        return self.service.split(" - ")[0]

    def value(self, dimension: str) -> str:
        """Return what an option of a filter would have to be for this row."""
        found = {"stage": self.stage.name.lower(), "age": self.band}
        return found.get(dimension) or str(getattr(self, dimension))


DIMENSIONS = (
    "service",
    "category",
    "agency",
    "channel",
    "stage",
    "age",
    "community",
    "ward",
)


def chosen(filters: Filters, dimension: str) -> frozenset[str]:
    """Return the values that the filters choose in a dimension."""
    fields = {
        "service": filters.services,
        "category": filters.categories,
        "agency": filters.agencies,
        "channel": filters.channels,
        "stage": filters.stages,
        "age": filters.ages,
    }
    return fields[dimension] if dimension in fields else filters.area(dimension)


def measured(row: Row, filters: Filters) -> bool:
    """Tell whether a measure looks at a row at all, within the dates."""
    resolved = row.stage is Stage.RESOLVED
    if filters.measure is Measure.OPEN and resolved:
        return False
    day = row.requested
    if filters.measure is Measure.RESOLVED:
        if not resolved or row.closed < TODAY - RECENT_DAYS:
            return False
        day = row.closed
    since = filters.since if filters.since is not None else day
    until = filters.until if filters.until is not None else day
    return since <= day <= until


def passes(row: Row, filters: Filters, lifted: str = "") -> bool:
    """Tell in plain Python whether a row is shown; `lifted` is a dimension not to look at."""
    if not measured(row, filters):
        return False
    if lifted != "standing" and row.standing is not Standing.COUNTS:
        return False
    if lifted != "apart" and row.service == SET_APART and not filters.set_apart:
        return False
    return all(
        row.value(dimension) in chosen(filters, dimension)
        for dimension in DIMENSIONS
        if chosen(filters, dimension) and dimension != lifted
    )


def recount(rows: Iterable[Row], filters: Filters, dimension: str) -> Counter[str]:
    """Count the options of a dimension under all other filters."""
    return Counter(row.value(dimension) for row in rows if passes(row, filters, lifted=dimension))


def snapshot_of(
    rows: Sequence[Row],
    version: str = "20241004T120000Z-000001",
    places: Sequence[tuple[float, float]] = ((-114.05, 51.03), (-114.10, 51.08)),
    precision: PlacePrecision = PlacePrecision.AREA_CENTRE,
) -> Snapshot:
    """Return a snapshot that holds some rows; ids are `26-00000`, `26-00001`, … in their order."""
    ids = {index: f"26-{index:05d}" for index in range(len(rows))}
    numbered = list(enumerate(rows))
    base = [(index, as_it_was(row)) for index, row in numbered if row.held != "fresh"]
    base.sort(key=lambda item: (item[1].requested, item[0]))
    gone = [at for at, (index, _) in enumerate(base) if rows[index].held == "changed"]
    fresh = [(index, row) for index, row in numbered if row.held != "base"]
    live = [item for item in numbered if item[1].stage is not Stage.RESOLVED]
    live.sort(key=lambda item: (item[1].requested, item[0]))
    recent = [
        item
        for item in numbered
        if item[1].stage is Stage.RESOLVED and item[1].closed >= TODAY - RECENT_DAYS
    ]
    recent.sort(key=lambda item: (item[1].closed, item[0]))
    layers = (
        _layer("community", COMMUNITIES, COMMUNITY_NAMES, within="ward"),
        _layer("ward", WARDS, tuple(f"Ward {key}" for key in WARDS), within=None),
    )
    vocab = _vocabularies()
    table = _tables(ids, vocab, layers)
    base_table = table(base)
    codes = {"service": len(vocab.service)} | {layer.column: layer.codes for layer in layers}
    return Snapshot(
        meta=_meta(rows, version, precision),
        vocab=vocab,
        layers=layers,
        places=_places(places),
        current=table([*live, *recent]),
        open_rows=len(live),
        base=base_table,
        superseded=Table(
            {**base_table.take(np.array(gone, np.intp)), "base_row": np.array(gone, np.uint32)}
        ),
        fresh=table(fresh),
        cubes=build_cubes(base_table, codes, TODAY),
        id_order=np.argsort(base_table["service_request_id"], kind="stable"),
    )


def as_it_was(row: Row) -> Row:
    """Return what the base holds of a row: of a changed one something else."""
    if row.held != "changed":
        return row
    return replace(row, stage=Stage.RECEIVED, service=SERVICES[1], agency=AGENCIES[1], ward="2")


def _meta(rows: Sequence[Row], version: str, precision: PlacePrecision) -> SnapshotMeta:
    days = [row.requested for row in rows if row.requested <= TODAY]
    backlog = [row for row in rows if row.stage is not Stage.RESOLVED]
    counting = [row for row in backlog if row.standing is Standing.COUNTS]
    return SnapshotMeta(
        version=version,
        city="town",
        simulated=False,
        as_of_day=TODAY,
        created=datetime(2024, 10, 4, 12, tzinfo=UTC),
        published=None,
        newest_day=max(days, default=None),
        recent_since=TODAY - RECENT_DAYS,
        recent_days=RECENT_DAYS,
        delay_days=2,
        base_id="base-1",
        counts=Counts(
            open=len(counting),
            duplicates_open=len(backlog) - len(counting),
            set_apart_open=sum(row.service == SET_APART for row in counting),
            recent=0,
            history=len(rows),
        ),
        changes=Changes(),
        time_precision=TimePrecision.DAY,
        place_precision=precision,
    )


def _vocabularies() -> Vocabularies:
    categories = ("", *dict.fromkeys(name.split(" - ")[0] for name in SERVICES))
    category = Vocabulary(categories)
    services = ("", *SERVICES)
    return Vocabularies(
        service=Vocabulary(services),
        agency=Vocabulary(("", *AGENCIES)),
        status=Vocabulary(("", "Open", "Closed", "Duplicate")),
        channel=Vocabulary(("", *CHANNELS)),
        category=category,
        service_category=np.array(
            [0, *(category.codes[name.split(" - ")[0]] for name in SERVICES)], np.uint16
        ),
        service_apart=np.array([name == SET_APART for name in services]),
    )


def _layer(
    layer: str, keys: tuple[str, ...], names: tuple[str, ...], within: str | None
) -> SnapshotLayer:
    return SnapshotLayer(
        id=layer,
        name={"en": layer.title()},
        names={"en": layer.title()},
        keys=keys,
        area_names=names,
        parents=tuple(WARDS[0] if within else None for _ in keys),
        parent_shares=tuple(1.0 for _ in keys),
        long=np.full(len(keys), -114.0),
        lat=np.full(len(keys), 51.0),
        within=within,
        key_label=None,
        digest="0123456789abcdef",
        areas_file=f"{layer}-0123456789abcdef.geojson",
        licence="Open Government Licence – Town",
        attribution="Contains information of the Town",
    )


def _places(points: Sequence[tuple[float, float]]) -> Places:
    longs, lats = zip(*points, strict=True) if points else ((), ())
    base = Table({"long": np.array(longs, np.float64), "lat": np.array(lats, np.float64)})
    fresh = Table({"long": np.zeros(0), "lat": np.zeros(0)})
    return Places(base, fresh)


def _tables(
    ids: dict[int, str], vocab: Vocabularies, layers: Sequence[SnapshotLayer]
) -> Callable[[list[tuple[int, Row]]], Table]:
    """Return what turns numbered rows into a table."""
    status = {Standing.DUPLICATE: "Duplicate", Standing.DELETED: "Duplicate"}

    def columns(rows: list[Row]) -> dict[str, Any]:
        words = [
            status.get(row.standing, "Closed" if row.stage is Stage.RESOLVED else "Open")
            for row in rows
        ]
        found = {
            "service": np.array([vocab.service.codes[row.service] for row in rows], np.uint16),
            "agency": np.array([vocab.agency.codes[row.agency] for row in rows], np.uint8),
            "channel": np.array(
                [vocab.channel.codes.get(row.channel, 0) for row in rows], np.uint8
            ),
            "status": np.array([vocab.status.codes[word] for word in words], np.uint8),
            "place": np.array([row.place for row in rows], np.uint16),
            "requested_day": np.array([row.requested for row in rows], np.int32),
            "updated_day": np.array([row.updated for row in rows], np.int32),
            "closed_day": np.array([row.closed for row in rows], np.int32),
            "expected_day": np.array([row.expected for row in rows], np.int32),
            "stage": np.array([row.stage for row in rows], np.uint8),
            "standing": np.array([row.standing for row in rows], np.uint8),
            "flags": np.array([row.flags for row in rows], np.uint8),
        }
        for layer in layers:
            codes = [layer.code_of[getattr(row, layer.id)] for row in rows]
            found[layer.column] = np.array(codes, np.uint16)
        return found

    def table(numbered: list[tuple[int, Row]]) -> Table:
        names = [encode_id(ids[index]) for index, _ in numbered]
        rows = [row for _, row in numbered]
        return Table({"service_request_id": np.array(names, "S16")} | columns(rows))

    return table
