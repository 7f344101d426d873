"""The folder of boundary files: fetched once, kept with their origin, replaced without a restart."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from livemaps.feeds.boundaries import BoundaryLayer
from livemaps.feeds.profile import Profile
from livemaps.model import Clock, utc_now


class BoundarySource(Protocol):
    """What fetches boundaries over the network; a city's feed is one."""

    def fetch_dataset(self, dataset: str, format: str) -> bytes:  # noqa: A002
        """Return a whole dataset of the portal; `format` is "geojson"."""
        ...

    def fetch_url(self, url: str) -> bytes:
        """Return what is at a web address."""
        ...


class BoundaryFolder:
    """`<data-dir>/boundaries`: one file for each layer, and beside it where it came from."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / "boundaries"

    def fetch(
        self,
        profile: Profile,
        source: BoundarySource,
        *,
        again: bool = False,
        clock: Clock = utc_now,
    ) -> tuple[str, ...]:
        """Fetch the layers that are not held (or all, with `again`); return the ids fetched."""
        raise NotImplementedError

    def load(self, profile: Profile) -> tuple[BoundaryLayer, ...]:
        """Load every layer, in the profile's order."""
        raise NotImplementedError

    def signature(self, profile: Profile) -> str:
        """Return a text that changes when a boundary file was added, replaced or removed."""
        raise NotImplementedError
