"""What a snapshot holds, as the web process sees it. Needs nothing but numpy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from livemaps.model import STRADDLES_BELOW, PlacePrecision, TimePrecision, Unplaced, Waiting
from livemaps.snapshot.columns import Column, Table
from livemaps.snapshot.cubes import Cubes

UNPLACED_KEYS: Mapping[Unplaced, str] = {
    reason: f"unplaced:{reason.name.lower()}" for reason in Unplaced
}
"""The pseudo-keys by which an address or a filter names the requests that lie in no area."""


@dataclass(frozen=True)
class Vocabulary:
    """The names behind the codes of one column: `names[code]`. Code 0 is the blank name ""."""

    names: tuple[str, ...]

    @cached_property
    def codes(self) -> Mapping[str, int]:
        """The code of each name."""
        named = {name: code for code, name in enumerate(self.names) if name}
        return {"": 0, **named}

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True)
class Vocabularies:
    """Every vocabulary of a snapshot, and what the city's profile says of its words."""

    service: Vocabulary
    agency: Vocabulary
    status: Vocabulary
    channel: Vocabulary
    category: Vocabulary
    service_category: NDArray[np.uint16]
    """By service code: the code of its category."""
    service_apart: NDArray[np.bool_]
    """By service code: whether the profile sets it apart."""

    def of(self, column: str) -> Vocabulary:
        """Return the vocabulary of `service`, `agency`, `status`, `channel` or `category`."""
        found = getattr(self, column)
        if not isinstance(found, Vocabulary):
            raise KeyError(column)
        return found


@dataclass(frozen=True)
class SnapshotLayer:
    """A boundary layer: its areas in the order of their codes, and where it comes from.

    `name` and `names` are the singular and plural by language ("en", "fr"). `area_codes` of a
    column `area_<id>` below `len(keys)` are areas; above are `Unplaced` reasons.
    """

    id: str
    name: Mapping[str, str]
    names: Mapping[str, str]
    keys: tuple[str, ...]
    area_names: tuple[str, ...]
    parents: tuple[str | None, ...]
    """The key of the area of the layer `within` that holds the larger share of each."""
    parent_shares: tuple[float, ...]
    """Which share of the area that is, from 0 to 1."""
    long: NDArray[np.float64]
    lat: NDArray[np.float64]
    """A point inside each area to put a label at."""
    within: str | None
    key_label: Mapping[str, str] | None
    """How an area is called by language, such as "Ward {key}"; None: by its name."""
    digest: str
    areas_file: str
    """The polygons, as `<layer>-<digest>.geojson` in `<data-dir>/areas`, with .br and .gz beside."""
    source: str = ""
    licence: str = ""
    attribution: str = ""
    fetched: datetime | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    trouble: tuple[str, ...] = ()

    @property
    def column(self) -> str:
        """The name of the column that holds this layer's codes."""
        return f"area_{self.id}"

    @property
    def codes(self) -> int:
        """How many codes there are: the areas and the reasons for lying in none."""
        return len(self.keys) + len(Unplaced)

    def called(self, code: int, language: str) -> str:
        """Return what the area of a code is called in a language, else in English."""
        if self.key_label is None:
            return self.area_names[code]
        label = self.key_label.get(language) or self.key_label["en"]
        return label.format(key=self.keys[code], name=self.area_names[code])

    @property
    def straddling(self) -> tuple[int, ...]:
        """The codes of the areas of which more than a sliver lies outside their parent."""
        return tuple(
            code
            for code, (parent, share) in enumerate(
                zip(self.parents, self.parent_shares, strict=True)
            )
            if parent is not None and share < STRADDLES_BELOW
        )

    @cached_property
    def code_of(self) -> Mapping[str, int]:
        """The code of each area's key and of each pseudo-key such as `unplaced:outside`."""
        areas = {key: code for code, key in enumerate(self.keys)}
        reasons = {UNPLACED_KEYS[reason]: len(self.keys) + reason for reason in Unplaced}
        return areas | reasons

    def unplaced_code(self, reason: Unplaced) -> int:
        """Return the code of the rows that lie in no area for a reason."""
        return len(self.keys) + reason


@dataclass(frozen=True)
class Places:
    """The distinct places of the feed, by the `place` code of a row.

    `long` and `lat` are NaN where the feed gives no point.
    """

    base: Table
    """Those known when the history base was built: columns long, lat, area_<layer>, how_<layer>."""
    fresh: Table
    """Those that came since, with the same columns; their codes follow on."""

    @property
    def count(self) -> int:
        """How many codes of places there are."""
        return self.base.rows + self.fresh.rows

    def of(self, column: str, places: Column) -> Column:
        """Return a column's values at some place codes, in their order."""
        if not self.fresh.rows:
            return self.base[column][places]
        known = places < self.base.rows
        values = self.base[column][np.where(known, places, 0)].copy()
        later = ~known
        values[later] = self.fresh[column][places[later] - self.base.rows]
        return values

    def points(self, places: Column) -> tuple[Column, Column]:
        """Return the longitudes and latitudes of some place codes."""
        return self.of("long", places), self.of("lat", places)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many requests a snapshot holds. `open` is the backlog: neither duplicate nor deleted."""

    open: int
    duplicates_open: int
    set_apart_open: int
    """Those of the backlog whose service the profile sets apart."""
    recent: int
    """Resolved requests in `current`."""
    history: int
    """All requests, whatever their standing."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different from the snapshot before."""

    inserted: int = 0
    updated: int = 0
    resolved: int = 0
    reopened: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True)
class SnapshotMeta:
    """What is true of a snapshot as a whole."""

    version: str
    city: str
    simulated: bool
    as_of_day: int
    """Today in the city when it was built; ages are relative to it."""
    created: datetime
    """When it was built, aware UTC."""
    published: datetime | None
    """When the portal last changed the data, if it says so."""
    newest_day: int | None
    """The latest requested day that is not after `as_of_day`."""
    recent_since: int
    """Resolved requests closed on this day or later are in `current`."""
    recent_days: int
    delay_days: int
    """How many of the newest days the feed has only in part."""
    base_id: str
    counts: Counts
    changes: Changes
    unplaced: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Of the backlog: how many lie in no area, by layer and `Unplaced` name in lower case."""
    time_precision: TimePrecision = TimePrecision.DAY
    place_precision: PlacePrecision = PlacePrecision.AREA_CENTRE
    infer_in_progress: bool = False
    sequence: int = 0
    """The store's last write that is in it."""
    rules: str = ""
    """A digest of the profile and the boundaries that it was built by."""
    database: str = ""
    """The database that it was built from."""
    complete_since: int | None = None
    """The day from which on it holds every request; before, only some. None: it holds all."""


@dataclass(frozen=True)
class Snapshot:
    """One published state of the city. Immutable: everything is memory-mapped and read-only.

    Additive truth: the number of all requests with some property is the number in `base`,
    minus that in `superseded`, plus that in `fresh`. `base` and `superseded` are sorted by
    `requested_day`. `current` holds what is live: first everything that is not resolved
    (`current.take(slice(snapshot.open_rows))`, duplicates and deletions included: look at
    `standing`), sorted by `requested_day`, then id; then what was resolved since
    `meta.recent_since`, sorted by `closed_day`, then id.
    """

    meta: SnapshotMeta
    vocab: Vocabularies
    layers: tuple[SnapshotLayer, ...]
    """Finest first."""
    places: Places
    current: Table
    open_rows: int
    base: Table
    superseded: Table
    fresh: Table
    cubes: Cubes
    id_order: Column
    """The rows of `base` in the order of their ids."""
    waits: Waiting = Waiting(0)
    """What is told of how open requests wait: nothing as published. `views.waiting` works it out
    for those who show it, and adds the columns `waiting` and `due_day` to `current`."""
    usual_of: str = ""
    """The measures whose usual times `Waiting.BEYOND_USUAL` is told by; empty: it is not told."""
    lease: object = field(default=None, repr=False, compare=False)
    """Held so that the files of this version are not removed while it is in use."""

    @property
    def version(self) -> str:
        """Names this state; sorts by time of publication."""
        return self.meta.version

    def layer(self, layer: str) -> SnapshotLayer:
        """Return a layer by its id; KeyError names the ones that exist."""
        for candidate in self.layers:
            if candidate.id == layer:
                return candidate
        raise KeyError(f"{layer} is none of the layers {[known.id for known in self.layers]}")

    def code_count(self, column: str) -> int:
        """Return how many codes a column of names or of areas has, unused ones included."""
        for layer in self.layers:
            if layer.column == column:
                return layer.codes
        return len(self.vocab.of(column))

    @cached_property
    def open(self) -> Table:
        """Everything in `current` that is not resolved."""
        return self.current.take(slice(self.open_rows))

    @cached_property
    def recent(self) -> Table:
        """Everything in `current` that is resolved."""
        return self.current.take(slice(self.open_rows, None))
