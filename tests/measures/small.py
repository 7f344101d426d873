"""Families that count, for tests of what computes, keeps and reads measures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from livemaps.measures.compute import compute_measures
from livemaps.measures.contents import FamilyResult, MeasuresMeta
from livemaps.measures.families import Family
from livemaps.measures.world import World
from tests.snapshot.hamlet import Hamlet


def counting(world: World) -> FamilyResult:
    """Count the rows by service."""
    counts = np.bincount(world.column("service"), minlength=world.level("service").size)
    return FamilyResult(
        {"by_service": counts, "table/of/two": np.zeros((2, 3), np.float32)},
        {"rows": np.int64(world.rows), "share": np.float64(0.5), "names": ["a", "b"], "none": None},
    )


def failing(world: World) -> FamilyResult:
    """Fail as a family does that meets what it did not expect."""
    raise ValueError(f"{world.rows} rows are too few")


def nothing(_: World) -> FamilyResult:
    """Give neither arrays nor facts."""
    return FamilyResult()


COUNTING = Family("counting", counting)
FAILING = Family("failing", failing)
NOTHING = Family("nothing", nothing)


def noting(name: str, seen: list[str], then: Callable[[], object] = lambda: None) -> Family:
    """Return a family that notes when it is computed, and does something then."""

    def compute(_: World) -> FamilyResult:
        seen.append(name)
        then()
        return FamilyResult()

    return Family(name, compute)


def measured(hamlet: Hamlet, *families: Family) -> MeasuresMeta:
    """Compute and publish families of what a hamlet shows."""
    return compute_measures(
        hamlet.snapshot(),
        hamlet.city,
        hamlet.areas,
        hamlet.data_dir,
        clock=lambda: hamlet.now,
        families=families or (COUNTING,),
    )
