"""The commands, as a person or a service manager starts them: processes, real HTTP, real files."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import IO

import pytest

from livemaps.demo.troubles import Kind
from livemaps.refresh import ROWS_TROUBLE
from tests.quadville import (
    COMMUNITIES,
    OPEN,
    ROOT,
    UNPLACED,
    Quadville,
    days_ago,
    environment_of,
    eventually,
    quadville,
    request_row,
    rows,
)

REFRESH_FIELDS = [
    *("outcome", "started", "finished", "received", "inserted", "updated", "unchanged"),
    *("removed", "rejected", "unplaced", "open", "snapshot", "error"),
]


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Quadville]:
    with quadville(tmp_path) as running:
        yield running


def fetch(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def url_in(output: IO[str] | None) -> str:
    """Read a command's output up to the line that says where it listens."""
    assert output is not None
    seen = []
    for line in output:
        seen.append(line)
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found.group()
    raise AssertionError("it said no address:\n" + "".join(seen))


def stopped(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> tuple[int, str]:
    """Send a signal and return the exit status and what was printed until then."""
    process.send_signal(number)
    output, _ = process.communicate(timeout=60)
    return process.returncode, output


def nothing_is_left(process: subprocess.Popen[str], url: str | None = None) -> bool:
    """Tell whether the process's group is empty and its port is free."""
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        group_gone = True
    else:
        group_gone = False
    if url is None:
        return group_gone
    with socket.socket() as probe:
        return group_gone and probe.connect_ex(("127.0.0.1", int(url.rsplit(":", 1)[1]))) != 0


class TestRefresh:
    def test_the_first_one_takes_and_places_everything(self, city: Quadville) -> None:
        result = city.refresh()

        assert list(result) == REFRESH_FIELDS
        assert result["outcome"] == "ok"
        assert result["received"] == len(rows())
        assert (result["inserted"], result["rejected"]) == (len(rows()) - 1, 1)
        assert (result["open"], result["unplaced"]) == (OPEN, UNPLACED)
        assert result["snapshot"]
        assert result["error"] is None
        assert datetime.fromisoformat(result["started"]) <= datetime.fromisoformat(
            result["finished"]
        )

    def test_a_second_one_finds_nothing_new_and_asks_once(self, city: Quadville) -> None:
        first = city.refresh()
        asked = len(city.portal.log)
        second = city.refresh()

        assert second["outcome"] == "unchanged"
        assert second["received"] == 0
        assert (second["open"], second["snapshot"]) == (OPEN, first["snapshot"])
        assert len(city.portal.log) == asked + 1

    def test_a_changed_row_is_one_update(self, city: Quadville) -> None:
        city.refresh()
        city.requests.upsert([request_row("26-1", state="Closed", done=days_ago(1))])
        result = city.refresh()

        assert (result["outcome"], result["inserted"], result["updated"]) == ("ok", 0, 1)
        assert result["open"] == OPEN - 1

    def test_a_failure_is_told_and_leaves_what_was_published(self, city: Quadville) -> None:
        first = city.refresh()
        city.portal.troubles.fail(status=503)
        failed = city.refresh()

        assert failed["outcome"] == "failed"
        assert "503" in failed["error"]
        assert failed["snapshot"] == first["snapshot"]
        assert json.loads(city.run("status", "--json").stdout)["state"] == "failing"

    def test_a_fault_of_the_program_is_an_object_too_and_shown_on_the_pages(
        self, city: Quadville
    ) -> None:
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

    def test_without_json_it_says_what_came_of_it_in_a_sentence(self, city: Quadville) -> None:
        done = city.run("refresh", "--once")
        assert done.returncode == 0
        assert f"{OPEN} open, {UNPLACED} of them without a place" in done.stdout

    def test_a_second_refresher_is_turned_away_and_told_by_whom(self, city: Quadville) -> None:
        with city.running("refresh") as first:
            eventually(lambda: (city.data_dir / "snapshots" / "current").exists())
            turned_away = city.refresh()
            assert stopped(first)[0] == 0
        assert turned_away["outcome"] == "failed"
        assert str(first.pid) in turned_away["error"]

    def test_a_request_that_vanished_is_gone_once_a_reconciliation_is_due(
        self, city: Quadville
    ) -> None:
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

    def test_it_goes_on_until_it_is_told_to_stop(self, city: Quadville) -> None:
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
        self, city: Quadville, once: tuple[str, ...]
    ) -> None:
        city.portal.troubles.make(Kind.SLOW, seconds=2, path="/resource/")
        with city.running("refresh", *once) as process:
            eventually(lambda: len(city.portal.log) > 0)
            status, output = stopped(process)
        assert status == (143 if once else 0), output
        assert nothing_is_left(process)

        city.portal.troubles.clear()
        assert city.refresh()["inserted"] == len(rows()) - 1


class TestStatus:
    def test_before_the_first_refresh_it_says_that_there_is_nothing(self, city: Quadville) -> None:
        done = city.run("status")
        assert done.returncode == 3
        assert "no data yet" in done.stdout.lower()

    def test_after_a_refresh_both_ages_are_there(self, city: Quadville) -> None:
        city.refresh()
        done = city.run("status")
        assert done.returncode == 0, done.stderr
        assert "last checked" in done.stdout.lower()
        assert "newest" in done.stdout.lower()

    def test_data_that_was_not_checked_for_too_long_is_a_status_of_its_own(
        self, city: Quadville
    ) -> None:
        city.refresh()
        assert city.run("status").returncode == 0
        eventually(lambda: city.run("status", LIVEMAPS_STALE_AFTER_SECONDS="1").returncode == 3)

    def test_the_object_is_that_of_the_http_interface(self, city: Quadville) -> None:
        city.refresh()
        printed = json.loads(city.run("status", "--json").stdout)
        with city.running("serve", "--port", "0", "--workers", "1") as process:
            _, body = fetch(f"{url_in(process.stdout)}/api/v1/status")
            stopped(process)
        assert printed.keys() == json.loads(body).keys()


class TestExport:
    def test_the_list_is_what_the_query_shows(self, city: Quadville) -> None:
        city.refresh()
        done = city.run("export", "category=Roads&ward=1")
        assert done.returncode == 0, done.stderr
        listed = list(csv.DictReader(io.StringIO(done.stdout)))
        assert {row["service_request_id"] for row in listed} == {"26-1", "26-3"}

    def test_the_areas_and_the_unplaced_sum_to_the_total(self, city: Quadville) -> None:
        city.refresh()
        done = city.run("export", "--areas", "--format", "csv", "layer=ward")
        counted = [int(row["count"]) for row in csv.DictReader(io.StringIO(done.stdout))]
        assert sum(counted) == OPEN

    def test_areas_come_with_their_shapes_as_geojson(self, city: Quadville, tmp_path: Path) -> None:
        city.refresh()
        target = tmp_path / "wards.geojson"
        done = city.run(
            "export", "--areas", "--format", "geojson", "--output", str(target), "layer=ward"
        )
        assert done.returncode == 0, done.stderr
        collection = json.loads(target.read_text(encoding="utf-8"))
        counts = {
            feature["properties"]["key"]: feature["properties"]["count"]
            for feature in collection["features"]
            if feature["geometry"]
        }
        assert counts == {"1": 2, "2": 2}

    def test_an_unknown_name_is_an_error_that_names_it(self, city: Quadville) -> None:
        city.refresh()
        done = city.run("export", "ward=99")
        assert done.returncode == 2
        assert "99" in done.stderr
        assert done.stdout == ""

    def test_without_data_it_says_what_to_run(self, city: Quadville) -> None:
        done = city.run("export")
        assert done.returncode == 1
        assert "refresh" in done.stderr


class TestBoundaries:
    def test_they_are_fetched_once_checked_and_listed(self, city: Quadville) -> None:
        first = json.loads(city.run("boundaries", "--json").stdout)
        asked = len(city.portal.log)
        second = json.loads(city.run("boundaries", "--json").stdout)

        assert [(layer["layer"], layer["areas"]) for layer in first] == [
            ("community", 4),
            ("ward", 2),
        ]
        assert [layer["fetched_now"] for layer in first + second] == [True, True, False, False]
        assert len(city.portal.log) == asked

    def test_they_are_fetched_again_when_asked_for(self, city: Quadville) -> None:
        city.run("boundaries")
        again = json.loads(city.run("boundaries", "--fetch", "--json").stdout)
        assert all(layer["fetched_now"] for layer in again)

    def test_a_layer_that_cannot_be_fetched_is_named(self, city: Quadville) -> None:
        city.portal.troubles.fail(status=404)
        done = city.run("boundaries")
        assert done.returncode == 1
        assert COMMUNITIES in done.stderr


class TestBackfill:
    def test_it_brings_what_is_older_than_the_recent_window(self, city: Quadville) -> None:
        settings = {"LIVEMAPS_FULL_REWRITE_ROWS": "5"}
        first = json.loads(city.run("refresh", "--once", "--json", **settings).stdout)
        done = city.run("backfill", "--since", "2010-01-01", "--json", **settings)
        assert done.returncode == 0, done.stderr
        result = json.loads(done.stdout)

        assert result["finished"] is True
        assert first["inserted"] + result["inserted"] == len(rows()) - 1
        assert city.refresh()["open"] == OPEN


class TestCheckCity:
    def test_a_profile_without_faults_is_summed_up(self, city: Quadville) -> None:
        done = city.run("check-city", str(city.profile))
        assert done.returncode == 0
        assert "Quadville" in done.stdout

    def test_every_fault_is_told_with_its_line_key_value_and_remedy(self, city: Quadville) -> None:
        text = city.profile.read_text(encoding="utf-8")
        city.profile.write_text(
            text.replace("America/Edmonton", "America/Edmontn").replace("zoom = 10", "zoom = 99"),
            encoding="utf-8",
        )
        done = city.run("check-city", str(city.profile))
        assert done.returncode == 2
        assert "line 4" in done.stderr
        assert "time_zone = 'America/Edmontn'" in done.stderr
        assert "zoom = 99" in done.stderr

        told = json.loads(city.run("check-city", str(city.profile), "--json").stdout)
        assert told["usable"] is False
        assert {problem["key"] for problem in told["problems"]} == {"time_zone", "map.zoom"}

    def test_business_days_without_holidays_are_warned_of(self, city: Quadville) -> None:
        with city.profile.open("a", encoding="utf-8") as profile:
            profile.write('\n[[standards]]\ncategory = "Roads"\ndays = 3\ncounting = "business"\n')
        told = json.loads(city.run("check-city", str(city.profile), "--json").stdout)
        assert told["usable"] is True
        assert "calendar.holidays is empty" in told["warnings"][0]
        assert "warning: standards count" in city.run("check-city", str(city.profile)).stdout

    def test_the_profiles_that_ship_are_usable(self, city: Quadville) -> None:
        assert city.run("check-city", "calgary").returncode == 0


class TestServe:
    def test_workers_answer_before_and_after_the_first_refresh(self, city: Quadville) -> None:
        with city.running("serve", "--port", "0") as process:
            url = url_in(process.stdout)
            assert fetch(f"{url}/healthz")[0] == 200
            assert fetch(f"{url}/readyz")[0] == 503
            assert fetch(f"{url}/")[0] == 200
            version = city.refresh()["snapshot"]
            eventually(lambda: fetch(f"{url}/readyz")[0] == 200)
            assert json.loads(fetch(f"{url}/api/v1/status")[1])["version"] == version
            status, output = stopped(process)
        assert status == 0, output
        assert nothing_is_left(process, url)

    def test_a_view_with_very_many_filters_is_a_link(self, city: Quadville) -> None:
        city.refresh()
        chosen = "&".join(f"service=Roads+-+A+service+with+a+long+name+{n:032}" for n in range(100))
        with city.running("serve", "--port", "0", "--workers", "1") as process:
            url = url_in(process.stdout)
            status, body = fetch(f"{url}/api/v1/requests.csv?{chosen}")
            stopped(process)
        assert (status, json.loads(body)["error"]["type"]) == (404, "UnknownValue")

    def test_its_workers_are_replaced_on_demand_while_it_goes_on(self, city: Quadville) -> None:
        with city.running("serve", "--port", "0", "--workers", "1") as process:
            url = url_in(process.stdout)
            eventually(lambda: len(children(process.pid)) == 1)
            before = children(process.pid)
            process.send_signal(signal.SIGHUP)
            eventually(lambda: before.isdisjoint(children(process.pid)))
            assert fetch(f"{url}/healthz")[0] == 200
            status, output = stopped(process)
        assert status == 0, output
        assert nothing_is_left(process, url)

    def test_a_taken_port_is_told_before_anything_starts(self, city: Quadville) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            done = city.run("serve", "--port", str(taken.getsockname()[1]))
        assert done.returncode == 2
        assert "LIVEMAPS_PORT" in done.stderr
        assert "Traceback" not in done.stderr

    def test_app_py_is_a_target_for_gunicorn(self, city: Quadville) -> None:
        city.refresh()
        code = "import app; print(app.server.test_client().get('/readyz').status_code)"
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            timeout=120,
            env=city.environment,
            cwd=ROOT,
        )
        assert done.stdout.strip() == "200", done.stderr


@pytest.mark.slow
class TestDemo:
    def test_a_whole_city_is_live_and_leaves_nothing_behind(self, tmp_path: Path) -> None:
        passing = tmp_path / "passing"
        passing.mkdir()
        command = [sys.executable, str(ROOT / "app.py"), "--port", "0"]
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment_of() | {"TMPDIR": str(passing)},
            start_new_session=True,
        )
        try:
            url = url_in(process.stdout)
            eventually(lambda: fetch(f"{url}/readyz")[0] == 200, 180)
            versions = {json.loads(fetch(f"{url}/api/v1/status")[1])["version"]}
            eventually(lambda: new_version(url, versions), 180)
            status, output = stopped(process)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
        assert status == 0, output
        assert "Traceback" not in output
        assert nothing_is_left(process, url)
        assert list(passing.iterdir()) == []


def children(parent: int) -> set[int]:
    """Return the processes that a process has started and that still run."""
    tasks = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
    return {int(number) for number in tasks.split()}


def new_version(url: str, seen: set[str]) -> bool:
    return json.loads(fetch(f"{url}/api/v1/status")[1])["version"] not in seen


class TestAnotherCity:
    @pytest.mark.parametrize("command", ["status", "export", "serve"])
    def test_no_city_is_shown_under_the_name_of_another(
        self, city: Quadville, command: str
    ) -> None:
        city.refresh()
        done = city.run(command, "--city", "calgary")
        assert done.returncode == 2
        assert "quadville" in done.stderr
        assert done.stdout == ""

    def test_the_requests_of_two_cities_are_never_mixed(self, city: Quadville) -> None:
        city.refresh()
        done = city.run("refresh", "--once", "--json", "--city", "calgary")
        assert done.returncode == 1
        assert "quadville" in json.loads(done.stdout)["error"]
        assert city.refresh()["open"] == OPEN


class TestUsage:
    @pytest.mark.parametrize(
        ("arguments", "environment", "named"),
        [
            (["refresh", "--nonsense"], {}, "--nonsense"),
            (["serve", "--port", "many"], {}, "--port"),
            (["status"], {"LIVEMAPS_PORT": "-1"}, "LIVEMAPS_PORT"),
            (["serve", "--port", "65536"], {}, "LIVEMAPS_PORT"),
            (["refresh"], {"LIVEMAPS_REFRESH_SECONDS": "inf"}, "LIVEMAPS_REFRESH_SECONDS"),
            (["refresh"], {"LIVEMAPS_READ_TIMEOUT": "nan"}, "LIVEMAPS_READ_TIMEOUT"),
            (["refresh"], {"LIVEMAPS_RECENT_DAYS": "9000000"}, "LIVEMAPS_RECENT_DAYS"),
            (["status"], {"LIVEMAPS_LOG_LEVEL": "LOUD"}, "LIVEMAPS_LOG_LEVEL"),
            (["refresh", "--once", "--city", "atlantis"], {}, "atlantis"),
            (["backfill", "--since", "yesterday"], {}, "--since"),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, list) else "",
    )
    def test_what_is_wrong_is_named_and_nothing_is_done(
        self,
        city: Quadville,
        arguments: list[str],
        environment: Mapping[str, str],
        named: str,
    ) -> None:
        done = city.run(*arguments, **environment)
        assert done.returncode == 2
        assert named in done.stderr
        assert "Traceback" not in done.stderr
        assert not city.data_dir.exists()

    def test_help_is_quick_to_read_and_lists_the_exit_statuses(self, city: Quadville) -> None:
        done = city.run("--help")
        assert done.returncode == 0
        assert "Exit statuses" in done.stdout

    def test_a_flag_wins_over_its_variable(self, city: Quadville) -> None:
        done = city.run("check-city", "calgary", LIVEMAPS_CITY="atlantis")
        assert done.returncode == 0
        done = city.run("status", "--city", str(city.profile), LIVEMAPS_CITY="atlantis")
        assert done.returncode == 3
