"""Every command as the process that people and service managers start.

The other modules run commands in the process of the tests; what only a fresh one shows stands here:
that it loads what it needs by itself, that warnings are errors, that programs find nothing but the
answer on standard output, and the exit status.
"""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.cli.conftest import REFRESH_FIELDS
from tests.quadville import COMMUNITIES, OPEN, Quadville, rows


def test_a_first_refresh_is_one_object_and_other_commands_find_what_it_published(
    city: Quadville,
) -> None:
    done = city.start("refresh", "--once", "--json")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1
    result = json.loads(done.stdout)
    assert list(result) == REFRESH_FIELDS
    assert (result["outcome"], result["open"]) == ("ok", OPEN)

    status = city.start("status", "--json")
    assert status.returncode == 0, status.stderr
    assert json.loads(status.stdout)["version"] == result["snapshot"]

    exported = city.start("export", "category=Roads&ward=1")
    assert exported.returncode == 0, exported.stderr
    assert len(list(csv.DictReader(io.StringIO(exported.stdout)))) == 2

    measured = city.start("measures", "--json")
    assert measured.returncode == 0, measured.stderr
    assert json.loads(measured.stdout)["snapshot"] == result["snapshot"]


def test_a_history_is_brought_into_a_new_folder(city: Quadville) -> None:
    done = city.start("backfill", "--since", "2010-01-01", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["inserted"] == len(rows()) - 1


def test_what_fails_says_so_and_exits_with_1(city: Quadville) -> None:
    city.portal.troubles.fail(status=404)
    done = city.start("boundaries")
    assert done.returncode == 1
    assert COMMUNITIES in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_fault_of_a_profile_exits_with_2(city: Quadville) -> None:
    text = city.profile.read_text(encoding="utf-8")
    city.profile.write_text(text.replace("zoom = 10", "zoom = 99"), encoding="utf-8")
    done = city.start("check-city", str(city.profile))
    assert done.returncode == 2
    assert "zoom = 99" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["evaluate", "--help"]], ids=" ".join)
def test_help_needs_no_city(city: Quadville, arguments: list[str]) -> None:
    done = city.start(*arguments, LIVEMAPS_CITY="atlantis")
    assert done.returncode == 0, done.stderr
    assert "Exit status" in done.stdout
    assert done.stderr == ""
