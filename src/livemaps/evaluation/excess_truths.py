"""Excesses planted in areas and in clusters of areas, and whether they are told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livemaps.evaluation.history import History
from livemaps.evaluation.plan import Plan, Tick, measured
from livemaps.evaluation.planting import excess
from livemaps.measures.contents import Measures
from livemaps.measures.expected_names import ALL, CATEGORY, FAMILY, PAST, SPOT_WINDOW
from livemaps.snapshot.columns import Column
from livemaps.statistics.verdicts import HOT, MORE

PURPOSE = 40

STRENGTHS = (1.5, 2.0)
CELLS = 8
"""Areas x categories that get an excess in one world, each another area and category."""
SIZES = ((10, 25), (25, 50), (50, 100), (100, 10_000))
"""Expected requests of a planted cell in the window, from and below."""
CLUSTERS = 2
"""Clusters of neighbours that get an excess in one world."""
LEAST_NEIGHBOURS = 4


@dataclass(frozen=True, slots=True)
class Truth:
    """One planted excess, and whether it was told."""

    kind: str
    """`area` or `cluster`."""
    times: float
    expected: float
    found: bool


def planted_on(
    plan: Plan, place: int, day: int, before: Measures, last: int, tick: Tick
) -> Iterator[Truth]:
    """Plant in a day's window, and say what of it is told."""
    layer = before.layers[0].id
    arrays = before.family(FAMILY).arrays
    if f"{layer}/{SPOT_WINDOW}/{PAST}/expected" not in arrays:
        return
    expected = arrays[f"{layer}/{SPOT_WINDOW}/{PAST}/expected"]
    groups = arrays[f"{layer}/{SPOT_WINDOW}/groups"]
    for at, times in enumerate(STRENGTHS):
        random = plan.random(PURPOSE, 1, place, at)
        cells = _cells(random, expected, groups)
        yield from _areas(plan, random, day, last, times, cells, expected, groups)
        tick()
        pairs = arrays.get(f"{layer}/pairs")
        if pairs is not None:
            yield from _clusters(plan, random, day, last, times, expected[:, 0], pairs)
        tick()


def _cells(random: np.random.Generator, expected: Column, groups: Column) -> list[tuple[int, int]]:
    """Choose areas and categories to plant in, spread over the sizes."""
    chosen: list[tuple[int, int]] = []
    categories = groups[:, 0] == CATEGORY
    for low, high in SIZES:
        fits = np.nan_to_num(expected) * categories
        where = np.argwhere((fits >= low) & (fits < high))
        for area, group in random.permutation(where).tolist():
            free = all(area != other and group != taken for other, taken in chosen)
            if free and sum(low <= expected[c] < high for c in chosen) < CELLS // len(SIZES):
                chosen.append((area, group))
    return chosen


def _in_cell(history: History, area: int, category: int) -> NDArray[np.bool_]:
    """Return which requests are of a category in an area of the finest layer."""
    vocab, layer = history.frame.vocab, history.frame.described[0].id
    service = history.lives["service"]
    of = vocab.service_category[service] == category
    mask: NDArray[np.bool_] = of & (history.areas(layer) == area) & ~vocab.service_apart[service]
    return mask


def _areas(
    plan: Plan,
    random: np.random.Generator,
    day: int,
    last: int,
    times: float,
    cells: Sequence[tuple[int, int]],
    expected: Column,
    groups: Column,
) -> Iterator[Truth]:
    """Plant an excess in each cell, and look for the word."""
    history = plan.history
    added = [
        excess(
            random,
            history.lives,
            _in_cell(history, area, int(groups[group, 1])),
            last - SPOT_WINDOW + 1,
            last,
            times,
        )
        for area, group in cells
    ]
    measures = _after(history, added, day)
    arrays, layer = measures.family(FAMILY).arrays, measures.layers[0].id
    said = arrays[f"{layer}/{SPOT_WINDOW}/{PAST}/word"]
    now = [tuple(row) for row in arrays[f"{layer}/{SPOT_WINDOW}/groups"].tolist()]
    for area, group in cells:
        at = now.index(tuple(groups[group].tolist()))
        yield Truth("area", times, float(expected[area, group]), bool(said[area, at] == MORE))


def _after(history: History, added: Iterable[np.ndarray], day: int) -> Measures:
    """Return what is measured on a day of the history with something added."""
    return measured(history.with_more(*added).on(day), [FAMILY])


def _clusters(
    plan: Plan,
    random: np.random.Generator,
    day: int,
    last: int,
    times: float,
    expected: Column,
    pairs: Column,
) -> Iterator[Truth]:
    """Plant an excess of all requests in areas and their neighbours, and look for the spots."""
    history, layer = plan.history, plan.history.frame.described[0].id
    centres = _centres(random, expected, pairs)
    area = history.areas(layer)
    apart = history.frame.vocab.service_apart[history.lives["service"]]
    added = [
        excess(
            random,
            history.lives,
            np.isin(area, _cluster(centre, pairs)) & ~apart,
            last - SPOT_WINDOW + 1,
            last,
            times,
        )
        for centre in centres
    ]
    arrays = _after(history, added, day).family(FAMILY).arrays
    spot = arrays[f"{layer}/{SPOT_WINDOW}/spots/spot"]
    which = arrays[f"{layer}/{SPOT_WINDOW}/groups"][arrays[f"{layer}/{SPOT_WINDOW}/spots"], 0]
    column = int(np.flatnonzero(which == ALL)[0])
    for centre in centres:
        total = float(np.nansum(expected[_cluster(centre, pairs)]))
        yield Truth("cluster", times, total, bool(spot[centre, column] == HOT))


def _cluster(centre: int, pairs: Column) -> NDArray[np.int64]:
    """Return an area with its neighbours."""
    near = pairs[(pairs == centre).any(axis=1)]
    return np.unique(np.append(near, centre)).astype(np.int64)


def _centres(random: np.random.Generator, expected: Column, pairs: Column) -> list[int]:
    """Choose areas with enough neighbours, far enough from each other to share none."""
    chosen: list[int] = []
    taken: set[int] = set()
    for centre in random.permutation(len(expected)).tolist():
        cluster = set(_cluster(centre, pairs).tolist())
        wide = len(cluster) > LEAST_NEIGHBOURS and expected[centre] >= SIZES[0][0]
        if wide and not cluster & taken and len(chosen) < CLUSTERS:
            chosen.append(centre)
            taken |= cluster
    return chosen
