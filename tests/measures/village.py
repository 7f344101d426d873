"""A village of plain rows: a `World` made of them in memory, and measures of it without a disk.

Rows are those of `tests.views.town`, where today is `TODAY` and the newest two days are still
being filled.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from livemaps import __version__
from livemaps.feeds.boundaries import BoundaryLayer, load_layer
from livemaps.feeds.profile import Profile
from livemaps.measures.contents import Measures, MeasuresMeta
from livemaps.measures.days import days_of
from livemaps.measures.families import Family
from livemaps.measures.world import World
from livemaps.model import Filters
from livemaps.snapshot import Snapshot
from livemaps.views.measures.values import Answer, Asked, MeasureView, Value
from tests.snapshot import hamlet
from tests.views.town import COMMUNITIES, COMMUNITY_NAMES, SET_APART, WARDS, Row, snapshot_of

SQUARES = {
    "community": {
        "ALT": (-114.2, 51.05, -114.1, 51.1),
        "BLN": (-114.1, 51.05, -114.0, 51.1),
        "CAP": (-114.2, 51.0, -114.1, 51.05),
        "DOV": (-114.1, 51.0, -114.0, 51.05),
    },
    "ward": {"1": (-114.2, 51.0, -114.1, 51.1), "2": (-114.1, 51.0, -114.0, 51.1)},
}
"""West, south, east, north: four squares around a point, two wards beside each other."""


def profile(**changes: Any) -> Profile:
    """Return the village's profile; `changes` replace whole keys of it."""
    usual = {
        "id": "town",
        "name": "Town",
        "statuses": {
            "Open": {"stage": "received"},
            "Closed": {"stage": "resolved"},
            "Duplicate": {"stage": "received", "standing": "duplicate"},
        },
        "set_apart_services": [SET_APART],
    }
    return hamlet.profile(**{**usual, **changes})


def world_of(
    rows: Sequence[Row],
    *,
    complete_since: int | None = None,
    city: Profile | None = None,
    layers: Sequence[BoundaryLayer] = (),
    **meta: Any,
) -> World:
    """Return the world of some rows, of which one at least was requested by today.

    `complete_since` is the day from which on every request is held; `layers` are the polygons
    (`areas()` has the village's); `meta` replaces fields of the snapshot's description.
    """
    snapshot = snapshot_of(rows)
    described = replace(snapshot.meta, complete_since=complete_since, **meta)
    snapshot = replace(snapshot, meta=described)
    days = days_of(snapshot)
    assert days is not None, "no row was requested by today"
    return World(snapshot, city or profile(), days, layers)


def measures_of(world: World, families: Iterable[Family]) -> Measures:
    """Return the measures of some families of a world, as if they had been published and read."""
    return Measures(
        meta=_meta(world),
        vocab=world.snapshot.vocab,
        layers=world.snapshot.layers,
        families={family.name: family.compute(world) for family in families},
    )


def asked(
    snapshot: Snapshot,
    measures: Measures,
    filters: Filters | None = None,
    city: Profile | None = None,
    **options: Value,
) -> Asked:
    """Return what a measure is asked: no filters and the given options if nothing else is said."""
    return Asked(snapshot, measures, city or profile(), filters or Filters(), options)


def answer_of(
    view: MeasureView,
    world: World,
    families: Iterable[Family],
    filters: Filters | None = None,
    **options: Value,
) -> Answer:
    """Compute some families of a world and ask a measure of them; options not named are default."""
    defaults = {parameter.name: parameter.default for parameter in view.parameters}
    measures = measures_of(world, families)
    return view.answer(
        asked(world.snapshot, measures, filters, world.profile, **{**defaults, **options})
    )


@cache
def areas() -> tuple[BoundaryLayer, ...]:
    """Return the village's polygons: communities, then the wards that contain them."""
    specs = {spec.id: spec for spec in profile().layers}
    ward = load_layer(specs["ward"], _geojson("ward", dict.fromkeys(WARDS, "")))
    named = dict(zip(COMMUNITIES, COMMUNITY_NAMES, strict=True))
    return load_layer(specs["community"], _geojson("community", named), within=ward), ward


def _geojson(layer: str, names: dict[str, str]) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {"key": key, "name": names[key] or f"Area {key}"},
            "geometry": {"type": "Polygon", "coordinates": [_ring(*sides)]},
        }
        for key, sides in SQUARES[layer].items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def _ring(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def _meta(world: World) -> MeasuresMeta:
    meta, days = world.snapshot.meta, world.days
    return MeasuresMeta(
        id="20241004T120100Z-000001",
        snapshot=meta.version,
        city=meta.city,
        as_of_day=days.as_of,
        data_day=days.data,
        complete_day=days.complete,
        sequence=meta.sequence,
        rules=meta.rules,
        database=meta.database,
        computed=datetime(2024, 10, 4, 12, 1, tzinfo=UTC),
        seconds=1.0,
        left_out=world.left_out,
        program=__version__,
    )
