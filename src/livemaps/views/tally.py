"""One pass over the rows that counts everything a screen shows for some filters.

Facets, map values, breakdown and headline are all read from the same `Tally`, so that they
agree with each other and the rows are looked at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livemaps.model import Filters, Measure, Stage
from livemaps.snapshot import NO_DAY, Snapshot
from livemaps.views.ages import BANDS, ages, bands_of
from livemaps.views.masks import WAITS, Part, Rows, parts, sieve

Counts = NDArray[np.int64]

CELLS = len(Stage) * BANDS
"""Combinations of stage and band of age."""


@dataclass(frozen=True)
class Tally:
    """Counts of the requests that pass some filters; arrays are indexed by code."""

    version: str
    filters: Filters
    facets: Mapping[str, Counts]
    """By dimension or layer: the counts under all *other* filters; of `age`, by band; of
    `waiting`, by combination of `Waiting`, and only where that is told."""
    areas: Mapping[str, Counts]
    """By layer: the counts under all filters; codes past the areas are `Unplaced` reasons."""
    agencies: Counts
    """Agency x stage x band of age, under all filters."""
    categories: Counts
    """Category x stage x band of age, under all filters."""
    set_apart: int
    """Requests of set-apart services under the other filters, whether shown or not."""
    duplicates: int
    """Duplicates and deletions that pass all filters."""
    oldest_day: int | None
    newest_day: int | None

    @property
    def table(self) -> Counts:
        """Stage x band of age."""
        summed: Counts = self.agencies.sum(axis=0)
        return summed

    @property
    def total(self) -> int:
        """All requests that pass the filters."""
        return int(self.agencies.sum())


def tally(snapshot: Snapshot, filters: Filters) -> Tally:
    """Count everything that a screen shows for some filters.

    Raises:
        UnknownValue: the filters name a boundary layer that the snapshot does not have.
    """
    counter = _Counter(snapshot, filters)
    for part in parts(snapshot, filters):
        for rows in part.chunks():
            counter.add(part, rows)
    return counter.result()


def _waiting_reported(snapshot: Snapshot, filters: Filters) -> Counts:
    """Count how the open ones among what was reported wait: the history has no such column."""
    asked = replace(filters, measure=Measure.OPEN)
    found, counts = sieve(snapshot, asked), _zeros(WAITS)
    for part in parts(snapshot, asked):
        for rows in part.chunks():
            _count(counts, part.table["waiting"][found.passing(part, rows)])
    return counts


class _Counter:
    """The counts while the rows are gone through, chunk by chunk."""

    def __init__(self, snapshot: Snapshot, filters: Filters) -> None:
        self.snapshot, self.filters = snapshot, filters
        self.sieve = sieve(snapshot, filters)
        self.sizes = _sizes(snapshot)
        self.facets = {name: _zeros(self.sizes[name]) for name in _filtered(filters)}
        self.plain = {name: _zeros(self.sizes[name]) for name in self._plain_names()}
        self.agencies = _zeros(self.sizes["agency"] * CELLS)
        self.services = _zeros(self.sizes["service"] * CELLS)
        self.set_apart_hidden = 0
        self.duplicates = 0
        self.days: list[int] = []

    def add(self, part: Part, rows: slice) -> None:
        """Count one slice of rows."""
        failed = self.sieve.fails(part, rows)
        bits = self.sieve.bits
        chunk = _Chunk(self.snapshot, part, rows)
        self._add_shown(chunk, np.flatnonzero(failed == 0))
        for name, counts in self.facets.items():
            others = failed & np.uint32(~bits[name] & 0xFFFFFFFF)
            _count(counts, chunk.codes(name, np.flatnonzero(others == 0)))
        self.duplicates += int(np.count_nonzero(failed == bits["standing"]))
        self.set_apart_hidden += int(np.count_nonzero(failed == bits["apart"]))

    def result(self) -> Tally:
        """Return the counts of all slices added."""
        words = self.snapshot.vocab
        if self.snapshot.waits and "waiting" not in self.plain:
            self.plain["waiting"] = _waiting_reported(self.snapshot, self.filters)
        services = self.services.reshape(-1, len(Stage), BANDS)
        categories = np.zeros((self.sizes["category"], len(Stage), BANDS), np.int64)
        np.add.at(categories, words.service_category, services)
        agencies = self.agencies.reshape(-1, len(Stage), BANDS)
        shown = {
            "service": services.sum(axis=(1, 2)),
            "category": categories.sum(axis=(1, 2)),
            "agency": agencies.sum(axis=(1, 2)),
            "stage": agencies.sum(axis=(0, 2)),
            "age": agencies.sum(axis=(0, 1)),
            **self.plain,
        }
        return Tally(
            version=self.snapshot.version,
            filters=self.filters,
            facets=shown | self.facets,
            areas={layer.id: shown[layer.id] for layer in self.snapshot.layers},
            agencies=agencies,
            categories=categories,
            set_apart=self.set_apart_hidden + int(shown["service"][words.service_apart].sum()),
            duplicates=self.duplicates,
            oldest_day=min(self.days, default=None),
            newest_day=max(self.days, default=None),
        )

    def _plain_names(self) -> tuple[str, ...]:
        """Return the dimensions that are counted by themselves, not with stage and age."""
        history = self.filters.measure is Measure.REPORTED and not self.filters.waiting
        waiting = ("waiting",) if self.snapshot.waits and not history else ()
        return ("channel", *waiting, *(layer.id for layer in self.snapshot.layers))

    def _add_shown(self, chunk: _Chunk, shown: Rows) -> None:
        """Count the rows that pass every filter."""
        if not len(shown):
            return
        cell = chunk.codes("stage", shown) * np.uint8(BANDS) + chunk.codes("age", shown)
        for name, counts in (("agency", self.agencies), ("service", self.services)):
            codes = chunk.codes(name, shown).astype(np.uint32) * np.uint32(CELLS) + cell
            _count(counts, codes)
        for name, counts in self.plain.items():
            _count(counts, chunk.codes(name, shown))
        days = chunk.column(chunk.part.day_column, shown)
        days = days[days != NO_DAY] if days.min() == NO_DAY else days
        if len(days):
            self.days += [int(days.min()), int(days.max())]


class _Chunk:
    """One slice of a part, whose columns are read only when asked for."""

    def __init__(self, snapshot: Snapshot, part: Part, rows: slice) -> None:
        self.snapshot, self.part, self.rows = snapshot, part, rows
        self.length = rows.stop - rows.start

    def column(self, name: str, chosen: Rows) -> NDArray[Any]:
        """Return a column of the chosen rows, counted from the start of the slice."""
        values = self.part.table[name][self.rows]
        return values if len(chosen) == self.length else values.take(chosen)

    def codes(self, dimension: str, chosen: Rows) -> NDArray[Any]:
        """Return the codes of a dimension or layer of the chosen rows; of `age`, the bands."""
        if dimension == "age":
            return self._bands(chosen)
        if dimension == "category":
            services = self.column("service", chosen)
            return self.snapshot.vocab.service_category.take(services)
        if dimension in ("service", "agency", "channel", "stage", "waiting"):
            return self.column(dimension, chosen)
        return self.column(f"area_{dimension}", chosen)

    def _bands(self, chosen: Rows) -> NDArray[np.uint8]:
        """Return the bands of age of the chosen rows; of few rows only those are worked out."""
        rows = self.rows if len(chosen) * 4 > self.length else chosen + self.rows.start
        found = bands_of(ages(self.part.table, rows, self.snapshot.meta.as_of_day))
        return found.take(chosen) if len(chosen) < len(found) else found


def _sizes(snapshot: Snapshot) -> dict[str, int]:
    """Return how many codes each dimension and layer has."""
    words = snapshot.vocab
    named = {name: len(words.of(name)) for name in ("service", "category", "agency", "channel")}
    layers = {layer.id: layer.codes for layer in snapshot.layers}
    return named | {"stage": len(Stage), "age": BANDS, "waiting": WAITS} | layers


def _filtered(filters: Filters) -> tuple[str, ...]:
    """Return the dimensions and layers on which there is a filter."""
    chosen = {
        "service": filters.services,
        "category": filters.categories,
        "agency": filters.agencies,
        "channel": filters.channels,
        "stage": filters.stages,
        "age": filters.ages,
        "waiting": filters.waiting,
    } | dict(filters.areas)
    return tuple(name for name, values in chosen.items() if values)


def _zeros(size: int) -> Counts:
    """Return counts of zero."""
    return np.zeros(size, np.int64)


def _count(counts: Counts, codes: NDArray[Any]) -> None:
    """Add to `counts`, in place, how often each code occurs."""
    counts += np.bincount(codes, minlength=len(counts))
