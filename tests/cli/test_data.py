"""The commands `boundaries` and `backfill`, which bring data in beside the refresher."""

from __future__ import annotations

import json

from tests.quadville import COMMUNITIES, OPEN, Quadville, rows


def test_they_are_fetched_once_checked_and_listed(city: Quadville) -> None:
    first = json.loads(city.run("boundaries", "--json").stdout)
    asked = len(city.portal.log)
    second = json.loads(city.run("boundaries", "--json").stdout)

    assert [(layer["layer"], layer["areas"]) for layer in first] == [
        ("community", 4),
        ("ward", 2),
    ]
    assert [layer["fetched_now"] for layer in first + second] == [True, True, False, False]
    assert len(city.portal.log) == asked


def test_they_are_fetched_again_when_asked_for(city: Quadville) -> None:
    city.run("boundaries")
    again = json.loads(city.run("boundaries", "--fetch", "--json").stdout)
    assert all(layer["fetched_now"] for layer in again)


def test_a_layer_that_cannot_be_fetched_is_named(city: Quadville) -> None:
    city.portal.troubles.fail(status=404)
    done = city.run("boundaries")
    assert done.returncode == 1
    assert COMMUNITIES in done.stderr


def test_it_brings_what_is_older_than_the_recent_window(city: Quadville) -> None:
    settings = {"LIVEMAPS_FULL_REWRITE_ROWS": "5"}
    first = json.loads(city.run("refresh", "--once", "--json", **settings).stdout)
    done = city.run("backfill", "--since", "2010-01-01", "--json", **settings)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)

    assert result["finished"] is True
    assert first["inserted"] + result["inserted"] == len(rows()) - 1
    assert city.refresh()["open"] == OPEN
