"""Bring the history, newest month first, while live refreshes go on; resumable at any point.

The rows of a page and the place to go on from are stored in one transaction. Memory holds one
page. A request that is already held stays as it is: what a live refresh stored is newer.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from livemaps.errors import StoreLocked
from livemaps.feeds.base import Feed
from livemaps.model import Calendar, Clock, Page, day_date
from livemaps.reconcile import days_of
from livemaps.snapshot.source import BACKFILL_REACHED, COMPLETE_SINCE
from livemaps.store import Store, Writing, backfill_lock
from livemaps.tally import Tally

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a backfill came: all from day `since` until before day `until` is held."""

    since: int
    until: int
    position: str = ""
    """Where in the month before `since` it is, in the feed's terms; "" before its first page."""
    rows: int = 0
    """How many rows of that month were received."""


@dataclass(frozen=True, slots=True)
class BackfillProgress:
    """How far a backfill is, for a progress bar; what an earlier run did is not counted."""

    rows_done: int
    rows_expected: int
    rows_per_second: float
    seconds_left: float | None
    """None before the first rows came."""
    day: int
    """The first day of the month that is being fetched."""


@dataclass(frozen=True, slots=True)
class BackfillResult:
    """What a run of a backfill brought; not `finished` where it was told to stop."""

    received: int = 0
    inserted: int = 0
    rejected: int = 0
    finished: bool = False


class Backfill:
    """Fetches the history of one feed into one store. Ends before the next page once `stop` is set."""

    def __init__(
        self,
        feed: Feed,
        store: Store,
        data_dir: Path,
        *,
        clock: Clock,
        today: Calendar,
        stop: threading.Event | None = None,
    ) -> None:
        self._feed = feed
        self._store = store
        self._data_dir = data_dir
        self._clock = clock
        self._today = today
        self._stop = stop or threading.Event()

    def run(
        self,
        since: int,
        on_progress: Callable[[BackfillProgress], None] = lambda _: None,
        *,
        again: bool = False,
    ) -> BackfillResult:
        """Fetch all that was requested since the month of day `since`, and is not held yet.

        Goes on where an earlier run ended, however it ended; `again` starts from today. What was
        wrong with the rows is logged at the end, whatever ends it.

        Raises:
            StoreLocked: another backfill works on this data folder.
            FeedError, StoreError: what came before is kept; the next run goes on from there.
        """
        tally = Tally()
        try:
            # While the lock is held, snapshots wait with the rows until they are many.
            with backfill_lock(self._data_dir):
                reached = self._reached(again=again)
                return self._run(_month_start(since), reached, tally, on_progress)
        finally:
            for sentence in tally.trouble:
                logger.warning("the history: %s", sentence)

    def _run(
        self,
        since: int,
        reached: Reached,
        tally: Tally,
        on_progress: Callable[[BackfillProgress], None],
    ) -> BackfillResult:
        expected = self._feed.count_history(since, reached.since) if since < reached.since else 0
        months = self._feed.counts_by_month() if expected else {}
        started, inserted, before = self._clock(), 0, reached.rows
        while since < reached.since:
            month = _month_start(reached.since - 1)
            for page in self._pages(month, reached, months):
                if self._stop.is_set():
                    return BackfillResult(tally.received, inserted, tally.rejected)
                reached = replace(
                    reached, position=page.position, rows=reached.rows + page.received
                )
                inserted += self._store_page(page, reached)
                tally.add(page)
                elapsed = (self._clock() - started).total_seconds()
                on_progress(_progress(before, tally.received, expected, elapsed, month))
            reached = self._finish_month(month, reached)
        return BackfillResult(tally.received, inserted, tally.rejected, finished=True)

    def _pages(self, month: int, reached: Reached, months: Mapping[str, int]) -> Iterator[Page]:
        """Yield what is left of a month; nothing is asked for one that the feed has nothing of."""
        if months.get(f"{day_date(month):%Y-%m}"):
            yield from self._feed.history(month, reached.since, reached.position)

    def _reached(self, *, again: bool) -> Reached:
        saved = self._store.meta(BACKFILL_REACHED)
        if saved and not again:
            return Reached(**json.loads(saved))
        tomorrow = self._today() + 1
        return Reached(tomorrow, tomorrow)

    def _store_page(self, page: Page, reached: Reached) -> int:
        """Store a page and the place after it; returns how many requests were not held yet."""
        with self._patiently() as writing:
            writing.apply(page.rows, bulk=True)
            writing.reject(page.rejects)
            writing.set_meta(BACKFILL_REACHED, json.dumps(asdict(reached)))
            return writing.applied.inserted

    def _finish_month(self, month: int, reached: Reached) -> Reached:
        """Note that a whole month is held, and with it all that is newer."""
        finished = Reached(month, reached.until)
        complete_since = self._store.meta(COMPLETE_SINCE)
        with self._patiently() as writing:
            writing.set_meta(BACKFILL_REACHED, json.dumps(asdict(finished)))
            if complete_since and month < int(complete_since) <= reached.until:
                writing.set_meta(COMPLETE_SINCE, str(month))
        return finished

    @contextmanager
    def _patiently(self) -> Iterator[Writing]:
        """Give a transaction once the live refresh has ended its own, however long that takes."""
        with ExitStack() as stack:
            yield self._begin(stack)

    def _begin(self, stack: ExitStack) -> Writing:
        while True:
            try:
                return stack.enter_context(self._store.refreshing(self._clock()))
            except StoreLocked:
                if self._stop.is_set():
                    raise
                logger.info("the backfill waits for a live refresh to end")


def _month_start(day: int) -> int:
    """Return the first day of a day's month."""
    return days_of(f"{day_date(day):%Y-%m}")[0]


def _progress(
    before: int, received: int, expected: int, seconds: float, day: int
) -> BackfillProgress:
    """Return the progress after `received` rows, of which none are the `before` of earlier runs."""
    rate = received / seconds if seconds > 0 else 0.0
    done = before + received
    left = max(expected - done, 0) / rate if rate else None
    return BackfillProgress(done, expected, rate, left, day)
