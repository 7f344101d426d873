"""The command `refresh`: what it tells, how it fails, how it ends."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from livemaps.demo.troubles import Kind
from livemaps.refresh import ROWS_TROUBLE
from tests.cli.conftest import REFRESH_FIELDS
from tests.commands import nothing_is_left, stopped
from tests.quadville import OPEN, UNPLACED, Quadville, days_ago, eventually, request_row, rows


def test_the_first_one_takes_and_places_everything(city: Quadville) -> None:
    result = city.refresh()

    assert list(result) == REFRESH_FIELDS
    assert result["outcome"] == "ok"
    assert result["received"] == len(rows())
    assert (result["inserted"], result["rejected"]) == (len(rows()) - 1, 1)
    assert (result["open"], result["unplaced"]) == (OPEN, UNPLACED)
    assert result["snapshot"]
    assert result["error"] is None
    assert datetime.fromisoformat(result["started"]) <= datetime.fromisoformat(result["finished"])


def test_a_second_one_finds_nothing_new_and_asks_once(city: Quadville) -> None:
    # A stamp says nothing of the rest of its second, so within it a poll asks for more.
    published = datetime.now(UTC)
    eventually(lambda: int(datetime.now(UTC).timestamp()) > published.timestamp())
    first = city.refresh()
    asked = len(city.portal.log)
    second = city.refresh()

    assert second["outcome"] == "unchanged"
    assert second["received"] == 0
    assert (second["open"], second["snapshot"]) == (OPEN, first["snapshot"])
    assert len(city.portal.log) == asked + 1


def test_a_changed_row_is_one_update(city: Quadville) -> None:
    city.refresh()
    city.requests.upsert([request_row("26-1", state="Closed", done=days_ago(1))])
    result = city.refresh()

    assert (result["outcome"], result["inserted"], result["updated"]) == ("ok", 0, 1)
    assert result["open"] == OPEN - 1


def test_a_failure_is_told_and_leaves_what_was_published(city: Quadville) -> None:
    first = city.refresh()
    city.portal.troubles.fail(status=503)
    failed = city.refresh()

    assert failed["outcome"] == "failed"
    assert "503" in failed["error"]
    assert failed["snapshot"] == first["snapshot"]
    assert json.loads(city.run("status", "--json").stdout)["state"] == "failing"


def test_a_fault_of_the_program_is_an_object_too_and_shown_on_the_pages(city: Quadville) -> None:
    city.refresh()
    with closing(sqlite3.connect(city.data_dir / "requests.sqlite")) as store, store:
        store.execute("UPDATE meta SET value = '{half' WHERE key = ?", (ROWS_TROUBLE,))
    done = city.run("refresh", "--once", "--json")
    assert done.returncode == 1
    result = json.loads(done.stdout)
    assert list(result) == REFRESH_FIELDS
    assert result["outcome"] == "failed"
    assert "livemaps itself is at fault (JSONDecodeError" in result["error"]
    assert "Traceback" in done.stderr
    status = json.loads(city.run("status", "--json").stdout)
    assert (status["state"], status["error"]) == ("failing", result["error"])


def test_without_json_it_says_what_came_of_it_in_a_sentence(city: Quadville) -> None:
    done = city.run("refresh", "--once")
    assert done.returncode == 0
    assert f"{OPEN} open, {UNPLACED} of them without a place" in done.stdout


def test_a_second_refresher_is_turned_away_and_told_by_whom(city: Quadville) -> None:
    with city.running("refresh") as first:
        eventually(lambda: (city.data_dir / "snapshots" / "current").exists())
        turned_away = city.refresh()
        assert stopped(first)[0] == 0
    assert turned_away["outcome"] == "failed"
    assert str(first.pid) in turned_away["error"]


def test_a_request_that_vanished_is_gone_once_a_reconciliation_is_due(city: Quadville) -> None:
    city.refresh()
    city.requests.delete(["26-1"])
    assert city.refresh()["open"] == OPEN
    results: list[dict[str, object]] = []

    def is_due() -> bool:
        done = city.run("refresh", "--once", "--json", LIVEMAPS_RECONCILE_SECONDS="1")
        results.append(json.loads(done.stdout))
        return results[-1]["outcome"] == "ok"

    eventually(is_due)
    assert (results[-1]["removed"], results[-1]["open"]) == (1, OPEN - 1)


def test_it_goes_on_until_it_is_told_to_stop(city: Quadville) -> None:
    with city.running("refresh", "--json", LIVEMAPS_REFRESH_SECONDS="1") as process:
        assert process.stdout is not None
        outcomes = []
        for line in process.stdout:
            if line.startswith("{"):
                outcomes.append(json.loads(line)["outcome"])
            if len(outcomes) == 2:
                break
        assert outcomes == ["ok", "unchanged"]
        assert stopped(process)[0] == 0
    assert nothing_is_left(process)


@pytest.mark.parametrize("once", [(), ("--once",)], ids=["again and again", "once"])
def test_terminated_in_the_middle_it_rolls_back_and_frees_the_lock(
    city: Quadville, once: tuple[str, ...]
) -> None:
    city.portal.troubles.make(Kind.SLOW, seconds=2, path="/resource/")
    with city.running("refresh", *once) as process:
        eventually(lambda: len(city.portal.log) > 0)
        status, output = stopped(process)
    assert status == (143 if once else 0), output
    assert nothing_is_left(process)

    city.portal.troubles.clear()
    assert city.refresh()["inserted"] == len(rows()) - 1
