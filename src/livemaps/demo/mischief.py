"""Making trouble in a running demo, and ending it in time."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict

from livemaps.demo.city import SimulatedCity
from livemaps.demo.publication import Publisher
from livemaps.demo.soda_table import SodaTable
from livemaps.demo.surges import Surge
from livemaps.demo.trouble import MEANINGS, DemoTrouble, PlannedTrouble, trouble_kind
from livemaps.demo.troubles import Kind, Troubles
from livemaps.errors import SettingError

RENAMED = ("service_name", "service_type")
"""A column, and what a schema change calls it."""

SLOW_SECONDS = 8.0
RETRY_AFTER = "5"
LEAST_SURGE_DAYS = 3
LONGEST_SECONDS = 86_400.0

_OF_SERVER: Mapping[DemoTrouble, Kind] = {
    DemoTrouble.OUTAGE: Kind.OUTAGE,
    DemoTrouble.ERROR: Kind.ERROR,
    DemoTrouble.THROTTLED: Kind.THROTTLED,
    DemoTrouble.SLOW: Kind.SLOW,
    DemoTrouble.TRUNCATED: Kind.TRUNCATED,
    DemoTrouble.HTML: Kind.HTML,
}


class Mischief:
    """Makes trouble by kind and duration; `close` ends all of it."""

    def __init__(
        self,
        city: SimulatedCity,
        publisher: Publisher,
        table: SodaTable,
        troubles: Troubles,
        seconds_per_day: float,
    ) -> None:
        """`seconds_per_day` turns the duration of a surge into days."""
        self._city, self._publisher, self._table = city, publisher, table
        self._troubles, self._seconds_per_day = troubles, seconds_per_day
        self._lock = threading.RLock()
        self._timers: dict[DemoTrouble, threading.Timer] = {}
        self._planned: list[threading.Timer] = []

    def plan(self, troubles: Iterable[PlannedTrouble]) -> None:
        """Make each of the troubles at its time from now."""
        for trouble in troubles:
            timer = self._later(trouble.after, self.make, trouble.kind, trouble.seconds)
            self._planned.append(timer)

    def make(self, kind: str, seconds: float) -> Mapping[str, object]:
        """Make trouble for a time; the same kind made again lasts from now.

        Returns:
            What was made, ready for JSON: kind, seconds, meaning and, of a surge, its truth.

        Raises:
            SettingError: there is no such kind, or the time is none.
        """
        chosen = trouble_kind(kind)
        if not 0 < seconds <= LONGEST_SECONDS:
            raise SettingError("seconds", seconds, f"write a time up to {LONGEST_SECONDS:g}")
        made: dict[str, object] = {"kind": chosen, "seconds": seconds, "meaning": MEANINGS[chosen]}
        with self._lock:
            if chosen is DemoTrouble.SURGE:
                return made | {"surge": asdict(self._surge(seconds))}
            if chosen is DemoTrouble.REWRITE:
                self._table.rewrite_all()
                return made
            self._end(chosen)
            self._begin(chosen)
            self._timers[chosen] = self._later(seconds, self._end, chosen)
        return made

    def close(self) -> None:
        """End every trouble, and make none of those still planned."""
        with self._lock:
            for timer in self._planned:
                timer.cancel()
            for kind in list(self._timers):
                self._end(kind)

    def _surge(self, seconds: float) -> Surge:
        """Begin a surge that lasts so many seconds of the demo, a few days at least."""
        days = max(math.ceil(seconds / self._seconds_per_day), LEAST_SURGE_DAYS)
        return self._city.surge(days)

    def _begin(self, kind: DemoTrouble) -> None:
        """Switch a lasting trouble on."""
        if kind is DemoTrouble.SCHEMA:
            self._publisher.pause()
            self._table.rename_column(*RENAMED)
        elif kind is DemoTrouble.THROTTLED:
            self._troubles.throttle(retry_after=RETRY_AFTER)
        else:
            path = "/resource/" if kind in (DemoTrouble.TRUNCATED, DemoTrouble.HTML) else ""
            self._troubles.make(_OF_SERVER[kind], seconds=SLOW_SECONDS, path=path)

    def _end(self, kind: DemoTrouble) -> None:
        """Switch a lasting trouble off, where it is on."""
        with self._lock:
            timer = self._timers.pop(kind, None)
            if timer is None:
                return
            timer.cancel()
            if kind is DemoTrouble.SCHEMA:
                self._table.rename_column(*reversed(RENAMED))
                self._publisher.resume()
            else:
                self._troubles.end(_OF_SERVER[kind])

    def _later(
        self, seconds: float, act: Callable[..., object], *arguments: object
    ) -> threading.Timer:
        """Start a timer that does not keep the program alive."""
        timer = threading.Timer(seconds, act, arguments)
        timer.daemon = True
        timer.start()
        return timer
