"""The work that may wait: what a rewrite of the portal left, and the daily reconciliation.

It is done between refreshes, one bounded piece at a time, each in a transaction of its own.
What it changes is published by the next refresh.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from livemaps.errors import FeedError, StoreError
from livemaps.feeds.base import CatchUp, Feed
from livemaps.model import Clock, Outcome, Refresh
from livemaps.reconcile import differences, sentence_of_doubt
from livemaps.settings import Settings
from livemaps.snapshot.source import COMPLETE_SINCE
from livemaps.status import CatchUpLeft
from livemaps.store import Store, Writing
from livemaps.tally import Tally

logger = logging.getLogger(__name__)

RECONCILED = "reconciled"
"""When the last reconciliation was, as ISO time."""

TRIED = "reconciliation tried"
"""When one was last begun, as ISO time."""

RETRY = timedelta(hours=1)
"""The pause after a reconciliation that failed: it asks for far more than a refresh does."""

DOUBT = "vanishing doubted"
"""Whether the last reconciliation found more missing than it believed."""


class Upkeep:
    """The background work of one data folder. `trouble` says what of it did not succeed."""

    def __init__(self, feed: Feed, store: Store, settings: Settings, clock: Clock) -> None:
        self.trouble: tuple[str, ...] = ()
        self.catch_up_left: CatchUpLeft | None = None
        self.done: Refresh | None = None
        """What the last step did, None where there was nothing to do."""
        self._feed = feed
        self._store = store
        self._interval = timedelta(seconds=settings.reconcile_seconds)
        self._clock = clock

    def step(self) -> bool:
        """Do one piece of work; returns whether there is more to do right away.

        What fails is in `trouble`, and tried again by the next call, a reconciliation after a
        pause; an error that nobody foresaw is raised as well.
        """
        self.done = None
        try:
            return self._step()
        except Exception as error:
            fault = f"{type(error).__name__}: {error}"
            self.trouble = (
                f"livemaps itself is at fault between refreshes ({fault}): see the log",
            )
            raise

    def _step(self) -> bool:
        """Store the next piece of a rewrite; where none is left, reconcile if that is due."""
        try:
            piece = self._feed.catch_up(self._store.feed_state())
            if piece is not None:
                self.done = self._store_piece(piece)
                self.trouble = ()
                return not piece.done
        except (FeedError, StoreError) as error:
            self.trouble = (f"fetching what the portal rewrote is held up: {error}",)
            return False
        if self._is_due():
            self.trouble = self._reconcile()
        return False

    def _store_piece(self, piece: CatchUp) -> Refresh:
        """Store one page of a rewrite, and where to go on from; returns what came of it."""
        tally, started = Tally(), self._clock()
        tally.add(piece.page)
        with self._store.refreshing(started) as writing:
            writing.apply(piece.page.rows)
            writing.reject(piece.page.rejects)
            writing.save_feed_state(piece.state)
            done = replace(
                self._report(started, writing),
                received=tally.received,
                rejected=tally.rejected,
            )
        self.catch_up_left = None if piece.done else CatchUpLeft(piece.left)
        for sentence in tally.trouble:
            logger.warning("catching up: %s", sentence)
        return done

    def _is_due(self) -> bool:
        """Whether the time has come to reconcile; the first time is an interval after the start."""
        now, last = self._clock(), self._store.meta(RECONCILED)
        if not last:
            self._store.set_meta(RECONCILED, now.isoformat())
            return False
        tried = self._store.meta(TRIED, last)
        pause = min(RETRY, self._interval)
        return (
            now - datetime.fromisoformat(last) >= self._interval
            and now - datetime.fromisoformat(tried) >= pause
        )

    def _reconcile(self) -> tuple[str, ...]:
        """Reconcile now; returns what was wrong with it as sentences."""
        try:
            self._store.set_meta(TRIED, self._clock().isoformat())
            self.done = self.reconcile()
        except (FeedError, StoreError) as error:
            return (f"looking for requests that vanished did not succeed: {error}",)
        return self.done.trouble

    def reconcile(self) -> Refresh:
        """Compare with the feed, and store what differs; returns what came of it.

        Raises:
            FeedError, StoreError: nothing was changed.
        """
        started, backlog = self._clock(), self._store.open_count()
        complete_since = self._store.meta(COMPLETE_SINCE)
        found = differences(
            self._feed,
            self._store,
            int(complete_since) if complete_since else None,
            believing=bool(self._store.meta(DOUBT)),
        )
        with self._store.refreshing(started) as writing:
            writing.apply(found.rows)
            writing.vanish(found.vanished)
            writing.set_meta(DOUBT, "yes" if found.doubted else "")
            writing.set_meta(RECONCILED, started.isoformat())
            refresh = replace(
                self._report(started, writing),
                received=len(found.rows),
                trouble=(sentence_of_doubt(found.doubted, backlog),) if found.doubted else (),
            )
            writing.log(refresh)
        logger.info(
            "reconciled: %d requests vanished, %d were missed", refresh.removed, refresh.updated
        )
        return refresh

    def _report(self, started: datetime, writing: Writing) -> Refresh:
        """Return what a transaction did to the requests that are held."""
        applied = writing.applied
        return Refresh(
            Outcome.OK if applied.wrote else Outcome.UNCHANGED,
            started,
            self._clock(),
            inserted=applied.inserted,
            updated=applied.updated,
            unchanged=applied.unchanged,
            removed=applied.removed,
            open=self._store.open_count(),
        )
