"""What the simulated city is asked for: facts written down in `data/services.csv`.

Names, agencies and figures marked `published` are those of Calgary's feed from January to
September 2026; those marked `made up` follow the same convention and complete the picture.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from livemaps.errors import ConfigurationError
from livemaps.model import day_number

LONGEST_CHAIN = 3
"""How often a unit was renamed at most since 2012, in `data/agencies.csv`."""


@dataclass(frozen=True, slots=True)
class Services:
    """The services as columns of equal length, the most asked for first."""

    names: tuple[str, ...]
    agency: np.ndarray
    """Code of the unit accountable today, into `Agencies.names`."""
    requests: np.ndarray
    """How many requests from January to September 2026."""
    mean_days: np.ndarray
    """Mean days to close, of the closed ones."""
    open_share: np.ndarray
    """Share still open at the end of those nine months."""
    season: tuple[str, ...]
    setting: tuple[str, ...]
    """Where in the city it is asked for: see `demo.settings_of`."""
    family: tuple[str, ...]
    """`storm` or `snow` where such weather brings a surge, else empty."""


@dataclass(frozen=True, slots=True)
class Agencies:
    """The accountable units, those of former years included."""

    names: tuple[str, ...]
    predecessor: np.ndarray
    """Code of the unit that had the work before; its own code where there was none."""
    since: np.ndarray
    """Day from which this unit has the work."""

    def on(self, codes: np.ndarray, days: np.ndarray) -> np.ndarray:
        """Return the unit that had the work of today's unit `codes` on `days`."""
        for _ in range(LONGEST_CHAIN):
            codes = np.where(days < self.since[codes], self.predecessor[codes], codes)
        return codes


def load_services(folder: Path) -> tuple[Services, Agencies]:
    """Read `services.csv` and `agencies.csv` of the data folder.

    Raises:
        ConfigurationError: a file is missing or a line of it cannot be read.
    """
    try:
        lines = _lines(folder / "services.csv")
        agencies = _agencies(_lines(folder / "agencies.csv"), [line["agency"] for line in lines])
        return _services(lines, agencies), agencies
    except (OSError, KeyError, ValueError) as error:
        raise ConfigurationError(
            f"the facts about services in {folder} cannot be read ({error}): install livemaps again"
        ) from error


def _lines(path: Path) -> list[dict[str, str]]:
    """Read a CSV file with a header."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _services(lines: Sequence[Mapping[str, str]], agencies: Agencies) -> Services:
    """Turn lines into columns."""
    codes = {name: code for code, name in enumerate(agencies.names)}
    return Services(
        names=tuple(line["name"] for line in lines),
        agency=np.array([codes[line["agency"]] for line in lines], dtype=np.int16),
        requests=np.array([float(line["requests"]) for line in lines]),
        mean_days=np.array([float(line["mean_days"]) for line in lines]),
        open_share=np.array([float(line["open_percent"]) for line in lines]) / 100,
        season=tuple(line["season"] for line in lines),
        setting=tuple(line["setting"] for line in lines),
        family=tuple(line["family"] for line in lines),
    )


def _agencies(renamed: Sequence[Mapping[str, str]], today: Sequence[str]) -> Agencies:
    """Number the units by name, and note who had their work before."""
    before = {line["name"]: line["predecessor"] for line in renamed}
    since = {line["name"]: day_number(date.fromisoformat(line["since"])) for line in renamed}
    names = sorted({*today, *before, *before.values()})
    codes = {name: code for code, name in enumerate(names)}
    return Agencies(
        names=tuple(names),
        predecessor=np.array([codes[before.get(name, name)] for name in names], dtype=np.int16),
        since=np.array([since.get(name, 0) for name in names], dtype=np.int32),
    )
