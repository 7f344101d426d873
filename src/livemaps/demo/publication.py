"""The calendar of the simulated city: a day passes in seconds, and each is published at its end.

A real portal publishes once a day. Here that takes `seconds_per_day`; after `brisk_days` the
calendar calms down, so that a demo left alone for weeks does not live through centuries: a day
then takes `calm_parts` times as long and is published in as many parts. Something changes on
the screen every `seconds_per_day` in either case.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import timedelta

from livemaps.demo.city import Publication, SimulatedCity
from livemaps.demo.soda_table import SodaTable
from livemaps.model import Clock, utc_now

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the calendar runs."""

    seconds_per_day: float = 20.0
    """Between two publications; at first each is a day."""
    brisk_days: int = 180
    """How many days run at that pace: at 20 seconds, the first hour."""
    calm_parts: int = 15
    """In how many publications a later day is published."""

    def days_after(self, publications: int) -> float:
        """Return how many days have passed after so many publications."""
        brisk = min(publications, self.brisk_days)
        return brisk + (publications - brisk) / self.calm_parts


class Publisher:
    """Lets the city's days pass and puts what they bring into the served table."""

    def __init__(
        self, city: SimulatedCity, table: SodaTable, pace: Pace, *, clock: Clock = utc_now
    ) -> None:
        """Prepare; nothing happens before `load`."""
        self._city, self._table, self._pace, self._clock = city, table, pace, clock
        self._start = float(city.today())
        self._count = 0
        self._publishing = threading.RLock()
        self._paused = False

    def load(self) -> int:
        """Fill the empty table with the city's past, and publish its first day; return the rows.

        The past is given as updated a day ago: a client then need not read all of it again for
        rows that may have come late.
        """
        past = self._table.load(self._city.rows(), updated_at=self._clock() - timedelta(days=1))
        return past + self.publish().changed

    def publish(self) -> Publication:
        """Let the next day, or part of a day, pass."""
        with self._publishing:
            self._count += 1
            moment = self._start + self._pace.days_after(self._count)
            publication = self._city.advance(moment)
            self._table.upsert(publication.rows)
            if publication.gone:
                self._table.delete(publication.gone)
            return publication

    def pause(self) -> None:
        """Let `run` publish nothing until `resume`; a publication under way is finished first."""
        with self._publishing:
            self._paused = True

    def resume(self) -> None:
        """Let `run` go on publishing."""
        with self._publishing:
            self._paused = False

    def run(self, stop: threading.Event) -> None:
        """Publish at the city's pace until `stop` is set."""
        while not stop.wait(self._pace.seconds_per_day):
            with self._publishing:
                if not self._paused:
                    publication = self.publish()
                    log.debug("day %.2f: %d rows", publication.moment, publication.changed)
