"""When to refresh: at once, then every few minutes, later and later while the feed fails.

The only importer of APScheduler (3.11). All jobs run one after another on one thread, so nothing
overlaps; a run that comes due while another is under way is merged into the next.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.executors.base import BaseExecutor, run_job
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from livemaps.model import Refresh
from livemaps.refresh import Refresher
from livemaps.settings import Settings

logger = logging.getLogger(__name__)

REFRESH = "refresh"
UPKEEP = "upkeep"
MOST_PATIENCE = 86_400.0
"""A portal that asks for more seconds than a day is mistaken, and asked again after one."""

GRACE_SECONDS = 10.0
"""How long `Scheduler.stop` waits for a refresh to end."""


def wait_seconds(failures: int, settings: Settings, retry_after: float | None = None) -> float:
    """Return how long to wait before the next refresh, after so many failures in a row.

    The usual interval doubles with each failure up to the limit; where the portal asked for
    more patience (`retry_after`), that is kept, up to `MOST_PATIENCE`.
    """
    usual = settings.refresh_seconds
    longest = max(settings.backoff_limit_seconds, usual)
    # Beyond 2^30 intervals the limit is long reached, and floats end somewhere.
    doubled = min(usual * 2.0 ** min(failures, 30), longest)
    return max(doubled, min(retry_after or 0.0, MOST_PATIENCE))


class Scheduler:
    """Runs a refresher in the background. `on_refresh` is called with what each refresh did."""

    def __init__(
        self,
        refresher: Refresher,
        settings: Settings,
        *,
        on_refresh: Callable[[Refresh], None] | None = None,
    ) -> None:
        self._refresher = refresher
        self._settings = settings
        self._on_refresh = on_refresh
        self._worker = _Worker()
        self._scheduler = BackgroundScheduler(
            executors={"default": self._worker},
            timezone=UTC,
            logger=logger.getChild("apscheduler"),
            # A late run is still wanted: the default would skip what is over a second late.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Refresh at once, and from then on again and again."""
        now, seconds = datetime.now(UTC), self._settings.refresh_seconds
        jitter = self._settings.jitter_seconds or None
        polls = IntervalTrigger(seconds=seconds, jitter=jitter, timezone=UTC)
        between = IntervalTrigger(seconds=seconds, timezone=UTC)
        self._scheduler.add_job(self._refresh, polls, id=REFRESH, next_run_time=now)
        self._scheduler.add_job(self._work_up, between, id=UPKEEP, next_run_time=now)
        self._scheduler.start()

    def stop(self) -> bool:
        """End, within `GRACE_SECONDS`; a refresh under way is rolled back and nothing is lost.

        Returns whether the work has ended. If not, it waits for the portal, and ends with the
        process or undoes itself when the portal has answered.
        """
        self._refresher.stop.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        ended = self._worker.ended(GRACE_SECONDS)
        if ended:
            self._refresher.health.expect(None)
        return ended

    def _refresh(self) -> None:
        """The job of every interval: refresh, and decide when to come again."""
        try:
            refresh = self._refresher.run_once()
        except Exception as error:
            # A fault of the program itself: pages must say so, and the log gets the traceback.
            self._refresher.broken(error)
            raise
        finally:
            self._plan_next()
        if self._on_refresh is not None and not self._refresher.stop.is_set():
            self._on_refresh(refresh)

    def _work_up(self) -> None:
        """The job between refreshes: background work until the next refresh is due."""
        while self._refresher.upkeep() and not self._is_due():
            pass

    def _plan_next(self) -> None:
        """Put the next refresh off while the feed fails, and tell when it will be."""
        if self._refresher.stop.is_set():
            return
        failures = self._refresher.health.status.consecutive_failures
        with suppress(JobLookupError):  # The scheduler was shut down meanwhile.
            if failures:
                wait = wait_seconds(failures, self._settings, self._refresher.retry_after)
                later = datetime.now(UTC) + timedelta(seconds=wait)
                self._scheduler.modify_job(REFRESH, next_run_time=later)
            self._refresher.health.expect(self._next_refresh())

    def _next_refresh(self) -> datetime | None:
        job = self._scheduler.get_job(REFRESH)
        return job.next_run_time if job else None

    def _is_due(self) -> bool:
        due = self._next_refresh()
        return due is None or due <= datetime.now(UTC)


class _Worker(BaseExecutor):  # type: ignore[misc]  # APScheduler has no types
    """Runs jobs one after another on one daemon thread: a portal that hangs keeps nobody up."""

    def __init__(self) -> None:
        super().__init__()
        self._jobs: queue.SimpleQueue[tuple[Any, list[datetime]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="refresher", daemon=True)

    def start(self, scheduler: object, alias: str) -> None:
        """Called by APScheduler when it starts."""
        super().start(scheduler, alias)
        self._thread.start()

    def shutdown(self, wait: bool = True) -> None:  # noqa: ARG002 - APScheduler says it
        """Called by APScheduler when it ends; `ended` is what waits."""
        self._jobs.put(None)

    def ended(self, seconds: float) -> bool:
        """Wait for the job under way; returns whether it has ended in time."""
        if self._thread.is_alive():
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def _do_submit_job(self, job: Any, run_times: list[datetime]) -> None:
        self._jobs.put((job, run_times))

    def _work(self) -> None:
        while (due := self._jobs.get()) is not None:
            job, run_times = due
            events = run_job(job, job._jobstore_alias, run_times, self._logger.name)
            self._run_job_success(job.id, events)
