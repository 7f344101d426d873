"""The log of refreshes: what happened is in sight, and what did not takes one row."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from livemaps.model import Outcome, Refresh
from tests.web.conftest import NOW, TextOf, Town, named

CHECKED = NOW - timedelta(hours=2)


def checked(minutes: int, outcome: Outcome = Outcome.UNCHANGED, **counts: Any) -> Refresh:
    """Return a refresh some minutes after the first one."""
    moment = CHECKED + timedelta(minutes=minutes)
    return Refresh(outcome, moment, moment, **counts)


def rows_of_the_log(town: Town, text_of: TextOf, *refreshes: Refresh) -> list[str]:
    """Return the rows of the log of refreshes, newest first as the refresher keeps them."""
    town.say(refreshes=tuple(reversed(refreshes)))
    drawn = town.ask("status", url="")["status"]["tree"]
    return [text_of(row) for row in named(named(drawn, "tbody"), "tr")]


def test_refreshes_that_brought_nothing_are_one_row(town: Town, text_of: TextOf) -> None:
    quiet = [checked(minutes) for minutes in range(5, 65, 5)]
    first, last = checked(0, Outcome.OK, received=7), checked(65, Outcome.FAILED, error="time-out")
    rows = rows_of_the_log(town, text_of, first, *quiet, last)
    assert len(rows) == 3
    assert "time-out" in rows[0]
    assert "12 checks, nothing new" in rows[1]
    assert re.search(r"Oct 4, 2024, 4:10\sAM to 5:05\sAM", rows[1])


def test_a_refresh_with_something_to_tell_keeps_its_row(town: Town, text_of: TextOf) -> None:
    odd = checked(10, rejected=3), checked(20, trouble=("a column is missing",))
    rows = rows_of_the_log(town, text_of, checked(5), odd[0], checked(15), odd[1], checked(25))
    assert len(rows) == 5


def test_a_quiet_night_is_told_with_both_days(town: Town, text_of: TextOf) -> None:
    (row,) = rows_of_the_log(town, text_of, checked(-600), checked(5))
    assert re.search(r"Oct 3, 2024, .* to Oct 4, 2024, .*2 checks, nothing new", row)
