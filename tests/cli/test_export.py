"""The command `export`: lists and areas as files."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from tests.quadville import OPEN, Quadville


def test_the_list_is_what_the_query_shows(city: Quadville) -> None:
    city.refresh()
    done = city.run("export", "category=Roads&ward=1")
    assert done.returncode == 0, done.stderr
    listed = list(csv.DictReader(io.StringIO(done.stdout)))
    assert {row["service_request_id"] for row in listed} == {"26-1", "26-3"}


def test_the_areas_and_the_unplaced_sum_to_the_total(city: Quadville) -> None:
    city.refresh()
    done = city.run("export", "--areas", "--format", "csv", "layer=ward")
    counted = [int(row["count"]) for row in csv.DictReader(io.StringIO(done.stdout))]
    assert sum(counted) == OPEN


def test_areas_come_with_their_shapes_as_geojson(city: Quadville, tmp_path: Path) -> None:
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


def test_an_unknown_name_is_an_error_that_names_it(city: Quadville) -> None:
    city.refresh()
    done = city.run("export", "ward=99")
    assert done.returncode == 2
    assert "99" in done.stderr
    assert done.stdout == ""


def test_what_is_wrong_is_told_to_somebody_in_a_shell_not_as_on_a_page(city: Quadville) -> None:
    city.refresh()
    for query, said in (
        ("from=2026-08-31&to=2026-08-01", "exchange from= and to="),
        ("measure=open&measure=resolved", "write it once"),
        ("wards=1", "the query may hold"),
        ("category=Road", "did you mean category=Roads?"),
    ):
        done = city.run("export", query)
        told = " ".join(done.stderr.split())
        assert done.returncode == 2
        assert said in told
        assert "left out" not in told
        assert "first one is used" not in told


def test_without_data_it_says_what_to_run(city: Quadville) -> None:
    done = city.run("export")
    assert done.returncode == 1
    assert "refresh" in done.stderr
