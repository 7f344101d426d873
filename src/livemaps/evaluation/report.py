"""What an evaluation says: claims with what was measured, tables, charts, in sections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Claim:
    """One promise: what is claimed, from where on it is kept, what was measured."""

    what: str
    bar: str
    measured: str
    met: bool | None
    """None: measured, and not judged."""


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table as it is read: every cell is text."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one row of bars; `y` is NaN where there is nothing."""

    label: str
    y: Sequence[float]


@dataclass(frozen=True, slots=True)
class Chart:
    """One small picture: series over common names or numbers of the x axis."""

    name: str
    """Of its file, without suffix."""
    caption: str
    x: Sequence[str]
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    bars: bool = False
    target: tuple[float, float] | None = None
    """Where the values should lie: drawn as a band."""
    y_range: tuple[float, float] | None = None
    """The ends of the y axis; None: as the values ask for."""


@dataclass(frozen=True, slots=True)
class Section:
    """What one experiment found out."""

    name: str
    title: str
    method: str
    """How it was made, in a few sentences: origins, seeds, numbers."""
    claims: tuple[Claim, ...] = ()
    tables: tuple[TextTable, ...] = ()
    charts: tuple[Chart, ...] = ()
    remarks: tuple[str, ...] = ()
    """What is worth knowing of the result, a paragraph each."""


def too_short(name: str, title: str) -> Section:
    """Return the section of an experiment for which the history is too short."""
    return Section(name, title, "The history is too short to hold anything out: nothing was tried.")


def percent(share: float | None, decimals: int = 1) -> str:
    """Write a share, such as 80.3 %; a dash where there is none."""
    return "–" if share is None or np.isnan(share) else f"{100 * share:.{decimals}f} %"


def number(value: float | None, decimals: int = 2) -> str:
    """Write a number with thousands set apart; a dash where there is none."""
    return "–" if value is None or np.isnan(value) else f"{value:,.{decimals}f}"


def share_of(found: int, tried: int) -> str:
    """Write how many of how many, such as 11 of 12."""
    return f"{found} of {tried}"
