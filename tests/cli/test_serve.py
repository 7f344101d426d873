"""The command `serve`: workers that answer, are replaced and leave nothing behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands import fetch, nothing_is_left, started, stopped, url_in
from tests.quadville import ROOT, Quadville, eventually, quadville


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Quadville, int, str]]:
    """A city with data, the process that serves it with one worker, and where."""
    with quadville(tmp_path_factory.mktemp("served")) as city:
        city.refresh()
        with city.running("serve", "--port", "0", "--workers", "1") as process:
            yield city, process.pid, url_in(process.stdout)
            status, output = stopped(process)
        assert status == 0, output


def children(parent: int) -> set[int]:
    """Return the processes that a process has started and that still run."""
    tasks = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
    return {int(number) for number in tasks.split()}


def test_workers_answer_before_and_after_the_first_refresh(city: Quadville) -> None:
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


def test_a_view_with_very_many_filters_is_a_link(served: tuple[Quadville, int, str]) -> None:
    _, _, url = served
    chosen = "&".join(f"service=Roads+-+A+service+with+a+long+name+{n:032}" for n in range(100))
    status, body = fetch(f"{url}/api/v1/requests.csv?{chosen}")
    assert (status, json.loads(body)["error"]["type"]) == (404, "UnknownValue")


def test_its_status_is_the_object_that_the_command_prints(
    served: tuple[Quadville, int, str],
) -> None:
    city, _, url = served
    printed = json.loads(city.run("status", "--json").stdout)
    assert printed.keys() == json.loads(fetch(f"{url}/api/v1/status")[1]).keys()


def test_its_workers_are_replaced_on_demand_while_it_goes_on(
    served: tuple[Quadville, int, str],
) -> None:
    _, process, url = served
    eventually(lambda: len(children(process)) == 1)
    before = children(process)
    os.kill(process, signal.SIGHUP)
    eventually(lambda: before.isdisjoint(children(process)))
    assert fetch(f"{url}/healthz")[0] == 200


def test_a_taken_port_is_told_before_anything_starts(city: Quadville) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = city.start("serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert "LIVEMAPS_PORT" in done.stderr
    assert "Traceback" not in done.stderr


def test_app_py_is_a_target_for_gunicorn(city: Quadville) -> None:
    city.refresh()
    code = "import app; print(app.server.test_client().get('/readyz').status_code)"
    done = started([sys.executable, "-c", code], city.environment, ROOT)
    assert done.stdout.strip() == "200", done.stderr
