"""Requests to put into a store, and the city that they are of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from livemaps.feeds.profile import Profile, load_profile
from livemaps.model import Place, RequestRow
from livemaps.store import Store

NOON = datetime(2026, 8, 27, 12, 0, tzinfo=UTC)
AUGUST_20 = 20_685 * 86_400
BELTLINE = Place(("BLN", None), "BELTLINE", -114.07, 51.04)
NOWHERE = Place((None, None), None, None, None)


def calgary() -> Profile:
    """Return Calgary as it ships: Open, Closed and the two kinds of duplicates."""
    return load_profile("calgary")


def row(number: int | str, **changes: Any) -> RequestRow:
    """Return an open request for a pothole in Beltline, with other fields where they are given."""
    name = number if isinstance(number, str) else f"26-{number:08}"
    usual = RequestRow(
        service_request_id=name,
        requested_datetime=AUGUST_20,
        updated_datetime=AUGUST_20 + 86_400,
        closed_datetime=None,
        expected_datetime=None,
        status="Open",
        service_name="Roads - Pothole",
        agency_responsible="OS - Mobility",
        channel="Web",
        place=BELTLINE,
    )
    return usual._replace(**changes)


def assert_sound(store: Store) -> None:
    """Let SQLite check the whole file."""
    assert store._connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def put(store: Store, *rows: RequestRow, at: datetime = NOON, bulk: bool = False) -> Any:
    """Store rows in one transaction and return what it counted."""
    with store.refreshing(at) as writing:
        writing.apply(rows, bulk=bulk)
    return writing.applied
