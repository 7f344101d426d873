"""How refreshing goes: what state the last refreshes add up to, told to the page and to the log.

A failure is logged once when it starts and once when it ends, and so is trouble; in between the
status file says how long it has lasted.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from livemaps.errors import SnapshotDamaged
from livemaps.model import Outcome, Refresh
from livemaps.status import (
    REFRESHES_SHOWN,
    CatchUpLeft,
    Progress,
    State,
    Status,
    moment_to_json,
    read_status,
    write_status,
)

logger = logging.getLogger(__name__)


class Health:
    """Keeps `status.json` of one data folder up to date. `city` is for the log."""

    def __init__(self, data_dir: Path, city: str) -> None:
        self._data_dir = data_dir
        self._city = city
        self.status = self._last_known()

    def first_start(self, done: int, expected: int | None) -> None:
        """Tell how far the first fetch is, in pages."""
        if self.status.state is State.FIRST_START:
            self._write(replace(self.status, progress=Progress(done, expected)))

    def succeeded(
        self,
        refresh: Refresh,
        *,
        published: datetime | None,
        newest_day: int | None,
        rejected_total: int,
    ) -> None:
        """Take in a refresh that succeeded, with or without trouble."""
        before = self.status
        self._log_success(before, refresh)
        self._write(
            replace(
                before,
                state=state_after(before.state, refresh),
                version=refresh.snapshot,
                progress=None,
                last_checked=refresh.finished,
                last_success=refresh.finished,
                published=published or before.published,
                newest_day=newest_day,
                consecutive_failures=0,
                failing_since=None,
                error=None,
                error_kind=None,
                trouble=refresh.trouble,
                rejected_total=rejected_total,
                refreshes=_newest(refresh, before),
            )
        )

    def failed(self, refresh: Refresh, error: Exception) -> None:
        """Take in a refresh that failed: all that is known of good data stays as it was."""
        before = self.status
        if before.state is not State.FAILING:
            logger.error(
                "%s: refreshing fails, the last good data stays in place: %s", self._city, error
            )
        self._write(
            replace(
                before,
                state=State.FAILING,
                progress=None,
                last_checked=refresh.finished,
                consecutive_failures=before.consecutive_failures + 1,
                failing_since=before.failing_since or refresh.started,
                error=refresh.error,
                error_kind=type(error).__name__,
                refreshes=_newest(refresh, before),
            )
        )

    def trouble(self, trouble: tuple[str, ...]) -> None:
        """Take in trouble that came up between two refreshes; the next one tells when it ends."""
        added = tuple(sentence for sentence in trouble if sentence not in self.status.trouble)
        if not added:
            return
        for sentence in added:
            logger.warning("%s: %s", self._city, sentence)
        failing = self.status.state is State.FAILING
        self._write(
            replace(
                self.status,
                state=State.FAILING if failing else State.PARTIAL,
                trouble=self.status.trouble + added,
            )
        )

    def catching_up(self, left: CatchUpLeft | None) -> None:
        """Tell how much is left of what the portal rewrote; None when it is all there."""
        if left != self.status.catch_up:
            self._write(replace(self.status, catch_up=left))

    def interrupted(self) -> None:
        """Take in that the process ends: nothing is under way and nothing is scheduled."""
        self._write(replace(self.status, progress=None, next_check=None))

    def expect(self, next_check: datetime | None) -> None:
        """Tell when the next refresh is due."""
        self._write(replace(self.status, next_check=next_check))

    def _last_known(self) -> Status:
        """Go on from what the process before wrote."""
        try:
            status = read_status(self._data_dir) or Status(State.FIRST_START)
        except SnapshotDamaged as error:
            logger.warning("%s: %s", self._city, error)
            status = Status(State.FIRST_START)
        return replace(status, progress=None, next_check=None)

    def _write(self, status: Status) -> None:
        self.status = status
        try:
            write_status(self._data_dir, status)
        except OSError as error:
            # Refreshing goes on: where the disk is full the refresh has said so already.
            logger.warning("%s: the status file cannot be written: %s", self._city, error)

    def _log_success(self, before: Status, refresh: Refresh) -> None:
        if before.state is State.FAILING and before.failing_since is not None:
            logger.warning(
                "%s: refreshing works again after %d failures since %s",
                self._city,
                before.consecutive_failures,
                moment_to_json(before.failing_since),
            )
        for sentence in refresh.trouble:
            if sentence not in before.trouble:
                logger.warning("%s: %s", self._city, sentence)
        if before.trouble and not refresh.trouble:
            logger.warning("%s: the trouble is over", self._city)


def state_after(before: State, refresh: Refresh) -> State:
    """Return the state that a refresh leads to."""
    if refresh.outcome is Outcome.FAILED:
        return State.FAILING
    if refresh.trouble:
        return State.PARTIAL
    return State.RECOVERED if before in (State.FAILING, State.PARTIAL) else State.OK


def _newest(refresh: Refresh, before: Status) -> tuple[Refresh, ...]:
    return (refresh, *before.refreshes)[:REFRESHES_SHOWN]
