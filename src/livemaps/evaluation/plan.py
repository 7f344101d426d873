"""What an evaluation is made with, and what one experiment of it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import cached_property

import numpy as np

from livemaps.demo.durations import STRANDED_MOST
from livemaps.evaluation.history import History
from livemaps.evaluation.report import Section
from livemaps.measures.contents import FamilyResult, Measures, MeasuresMeta
from livemaps.measures.families import FAMILIES
from livemaps.measures.world import World
from livemaps.model import day_date

DEFAULT_ROWS = 2_000_000
"""With the default years: as many requests a day as the real city has."""
DEFAULT_YEARS = 4
DEFAULT_SEED = 311
DEFAULT_TRIALS = 12

MONTH = 30
"""Days from one origin to the next."""

QUARTER = 91
"""Days after an origin whose requests are followed: three months."""


@dataclass(frozen=True)
class Plan:
    """One evaluation: of which history, with which chance, how thoroughly."""

    history: History
    seed: int = DEFAULT_SEED
    trials: int = DEFAULT_TRIALS
    """On how many days, or with how many plantings, each chance is measured."""
    simulated: bool = True
    calm: History | None = None
    """The same city without snowfalls: nothing happens in it that was not planted."""

    @property
    def quiet(self) -> History:
        """The history to plant in: the calm one where there is one."""
        return self.history if self.calm is None else self.calm

    @cached_property
    def last_day(self) -> int:
        """The day of the last world: the day after the newest request was published."""
        return int(self.history.lives["requested"][-1]) + 1

    @property
    def truth_days(self) -> int:
        """How far beyond the last day the truth is known: to the end of every life, or not at all."""
        return STRANDED_MOST if self.simulated else 0

    def random(self, *purpose: int) -> np.random.Generator:
        """Return the random numbers of one purpose: independent of all others."""
        return np.random.default_rng([self.seed, *purpose])


Tick = Callable[[], None]
"""Called when a step of an experiment is done."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """One experiment: a section of the document."""

    name: str
    steps: Callable[[Plan], int]
    """How often it calls its tick."""
    run: Callable[[Plan, Tick], Section]


def measured(world: World, families: Iterable[str]) -> Measures:
    """Return some families' measures of a world, as a page would read them.

    Raises:
        KeyError: there is no such family.
    """
    known = {family.name: family for family in FAMILIES}
    results = {name: known[name].compute(world) for name in families}
    return as_read(world, results)


def as_read(world: World, results: dict[str, FamilyResult]) -> Measures:
    """Return results as measures that look-ups take."""
    meta = world.snapshot.meta
    described = MeasuresMeta(
        id=meta.version,
        snapshot=meta.version,
        city=meta.city,
        as_of_day=world.days.as_of,
        data_day=world.days.data,
        complete_day=world.days.complete,
        sequence=meta.sequence,
        rules=meta.rules,
        database=meta.database,
        computed=datetime.combine(day_date(world.days.as_of), time(12), UTC),
        seconds=0.0,
        left_out=world.left_out,
    )
    return Measures(described, world.snapshot.vocab, world.snapshot.layers, results)


def day_text(day: int) -> str:
    """Write a day for people."""
    return day_date(day).isoformat()
