"""How refreshing goes, as the refresher writes it after every run and the web shows it.

One JSON file, replaced whole. Times in it are ISO 8601 in UTC with a `Z`, days are ISO dates.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from livemaps.errors import SnapshotDamaged
from livemaps.model import Outcome, Refresh, day_date, day_number

FILE = "status.json"
REFRESHES_SHOWN = 50


class State(StrEnum):
    """What a visitor and an operator should know first."""

    FIRST_START = "first start"
    """Nothing is held yet, and nothing has failed."""
    OK = "ok"
    FAILING = "failing"
    """The last refresh failed: what is shown is as old as `Status.last_success` says."""
    PARTIAL = "partial"
    """The last refresh succeeded, but not everything in it was right: see `Status.trouble`."""
    RECOVERED = "recovered"
    """The first refresh without fault after failing or partial ones."""


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
    """The snapshot that is current, None before the first."""
    progress: Progress | None = None
    """Only while a first start is fetching."""
    last_checked: datetime | None = None
    """When the portal was last asked, successfully or not."""
    last_success: datetime | None = None
    """When it was last asked successfully; nothing new is a success."""
    next_check: datetime | None = None
    """When it will be asked again; None where nothing is scheduled."""
    published: datetime | None = None
    """When the portal last changed its data, if it says so."""
    newest_day: int | None = None
    """The day of the newest request."""
    consecutive_failures: int = 0
    failing_since: datetime | None = None
    error: str | None = None
    """Why the last refresh failed, as a sentence; None where it did not."""
    error_kind: str | None = None
    """The class of that error, such as `FeedThrottled`."""
    trouble: tuple[str, ...] = ()
    rejected_total: int = 0
    catch_up: CatchUpLeft | None = None
    refreshes: tuple[Refresh, ...] = ()
    """The newest 50, newest first."""


def read_status(data_dir: Path) -> Status | None:
    """Return the status last written, None before the first.

    Raises:
        SnapshotDamaged: the file is unreadable.
    """
    path = data_dir / FILE
    try:
        return _status_from(json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SnapshotDamaged(
            f"{path} cannot be read ({error}): delete it, the next refresh writes it anew"
        ) from error


def write_status(data_dir: Path, status: Status) -> None:
    """Replace the status file at once, so that a reader sees the old or the new one whole.

    Only who holds the refresher's lock writes it. The draft has one name, so that the next one
    replaces what a power cut left.

    Raises:
        OSError: the file cannot be written.
    """
    path = data_dir / FILE
    data_dir.mkdir(parents=True, exist_ok=True)
    half_written = path.with_name(f".{FILE}.tmp")
    with half_written.open("w", encoding="utf-8") as file:
        json.dump(status_to_json(status), file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    half_written.replace(path)


def status_to_json(status: Status) -> dict[str, object]:
    """Return a status as an object for JSON."""
    return {
        field.name: _to_json(field.name, getattr(status, field.name)) for field in fields(status)
    }


def refresh_to_json(refresh: Refresh) -> dict[str, object]:
    """Return a refresh as the object that `livemaps refresh --json` prints."""
    return {
        field.name: _to_json(field.name, getattr(refresh, field.name)) for field in fields(refresh)
    }


def refresh_from_json(values: Mapping[str, Any]) -> Refresh:
    """Return the refresh of an object by `refresh_to_json`; KeyError or ValueError if it is none."""
    read = {
        "outcome": Outcome(values["outcome"]),
        "started": _moment(values["started"]),
        "finished": _moment(values["finished"]),
        "trouble": tuple(values["trouble"]),
    }
    known = {field.name for field in fields(Refresh)}
    return Refresh(**{name: value for name, value in values.items() if name in known} | read)


def moment_to_json(moment: datetime) -> str:
    """Return an aware datetime as ISO 8601 in UTC, such as "2026-11-21T20:31:55Z"."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _to_json(name: str, value: object) -> object:
    """Return one field as JSON knows it."""
    match value:
        case datetime():
            return moment_to_json(value)
        case int() if name == "newest_day":
            return day_date(value).isoformat()
        case Refresh():
            return refresh_to_json(value)
        case Progress():
            return {"done": value.done, "expected": value.expected}
        case CatchUpLeft():
            return {"left": value.left}
        case tuple():
            return [_to_json(name, part) for part in value]
    return value


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "state": State,
    "progress": lambda value: Progress(**value),
    "last_checked": _moment,
    "last_success": _moment,
    "next_check": _moment,
    "published": _moment,
    "newest_day": lambda value: day_number(date.fromisoformat(value)),
    "failing_since": _moment,
    "trouble": tuple,
    "catch_up": lambda value: CatchUpLeft(**value),
    "refreshes": lambda values: tuple(refresh_from_json(value) for value in values),
}


def _status_from(values: Mapping[str, Any]) -> Status:
    """Return a status from its object; keys of later versions are passed over."""
    known = {field.name for field in fields(Status)}
    read: dict[str, Any] = {
        name: _READERS[name](value) if name in _READERS and value is not None else value
        for name, value in values.items()
        if name in known
    }
    return Status(**read)
