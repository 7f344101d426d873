"""How the city's data is doing: for people, for pages that wait for news, for load balancers."""

from __future__ import annotations

from datetime import datetime

from livemaps.api.answers import etag
from livemaps.errors import NoSnapshot, SnapshotError, StaleSnapshot
from livemaps.model import Clock, day_date
from livemaps.snapshot import SnapshotMeta
from livemaps.status import Status, moment_to_json
from livemaps.views import Board


def status_of(board: Board, clock: Clock) -> dict[str, object]:
    """Return the ages of the data, how refreshing goes, and how much there is."""
    status, meta = board.status(), _meta(board)
    return {
        "city": board.profile.id,
        "name": board.profile.name,
        "simulated": board.profile.simulated,
        "state": status.state.value if status else None,
        "version": meta.version if meta else None,
        "stale": board.stale(),
        **_ages(status, meta, clock),
        **_trouble(status),
        **_amounts(meta),
        "attribution": board.profile.attribution,
        "licence": board.profile.licence,
        "licence_url": board.profile.licence_url,
    }


def version_of(board: Board, build: str) -> dict[str, object]:
    """Return what tells a page whether there is anything new: a snapshot, a check, a program.

    `build` is that of this installation (`resources.build_id`).
    """
    status, meta = board.status(), _meta(board)
    return {
        "version": meta.version if meta else None,
        "measures": _measured(board) if meta else None,
        "state": status.state.value if status else None,
        "last_checked": _written(status.last_checked if status else None),
        "status": etag(status),
        "stale": board.stale(),
        "build": build,
    }


def _measured(board: Board) -> str | None:
    """Return which measures pages look up; None while there are none for this snapshot."""
    try:
        return board.measures().meta.id
    except SnapshotError:
        return None


def readiness(board: Board) -> dict[str, object]:
    """Return that there is data, and that it was checked recently.

    Raises:
        NoSnapshot: nothing was published yet.
        StaleSnapshot: the portal was last asked successfully longer ago than the setting allows.
    """
    version = board.snapshot().version
    if board.stale() == "check":
        status = board.status()
        checked = _written(status.last_success if status else None) or "unknown"
        reason = (status.error if status else None) or "no refresher seems to run"
        raise StaleSnapshot(
            f"the last successful check ({checked}) is older than "
            f"{board.settings.stale_after_seconds:g} s: {reason}"
        )
    return {"ready": True, "version": version}


def _meta(board: Board) -> SnapshotMeta | None:
    """Return what the current snapshot says of itself, None before the first."""
    try:
        return board.snapshot().meta
    except NoSnapshot:
        return None


def _ages(status: Status | None, meta: SnapshotMeta | None, clock: Clock) -> dict[str, object]:
    """Return when the portal was asked, when it will be, and how new the newest record is."""
    checked = status.last_checked if status else None
    newest = meta.newest_day if meta else None
    as_of = meta.as_of_day if meta else None
    return {
        "last_checked": _written(checked),
        "last_checked_seconds": None
        if checked is None
        else max(0, round((clock() - checked).total_seconds())),
        "last_success": _written(status.last_success if status else None),
        "next_check": _written(status.next_check if status else None),
        "published": _written(meta.published if meta else None),
        "as_of": None if as_of is None else day_date(as_of).isoformat(),
        "newest_record": None if newest is None else day_date(newest).isoformat(),
        "newest_record_days": None if newest is None or as_of is None else as_of - newest,
    }


def _trouble(status: Status | None) -> dict[str, object]:
    """Return what is wrong, if anything, and how far a first start is."""
    progress = status.progress if status else None
    left = status.catch_up if status else None
    return {
        "error": status.error if status else None,
        "error_kind": status.error_kind if status else None,
        "failing_since": _written(status.failing_since if status else None),
        "consecutive_failures": status.consecutive_failures if status else 0,
        "trouble": list(status.trouble) if status else [],
        "rejected_total": status.rejected_total if status else 0,
        "progress": {"done": progress.done, "expected": progress.expected} if progress else None,
        "catch_up": {"left": left.left} if left else None,
    }


def _amounts(meta: SnapshotMeta | None) -> dict[str, object]:
    """Return how many requests there are, how many lie nowhere, and how exact they are."""
    if meta is None:
        return {"counts": None, "unplaced": None, "changes": None, "precision": None}
    return {
        "counts": meta.counts,
        "unplaced": {layer: dict(reasons) for layer, reasons in meta.unplaced.items()},
        "changes": meta.changes,
        "precision": {"time": meta.time_precision.value, "place": meta.place_precision.value},
    }


def _written(moment: datetime | None) -> str | None:
    """Return a moment as ISO 8601 in UTC."""
    return None if moment is None else moment_to_json(moment)
