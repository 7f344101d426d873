"""Turn what is stored into the snapshot that pages read, when there is something new to show."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from livemaps.errors import BoundaryError, FeedError, NoSnapshot, SnapshotError
from livemaps.feeds.base import Feed
from livemaps.feeds.boundaries import BoundaryLayer
from livemaps.feeds.boundary_folder import BoundaryFolder, BoundarySource
from livemaps.feeds.profile import Profile
from livemaps.model import Calendar, Clock
from livemaps.settings import Settings
from livemaps.snapshot.build import build_snapshot, is_up_to_date
from livemaps.snapshot.contents import SnapshotMeta
from livemaps.snapshot.read import read_meta
from livemaps.store import Store

logger = logging.getLogger(__name__)


class CityFeed(Feed, BoundarySource, Protocol):
    """A feed of requests that also fetches the boundaries that a profile names."""


@dataclass(frozen=True, slots=True)
class Published:
    """What pages show now."""

    version: str
    unplaced: int
    """Of the backlog: how many lie in no area of the finest layer."""
    newest_day: int | None
    trouble: tuple[str, ...]


class Publisher:
    """Publishes snapshots of one store; keeps the boundary layers between refreshes."""

    def __init__(
        self,
        profile: Profile,
        source: BoundarySource,
        store: Store,
        data_dir: Path,
        settings: Settings,
        clock: Clock,
        today: Calendar,
    ) -> None:
        self._profile = profile
        self._source = source
        self._store = store
        self._data_dir = data_dir
        self._recent_days = settings.recent_days
        self._clock = clock
        self._today = today
        self._folder = BoundaryFolder(data_dir)
        self._layers: tuple[BoundaryLayer, ...] = ()
        self._signature = ""
        """Of the boundary files that the layers were read from."""

    @property
    def layers(self) -> tuple[BoundaryLayer, ...]:
        """The boundary layers of the last publication, or those of the folder before it.

        Raises:
            BoundaryError: they cannot be read.
        """
        if not self._layers:
            self._load_if_new()
        return self._layers

    def publish_if_due(self, published: datetime | None) -> Published:
        """Publish a snapshot unless the current one shows these requests, areas and this day.

        `published` is when the portal last changed its data.

        Raises:
            FeedError, BoundaryError: there are no areas to show yet, and none can be had.
            SnapshotError, StoreError: the snapshot could not be made; the last one stays.
        """
        trouble = self._update_layers()
        today, current = self._today(), self._current()
        if current is None or not self._shows_all(today):
            current = build_snapshot(
                self._store,
                self._profile,
                self._layers,
                self._data_dir,
                as_of_day=today,
                now=self._clock(),
                recent_days=self._recent_days,
                published=published or (current.published if current else None),
            )
        unplaced = current.unplaced.get(self._profile.finest.id, {})
        return Published(current.version, sum(unplaced.values()), current.newest_day, trouble)

    def _update_layers(self) -> tuple[str, ...]:
        """Fetch what boundary files are missing, and read those that are new.

        Where that fails, the last good areas stay: the sentences returned say so.
        """
        failure = self._fetch_failure()
        try:
            self._load_if_new()
        except BoundaryError as error:
            failure = failure or error
            if not self._layers:
                raise failure from error
        stand_ins = tuple(layer.stands_in for layer in self._layers if layer.stands_in)
        if failure is None:
            return stand_ins
        return (f"new boundaries cannot be had, the last good ones stay: {failure}", *stand_ins)

    def _fetch_failure(self) -> BoundaryError | FeedError | None:
        """Fetch what boundary files are missing; returns why that failed, if it did."""
        try:
            self._folder.fetch(self._profile, self._source, clock=self._clock)
        except (BoundaryError, FeedError) as error:
            return error
        return None

    def _load_if_new(self) -> None:
        """Read the boundary files again if one was added or replaced."""
        signature = self._folder.signature(self._profile)
        if signature != self._signature:
            self._layers = self._folder.load(self._profile)
            self._signature = signature

    def _current(self) -> SnapshotMeta | None:
        """Return what is published now; None where there is nothing or nothing readable."""
        try:
            return read_meta(self._data_dir)
        except NoSnapshot:
            return None
        except SnapshotError as error:
            logger.warning("the snapshot is made anew: %s", error)
            return None

    def _shows_all(self, today: int) -> bool:
        """Whether the snapshot is still true: same requests, same rules and areas, same day."""
        with self._store.reading() as source:
            return is_up_to_date(
                source,
                self._profile,
                self._layers,
                self._data_dir,
                as_of_day=today,
                recent_days=self._recent_days,
            )
