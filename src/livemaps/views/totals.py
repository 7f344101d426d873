"""How many requests each measure would show under the same filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from livemaps.model import Filters, Measure
from livemaps.snapshot import Snapshot, reported_by, reported_by_service_and
from livemaps.views.masks import parts, sieve

FEW_ROWS = 500_000
"""Rows that may be counted one by one beside a screen: about two milliseconds."""


def measure_totals(
    snapshot: Snapshot, filters: Filters, known: Mapping[Measure, int]
) -> dict[Measure, int | None]:
    """Return the total of each measure under the filters; `known` ones are taken over.

    Counting years of reports one by one takes longer than a visitor waits: where neither a
    cube answers nor the dates leave few rows, a total is None, until that measure is chosen.
    """
    totals: dict[Measure, int | None] = dict(known)
    for measure in Measure:
        if measure not in totals:
            totals[measure] = cheap_total(snapshot, replace(filters, measure=measure))
    return totals


def total(snapshot: Snapshot, filters: Filters) -> int:
    """Count the requests that pass the filters, row by row."""
    found = sieve(snapshot, filters)
    counts = (
        np.count_nonzero(found.fails(part, rows) == 0)
        for part in parts(snapshot, filters)
        for rows in part.chunks()
    )
    return int(sum(counts))


def cheap_total(snapshot: Snapshot, filters: Filters) -> int | None:
    """Return a total from the cubes or a short count, None where neither will do."""
    rows = sum(part.end - part.start for part in parts(snapshot, filters))
    if rows <= FEW_ROWS:
        return total(snapshot, filters)
    return _total_from_cubes(snapshot, filters)


def _total_from_cubes(snapshot: Snapshot, filters: Filters) -> int | None:
    """Return a total of reports from the cubes, None where the filters go beyond them."""
    found = sieve(snapshot, filters)
    if found.band_bits is not None:
        return None
    shown = {column: bits == 0 for column, bits in found.lookups if column != "standing"}
    since, until = filters.since, filters.until
    if shown.keys() <= {"service"}:
        by_service = reported_by(snapshot, "service", since, until)
        return int(by_service[shown.get("service", slice(None))].sum())
    if len(shown) == 1 and (column := next(iter(shown))) in snapshot.cubes.by_day:
        return int(reported_by(snapshot, column, since, until)[shown[column]].sum())
    areas = [column for column in shown if column in snapshot.cubes.by_month]
    if len(areas) == 1 and shown.keys() <= {"service", areas[0]}:
        both = reported_by_service_and(snapshot, areas[0], since, until)
        return int(both[shown.get("service", slice(None))][:, shown[areas[0]]].sum())
    return None
