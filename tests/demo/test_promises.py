"""What the simulated city promises, and how often it keeps its word."""

from __future__ import annotations

from datetime import date

import numpy as np

from livemaps.demo.births import Facts
from livemaps.demo.profile import demo_profile
from livemaps.demo.promises import STANDARDS, working_calendar
from livemaps.feeds.profile import calendar_warnings
from livemaps.measures.standards import calendar_of, promises_of
from livemaps.statistics.standards import due_days


def test_every_standard_is_of_a_service_or_category_that_the_city_has(facts: Facts) -> None:
    profile = demo_profile("http://127.0.0.1:9")
    names = facts.services.names
    of_services = {profile.standard(name) for name in names}
    assert set(profile.standards) <= of_services
    assert profile.simulated


def test_most_and_not_all_of_what_is_due_is_done_in_time(
    facts: Facts, cohort: np.ndarray, snapshot_day: int
) -> None:
    profile = demo_profile("http://127.0.0.1:9")
    names = facts.services.names
    standard = np.array(
        [STANDARDS.index(own) if (own := profile.standard(name)) else -1 for name in names]
    )[cohort["service"]]
    nothing = np.full(len(cohort), -1)
    found = due_days(
        cohort["requested"], nothing, standard, promises_of(profile), calendar_of(profile)
    )
    due = (found.day >= 0) & (found.day <= snapshot_day)
    for at, promised in enumerate(STANDARDS):
        mine = due & (standard == at)
        share = (cohort["closed"][mine] <= found.day[mine]).mean()
        assert 0.60 <= share <= 0.95, f"{promised.service or promised.category}: {share:.3f}"
    assert found.uncovered == 0


def test_the_holidays_cover_every_simulated_year_and_are_told() -> None:
    calendar = working_calendar()
    assert calendar.years == (2012, 2035)
    assert {day for day in calendar.holidays if day.year == 2026} == {
        date(2026, 1, 1),
        date(2026, 2, 16),
        date(2026, 5, 18),
        date(2026, 7, 1),
        date(2026, 8, 3),
        date(2026, 9, 7),
        date(2026, 10, 12),
        date(2026, 11, 11),
        date(2026, 12, 25),
        date(2026, 12, 26),
    }
    (warning,) = calendar_warnings(demo_profile("http://127.0.0.1:9"))
    assert "2012 to 2035" in warning
