"""A hamlet of four square communities in two wards, with a real store and real publications."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from livemaps.feeds.boundaries import BoundaryLayer, load_layer
from livemaps.feeds.profile import Profile, profile_from_mapping
from livemaps.model import SECONDS_PER_DAY, Place, RequestRow
from livemaps.snapshot import Snapshot, SnapshotMeta, SnapshotReader
from livemaps.snapshot.build import build_snapshot, is_up_to_date
from livemaps.store import Store

TODAY = 20_000
RECENT_DAYS = 90
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)

IN_A = Place(("A",), "ALPHA", -114.15, 51.07)
IN_B = Place(("B",), "BRAVO", -114.05, 51.07)
IN_C = Place(("C",), "CHARLIE", -114.15, 51.02)
BY_POINT = Place((None,), None, -114.05, 51.02)
NOWHERE = Place((None,), None, None, None)
NEW_CODE = Place(("ZZ",), "ZULU", None, None)
OUTSIDE = Place((None,), None, -113.0, 51.02)
PLACES = (IN_A, IN_B, IN_C, BY_POINT, NOWHERE, NEW_CODE, OUTSIDE)

SQUARES = {
    "community": {
        "A": (-114.2, 51.05, -114.1, 51.1),
        "B": (-114.1, 51.05, -114.0, 51.1),
        "C": (-114.2, 51.0, -114.1, 51.05),
        "D": (-114.1, 51.0, -114.0, 51.05),
    },
    "ward": {"1": (-114.2, 51.0, -114.1, 51.1), "2": (-114.1, 51.0, -114.0, 51.1)},
}


def profile(**changes: Any) -> Profile:
    """Return the hamlet's profile; `changes` replace whole keys of it."""
    layer = {"key_field": "key", "name_field": "name"}
    usual = {
        "id": "hamlet",
        "name": "Hamlet",
        "time_zone": "America/Edmonton",
        "attribution": "Made for tests.",
        "licence": "None",
        "feed": {"platform": "socrata", "address": "https://example.org", "dataset": "aaaa-0001"},
        "fields": {
            "service_request_id": "id",
            "requested_datetime": "requested",
            "updated_datetime": "updated",
            "status": "status",
            "service_name": "service",
            "area_codes": {"community": "community"},
        },
        "precision": {"time": "day", "place": "area centre"},
        "statuses": {
            "Open": {"stage": "received"},
            "Closed": {"stage": "resolved"},
            "Duplicate (Open)": {"stage": "received", "standing": "duplicate"},
            "TO BE DELETED": {"stage": "received", "standing": "deleted"},
        },
        "infer_in_progress": True,
        "set_apart_services": ["Contact"],
        "layers": [
            {
                "id": "community",
                "name": {"en": "Community"},
                "names": {"en": "Communities"},
                "source": "aaaa-0002",
                "within": "ward",
                **layer,
            },
            {
                "id": "ward",
                "name": {"en": "Ward", "fr": "Quartier"},
                "names": {"en": "Wards", "fr": "Quartiers"},
                "source": "aaaa-0003",
                "key_label": {"en": "Ward {key}", "fr": "Quartier {key}"},
                **layer,
            },
        ],
        "map": {"long": -114.1, "lat": 51.05, "zoom": 10},
    }
    return profile_from_mapping({**usual, **changes})


@cache
def layers(moved: float = 0.0) -> tuple[BoundaryLayer, ...]:
    """Return the hamlet's areas; `moved` shifts the border between east and west."""
    specs = {spec.id: spec for spec in profile().layers}
    ward = load_layer(specs["ward"], _geojson("ward", moved))
    return load_layer(specs["community"], _geojson("community", moved), within=ward), ward


def _geojson(layer: str, moved: float) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {"key": key, "name": f"Area {key}"},
            "geometry": {"type": "Polygon", "coordinates": [_ring(*sides, moved)]},
        }
        for key, sides in SQUARES[layer].items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def _ring(west: float, south: float, east: float, north: float, moved: float) -> list[list[float]]:
    west, east = (long + moved if long == -114.1 else long for long in (west, east))
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def request(
    name: str = "26-1",
    *,
    day: int = TODAY - 5,
    updated: int | None = None,
    closed: int | None = None,
    status: str = "Open",
    service: str = "Roads - Pothole",
    agency: str = "Mobility",
    channel: str = "Web",
    place: Place = IN_A,
) -> RequestRow:
    """Return a request; its dates are days."""
    requested, updated, closed = (
        None if value is None else value * SECONDS_PER_DAY for value in (day, updated, closed)
    )
    assert requested is not None
    return RequestRow(
        name, requested, updated, closed, None, status, service, agency, channel, place
    )


@dataclass
class Hamlet:
    """The store and the data folder, with the clock that names publications."""

    data_dir: Path
    store: Store
    city: Profile = field(default_factory=profile)
    areas: Sequence[BoundaryLayer] = field(default_factory=layers)
    now: datetime = NOW

    def apply(self, *rows: RequestRow, bulk: bool = False) -> None:
        with self.store.refreshing(self.now) as writing:
            writing.apply(rows, bulk=bulk)

    def vanish(self, *ids: str) -> None:
        with self.store.refreshing(self.now) as writing:
            writing.vanish(ids)

    def publish(self, *, day: int = TODAY, full: bool = False) -> SnapshotMeta:
        self.now += timedelta(seconds=1)
        return build_snapshot(
            self.store,
            self.city,
            self.areas,
            self.data_dir,
            as_of_day=day,
            now=self.now,
            recent_days=RECENT_DAYS,
            full=full,
        )

    def snapshot(self) -> Snapshot:
        return SnapshotReader(self.data_dir).latest()

    def published(self, *, day: int = TODAY) -> Snapshot:
        """Publish and open."""
        self.publish(day=day)
        return self.snapshot()

    def is_up_to_date(self, *, day: int = TODAY) -> bool:
        with self.store.reading() as source:
            return is_up_to_date(
                source,
                self.city,
                self.areas,
                self.data_dir,
                as_of_day=day,
                recent_days=RECENT_DAYS,
            )

    def folders(self) -> list[str]:
        return sorted(path.name for path in (self.data_dir / "snapshots").iterdir())


@contextmanager
def hamlet_in(data_dir: Path) -> Iterator[Hamlet]:
    """Open a hamlet's store in a folder, and close it."""
    city = profile()
    with Store.open(data_dir, city) as store:
        yield Hamlet(data_dir, store, city)


def area_of(snapshot: Snapshot, layer: str, table: str = "current") -> dict[str, str]:
    """Return the key of the area, or the reason for none, of each request in a table."""
    keys = {code: key for key, code in snapshot.layer(layer).code_of.items()}
    rows = getattr(snapshot, table)
    codes = rows[f"area_{layer}"].tolist()
    return dict(zip(rows.ids(), (keys[code] for code in codes), strict=True))
