"""From the store's rows to a snapshot's columns: places, stages, days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livemaps.feeds.boundaries import BoundaryLayer
from livemaps.feeds.places import place_all
from livemaps.feeds.profile import Profile
from livemaps.model import SECONDS_PER_DAY, Place, Stage, TimePrecision, Unplaced
from livemaps.snapshot.columns import NO_DAY, Column, Table, code_type, encode_ids
from livemaps.snapshot.contents import Vocabularies
from livemaps.store import NO_TIME, RowBatch

PLACES_AT_ONCE = 100_000
_LATEST = np.iinfo(np.int32).max
_WORDS = ("service", "agency", "status", "channel")
_TIMES = ("requested", "updated", "closed", "expected")


@dataclass(frozen=True)
class Encoding:
    """All that turns a row of the store into a row of a snapshot."""

    stages: NDArray[np.uint8]
    """By status code: the `Stage` that the profile gives it."""
    standings: NDArray[np.uint8]
    """By status code: the `Standing`."""
    infers: bool
    """Whether an open request that was updated on a later day is taken to be in progress."""
    has_times: bool
    """Whether the feed has times of day."""
    areas: dict[str, Column]
    """By column: the area of each place code."""
    types: dict[str, np.dtype[Any]]
    """By column: the type of its codes."""

    def dtypes(self, id_width: int) -> dict[str, np.dtype[Any]]:
        """Return the type of every column that `encoded` gives, in order."""
        days: dict[str, np.dtype[Any]] = {f"{name}_day": np.dtype(np.int32) for name in _TIMES}
        times = {f"{name}_time": np.dtype(np.int32) for name in _TIMES} if self.has_times else {}
        areas = {name: areas.dtype for name, areas in self.areas.items()}
        states = {"stage": np.dtype(np.uint8), "standing": np.dtype(np.uint8)}
        ids = {"service_request_id": np.dtype(f"S{id_width}")}
        return {**ids, **self.types, **areas, **days, **times, **states}


def encoding(profile: Profile, vocab: Vocabularies, placed: Sequence[Table]) -> Encoding:
    """Make the rules for a city; `placed` are the tables of places, one following the other."""
    meanings = [profile.meaning(status) for status in vocab.status.names]
    types = {name: code_type(len(vocab.of(name))) for name in _WORDS}
    types["place"] = code_type(sum(table.rows for table in placed))
    return Encoding(
        stages=np.array([meaning.stage for meaning in meanings], np.uint8),
        standings=np.array([meaning.standing for meaning in meanings], np.uint8),
        infers=profile.infer_in_progress,
        has_times=profile.precision.time is TimePrecision.SECOND,
        areas={
            name: np.concatenate([table[name] for table in placed])
            for name in placed[0]
            if name.startswith("area_")
        },
        types=types,
    )


def encoded(rows: RowBatch, rules: Encoding) -> dict[str, Column]:
    """Return the columns of some rows."""
    columns: dict[str, Column] = {"service_request_id": encode_ids(rows.ids)}
    for name, kind in rules.types.items():
        columns[name] = getattr(rows, name).astype(kind)
    for name, areas in rules.areas.items():
        columns[name] = areas[rows.place]
    for name in _TIMES:
        columns[f"{name}_day"] = _days(getattr(rows, name), optional=name != "requested")
    if rules.has_times:
        for name in _TIMES:
            columns[f"{name}_time"] = (getattr(rows, name) % SECONDS_PER_DAY).astype(np.int32)
    columns["stage"] = _stages(rules, columns)
    columns["standing"] = rules.standings[columns["status"]]
    return columns


def _days(seconds: NDArray[np.int64], *, optional: bool) -> NDArray[np.int32]:
    """Turn wall seconds into day numbers; absent ones, and those before 1970, into `NO_DAY`."""
    days = np.clip(seconds // SECONDS_PER_DAY, -_LATEST, _LATEST).astype(np.int32)
    return np.where((seconds == NO_TIME) | (days < 0), np.int32(NO_DAY), days) if optional else days


def _stages(rules: Encoding, columns: dict[str, Column]) -> NDArray[np.uint8]:
    """Return each row's stage by its status, or as inferred from a later update."""
    stages = rules.stages[columns["status"]]
    if rules.infers:
        later = columns["updated_day"] > columns["requested_day"]
        stages[later & (stages == Stage.RECEIVED)] = Stage.IN_PROGRESS
    return stages


def place_table(
    layers: Sequence[BoundaryLayer], places: Iterable[tuple[int, Place]], start: int = 0
) -> Table:
    """Place every distinct place once, whatever number of rows refers to it.

    `places` come with their codes, in the order of codes, `start` and up; the table has a row
    for each code from `start` on, unused ones included, with columns long, lat, area_<layer>
    and how_<layer>.
    """
    nowhere = Place((None,) * len(layers), None, None, None)
    pieces = []
    pending = [nowhere] if start == 0 else []
    expected = start + len(pending)
    for code, place in places:
        pending += [nowhere] * (code - expected) + [place]
        expected = code + 1
        if len(pending) >= PLACES_AT_ONCE:
            pieces.append(_placed(layers, pending))
            pending = []
    pieces.append(_placed(layers, pending))
    return Table({name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]})


def _placed(layers: Sequence[BoundaryLayer], places: Sequence[Place]) -> dict[str, Column]:
    nowhere = float("nan")
    columns: dict[str, Column] = {
        "long": np.array([nowhere if p.long is None else p.long for p in places], np.float64),
        "lat": np.array([nowhere if p.lat is None else p.lat for p in places], np.float64),
    }
    placements = place_all(layers, places)
    for at, layer in enumerate(layers):
        kind = code_type(len(layer.areas) + len(Unplaced))
        columns[f"area_{layer.profile.id}"] = placements.areas[:, at].astype(kind)
        columns[f"how_{layer.profile.id}"] = placements.how[:, at].astype(np.uint8)
    return columns
