"""The filters' options with their counts, and the search for services by text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from livemaps.model import AGE_BANDS, Filters, Stage, Waiting
from livemaps.snapshot import Snapshot, SnapshotLayer, Vocabulary
from livemaps.views.known import Known
from livemaps.views.search import NO_MATCH, Wanted
from livemaps.views.tally import Tally, tally
from livemaps.views.totals import measure_totals
from livemaps.views.values import Facet, Facets, Option

MOST_SERVICES = 30
"""Services offered without a search; Calgary has over a thousand."""

Counts = NDArray[np.int64]
NamedCount = tuple[str, str, int]
"""Value, label and count of an option."""


def facets(snapshot: Snapshot, filters: Filters, counted: Tally | None = None) -> Facets:
    """Return every filter's options, each counted given all other filters.

    `counted` is the tally of the same filters where it is at hand.
    """
    counted = counted or tally(snapshot, filters)
    found = [
        _named(snapshot, counted, "category", filters.categories),
        _named(snapshot, counted, "service", filters.services, MOST_SERVICES),
        _named(snapshot, counted, "agency", filters.agencies),
        _named(snapshot, counted, "channel", filters.channels),
        _stages(counted),
        _ages(counted),
        *(_waiting(snapshot.waits, counted) if snapshot.waits else ()),
        *(_areas(layer, counted) for layer in snapshot.layers),
    ]
    by_dimension = MappingProxyType({facet.dimension: facet for facet in found})
    totals = measure_totals(snapshot, filters, {filters.measure: counted.total})
    return Facets(snapshot.version, by_dimension, counted.set_apart, MappingProxyType(totals))


def service_options(
    snapshot: Snapshot,
    known: Known,
    filters: Filters,
    text: str,
    limit: int = 20,
    counted: Tally | None = None,
) -> tuple[Option, ...]:
    """Return the services whose name holds every word of a text, most frequent first.

    Case and accents do not matter. Counts are as in the facet of services; services without a
    request under the other filters come last, so that a search never seems to miss a name.
    """
    counted = counted or tally(snapshot, filters)
    wanted = Wanted.of(known, text)
    counts = counted.facets["service"].tolist()
    found = [
        (name.value, name.label, counts[name.code])
        for name in known.findable
        if name.kind == "service" and wanted.rank(name) < NO_MATCH
    ]
    return _options(sorted(found, key=_by_count), filters.services)[:limit]


def _by_count(option: NamedCount) -> tuple[int, str]:
    """Sort the most frequent first, then by label."""
    return -option[2], option[1]


def _options(named: Iterable[NamedCount], chosen: frozenset[str]) -> tuple[Option, ...]:
    """Turn names and counts into options."""
    return tuple(Option(value, label, count, value in chosen) for value, label, count in named)


def _named(
    snapshot: Snapshot,
    counted: Tally,
    dimension: str,
    chosen: frozenset[str],
    most: int | None = None,
) -> Facet:
    """Return the facet of a vocabulary: names with a count, most frequent first, chosen always."""
    counts = counted.facets[dimension]
    vocabulary: Vocabulary = snapshot.vocab.of(dimension)
    codes = vocabulary.codes
    present = [(vocabulary.names[code], int(counts[code])) for code in np.flatnonzero(counts)]
    found = [(name, name, count) for name, count in present if name]
    found.sort(key=_by_count)
    shown = [option for rank, option in enumerate(found) if most is None or rank < most]
    values = {value for value, _, _ in shown}
    missing = sorted(name for name in chosen if name not in values and name in codes)
    shown += [(name, name, int(counts[codes[name]])) for name in missing]
    blank = sum(count for name, count in present if not name)
    left_out = len(found) - sum(1 for _, _, count in shown if count)
    return Facet(dimension, _options(shown, chosen), int(counts.sum()), left_out, blank)


def _stages(counted: Tally) -> Facet:
    """Return the facet of stages: all three, in their order."""
    names = [stage.name.lower() for stage in Stage]
    return _fixed("stage", names, counted.facets["stage"], counted.filters.stages)


def _ages(counted: Tally) -> Facet:
    """Return the facet of age bands: all of them, youngest first."""
    names = [band.key for band in AGE_BANDS]
    return _fixed("age", names, counted.facets["age"], counted.filters.ages)


def _waiting(told: Waiting, counted: Tally) -> Iterator[Facet]:
    """Yield the facet of how open requests wait: what can be told in this city."""
    counts, chosen = counted.facets["waiting"], counted.filters.waiting
    combined = np.arange(len(counts))
    named = [
        (kind.name.lower(), kind.name.lower(), int(counts[(combined & kind) > 0].sum()))
        for kind in Waiting
        if kind in told and kind.name
    ]
    yield Facet("waiting", _options(named, chosen), int(counts[1:].sum()))


def _fixed(dimension: str, names: list[str], counts: Counts, chosen: frozenset[str]) -> Facet:
    """Return a facet whose options are always the same, in a fixed order."""
    named = zip(names, names, counts.tolist(), strict=True)
    return Facet(dimension, _options(named, chosen), int(counts.sum()))


def _areas(layer: SnapshotLayer, counted: Tally) -> Facet:
    """Return the facet of a boundary layer: all areas, and what lies in none if there is any."""
    counts = counted.facets[layer.id].tolist()
    chosen = counted.filters.area(layer.id)
    areas = zip(layer.keys, layer.area_names, counts[: len(layer.keys)], strict=True)
    reasons = [
        (value, value, counts[code])
        for value, code in layer.code_of.items()
        if code >= len(layer.keys) and (counts[code] or value in chosen)
    ]
    return Facet(layer.id, _options([*areas, *reasons], chosen), sum(counts))
