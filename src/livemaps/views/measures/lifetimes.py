"""The curves of the time to close as they are kept, and what they tell of one group or many.

What `measures/time_to_close.py` wrote is read back here; nothing is estimated, only looked up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livemaps.measures.contents import FamilyResult, Measures
from livemaps.measures.time_to_close import (
    HISTORY,
    HISTORY_LEVELS,
    LEAST_AT_RISK,
    NAME,
    NOBODY,
    RECENT,
    WAITING_SHARES,
    wider,
)
from livemaps.snapshot.columns import Column
from livemaps.statistics.survival import NOT_REACHED, Steps
from livemaps.statistics.survival_times import remaining
from livemaps.views.measures.groups import Group, Words


class Source(NamedTuple):
    """The curves of one level over one cohort."""

    cohort: str
    level: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """For groups asked about, by group: how those go on that are still open at some age."""

    source: NDArray[np.intp]
    """The place in `sources` of the curve that was used; `NOBODY`: none has enough at risk."""
    group: NDArray[np.intp]
    """The group of that curve."""
    at_risk: NDArray[np.int64]
    day: NDArray[np.int64]
    """By group and share of `WAITING_SHARES`: the day by which it is closed, or `NOT_REACHED`."""
    longest: NDArray[np.int64]
    """The longest that any request of the group that was used was followed."""


@dataclass(frozen=True)
class Lifetimes:
    """The time to close as it was computed."""

    measures: Measures

    @cached_property
    def result(self) -> FamilyResult:
        """What was kept. MeasuresPending where nothing was."""
        return self.measures.family(NAME)

    @cached_property
    def words(self) -> Words:
        """The names behind the codes."""
        return Words(self.measures.vocab, self.measures.layers)

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels of the recent cohort."""
        return tuple(self.result.facts["levels"])

    def array(self, source: Source, what: str) -> Column:
        """Return an array of a level over a cohort."""
        return self.result.arrays[f"{source.cohort}/{source.level}/{what}"]

    def told(self, level: str, what: str) -> Column:
        """Return an array of the recent cohort's level: `requests` or `told_days`."""
        return self.array(Source(RECENT, level), what)

    def steps(self, source: Source) -> Steps:
        """Return the curves of a level over a cohort."""
        columns = (self.array(source, what) for what in ("starts", "day", "at_risk", "survival"))
        return Steps(*columns)

    def speaker(self, level: str, code: int) -> tuple[str, int] | None:
        """Return the level and the group that speak for a group, None where none does."""
        place = int(self.told(level, "told_level")[code])
        if place == NOBODY:
            return None
        return self.levels[place], int(self.told(level, "told_group")[code])

    def size(self, level: str) -> int:
        """Return how many codes a level has."""
        return len(self.told(level, "requests"))

    def group(self, level: str, code: int) -> Group:
        """Return a group by its names."""
        return self.words.group(level, code)

    def sources(self, level: str, codes: NDArray[np.intp]) -> Iterator[tuple[Source, Column]]:
        """Yield the curves that may tell of groups, best first, each with their codes in it.

        A group's last two years, then its whole history, then the same of the wider groups. A
        negative code is of a group that has no such curve. `_fill` says when one is passed over.
        """
        areas = {layer.id: layer.codes for layer in self.measures.layers}
        while True:
            yield Source(RECENT, level), codes
            if level in HISTORY_LEVELS:
                yield Source(HISTORY, level), codes
            above = wider(self.measures.vocab, areas, level)
            if above is None:
                return
            level, parents = above
            codes = np.where(codes < 0, -1, parents[codes])

    def waiting(
        self, level: str, codes: NDArray[np.intp], age: int
    ) -> tuple[Waiting, list[Source]]:
        """Return how requests of some groups go on that are still open at the end of day `age`."""
        size = len(codes)
        found = Waiting(
            source=np.full(size, NOBODY, np.intp),
            group=np.zeros(size, np.intp),
            at_risk=np.zeros(size, np.int64),
            day=np.full((size, len(WAITING_SHARES)), NOT_REACHED),
            longest=np.full(size, NOT_REACHED),
        )
        used: list[Source] = []
        for source, groups in self.sources(level, codes):
            asked = np.flatnonzero((found.source == NOBODY) & (groups >= 0))
            if not len(asked):
                break
            used.append(source)
            self._fill(found, len(used) - 1, source, asked, groups[asked], age)
        return found, used

    def _fill(
        self, found: Waiting, place: int, source: Source, asked: Column, groups: Column, age: int
    ) -> None:
        """Note what a curve tells of the groups of which it has enough at risk.

        Two years that do not reach every share leave the answer to the whole history, if it is
        kept for the level: what lasts longer than two years is only seen in a longer time.
        """
        different, which = np.unique(groups, return_inverse=True)
        rest = remaining(
            self.steps(source), different, np.full(len(different), age), WAITING_SHARES
        )
        at_risk = rest.at_risk[which]
        enough = at_risk >= LEAST_AT_RISK
        if source.cohort == RECENT and source.level in HISTORY_LEVELS:
            enough &= (rest.day[which] != NOT_REACHED).all(axis=1)
        at = asked[enough]
        found.source[at], found.group[at] = place, groups[enough]
        found.at_risk[at], found.day[at] = at_risk[enough], rest.day[which[enough]]
        found.longest[at] = self.array(source, "longest")[groups[enough]]
