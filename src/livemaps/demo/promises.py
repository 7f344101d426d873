"""What the simulated city promises: made up, since the real one publishes no service standards.

The days are chosen so that most requests, and not all, are done by then. Every screen of the demo
says that it is simulated.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from livemaps.feeds.profile import CalendarProfile, Counting, Standard

FIRST_YEAR, LAST_YEAR = 2012, 2035
"""The years whose holidays are known: from the first simulated request to well after the last."""

MONDAY = 0

_BUSINESS, _CALENDAR = Counting.BUSINESS, Counting.CALENDAR

STANDARDS = (
    Standard(category="WRS", days=3, counting=_BUSINESS),
    Standard(category="Parks", days=14, counting=_CALENDAR),
    Standard(service="Roads - Pothole Maintenance", days=2, counting=_BUSINESS),
    Standard(service="Roads - Snow and Ice Control", days=0, counting=_CALENDAR),
    Standard(service="Roads - Streetlight Maintenance", days=2, counting=_CALENDAR),
    Standard(service="Roads - Backlane Maintenance", days=60, counting=_CALENDAR),
    Standard(service="Bylaw - Snow and Ice on Sidewalk", days=8, counting=_CALENDAR),
    Standard(service="Bylaw - Noise Concerns", days=10, counting=_BUSINESS),
    Standard(service="Corporate - Graffiti Concerns", days=10, counting=_BUSINESS),
    Standard(service="AT - Property Tax Account Inquiry", days=3, counting=_BUSINESS),
)


def working_calendar() -> CalendarProfile:
    """Return the simulated city's days of work: Monday to Friday without general holidays."""
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    return CalendarProfile(holidays=tuple(day for year in years for day in _holidays(year)))


def _holidays(year: int) -> Iterator[date]:
    """Yield a year's holidays; those that move with Easter are left out."""
    yield date(year, 1, 1)
    yield _monday(year, 2, 15)
    yield _monday(year, 5, 18)
    yield date(year, 7, 1)
    yield _monday(year, 8, 1)
    yield _monday(year, 9, 1)
    yield _monday(year, 10, 8)
    yield date(year, 11, 11)
    yield date(year, 12, 25)
    yield date(year, 12, 26)


def _monday(year: int, month: int, day: int) -> date:
    """Return the first Monday on or after a day."""
    start = date(year, month, day)
    return start + timedelta((MONDAY - start.weekday()) % 7)
