"""How refreshing goes, as the refresher writes it after every run and the web shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from livemaps.model import Refresh


class State(StrEnum):
    """What a visitor and an operator should know first."""

    FIRST_START = "first start"
    OK = "ok"
    FAILING = "failing"
    PARTIAL = "partial"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a first fetch is, in pages; `expected` None where the portal did not say."""

    done: int
    expected: int | None


@dataclass(frozen=True, slots=True)
class CatchUpLeft:
    """Background work that a rewrite of the portal left; `left` in rows, None where unknown."""

    left: int | None


@dataclass(frozen=True, slots=True)
class Status:
    """The state of refreshing. Datetimes are aware UTC."""

    state: State
    version: str | None = None
    progress: Progress | None = None
    last_checked: datetime | None = None
    last_success: datetime | None = None
    next_check: datetime | None = None
    published: datetime | None = None
    newest_day: int | None = None
    consecutive_failures: int = 0
    failing_since: datetime | None = None
    error: str | None = None
    error_kind: str | None = None
    """The class of the error, such as `FeedThrottled`."""
    trouble: tuple[str, ...] = ()
    rejected_total: int = 0
    catch_up: CatchUpLeft | None = None
    refreshes: tuple[Refresh, ...] = ()
    """The newest 50, newest first."""


def read_status(data_dir: Path) -> Status | None:
    """Return the status last written, None before the first. SnapshotDamaged if unreadable."""
    raise NotImplementedError


def write_status(data_dir: Path, status: Status) -> None:
    """Replace the status file at once, so that a reader sees the old or the new one whole."""
    raise NotImplementedError
