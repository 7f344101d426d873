"""Pulled plugs, over real HTTP and in processes of their own: whatever happens, nothing is lost."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from livemaps.demo.troubles import Kind
from livemaps.feeds.profile import load_profile
from livemaps.main import refresher
from livemaps.model import Outcome, Refresh
from livemaps.settings import Settings
from livemaps.snapshot import SnapshotReader
from livemaps.status import read_status
from livemaps.store import Store
from tests.quadville import Quadville, days_ago, eventually, quadville, request_row
from tests.store.samples import assert_sound

PAGE = "200"
"""Rows to a page: the table below takes a dozen pages."""

FIRST = 600
LATER = 2_400


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Quadville]:
    with quadville(tmp_path) as running:
        running.environment["LIVEMAPS_PAGE_SIZE"] = PAGE
        running.requests.upsert([request_row(f"27-{number}") for number in range(FIRST)])
        yield running


def change_everything(city: Quadville) -> None:
    """Close what was open, and open as much again."""
    closed = {"state": "Closed", "done": days_ago(1)}
    city.requests.upsert([request_row(f"27-{number}", **closed) for number in range(FIRST)])
    city.requests.upsert([request_row(f"28-{number}") for number in range(LATER - FIRST)])


def refresh(city: Quadville) -> Refresh:
    """Refresh once in this process, with the real client."""
    settings = Settings.from_environment(city.environment)
    with refresher(settings, load_profile(settings.city)) as once:
        return once.run_once()


def held(city: Quadville) -> Store:
    return Store.open(city.data_dir, load_profile(str(city.profile)))


@pytest.mark.slow
@pytest.mark.parametrize("requests", [1, 4, 7, 11, 14, 15])
def test_kill_9_in_a_refresh_leaves_a_good_state_and_the_next_goes_on(
    city: Quadville, requests: int
) -> None:
    good = refresh(city)
    expected = good.open - FIRST + LATER - FIRST
    change_everything(city)
    city.portal.log.clear()
    city.portal.troubles.make(Kind.SLOW, seconds=0.05, path="/resource/")
    with city.running("refresh", "--once") as process:
        eventually(lambda: process.poll() is not None or len(city.portal.log) >= requests)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    with held(city) as store:
        assert_sound(store)
        was_kept = store.open_count() == expected
        assert was_kept or store.open_count() == good.open, "all of it, or nothing"
    shown = SnapshotReader(city.data_dir).latest().meta
    assert was_kept or (shown.version, shown.counts.open) == (good.snapshot, good.open)

    city.portal.troubles.clear()
    after = refresh(city)
    assert (after.updated, after.inserted) == ((0, 0) if was_kept else (FIRST, LATER - FIRST))
    assert after.open == expected
    shown = SnapshotReader(city.data_dir).latest().meta
    assert (shown.version, shown.counts.open) == (after.snapshot, expected)
    assert refresh(city).outcome is Outcome.UNCHANGED


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (Kind.TRUNCATED, ""),
        (Kind.GARBAGE, ""),
        (Kind.HTML, "text/html"),
        (Kind.ERROR_BODY, ""),
        (Kind.OUTAGE, ""),
    ],
)
def test_bad_bytes_fail_the_refresh_and_are_told_for_what_they_are(
    city: Quadville, kind: Kind, told: str
) -> None:
    good = refresh(city)
    change_everything(city)
    city.portal.troubles.make(kind, path="/resource/")
    failed = refresh(city)
    assert failed.outcome is Outcome.FAILED
    assert told in (failed.error or "")
    assert (failed.open, failed.snapshot) == (good.open, good.snapshot)
    status = read_status(city.data_dir)
    assert status is not None
    assert status.error == failed.error

    city.portal.troubles.clear()
    assert refresh(city).updated == FIRST


def test_a_column_that_is_gone_is_named(city: Quadville) -> None:
    good = refresh(city)
    city.requests.rename_column("state", "condition")
    city.requests.upsert([{"number": "29-1"}])
    failed = refresh(city)
    assert failed.outcome is Outcome.FAILED
    assert "state" in (failed.error or "")
    assert failed.snapshot == good.snapshot


def test_a_rewritten_table_of_the_same_rows_changes_nothing(city: Quadville) -> None:
    good = refresh(city)
    city.requests.rewrite_all()
    again = refresh(city)
    assert (again.inserted, again.updated, again.removed) == (0, 0, 0)
    assert again.outcome is Outcome.UNCHANGED
    assert again.open == good.open
