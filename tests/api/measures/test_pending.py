"""Measures that are not there, failed, or are of something else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from livemaps.errors import MeasuresPending
from livemaps.measures.contents import Measures
from livemaps.views.measures import registry
from livemaps.views.measures.values import Answer, Asked
from tests.api.measures.conftest import ADDRESS, COUNTED, WORLD, Source, answer, error_of
from tests.views.town import TODAY


def test_measures_that_are_not_computed_yet_are_pending(
    client: FlaskClient, measured: Source
) -> None:
    measured.current = MeasuresPending("not computed yet")
    assert error_of(client, ADDRESS) == (503, "MeasuresPending: not computed yet")
    found = client.get(ADDRESS)
    assert found.headers["Retry-After"] == "60"
    assert found.get_json()["error"]["remedy"] == "ask again a minute later"


def test_measures_of_other_boundaries_or_another_database_or_program_are_not_shown(
    client: FlaskClient, measured: Source
) -> None:
    good: Measures = measured.current
    assert client.get(ADDRESS).status_code == 200
    moved = tuple(replace(layer, digest="other") for layer in good.layers)
    for other in (
        replace(good, layers=moved),
        replace(good, layers=good.layers[:1]),
        replace(good, meta=replace(good.meta, database="other")),
        replace(good, meta=replace(good.meta, program="0.0.1")),
    ):
        measured.current = other
        status, told = error_of(client, ADDRESS)
        assert (status, told.split(":")[0]) == (503, "MeasuresPending")


def test_measures_of_an_earlier_snapshot_are_shown_and_say_so(
    client: FlaskClient, measured: Source
) -> None:
    meta = replace(measured.current.meta, snapshot="earlier", as_of_day=TODAY - 1)
    measured.current = replace(measured.current, meta=meta)
    found = client.get(ADDRESS).get_json()
    assert found["version"] == WORLD.snapshot.version
    assert (found["measured"]["version"], found["measured"]["as_of"]) == ("earlier", "2024-10-03")


def test_a_family_that_failed_is_told_as_pending_and_its_exception_stays_with_the_operator(
    client: FlaskClient, measured: Source
) -> None:
    meta = replace(measured.current.meta, failed={"counts": "ValueError: odd"})
    measured.current = replace(measured.current, meta=meta, families={})
    found = client.get(ADDRESS)
    assert (found.status_code, found.headers["Retry-After"]) == (503, "900")
    assert found.get_json()["error"] == {
        "type": "MeasuresPending",
        "message": "these figures could not be worked out; the operator is told",
        "remedy": "ask again after the next refresh, when it is tried again",
    }
    assert "odd" not in found.get_data(as_text=True)
    assert measured.current.meta.failed == {"counts": "ValueError: odd"}


def test_the_same_question_is_worked_out_once(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Asked] = []

    def noted(now: Asked) -> Answer:
        asked.append(now)
        return answer(now)

    counted = replace(COUNTED, answer=noted)
    monkeypatch.setattr(registry, "MEASURES", {counted.name: counted})
    for query in ("", "?page=2", "?limit=1", "?format=csv", "?days=7"):
        assert client.get(ADDRESS + query).status_code == 200
    assert len(asked) == 1
    client.get(f"{ADDRESS}?days=8")
    assert len(asked) == 2
