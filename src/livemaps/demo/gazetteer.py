"""The communities of the simulated city: facts written down in `data/gazetteer.csv`."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from livemaps.errors import ConfigurationError

NEWER_THAN_THE_MAP = frozenset({"HUX", "RRC", "MRN", "11B", "13N"})
"""Codes that the feed uses and no boundary has: they came after the boundaries of 2024-02.

Two of them have a point, which decides where their requests lie; three have none.
"""

METRES_PER_DEGREE = 111_320.0
"""Of latitude; of longitude times the cosine of the latitude."""


@dataclass(frozen=True, slots=True)
class Community:
    """One community as the feed names it; `ward` is its ward on the map of 2025."""

    code: str
    name: str
    kind: str
    """Its class: Residential, Industrial, Major Park or Residual Sub Area."""
    sector: str
    ward: int
    long: float | None
    lat: float | None

    @property
    def mapped(self) -> bool:
        """Tell whether the boundary map has an area for it."""
        return self.code not in NEWER_THAN_THE_MAP


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """All communities, sorted by code."""

    communities: tuple[Community, ...]

    @property
    def mapped(self) -> tuple[Community, ...]:
        """The communities that the boundary map has."""
        return tuple(community for community in self.communities if community.mapped)

    def metres(self) -> np.ndarray:
        """Return the centre points in metres from the city's middle, float [n, 2]; NaN if none."""
        degrees = np.array([(c.long or np.nan, c.lat or np.nan) for c in self.communities])
        return to_metres(degrees, self.middle())

    def middle(self) -> tuple[float, float]:
        """Return the middle of the centre points, as longitude and latitude."""
        points = np.array([(c.long, c.lat) for c in self.communities if c.long and c.lat])
        long, lat = points.mean(axis=0)
        return float(long), float(lat)


def to_metres(degrees: np.ndarray, middle: tuple[float, float]) -> np.ndarray:
    """Turn [n, 2] longitudes and latitudes into metres east and north of the middle.

    A plane chart: over a city the error is below 0.2 %, and areas here are approximate anyway.
    """
    metres: np.ndarray = (degrees - np.array(middle)) * _scale(middle)
    return metres


def to_degrees(metres: np.ndarray, middle: tuple[float, float]) -> np.ndarray:
    """Turn metres east and north of the middle back into longitudes and latitudes."""
    degrees: np.ndarray = metres / _scale(middle) + np.array(middle)
    return degrees


def _scale(middle: tuple[float, float]) -> np.ndarray:
    """Return metres per degree of longitude and of latitude."""
    return np.array([METRES_PER_DEGREE * np.cos(np.radians(middle[1])), METRES_PER_DEGREE])


def load_gazetteer(folder: Path) -> Gazetteer:
    """Read `gazetteer.csv` of the data folder.

    Raises:
        ConfigurationError: the file is missing or a line of it cannot be read.
    """
    path = folder / "gazetteer.csv"
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            communities = [_community(line) for line in csv.DictReader(lines)]
    except (OSError, KeyError, ValueError) as error:
        raise ConfigurationError(
            f"{path} cannot be read ({error}): install livemaps again"
        ) from error
    return Gazetteer(tuple(sorted(communities, key=lambda community: community.code)))


def _community(line: Mapping[str, str]) -> Community:
    """Read one line; a blank coordinate means that the feed gives no point."""
    return Community(
        code=line["code"],
        name=line["name"],
        kind=line["class"],
        sector=line["sector"],
        ward=int(line["ward"]),
        long=float(line["long"]) if line["long"] else None,
        lat=float(line["lat"]) if line["lat"] else None,
    )
