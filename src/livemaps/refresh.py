"""One refresh: ask the feed, store what is new in one transaction, publish, say how it went.

    run_once()   plan -> pages -> store (all or nothing) -> snapshot -> status
    upkeep()     between refreshes: the history where it is wanted, what a rewrite left, requests
                 that vanished, the measures
    run_whole()  both, for a process that does not go on

A refresh that fails leaves the last good data in place. What was stored but could not be
published (a power cut, a full disk) is published by the next refresh.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from livemaps.errors import (
    BoundaryError,
    FeedError,
    FeedThrottled,
    LivemapsError,
    SnapshotError,
    StoreError,
    sentence_of_fault,
)
from livemaps.feeds.base import Plan, PlanKind, Progress
from livemaps.feeds.profile import Profile
from livemaps.health import Health
from livemaps.measures.families import Family
from livemaps.measuring import Measuring
from livemaps.model import Calendar, Clock, Outcome, Refresh
from livemaps.publication import CityFeed, Publisher
from livemaps.settings import Settings
from livemaps.snapshot.source import BACKFILL_REACHED, COMPLETE_SINCE
from livemaps.status import State
from livemaps.store import Store, Writing
from livemaps.tally import Tally, unknown_statuses
from livemaps.upkeep import Upkeep

logger = logging.getLogger(__name__)

ROWS_TROUBLE = "rows trouble"
"""What was wrong with the rows that came last; it stays true until other rows come."""


class Stopped(LivemapsError):
    """The process was told to stop: nothing of what was under way is kept."""


@dataclass(frozen=True, slots=True)
class Run:
    """A refresh so far; `line` is its line in the log, None before it has one."""

    refresh: Refresh
    line: int | None = None
    published: datetime | None = None
    """When the portal last changed its data."""


class Refresher:
    """Keeps one data folder current. Whoever makes one holds `refresher_lock` on the folder.

    `today` is the day in the city, from which ages are counted. `on_progress` is called after
    each page. Once `stop` is set, a refresh ends before its next page and is undone. `families`
    are the measures that are computed of what is published. `history` fetches what was requested
    earlier, once, before anything is measured. While `hurry` says so, measures are computed again
    without a pause.
    """

    def __init__(
        self,
        profile: Profile,
        feed: CityFeed,
        store: Store,
        data_dir: Path,
        settings: Settings,
        *,
        clock: Clock,
        today: Calendar,
        on_progress: Progress | None = None,
        stop: threading.Event | None = None,
        families: Sequence[Family] = (),
        history: Callable[[], object] | None = None,
        hurry: Callable[[], bool] = lambda: False,
    ) -> None:
        self.health = Health(data_dir, profile.name)
        self.stop = stop or threading.Event()
        self.retry_after: float | None = None
        """The seconds of patience that the portal asked for in the last refresh, if it did."""
        self._profile = profile
        self._feed = feed
        self._store = store
        self._settings = settings
        self._clock = clock
        self._today = today
        self._on_progress = on_progress
        self._history = history
        self._publisher = Publisher(profile, feed, store, data_dir, settings, clock, today)
        self._upkeep = Upkeep(feed, store, settings, clock)
        self._measuring = Measuring(
            profile, data_dir, lambda: self._publisher.layers, families, clock, hurry
        )

    def run_once(self) -> Refresh:
        """Refresh once. A failure of feed, store, boundaries or snapshot is in what is returned.

        Where the process was told to stop, the outcome is a failure that counts for nothing.
        """
        started = self._clock()
        run = Run(Refresh(Outcome.FAILED, started, started))
        self.retry_after = None
        try:
            run = self._take(started)
            return self._publish(run)
        except (FeedError, StoreError, BoundaryError, SnapshotError, Stopped) as error:
            if self.stop.is_set():
                return self._stopped(run)
            return self._failed(run, error)

    def run_whole(self) -> Refresh:
        """Refresh once, do the background work that is due, publish and measure what it changed.

        What all of it did is in what is returned.
        """
        refresh, work, more = self.run_once(), None, True
        while more:
            more, done = self._keep_up(), self._upkeep.done
            work = work.followed_by(done) if work and done else work or done
        if work is not None and work.outcome is not Outcome.UNCHANGED:
            refresh = refresh.followed_by(work).followed_by(self.run_once())
        while self.measure(patient=False):
            pass
        return replace(refresh, trouble=refresh.trouble + self._new_trouble(refresh))

    def broken(self, error: Exception) -> None:
        """Report an error that nobody foresaw as a failed refresh."""
        now = self._clock()
        refresh = Refresh(Outcome.FAILED, now, now, error=sentence_of_fault(error))
        self.health.failed(refresh, error)

    def upkeep(self) -> bool:
        """Do one bounded piece of background work; returns whether to call again right away.

        Measures come last: what else is to be done changes the rows.
        """
        if self._history is not None and self._is_well():
            self._fill(self._history)
            return False
        return self._keep_up() or self.measure()

    def measure(self, *, patient: bool = True) -> bool:
        """Compute one family of measures if they are due; returns whether to call again right away.

        They are due however the feed is doing: what is shown is measured.
        """
        if self.stop.is_set():
            return False
        try:
            return self._measuring.step(patient=patient)
        finally:
            self.health.trouble(self._measuring.trouble)

    def _is_well(self) -> bool:
        """Whether the feed answered last time, so that it may be asked for more."""
        poor = self.health.status.state in (State.FIRST_START, State.FAILING)
        return not poor and not self.stop.is_set()

    def _fill(self, history: Callable[[], object]) -> None:
        """Fetch the history; the next refresh publishes it. What fails is tried again after that."""
        try:
            history()
        except (FeedError, StoreError) as error:
            self.health.trouble((f"fetching the history is held up: {error}",))
        else:
            self._history = None

    def _keep_up(self) -> bool:
        """Do one piece of what the feed needs; returns whether there is more to do right away."""
        if not self._is_well():
            return False
        try:
            return self._upkeep.step()
        finally:
            self.health.trouble(self._upkeep.trouble)
            self.health.catching_up(self._upkeep.catch_up_left)

    def _take(self, started: datetime) -> Run:
        """Store all that is new, the feed's new state and a line of the log; or nothing."""
        self._stop_if_told()
        plan = self._feed.plan(self._store.feed_state())
        if plan.note:
            logger.info("%s: %s", self._profile.name, plan.note)
        with self._store.refreshing(started) as writing:
            tally = self._fetch(plan, writing)
            if plan.kind is not PlanKind.FIRST:
                writing.note_arrivals(self._today())
            writing.save_feed_state(plan.state)
            refresh = self._taken(plan, started, tally, writing)
            line = writing.log(refresh)
        return Run(refresh, line, plan.published)

    def _fetch(self, plan: Plan, writing: Writing) -> Tally:
        """Write every page of a plan, as it comes."""
        tally = Tally()
        if plan.kind is PlanKind.UNCHANGED:
            return tally
        for number, page in enumerate(self._feed.pages(plan), 1):
            self._stop_if_told()
            writing.apply(page.rows)
            writing.reject(page.rejects)
            tally.add(page)
            self._show_progress(plan, number)
        if tally.received:
            writing.set_meta(ROWS_TROUBLE, json.dumps(tally.trouble))
        if plan.kind is PlanKind.FIRST:
            # The day after the window's first, on which the feed's clock may have cut it.
            since = self._today() - self._settings.recent_days + 1
            writing.set_meta(COMPLETE_SINCE, str(since))
            # A history that came from elsewhere is no part of this feed's: it is fetched again.
            writing.set_meta(BACKFILL_REACHED, "")
        return tally

    def _taken(self, plan: Plan, started: datetime, tally: Tally, writing: Writing) -> Refresh:
        """Return what the transaction did, as far as it is known before it is published."""
        applied = writing.applied
        changed = applied.wrote or plan.kind is PlanKind.FIRST
        return Refresh(
            Outcome.OK if changed else Outcome.UNCHANGED,
            started,
            self._clock(),
            received=tally.received,
            inserted=applied.inserted,
            updated=applied.updated,
            unchanged=applied.unchanged,
            removed=applied.removed,
            rejected=tally.rejected,
            open=self._store.open_count(),
            trouble=self._trouble(),
        )

    def _trouble(self) -> tuple[str, ...]:
        """Say what is wrong with the rows that are held, whenever they came."""
        of_rows = json.loads(self._store.meta(ROWS_TROUBLE, "[]"))
        return (*of_rows, *unknown_statuses(self._store.open_by_status(), self._profile.statuses))

    def _publish(self, run: Run) -> Refresh:
        """Publish what is stored, if pages do not show it yet, and report the success."""
        self._stop_if_told()
        published = self._publisher.publish_if_due(run.published)
        refresh = replace(
            run.refresh,
            finished=self._clock(),
            unplaced=published.unplaced,
            snapshot=published.version,
            trouble=(
                *run.refresh.trouble,
                *published.trouble,
                *self._upkeep.trouble,
                *self._measuring.trouble,
            ),
        )
        self._log(run.line, refresh)
        self.health.succeeded(
            refresh,
            published=run.published,
            newest_day=published.newest_day,
            rejected_total=self._store.rejected_total(),
        )
        return refresh

    def _failed(self, run: Run, error: LivemapsError) -> Refresh:
        """Report a failure, in the log of refreshes too where the store still takes it."""
        known = self.health.status
        refresh = replace(
            run.refresh,
            outcome=Outcome.FAILED,
            finished=self._clock(),
            open=known.refreshes[0].open if known.refreshes else 0,
            unplaced=known.refreshes[0].unplaced if known.refreshes else 0,
            snapshot=known.version,
            error=str(error),
        )
        try:
            self._log(run.line, refresh)
        except StoreError as unlogged:
            logger.debug("a failed refresh is missing in the log of refreshes: %s", unlogged)
        self.retry_after = error.retry_after if isinstance(error, FeedThrottled) else None
        self.health.failed(refresh, error)
        return refresh

    def _stopped(self, run: Run) -> Refresh:
        """Return what is left of a refresh that was told to stop: it is no failure of the feed."""
        self.health.interrupted()
        error = "told to stop before it was complete: nothing of it was kept"
        return replace(run.refresh, outcome=Outcome.FAILED, finished=self._clock(), error=error)

    def _new_trouble(self, refresh: Refresh) -> tuple[str, ...]:
        """Return what of the measures did not succeed and was not told with a refresh yet."""
        return tuple(told for told in self._measuring.trouble if told not in refresh.trouble)

    def _log(self, line: int | None, refresh: Refresh) -> None:
        if line is None:
            self._store.log(refresh)
        else:
            self._store.amend(line, refresh)

    def _show_progress(self, plan: Plan, pages: int) -> None:
        if plan.kind is PlanKind.FIRST:
            self.health.first_start(pages, plan.pages_expected)
        if self._on_progress is not None:
            self._on_progress(pages, plan.pages_expected)

    def _stop_if_told(self) -> None:
        if self.stop.is_set():
            raise Stopped
