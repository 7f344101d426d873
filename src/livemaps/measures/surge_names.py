"""What family `surge` keeps, by the names that the web's side reads it by: numpy and no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from livemaps.errors import UnknownValue
from livemaps.measures.contents import Measures
from livemaps.snapshot.columns import Column
from livemaps.statistics.verdicts import SurgeWord

FAMILY = "surge"

FIGURES = ("observed", "expected", "corrected", "low", "high", "p", "q", "word")
"""An array of each level for each of these, [groups, windows]."""

NOT_JUDGED = frozenset({"channel"})
"""Levels without surges of their own: how requests come in says nothing of the city."""

Word = SurgeWord
"""What is said of a group, as array `word` has it."""


@dataclass(frozen=True, slots=True)
class Windows:
    """The judged windows in the order of the columns: each day, then the week."""

    first: int
    """The first judged day: six days before the newest complete one."""
    complete: int
    """The newest complete day, the last of the week."""
    last: int
    """The last judged day; those after `complete` are still being filled."""

    @property
    def days(self) -> range:
        """The judged days."""
        return range(self.first, self.last + 1)

    @property
    def week(self) -> int:
        """The column of the week."""
        return len(self.days)

    def of(self, column: int) -> tuple[int, int]:
        """Return the first and the last day of a window."""
        if column == self.week:
            return self.first, self.complete
        return self.first + column, self.first + column


def windows_of(measures: Measures) -> Windows:
    """Return the judged windows. Raises MeasuresPending."""
    facts = measures.family(FAMILY).facts
    return Windows(facts["first_day"], facts["complete_day"], facts["last_day"])


def figures_at(measures: Measures, level: str) -> Mapping[str, Column]:
    """Return the figures of a level, each [groups, windows].

    Raises:
        UnknownValue: surges are not told by this level.
        MeasuresPending: they are not computed yet.
    """
    arrays = measures.family(FAMILY).arrays
    if f"{level}/word" not in arrays:
        known = [name.removesuffix("/word") for name in arrays if name.endswith("/word")]
        raise UnknownValue("by", level, f"choose one of {', '.join(known)}")
    return {name: arrays[f"{level}/{name}"] for name in FIGURES}
