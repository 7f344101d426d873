"""Requests whose whole life is known, and the city as it looked at the end of any day of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from functools import cached_property
from pathlib import Path

import numpy as np

from livemaps.demo.lives import LIFE, STATUSES, States, states_on
from livemaps.evaluation.planting import joined
from livemaps.feeds.boundaries import BoundaryLayer
from livemaps.feeds.profile import Profile
from livemaps.measures.days import days_of
from livemaps.measures.world import World
from livemaps.model import Stage, Standing, day_date
from livemaps.snapshot import NO_DAY, Snapshot, SnapshotLayer, SnapshotMeta
from livemaps.snapshot.columns import Column, Table, code_type
from livemaps.snapshot.contents import Changes, Counts, Places, Vocabularies
from livemaps.snapshot.cubes import Cubes
from livemaps.snapshot.rows import recently_resolved, unresolved

WIDE = np.dtype(
    [(name, np.int32 if LIFE[name] == np.int16 else LIFE[name]) for name in LIFE.names or ()]
)
"""A life whose codes may be as many as another city has."""

RECENT_DAYS = 90
"""Closed requests of so many days are live in a snapshot: the default of a refresh."""

STAGES = np.array(
    [Stage.RECEIVED, Stage.RESOLVED, Stage.RECEIVED, Stage.RESOLVED, Stage.RESOLVED], np.uint8
)
STANDINGS = np.array(
    [Standing.COUNTS, Standing.COUNTS, *[Standing.DUPLICATE] * 2, Standing.DELETED], np.uint8
)
"""By code into STATUSES: what each says."""


@dataclass(frozen=True)
class Frame:
    """What is true of a city on every day. Codes of lives are those of these words and places.

    The vocabulary of statuses is the blank and then STATUSES.
    """

    profile: Profile
    layers: tuple[BoundaryLayer, ...]
    described: tuple[SnapshotLayer, ...]
    vocab: Vocabularies
    places: Table
    """Columns long, lat, area_<layer>, how_<layer>, by the `area` code of a life."""


@dataclass(frozen=True)
class History:
    """A city whose requests are known from birth to end: an array of WIDE, sorted by day."""

    frame: Frame
    lives: np.ndarray
    since: int
    """The first day of which all requests are held."""

    def with_more(self, *added: np.ndarray) -> History:
        """Return the history with requests planted in it."""
        return replace(self, lives=joined(self.lives, *added))

    @cached_property
    def _ids(self) -> Column:
        ids: Column = self.lives["number"].astype("S10")
        return ids

    def areas(self, layer: str) -> Column:
        """Return the area code of every request in a layer."""
        codes: Column = self.frame.places[f"area_{layer}"][self.lives["area"]]
        return codes

    def on(self, day: int, data_dir: Path | None = None) -> World:
        """Return the world that a refresh on a day would measure; `data_dir` has its store, if any.

        It holds what had been published by then: what had happened by the end of the day before,
        of whose requests some appear a day later.
        """
        known = day - 1
        born = int(np.searchsorted(self.lives["requested"], known, side="right"))
        told = self.lives["appears"][:born] <= known
        snapshot = _snapshot(self, self.lives[:born][told], self._ids[:born][told], day)
        days = days_of(snapshot)
        if days is None:
            raise ValueError(f"nothing had been requested by {day_date(day)}")
        return World(snapshot, self.frame.profile, days, self.frame.layers, data_dir)


def _snapshot(history: History, lives: np.ndarray, ids: Column, day: int) -> Snapshot:
    """Return a day's snapshot: of some requests what had happened by the day before."""
    frame = history.frame
    base = _table(frame, lives, ids, states_on(lives, day - 1))
    nothing = base.take(slice(0))
    current = base.take(
        np.concatenate([unresolved(base), recently_resolved(base, day - RECENT_DAYS)])
    )
    open_rows = int((current["stage"] != Stage.RESOLVED).sum())
    return Snapshot(
        meta=_meta(history, base, day),
        vocab=frame.vocab,
        layers=frame.described,
        places=Places(frame.places, frame.places.take(slice(0))),
        current=_with_flags(current),
        open_rows=open_rows,
        base=base,
        superseded=Table({**nothing, "base_row": np.empty(0, np.int64)}),
        fresh=_with_flags(nothing),
        cubes=Cubes({}, {}, day, day),
        id_order=np.argsort(lives["number"], kind="stable"),
    )


def _table(frame: Frame, lives: np.ndarray, ids: Column, states: States) -> Table:
    """Return the columns of `snapshot.columns` for lives in some state."""
    stage = STAGES[states.status]
    if frame.profile.infer_in_progress:
        waiting = (stage == Stage.RECEIVED) & (states.updated > lives["requested"])
        stage[waiting] = Stage.IN_PROGRESS
    columns: dict[str, Column] = {
        "service_request_id": ids,
        "status": (states.status + 1).astype(np.uint8),
        "requested_day": lives["requested"].astype(np.int32),
        "updated_day": states.updated.astype(np.int32),
        "closed_day": states.closed.astype(np.int32),
        "expected_day": np.full(len(lives), NO_DAY, np.int32),
        "stage": stage,
        "standing": STANDINGS[states.status],
        "place": lives["area"].astype(code_type(frame.places.rows)),
    }
    for name, codes in _codes(lives, states).items():
        columns[name] = codes.astype(code_type(len(frame.vocab.of(name))))
    for layer in frame.described:
        columns[layer.column] = frame.places[layer.column][lives["area"]]
    return Table(columns)


def _codes(lives: np.ndarray, states: States) -> Mapping[str, Column]:
    return {"service": lives["service"], "agency": states.agency, "channel": lives["channel"]}


def _with_flags(table: Table) -> Table:
    return Table({**table, "flags": np.zeros(table.rows, np.uint8)})


def _meta(history: History, base: Table, day: int) -> SnapshotMeta:
    """Return what is true of a snapshot; its counts are those that measures read."""
    profile = history.frame.profile
    noon = datetime.combine(day_date(day), time(12), UTC)
    requested = base["requested_day"]
    return SnapshotMeta(
        version=f"{noon:%Y%m%d}",
        city=profile.id,
        simulated=profile.simulated,
        as_of_day=day,
        created=noon,
        published=noon,
        newest_day=int(requested[-1]) if base.rows else None,
        recent_since=day - RECENT_DAYS,
        recent_days=RECENT_DAYS,
        delay_days=profile.feed.delay_days,
        base_id="",
        counts=Counts(0, 0, 0, 0, base.rows),
        changes=Changes(),
        time_precision=profile.precision.time,
        place_precision=profile.precision.place,
        infer_in_progress=profile.infer_in_progress,
        complete_since=history.since,
    )


def status_names() -> tuple[str, ...]:
    """Return the vocabulary of statuses that a frame must have."""
    return ("", *STATUSES)
