"""The status file: everything that was put into it comes out, and it is never half there."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livemaps.errors import SnapshotDamaged
from livemaps.model import Outcome, Refresh
from livemaps.status import (
    FILE,
    CatchUpLeft,
    Progress,
    State,
    Status,
    read_status,
    refresh_from_json,
    refresh_to_json,
    status_to_json,
    write_status,
)

NOON = datetime(2026, 8, 27, 18, 0, tzinfo=UTC)
FULL = Status(
    state=State.PARTIAL,
    version="20260827T180000Z-000001",
    progress=Progress(3, 12),
    last_checked=NOON,
    last_success=NOON,
    next_check=NOON + timedelta(minutes=5),
    published=NOON - timedelta(hours=1),
    newest_day=20_690,
    consecutive_failures=2,
    failing_since=NOON,
    error="the portal's answer is cut short",
    error_kind="FeedMalformed",
    trouble=("3 rows could not be read", "“On Hold” is not known"),
    rejected_total=3,
    catch_up=CatchUpLeft(1_000),
    refreshes=(Refresh(Outcome.OK, NOON, NOON, received=7, trouble=("a",)),),
)

moments = st.datetimes(timezones=st.just(UTC))
counts = st.integers(0, 10**9)
texts = st.text(st.characters(exclude_categories=["Cs"]))
refreshes = st.builds(
    Refresh,
    outcome=st.sampled_from(Outcome),
    started=moments,
    finished=moments,
    received=counts,
    snapshot=st.none() | texts,
    error=st.none() | texts,
    trouble=st.tuples(texts),
)


@pytest.mark.parametrize("status", [FULL, Status(State.FIRST_START)])
def test_what_is_written_is_read(tmp_path: Path, status: Status) -> None:
    write_status(tmp_path / "new", status)
    assert read_status(tmp_path / "new") == status


def test_what_a_power_cut_left_is_gone_with_the_next_one(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        write_status(tmp_path, Status(State.OK, error=object()))  # type: ignore[arg-type]
    write_status(tmp_path, FULL)
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_before_the_first_there_is_none(tmp_path: Path) -> None:
    assert read_status(tmp_path) is None


def test_times_are_utc_with_a_z_and_days_are_dates() -> None:
    shown = status_to_json(FULL)
    assert shown["last_checked"] == "2026-08-27T18:00:00Z"
    assert shown["newest_day"] == "2026-08-25"
    assert shown["progress"] == {"done": 3, "expected": 12}
    assert shown["catch_up"] == {"left": 1_000}
    assert list(shown) == [field.name for field in fields(Status)]


def test_times_of_other_zones_are_turned_to_utc() -> None:
    calgary = NOON.astimezone(timezone(timedelta(hours=-6)))
    assert refresh_to_json(Refresh(Outcome.OK, calgary, calgary))["started"] == (
        "2026-08-27T18:00:00Z"
    )


@given(refreshes)
def test_a_refresh_survives_json(refresh: Refresh) -> None:
    assert refresh_from_json(json.loads(json.dumps(refresh_to_json(refresh)))) == refresh


def test_keys_of_later_versions_are_passed_over(tmp_path: Path) -> None:
    write_status(tmp_path, FULL)
    shown = json.loads((tmp_path / FILE).read_text())
    (tmp_path / FILE).write_text(json.dumps(shown | {"novelty": [1, 2]}))
    assert read_status(tmp_path) == FULL


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"state": "asleep"}', "\ufffd"])
def test_an_unreadable_file_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    with pytest.raises(SnapshotDamaged, match=r"status\.json cannot be read"):
        read_status(tmp_path)


def test_nothing_else_is_left_in_the_folder(tmp_path: Path) -> None:
    for _ in range(3):
        write_status(tmp_path, FULL)
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
