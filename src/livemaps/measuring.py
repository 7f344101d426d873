"""When the refresher computes measures: between refreshes, and not all of the time.

At once where there are none, and where those that there are were computed by other rules (the
profile, the boundaries), of another database or by another version of the program. Where there
are other rows, or it is another day, a pause is kept since the last computation, of `PAUSE` times
what that took: at most a tenth of the time goes into it, whatever the city's size and the
machine. Figures over years of requests do not change for a few of today, and a feed that
publishes once a day is measured twice a day: after its rows and after midnight.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from livemaps import __version__
from livemaps.errors import LivemapsError, SnapshotDamaged, SnapshotError, sentence_of_fault
from livemaps.feeds.boundary_folder import BoundaryFolder
from livemaps.feeds.profile import Profile
from livemaps.measures.compute import Computation, compute_measures
from livemaps.measures.contents import NO_REQUEST, MeasuresMeta
from livemaps.measures.families import FAMILIES, Family
from livemaps.measures.read import read_meta
from livemaps.model import Clock
from livemaps.snapshot import SnapshotMeta, SnapshotReader
from livemaps.snapshot.describe import snapshot_rules
from livemaps.snapshot.read import read_meta as read_snapshot_meta

if TYPE_CHECKING:
    from livemaps.feeds.boundaries import BoundaryLayer

logger = logging.getLogger(__name__)

PAUSE = 9.0
"""How much longer than the last computation took the pause after it is, at least."""

RETRY = timedelta(minutes=5)
"""The pause after a computation of which nothing could be kept."""


class Measuring:
    """Computes the measures of one data folder. `trouble` says what of it did not succeed.

    `layers` gives the polygons that the current snapshot was built with. While `hurry` says so no
    pause is kept: for a demo in which somebody waits for what they have just ordered.
    """

    def __init__(
        self,
        profile: Profile,
        data_dir: Path,
        layers: Callable[[], Sequence[BoundaryLayer]],
        families: Sequence[Family],
        clock: Clock,
        hurry: Callable[[], bool] = lambda: False,
    ) -> None:
        self.trouble: tuple[str, ...] = ()
        self._profile = profile
        self._data_dir = data_dir
        self._layers = layers
        self._families = tuple(families)
        self._clock = clock
        self._hurry = hurry
        self._computation: Computation | None = None
        self._retry: datetime | None = None
        """Nothing is begun before: the last try failed."""

    def step(self, *, patient: bool = True) -> bool:
        """Do one piece of work, a family at most; returns whether there is more to do right away.

        `patient` keeps the pause where only rows or the day are different. What fails is logged,
        is in `trouble`, and is tried again after a pause.
        """
        try:
            return self._step(patient)
        except LivemapsError as error:
            logger.warning("the measures could not be computed: %s", error)
            self._give_up(str(error))
        except Exception as error:
            logger.exception("computing the measures ended with an error that nobody foresaw")
            self._give_up(sentence_of_fault(error))
        return False

    def _step(self, patient: bool) -> bool:
        if self._computation is None:
            self._computation = self._begun(patient)
        if self._computation is None:
            return False
        if not self._computation.step():
            self.trouble = _sentences(self._computation.publish().failed)
            self._computation = None
            return False
        return True

    def _give_up(self, reason: str) -> None:
        self._computation = None
        self._retry = self._clock() + RETRY
        self.trouble = (f"the measures could not be computed, the last ones stay: {reason}",)

    def _begun(self, patient: bool) -> Computation | None:
        """Begin a computation if one is due."""
        now, shown = self._clock(), read_snapshot_meta(self._data_dir)
        if shown is None or not self._families or (self._retry and now < self._retry):
            return None
        self._retry, measured = None, self._measured()
        if measured is not None and not self._is_due(shown, measured, now, patient):
            self.trouble = _sentences(measured.failed)
            return None
        snapshot = SnapshotReader(self._data_dir).latest()
        return Computation(
            snapshot,
            self._profile,
            self._layers(),
            self._data_dir,
            clock=self._clock,
            families=self._families,
        )

    def _measured(self) -> MeasuresMeta | None:
        """Return what the current measures are of; None where there are none to be read."""
        try:
            return read_meta(self._data_dir)
        except SnapshotDamaged as error:
            logger.warning("the measures are computed anew: %s", error)
            return None

    def _is_due(
        self, shown: SnapshotMeta, measured: MeasuresMeta, now: datetime, patient: bool
    ) -> bool:
        """Whether what is measured is not what is shown, and the pause is over if one is due."""
        if measured.basis != (shown.city, shown.database, shown.rules, __version__):
            return True
        if {*measured.families, *measured.failed} != {family.name for family in self._families}:
            return True
        if measured.state == (shown.sequence, shown.complete_since, shown.as_of_day):
            return False
        pause = timedelta(seconds=PAUSE * measured.seconds)
        return not patient or self._hurry() or now - measured.computed >= pause


def measure_now(
    profile: Profile,
    data_dir: Path,
    recent_days: int,
    *,
    clock: Clock,
    families: Sequence[Family] = FAMILIES,
    on_progress: Callable[[int, int], None] = lambda _done, _expected: None,
) -> MeasuresMeta:
    """Compute all measures of what a data folder shows, and publish them.

    `on_progress` is called with how many families are done, of how many.

    Raises:
        NoSnapshot: nothing was published yet.
        SnapshotError: what is shown was made by other rules than `profile` and the boundary
            files have now, or the measures could not be written.
        BoundaryError: the boundaries cannot be read.
    """
    snapshot, layers = SnapshotReader(data_dir).latest(), BoundaryFolder(data_dir).load(profile)
    if snapshot.meta.rules != snapshot_rules(profile, layers, recent_days):
        raise SnapshotError(
            "the snapshot was made by another city profile, or with other boundaries or "
            "settings, than there are now: run `livemaps refresh --once` first"
        )
    return compute_measures(
        snapshot,
        profile,
        layers,
        data_dir,
        clock=clock,
        families=families,
        on_progress=on_progress,
    )


def _sentences(failed: Mapping[str, str]) -> tuple[str, ...]:
    """Return what could not be computed, in sentences for an operator."""
    return tuple(
        f"the measures of {family} could not be computed: {reason}"
        for family, reason in failed.items()
        if reason != NO_REQUEST
    )
