"""Windows of days that end with the last complete one, and the same season in earlier years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from livemaps.model import day_date, day_number

Span = tuple[int, int]
"""A first and a last day, both included."""


@dataclass(frozen=True, slots=True)
class Window:
    """Some days, and as many that end on the same calendar day of earlier years."""

    days: Span
    past: tuple[Span, ...]
    """The latest year first; only years of which every request is held."""

    def as_facts(self) -> dict[str, Any]:
        """Return the days as dates."""
        return {"days": _dates(self.days), "past": [_dates(span) for span in self.past]}


def window_of(last: int, size: int, years: int, since: int) -> Window | None:
    """Return the `size` days that end with `last`, with up to `years` earlier years.

    `since` is the first day from which on every request is held: an earlier year that begins
    before it is left out, and the answer is None where the window itself does.
    """
    first = last - size + 1
    if first < since:
        return None
    ends = (years_before(last, year) for year in range(1, years + 1))
    spans = tuple((end - size + 1, end) for end in ends)
    return Window((first, last), tuple(span for span in spans if span[0] >= since))


def years_before(day: int, years: int) -> int:
    """Return the same calendar day of an earlier year; 28 February for the 29th where needed."""
    then = day_date(day)
    try:
        return day_number(then.replace(year=then.year - years))
    except ValueError:
        return day_number(date(then.year - years, 2, 28))


def _dates(span: Span) -> list[str]:
    return [day_date(day).isoformat() for day in span]
