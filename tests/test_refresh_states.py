"""The four states of refreshing, walked through with a clock that the test moves itself."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from livemaps.errors import FeedThrottled, FeedUnavailable, SchemaChanged
from livemaps.model import Outcome, Reject
from livemaps.status import FILE, State, read_status
from tests.fake_feed import NOON, Town, row, town_in

AWAY = FeedUnavailable("data.quadville.ca does not answer")


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with town_in(tmp_path) as made:
        yield made


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.WARNING, logger="livemaps")
    return caplog


def test_ok_failing_partial_recovered_ok(town: Town) -> None:
    refresher = town.refresher()
    town.feed.put(row(1))
    refresher.run_once()
    assert town.status().state is State.OK

    town.clock.move(minutes=5)
    town.feed.error = AWAY
    refresher.run_once()
    assert town.status().state is State.FAILING

    town.clock.move(minutes=5)
    town.feed.error = None
    town.feed.put(row(2))
    town.feed.rejects = (Reject("no id", "{}"),)
    refresher.run_once()
    assert town.status().state is State.PARTIAL

    town.clock.move(minutes=5)
    town.feed.rejects = ()
    town.feed.put(row(3))
    refresher.run_once()
    assert town.status().state is State.RECOVERED

    town.clock.move(minutes=5)
    refresher.run_once()
    assert town.status().state is State.OK


def test_before_anything_is_held_it_is_a_first_start(town: Town) -> None:
    assert read_status(town.data_dir) is None
    assert town.refresher().health.status.state is State.FIRST_START


def test_a_first_start_that_fails_is_failing_and_has_no_success(town: Town) -> None:
    town.feed.error = AWAY
    refresh = town.refresher().run_once()
    assert refresh.outcome is Outcome.FAILED
    assert refresh.snapshot is None
    status = town.status()
    assert (status.state, status.last_success, status.version) == (State.FAILING, None, None)
    assert status.last_checked == NOON


def test_while_failing_the_last_good_data_and_its_age_are_known(town: Town) -> None:
    refresher = town.refresher()
    town.feed.put(row(1))
    good = refresher.run_once()
    town.feed.error = AWAY
    for _ in range(3):
        town.clock.move(minutes=5)
        refresher.run_once()

    status = town.status()
    assert (status.state, status.consecutive_failures) == (State.FAILING, 3)
    assert (status.error, status.error_kind) == (str(AWAY), "FeedUnavailable")
    assert status.failing_since == NOON + timedelta(minutes=5)
    assert status.last_checked == NOON + timedelta(minutes=15)
    assert status.last_success == NOON
    assert status.version == good.snapshot
    assert [refresh.outcome for refresh in status.refreshes] == ["failed"] * 3 + ["ok"]
    assert status.refreshes[0].open == 1, "what is still shown"


def test_success_clears_the_failure(town: Town) -> None:
    refresher = town.refresher()
    town.feed.put(row(1))
    town.feed.error = SchemaChanged("rqst", ["state"])
    refresher.run_once()
    town.feed.error = None
    refresher.run_once()
    status = town.status()
    assert (status.state, status.error, status.error_kind) == (State.RECOVERED, None, None)
    assert (status.consecutive_failures, status.failing_since) == (0, None)


def test_a_restart_goes_on_where_the_process_before_was(town: Town) -> None:
    town.feed.put(row(1))
    town.refresher().run_once()
    town.feed.error = AWAY
    town.refresher().run_once()
    town.feed.error = AWAY
    town.refresher().run_once()
    assert town.status().consecutive_failures == 2
    town.feed.error = None
    town.refresher().run_once()
    assert town.status().state is State.RECOVERED
    assert len(town.status().refreshes) == 4


def test_a_failure_is_logged_once_when_it_starts_and_once_when_it_ends(
    town: Town, log: pytest.LogCaptureFixture
) -> None:
    refresher = town.refresher()
    town.feed.put(row(1))
    refresher.run_once()
    town.feed.error = AWAY
    for _ in range(4):
        town.clock.move(minutes=5)
        refresher.run_once()
    town.feed.error = None
    refresher.run_once()
    refresher.run_once()

    started, ended = (record.getMessage() for record in log.records)
    assert "data.quadville.ca does not answer" in started
    assert "works again after 4 failures since 2026-08-27T18:05:00Z" in ended


def test_trouble_is_logged_once_when_it_starts_and_once_when_it_ends(
    town: Town, log: pytest.LogCaptureFixture
) -> None:
    refresher = town.refresher()
    town.feed.put(row(1, status="On Hold"))
    for _ in range(3):
        refresher.run_once()
    town.feed.put(row(1))
    for _ in range(3):
        refresher.run_once()

    started, ended = (record.getMessage() for record in log.records)
    assert "On Hold" in started
    assert "over" in ended


def test_the_patience_that_the_portal_asks_for_is_known(town: Town) -> None:
    refresher = town.refresher()
    town.feed.error = FeedThrottled("too many requests", retry_after=120.0)
    refresher.run_once()
    assert refresher.retry_after == 120.0
    town.feed.error = None
    town.feed.put(row(1))
    refresher.run_once()
    assert refresher.retry_after is None


def test_an_error_that_nobody_foresaw_is_shown_as_a_failure_too(town: Town) -> None:
    refresher = town.refresher()
    refresher.broken(ZeroDivisionError("division by zero"))
    assert town.status().state is State.FAILING
    assert "ZeroDivisionError: division by zero" in (town.status().error or "")


def test_fifty_refreshes_are_shown(town: Town) -> None:
    refresher = town.refresher()
    town.feed.error = AWAY
    for _ in range(53):
        refresher.run_once()
    assert len(town.status().refreshes) == 50
    assert len(town.store.refreshes(100)) == 53


def test_a_status_file_that_is_damaged_is_begun_anew(town: Town) -> None:
    (town.data_dir / FILE).write_text("{half")
    town.feed.put(row(1))
    town.refresher().run_once()
    assert town.status().state is State.OK
