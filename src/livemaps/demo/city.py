"""The simulated city: its requests, its calendar, and what it publishes from day to day.

Everything follows from a seed: the same seed, start and size give the same city, and the births
of a day do not depend on when or in how many steps the day is published.

The city stays bounded. A request leaves the feed once it is older than `KEPT_DAYS` and nothing
happened to it for `QUIET_DAYS`; no request stays open for more than eight years.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from livemaps.demo.births import Facts, births, draw_asked, draw_lives
from livemaps.demo.durations import STRANDED_MOST
from livemaps.demo.feed_rows import FeedRow, FeedRows, request_ids
from livemaps.demo.lives import changed_between, horizons, last_change, states_on
from livemaps.demo.surges import Surge, draw_surge, plan_surge
from livemaps.model import EPOCH, day_date, day_number

START = date(2026, 6, 16)
"""The day at whose midnight the city's past ends: a Tuesday of the busiest month."""

SHARE = 0.1
"""The demo city's size against the real one."""

HISTORY_DAYS = 1_203
"""How far back the city knows everything at its start: to 1 March 2023, so that three earlier
years can be compared with. Of what is older it knows only what was still open."""

KEPT_DAYS = 1_461
QUIET_DAYS = 120

FIRST_STORM_AGO = 12
STORM_EVERY = 24
STORM_DAYS = 4
"""Storms, in days: when the first was, how often one comes, how long it lasts. Earlier years have
none, so that some areas have had more requests lately than their own past lets expect."""

SNOW_MONTHS = (11, 12, 1, 2, 3)
"""Months whose storms bring snow."""

SURGE_CENTRES = ("BLN", "BOW", "SAD", "CRA", "TUS", "FLN")
"""Where surges strike, in turn, when nobody says where."""


@dataclass(frozen=True, slots=True)
class Publication:
    """What changed in the feed between two moments."""

    moment: float
    rows: Iterable[Mapping[str, str | None]]
    """New and changed rows, by column name."""
    changed: int
    """How many they are."""
    gone: tuple[str, ...]
    """Ids of the requests that leave the feed."""


class SimulatedCity:
    """A city whose requests are known in advance and published bit by bit; safe to share."""

    def __init__(
        self,
        facts: Facts,
        seed: int = 311,
        *,
        start: date = START,
        share: float = SHARE,
        history_days: int = HISTORY_DAYS,
    ) -> None:
        """Draw the city's past, up to midnight before `start`; `share` scales its size.

        Everything is known of the last `history_days`.
        """
        self._facts, self._seed, self._share = facts, seed, share
        self._writer = FeedRows(facts)
        self._lock = threading.Lock()
        self._moment = float(day_number(start))
        self._born_until = day_number(start)
        self._surges: tuple[Surge, ...] = ()
        self.since = day_number(start) - history_days
        """The first day of which everything is known."""
        self._first_storm = day_number(start) - FIRST_STORM_AGO
        self._lives = self._past(day_number(start))

    def today(self) -> int:
        """Return the city's day (a Calendar)."""
        return int(self._moment)

    def clock(self) -> datetime:
        """Return noon in Calgary of the city's day, as an aware UTC datetime (a Clock)."""
        noon = datetime.combine(EPOCH, datetime.min.time(), UTC) + timedelta(hours=19)
        return noon + timedelta(days=self.today())

    @property
    def surges(self) -> tuple[Surge, ...]:
        """Every surge that was made, as it was planned: the truth to judge detection by."""
        return self._surges

    def __len__(self) -> int:
        """Return how many requests the city keeps, those not yet published included."""
        return len(self._lives)

    def rows(self) -> Iterable[FeedRow]:
        """Return all rows that the feed has now, in the order of FEED_COLUMNS."""
        with self._lock:
            horizon = horizons(self._lives, self._moment)
            visible = self._lives["appears"] <= horizon
            lives = self._lives[visible]
            return self._writer.rows(lives, states_on(lives, horizon[visible]))

    def advance(self, moment: float) -> Publication:
        """Let time pass until `moment` (a day number with a fraction) and publish what changed."""
        with self._lock:
            self._be_born(moment)
            before = horizons(self._lives, self._moment)
            after = horizons(self._lives, moment)
            changed = changed_between(self._lives, before, after)
            lives, states = self._lives[changed], states_on(self._lives[changed], after[changed])
            self._moment = moment
            return Publication(
                moment, self._writer.mappings(lives, states), len(lives), self._let_go()
            )

    def surge(
        self,
        days: int,
        *,
        centre: str | None = None,
        family: str = "storm",
        strength: float | None = None,
    ) -> Surge:
        """Begin a surge on the next day that is not yet drawn, and return the truth about it.

        Raises:
            SettingError: there is no such community or family.
        """
        with self._lock:
            chosen = centre or SURGE_CENTRES[len(self._surges) % len(SURGE_CENTRES)]
            options = {} if strength is None else {"strength": strength}
            surge = plan_surge(
                self._facts,
                self._share,
                self._born_until,
                days,
                centre=chosen,
                family=family,
                **options,
            )
            self._surges = (*self._surges, surge)
            return surge

    def _past(self, start: int) -> np.ndarray:
        """Draw everything of the last days, and what is left of the years before."""
        window = np.arange(self.since, start)
        years = np.arange(self.since - STRANDED_MOST, self.since)
        left = births(self._random(0), self._facts, years, self._share, lasting=True)
        left = left[last_change(left) >= start - QUIET_DAYS]
        random, stormy = self._random(1), range(max(self._first_storm, self.since), start)
        asked = [draw_asked(random, self._facts, window, self._share)]
        asked += [self._storm(random, day) for day in stormy]
        return np.concatenate([left, draw_lives(random, self._facts, np.concatenate(asked))])

    def _storm(self, random: np.random.Generator, day: int) -> np.ndarray:
        """Draw what the storm of a day, if there is one, asks for: the same whenever it is drawn."""
        storms, since = divmod(day - self._first_storm, STORM_EVERY)
        snowy = day_date(day).month in SNOW_MONTHS
        storm = plan_surge(
            self._facts,
            self._share,
            day - since,
            STORM_DAYS,
            centre=SURGE_CENTRES[-1 - storms % len(SURGE_CENTRES)],
            family="snow" if snowy else "storm",
        )
        return draw_surge(random, self._facts, storm, day)

    def _be_born(self, moment: float) -> None:
        """Draw the requests of every day that has begun by `moment`."""
        days = range(self._born_until, int(np.ceil(moment)))
        self._born_until = max(self._born_until, int(np.ceil(moment)))
        born = [self._births_of(day) for day in days]
        self._lives = np.concatenate([self._lives, *born])

    def _births_of(self, day: int) -> np.ndarray:
        """Draw the requests of one day, surges included."""
        random = self._random(2, day)
        asked = [draw_asked(random, self._facts, np.array([day]), self._share)]
        asked.append(self._storm(random, day))
        asked += [draw_surge(random, self._facts, surge, day) for surge in self._surges]
        return draw_lives(random, self._facts, np.concatenate(asked))

    def _let_go(self) -> tuple[str, ...]:
        """Forget the requests that are old and quiet, and return the ids of those."""
        now = int(self._moment)
        old = self._lives["requested"] < now - KEPT_DAYS
        over = old & (last_change(self._lives) < now - QUIET_DAYS)
        gone = request_ids(self._lives["number"][over])
        self._lives = self._lives[~over]
        return tuple(gone)

    def _random(self, *purpose: int) -> np.random.Generator:
        """Return the random numbers of one purpose: independent of all others."""
        return np.random.default_rng([self._seed, *purpose])
