"""A refresher that fetches the history of its city before it measures anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from livemaps.demo.run import Demo, DemoOptions, running_demo
from livemaps.errors import FeedError
from livemaps.main import create_feed, refresher
from livemaps.measures.flow import held_since
from livemaps.measures.read import read_meta
from livemaps.model import Outcome, day_date
from livemaps.refresh import Refresher
from livemaps.settings import Settings
from livemaps.snapshot import SnapshotReader


@pytest.fixture
def demo() -> Iterator[Demo]:
    with running_demo(DemoOptions(share=0.01, history_days=200), live=False) as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", full_rewrite_rows=500, attempts=1)


@pytest.fixture
def filled(demo: Demo, settings: Settings) -> Iterator[Refresher]:
    feed = create_feed(settings, demo.profile, clock=demo.clock)
    with refresher(settings, demo.profile, feed, today=demo.today, since=demo.since) as one:
        yield one


def test_a_demo_tells_the_first_whole_month_of_which_it_has_every_request(demo: Demo) -> None:
    assert day_date(demo.city.since).isoformat() == "2025-11-28"
    assert day_date(demo.since).isoformat() == "2025-12-01"


def test_the_map_is_live_before_the_history_is_there(
    demo: Demo, filled: Refresher, settings: Settings
) -> None:
    refresh = filled.run_once()
    shown = SnapshotReader(settings.data_dir).latest()
    assert refresh.outcome is Outcome.OK
    assert shown.meta.complete_since == demo.today() - settings.recent_days + 1


def test_the_history_is_held_and_published_before_anything_is_measured(
    demo: Demo, filled: Refresher, settings: Settings
) -> None:
    filled.run_once()
    assert not filled.upkeep()
    assert read_meta(settings.data_dir) is None
    filled.run_once()
    shown = SnapshotReader(settings.data_dir).latest()
    assert (shown.meta.complete_since, held_since(shown)) == (demo.since, demo.since)
    since = day_date(demo.since).isoformat()
    in_the_feed = sum((row[1] or "") >= since for row in demo.city.rows())
    assert (shown.base["requested_day"] >= demo.since).sum() == in_the_feed
    assert not filled.health.status.trouble


def test_a_history_that_fails_is_told_and_tried_again_after_the_next_refresh(
    demo: Demo, filled: Refresher, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled.run_once()
    with monkeypatch.context() as patched:
        patched.setattr(filled._feed, "count_history", _refuse)
        assert not filled.upkeep()
    assert any("history is held up" in told for told in filled.health.status.trouble)
    filled.run_once()
    filled.upkeep()
    filled.run_once()
    assert SnapshotReader(settings.data_dir).latest().meta.complete_since == demo.since
    assert not filled.health.status.trouble


def _refuse(*_: object) -> int:
    raise FeedError("the portal does not answer")
