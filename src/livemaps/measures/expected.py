"""More than expected: counts of areas against their own past, the city's mix and each other."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livemaps.feeds.plane import Plane
from livemaps.feeds.population import Population, load_population
from livemaps.measures.contents import FamilyResult
from livemaps.measures.expected_names import (
    ALL,
    CATEGORY,
    LEAST_IN_CLUSTER,
    LEAST_OF_SERVICE,
    MAIN_CATEGORIES,
    MIX,
    PAST,
    PER_RESIDENTS,
    SEED,
    SERVICE,
    SPOT_WINDOW,
    WINDOWS,
    YEARS,
)
from livemaps.measures.seasons import Window, window_of
from livemaps.measures.world import World
from livemaps.snapshot import SnapshotLayer
from livemaps.snapshot.columns import Column
from livemaps.statistics.discovery import q_values
from livemaps.statistics.expected import (
    LEAST_VARIANCE,
    Expectation,
    against_mix,
    against_past,
    words,
)
from livemaps.statistics.hotspots import HotSpots, hot_spots
from livemaps.statistics.neighbours import neighbour_pairs
from livemaps.statistics.smoothing import prior_of, smoothed, smoothed_interval

Floats = NDArray[np.float64]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Counted:
    """The requests of one window in the areas of a layer, [areas, groups]."""

    groups: NDArray[np.int32]
    """[groups, 2]: the kind and the code of the category or service."""
    now: Floats
    past: tuple[Floats, ...]
    totals: Floats
    """By area: all requests now, services set apart left out."""


def expected_of_world(world: World) -> FamilyResult:
    """Compare the areas of every layer in every window.

    Arrays are `<layer>/<window>/<name>`, [areas, groups] unless it says otherwise in
    docs/metrics.md; facts have the windows' days by window and what concerns a layer by layer.
    A window that begins before the day from which on every request is held has no arrays.
    """
    days = world.days
    windows = {size: window_of(days.complete, size, YEARS, days.since) for size in WINDOWS}
    arrays: dict[str, Column] = {}
    facts: dict[str, Any] = {
        "windows": {str(size): _window_facts(w) for size, w in windows.items()}
    }
    for layer in world.snapshot.layers:
        people = load_population(world.profile, layer.id, layer.keys)
        pairs = _pairs(world, layer)
        facts[layer.id] = _population_facts(people) | {"neighbours": pairs is not None}
        if pairs is not None:
            arrays[f"{layer.id}/pairs"] = pairs.astype(np.int32)
        if people is not None:
            arrays[f"{layer.id}/residents"] = _residents(layer, people)
        for size, window in windows.items():
            if window is None:
                continue
            counted = _counted(world, layer, window)
            found = _compared(counted, arrays.get(f"{layer.id}/residents"))
            if size == SPOT_WINDOW and pairs is not None:
                found |= _spots(counted, found, pairs)
            arrays |= {f"{layer.id}/{size}/{name}": column for name, column in found.items()}
    return FamilyResult(arrays, facts)


def _window_facts(window: Window | None) -> dict[str, Any] | None:
    """Return a window as facts, None where it is not wholly held."""
    return None if window is None else window.as_facts()


def _population_facts(people: Population | None) -> dict[str, Any]:
    """Return whose numbers they are, and what of the table did not match, which is logged too."""
    if people is None:
        return {"population": None}
    for sentence in people.trouble:
        _log.warning("%s", sentence)
    told = {
        "year": people.year,
        "licence": people.licence,
        "attribution": people.attribution,
        "missing": list(people.missing),
        "unknown": list(people.unknown),
        "unreadable": people.unreadable,
    }
    return {"population": told}


def _residents(layer: SnapshotLayer, people: Population) -> Floats:
    """Return the residents of each area, NaN where the table has none."""
    numbers: Mapping[str, int] = people.residents
    return np.array([numbers.get(key, np.nan) for key in layer.keys], np.float64)


def _pairs(world: World, layer: SnapshotLayer) -> NDArray[np.int64] | None:
    """Return which areas of a layer are neighbours, None where its polygons are not at hand."""
    for polygons in world.layers:
        keys = tuple(area.key for area in polygons.areas)
        if (polygons.profile.id, keys) == (layer.id, layer.keys):
            return neighbour_pairs(Plane.around(polygons.shapes).metres(polygons.shapes))
    return None


def _counted(world: World, layer: SnapshotLayer, window: Window) -> Counted:
    """Count a window and its earlier years by area and by every group that has enough."""
    by_service = [
        _by_service(world, layer, first, last) for first, last in (window.days, *window.past)
    ]
    vocab = world.snapshot.vocab
    counting = ~vocab.service_apart
    categories = _by_category(by_service, counting, vocab.service_category, len(vocab.category))
    totals = [table[counting].sum(axis=0) for table in by_service]
    kept = np.flatnonzero(by_service[0].sum(axis=1) >= LEAST_OF_SERVICE)
    kept = kept[kept > 0]
    used = np.flatnonzero(sum(table.sum(axis=1) for table in categories) > 0)
    used = used[used > 0]
    groups = [(ALL, 0), *((CATEGORY, code) for code in used), *((SERVICE, code) for code in kept)]
    now, *past = (
        np.concatenate([total[np.newaxis], category[used], service[kept]]).T
        for total, category, service in zip(totals, categories, by_service, strict=True)
    )
    return Counted(np.array(groups, np.int32), now, tuple(past), totals[0])


def _by_service(world: World, layer: SnapshotLayer, first: int, last: int) -> Floats:
    """Count the requests of some days, both included, [services, areas]."""
    requested = world.column("requested_day")
    rows = np.flatnonzero((requested >= first) & (requested <= last))
    services = len(world.snapshot.vocab.service)
    cells = world.column("service")[rows].astype(np.int64) * layer.codes
    cells += world.column(layer.column)[rows]
    counts = np.bincount(cells, minlength=services * layer.codes)
    return counts.reshape(services, layer.codes)[:, : len(layer.keys)].astype(np.float64)


def _by_category(
    tables: Sequence[Floats], counting: NDArray[np.bool_], category: Column, size: int
) -> list[Floats]:
    """Add up services by category, [categories, areas], those set apart left out."""
    added = [np.zeros((size, table.shape[1])) for table in tables]
    for sums, table in zip(added, tables, strict=True):
        np.add.at(sums, category[counting], table[counting])
    return added


def _compared(counted: Counted, residents: Column | None) -> dict[str, Column]:
    """Return everything told of one layer and window but hot spots."""
    found: dict[str, Column] = {
        "groups": counted.groups,
        "observed": counted.now.astype(np.int32),
    }
    if counted.past:
        found |= _judged(PAST, counted, against_past(counted.now, counted.past))
    mix = against_mix(counted.now, counted.totals)
    mix.mean[:, 0], mix.p[:, 0] = np.nan, np.nan
    found |= _judged(MIX, counted, mix)
    if residents is not None:
        found |= _rates(counted.now, residents)
    return found


def _judged(basis: str, counted: Counted, against: Expectation) -> dict[str, Column]:
    """Return smoothed ratios, q and words against one expectation.

    The family of tests is all areas x (all requests and categories), and again x services.
    """
    given = np.nan_to_num(against.mean)
    prior = prior_of(counted.now, given, LEAST_VARIANCE)
    ratio = smoothed(counted.now, given, prior)
    low, high = smoothed_interval(counted.now, given, prior)
    services = counted.groups[:, 0] == SERVICE
    q = np.full(against.p.shape, np.nan)
    for family in (~services, services):
        q[:, family] = q_values(against.p[:, family])
    parts = {
        "expected": against.mean,
        "smoothed": ratio,
        "low": low,
        "high": high,
        "p": against.p,
        "q": q,
        "word": words(ratio, q),
        "dispersion": against.dispersion,
        "prior": np.stack([prior.mean, prior.variance]),
    }
    return {f"{basis}/{name}": column for name, column in parts.items()}


def _rates(now: Floats, residents: Column) -> dict[str, Column]:
    """Return requests per 1,000 residents, as counted and smoothed; NaN without residents."""
    thousands = np.nan_to_num(residents)[:, np.newaxis] / PER_RESIDENTS
    exposure = np.broadcast_to(thousands, now.shape)
    peopled = exposure > 0
    crude = np.divide(now, exposure, out=np.full(now.shape, np.nan), where=peopled)
    drawn = smoothed(now, exposure, prior_of(now, exposure))
    return {"rate": crude, "rate_smoothed": np.where(peopled, drawn, np.nan)}


def _spots(
    counted: Counted, found: Mapping[str, Column], pairs: NDArray[np.int64]
) -> dict[str, Column]:
    """Return hot spots of the main groups, [areas, main groups]; `spots` says which they are."""
    basis = PAST if counted.past else MIX
    main = _main(counted, basis)
    each = [_spots_of(found, basis, group, pairs) for group in main]
    names = ("z", "z_p", "z_q", "moran", "moran_p", "moran_q", "spot", "cluster")
    areas = len(counted.totals)
    told = {
        f"spots/{name}": np.stack([getattr(spots, name) for spots in each], axis=1)
        if each
        else np.zeros((areas, 0))
        for name in names
    }
    return {"spots": np.array(main, np.int32), **told}


def _main(counted: Counted, basis: str) -> list[int]:
    """Return the positions of all requests (not against the mix) and the largest categories."""
    categories = np.flatnonzero(counted.groups[:, 0] == CATEGORY)
    sizes = counted.now[:, categories].sum(axis=0)
    largest = categories[np.argsort(-sizes, kind="stable")][:MAIN_CATEGORIES]
    return [*([0] if basis == PAST else []), *sorted(largest.tolist())]


def _spots_of(
    found: Mapping[str, Column], basis: str, group: int, pairs: NDArray[np.int64]
) -> HotSpots:
    """Return the hot spots of the logarithm of a group's smoothed ratios."""
    expected = np.nan_to_num(found[f"{basis}/expected"][:, group])
    ratio = found[f"{basis}/smoothed"][:, group]
    known = (expected >= LEAST_IN_CLUSTER) & (np.nan_to_num(ratio) > 0)
    values = np.where(known, np.log(np.where(known, ratio, 1.0)), np.nan)
    return hot_spots(values, pairs, SEED)
