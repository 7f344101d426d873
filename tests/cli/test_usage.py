"""What is wrong with options, settings and folders, told before anything is done."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from tests.quadville import OPEN, Quadville


@pytest.mark.parametrize(
    ("arguments", "environment", "named"),
    [
        (["refresh", "--nonsense"], {}, "--nonsense"),
        (["serve", "--port", "many"], {}, "--port"),
        (["status"], {"LIVEMAPS_PORT": "-1"}, "LIVEMAPS_PORT"),
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


def test_a_port_that_there_is_not_is_named_and_nothing_is_served(city: Quadville) -> None:
    done = city.start("serve", "--port", "65536")
    assert done.returncode == 2
    assert "LIVEMAPS_PORT" in done.stderr
    assert "Traceback" not in done.stderr
    assert not city.data_dir.exists()


def test_help_is_quick_to_read_and_lists_the_exit_statuses(city: Quadville) -> None:
    done = city.run("--help")
    assert done.returncode == 0
    assert "Exit statuses" in done.stdout


def test_a_flag_wins_over_its_variable(city: Quadville) -> None:
    done = city.run("check-city", "calgary", LIVEMAPS_CITY="atlantis")
    assert done.returncode == 0
    done = city.run("status", "--city", str(city.profile), LIVEMAPS_CITY="atlantis")
    assert done.returncode == 3


@pytest.mark.parametrize("command", ["status", "export", "serve"])
def test_no_city_is_shown_under_the_name_of_another(city: Quadville, command: str) -> None:
    city.refresh()
    # A server that starts all the same must not do so in this process.
    run = city.start if command == "serve" else city.run
    done = run(command, "--city", "calgary")
    assert done.returncode == 2
    assert "quadville" in done.stderr
    assert done.stdout == ""


def test_the_requests_of_two_cities_are_never_mixed(city: Quadville) -> None:
    city.refresh()
    done = city.run("refresh", "--once", "--json", "--city", "calgary")
    assert done.returncode == 1
    assert "quadville" in json.loads(done.stdout)["error"]
    assert city.refresh()["open"] == OPEN
