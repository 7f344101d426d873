"""Query text in SoQL (SODA 2.1), plain enough for any server that conforms.

Only comparisons, `in`, `not in`, `is null`, `and` and `or` are used; text stands in single
quotes, a quote in it doubled: https://dev.socrata.com/docs/queries/
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from livemaps.feeds.profile import Profile
from livemaps.model import Stage, day_date, day_number


def quoted(text: str) -> str:
    """Return a text literal."""
    return "'" + text.replace("'", "''") + "'"


def start_of(day: int) -> str:
    """Return the literal of a day's first moment, as a floating timestamp."""
    return quoted(f"{day_date(day).isoformat()}T00:00:00.000")


def listed(texts: Iterable[str]) -> str:
    """Return text literals for `in (…)`."""
    return ", ".join(map(quoted, texts))


def both(*conditions: str) -> str:
    """Return the conjunction of conditions; empty ones do not count."""
    given = [condition for condition in conditions if condition]
    return (
        " and ".join(f"({condition})" for condition in given) if len(given) > 1 else "".join(given)
    )


class Conditions:
    """The sets of requests that one city's feed is asked for, as `$where` texts."""

    def __init__(self, profile: Profile) -> None:
        """Take column names and the meaning of statuses from a profile."""
        self._fields = profile.fields
        # Whatever is not known to be resolved is asked for: a status that the profile does not
        # list counts as open, so it must be excluded by name, never merely left out of a list.
        self._resolved = _words(profile, lambda word: profile.meaning(word).stage == Stage.RESOLVED)
        self._not_open = _words(profile, lambda word: not profile.is_open(word))

    def unresolved(self) -> str:
        """Everything that is received or in progress, duplicates included."""
        return self._status_outside(self._resolved)

    def open(self) -> str:
        """The backlog: neither resolved nor duplicate nor deleted."""
        return self._status_outside(self._not_open)

    def _status_outside(self, words: tuple[str, ...]) -> str:
        column = self._fields.status
        if not words:
            return ""
        return f"{column} not in ({listed(words)}) or {column} is null"

    def live(self, since: int) -> str:
        """What the live set needs: everything unresolved, and what was requested or closed lately.

        `since` is the first day that counts as lately.
        """
        unresolved = self.unresolved()
        if not unresolved:
            return ""
        dates = (self._fields.requested_datetime, self._fields.closed_datetime)
        recent = [f"{column} >= {start_of(since)}" for column in dates if column]
        return " or ".join([unresolved, *recent])

    def requested(self, since: int, until: int) -> str:
        """Requested on the days from `since` until before `until`."""
        column = self._fields.requested_datetime
        return f"{column} >= {start_of(since)} and {column} < {start_of(until)}"

    def requested_in(self, month: str) -> str:
        """Requested in a month such as "2026-08"."""
        first = date.fromisoformat(f"{month}-01")
        following = (first + timedelta(days=31)).replace(day=1)
        return self.requested(day_number(first), day_number(following))

    def among(self, ids: Iterable[str]) -> str:
        """One of some ids."""
        return f"{self._fields.service_request_id} in ({listed(ids)})"


def _words(profile: Profile, chosen: Callable[[str], bool]) -> tuple[str, ...]:
    return tuple(word for word in profile.statuses if chosen(word))
