"""The measures through Flask's own client: what is answered, what is refused, what is said beside."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from livemaps.api import blueprint
from livemaps.errors import MeasuresPending
from livemaps.measures.contents import FamilyResult, Measures
from livemaps.measures.families import Family
from livemaps.settings import Settings
from livemaps.status import State, Status, write_status
from livemaps.text import Catalogue
from livemaps.views import Board
from livemaps.views.measures import registry
from livemaps.views.measures.values import Answer, Asked, Field, MeasureView, Parameter
from tests.measures.village import measures_of, profile, world_of
from tests.views.town import AGENCIES, SERVICES, TODAY, Row

NOW = datetime(2024, 10, 4, 12, 5, tzinfo=UTC)
WORLD = world_of([Row(requested=TODAY - 3), Row(requested=TODAY - 400, agency="=Finance")])
COUNTS = Family("counts", lambda world: FamilyResult({}, {"rows": world.rows}))
FIELDS = (
    Field("agency_responsible", "text", "The accountable unit."),
    Field("requests", "count", "How many requests there are."),
    Field("share", "share", "Its share of all."),
    Field("late", "flag", "Whether it is late."),
    Field("since", "day", "The first day."),
)


def answer(asked: Asked) -> Answer:
    """Tell every agency with numbers that depend on what is asked."""
    rows = asked.measures.family("counts").facts["rows"]
    return Answer(
        FIELDS,
        [(name, rows + number, 0.5, number > 0, None) for number, name in enumerate(AGENCIES)],
        {
            "days": asked.options["days"],
            "by": asked.options["by"],
            "services": len(asked.filters.services),
        },
    )


COUNTED = MeasureView(
    name="counted-things",
    anchor="backlog",
    caveat="measures.backlog.caveat",
    filters=frozenset({"services", "areas", "dates"}),
    parameters=(
        Parameter("by", "choice", "agency", "The groups.", choices=("agency", "service")),
        Parameter("days", "whole", 7, "How many days.", least=1, most=30),
    ),
    fields=FIELDS,
    answer=answer,
)
BARE = replace(COUNTED, name="bare", filters=frozenset[str](), parameters=())


class Source:
    """Holds what is current, or the error that stands in its place."""

    def __init__(self, current: Any) -> None:
        self.current = current

    def latest(self) -> Any:
        if isinstance(self.current, Exception):
            raise self.current
        return self.current


@pytest.fixture
def snapshots() -> Source:
    return Source(WORLD.snapshot)


@pytest.fixture
def measured() -> Source:
    return Source(measures_of(WORLD, [COUNTS]))


@pytest.fixture
def client(
    snapshots: Source, measured: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FlaskClient]:
    views: Mapping[str, MeasureView] = {view.name: view for view in (COUNTED, BARE)}
    monkeypatch.setattr(registry, "MEASURES", MappingProxyType(views))
    settings = Settings(data_dir=tmp_path)
    board = Board(snapshots, profile(), settings, lambda: NOW, measured)
    checked = NOW - timedelta(minutes=2)
    write_status(tmp_path, Status(State.OK, last_checked=checked, last_success=checked))
    app = Flask(__name__)
    app.register_blueprint(blueprint(board, settings, lambda: NOW))
    with app.test_client() as found:
        yield found


ADDRESS = "/api/v1/measures/counted-things"


def error_of(client: FlaskClient, address: str) -> tuple[int, str]:
    """Return the status of an error, and all that it says."""
    found = client.get(address)
    error = found.get_json()["error"]
    assert set(error) <= {"type", "message", "remedy"}
    return found.status_code, f"{error['type']}: {error['message']}"


def test_the_list_says_of_each_measure_what_it_can_be_asked(client: FlaskClient) -> None:
    listed = client.get("/api/v1/measures").get_json()["measures"]
    counted, bare = listed
    assert counted["measure"] == "counted-things"
    assert counted["address"] == ADDRESS
    assert counted["definition"] == "/about#backlog"
    assert counted["caveat"] == Catalogue.load().words("en")("measures.backlog.caveat")
    assert counted["filters"] == ["service", "community", "ward", "from", "to"]
    assert [parameter["name"] for parameter in counted["parameters"]] == ["by", "days"]
    assert counted["parameters"][1]["most"] == 30
    assert [field["name"] for field in counted["fields"]] == [field.name for field in FIELDS]
    assert (bare["filters"], bare["parameters"]) == ([], [])


def test_an_answer_says_what_it_is_of_how_old_that_is_and_how_to_read_it(
    client: FlaskClient,
) -> None:
    found = client.get(ADDRESS).get_json()
    assert found["measure"] == "counted-things"
    assert found["version"] == WORLD.snapshot.version
    assert (found["as_of"], found["newest_record"]) == ("2024-10-04", "2024-10-01")
    assert found["last_checked"] == "2024-10-04T12:03:00Z"
    assert found["measured"] == {
        "id": "20241004T120100Z-000001",
        "version": WORLD.snapshot.version,
        "computed": "2024-10-04T12:01:00Z",
        "as_of": "2024-10-04",
        "data_through": "2024-10-01",
        "complete_through": "2024-09-30",
        "complete_since": None,
        "left_out": dict(WORLD.left_out),
    }
    assert found["definition"] == "/about#backlog"
    assert "Reports are not needs" in found["caveat"]
    assert found["options"] == {"by": "agency", "days": 7}
    assert found["facts"] == {"by": "agency", "days": 7, "services": 0}
    assert found["rows"][0] == {
        "agency_responsible": AGENCIES[0],
        "requests": 2,
        "share": 0.5,
        "late": False,
        "since": None,
    }
    assert (found["total"], found["page"], found["limit"]) == (3, 1, 5000)
    assert found["links"] == {"self": ADDRESS, "next": None}


def test_filters_and_parameters_stand_in_the_address_as_on_the_screens(client: FlaskClient) -> None:
    query = f"?ward=2&service={SERVICES[0].replace(' ', '%20')}&days=14&by=service&from=2024-01-01"
    found = client.get(ADDRESS + query).get_json()
    assert found["facts"] == {"by": "service", "days": 14, "services": 1}
    assert found["filters"] == "service=Roads+-+Potholes&ward=2&from=2024-01-01"
    self_address = found["links"]["self"]
    assert self_address == f"{ADDRESS}?{found['filters']}&by=service&days=14"
    assert client.get(self_address).get_json()["facts"] == found["facts"]


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ("?ward=99", 404, "ward = '99' is not known"),
        ("?wards=2", 404, "wards = '2' is not known: did you mean 'ward'?"),
        ("?days=40", 400, "days = '40' cannot be used: write a whole number from 1 to 30"),
        ("?days=0", 400, "days = '0' cannot be used"),
        ("?days=seven", 400, "days = 'seven' cannot be used"),
        ("?days=7&days=8", 400, "days is given twice"),
        ("?by=colour", 404, "by = 'colour' is not known: choose one of agency, service"),
        ("?limit=5001", 400, "limit = '5001' cannot be used: write a whole number from 1 to 5,000"),
        ("?limit=0", 400, "limit = '0' cannot be used"),
        ("?page=0", 400, "page = '0' cannot be used"),
        ("?format=xml", 400, "format = 'xml' cannot be used: choose one of json, csv"),
        ("?from=2024-13-01", 400, "from = '2024-13-01' cannot be used"),
    ],
)
def test_what_cannot_be_understood_is_an_error_that_says_what_to_write(
    client: FlaskClient, query: str, status: int, told: str
) -> None:
    found = error_of(client, ADDRESS + query)
    assert found[0] == status
    assert told in found[1]


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("agency=Mobility", "agency"),
        ("channel=App", "channel"),
        ("stage=received", "stage"),
        ("age=0-6", "age"),
        ("apart=1", "apart"),
        ("measure=reported", "measure"),
    ],
)
def test_a_filter_that_a_measure_does_not_honour_is_refused_by_name(
    client: FlaskClient, query: str, key: str
) -> None:
    assert error_of(client, f"{ADDRESS}?{query}") == (
        400,
        (
            f"VisitorError: counted-things cannot be filtered by {key}: leave {key} out; "
            "it can be filtered by service, community, ward, from, to"
        ),
    )


@pytest.mark.parametrize(
    "query", ["layer=ward", "layer=community", "order=oldest", "table=1", "theme=dark", "embed=1"]
)
def test_what_only_lays_out_a_screen_is_refused_with_what_there_is_instead(
    client: FlaskClient, query: str
) -> None:
    key = query.partition("=")[0]
    found = client.get(f"{ADDRESS}?{query}")
    remedy = f"leave {key} out; by= says what a row is of"
    assert (found.status_code, found.get_json()["error"]) == (
        400,
        {
            "type": "VisitorError",
            "message": f"counted-things takes no {key}: {remedy}",
            "remedy": remedy,
        },
    )
    bare = client.get(f"/api/v1/measures/bare?{query}").get_json()["error"]
    assert bare["remedy"] == f"leave {key} out"


def test_an_unknown_key_is_answered_with_the_keys_that_the_measure_takes(
    client: FlaskClient,
) -> None:
    keys = "service, community, ward, from, to, by, days, page, lang, format, limit"
    for query, close in (("ddays=7", "days"), ("zzzz=1", "")):
        found = client.get(f"{ADDRESS}?{query}")
        remedy = f"counted-things takes {keys}"
        remedy = f"did you mean {close!r}? Else {remedy}" if close else remedy
        assert (found.status_code, found.get_json()["error"]["remedy"]) == (404, remedy)


@pytest.mark.parametrize(
    "query",
    ["agency=Mobility", "days=40", "days=7&days=8", "format=xml", "limit=0", "page=0", "ward=99"],
)
def test_every_refusal_has_its_remedy_as_a_member_too(client: FlaskClient, query: str) -> None:
    error = client.get(f"{ADDRESS}?{query}").get_json()["error"]
    assert error["remedy"]
    assert error["message"].endswith(f": {error['remedy']}")


@pytest.mark.parametrize(
    ("query", "remedy"),
    [
        ("from=2024-02-01&to=2024-01-01", "the first day comes first, so exchange from= and to="),
        ("from=2024-02-01&from=2024-01-01", "give from once"),
    ],
)
def test_a_refusal_does_not_claim_that_anything_was_answered(
    client: FlaskClient, query: str, remedy: str
) -> None:
    for address in (ADDRESS, "/api/v1/facets"):
        found = client.get(f"{address}?{query}")
        assert (found.status_code, found.get_json()["error"]["remedy"]) == (400, remedy)


@pytest.mark.parametrize(
    "address", [ADDRESS, "/api/v1/measures", "/api/v1/requests.atom", f"{ADDRESS}.csv"]
)
def test_a_language_that_is_not_spoken_is_refused_with_those_that_are(
    client: FlaskClient, address: str
) -> None:
    assert client.get(f"{address}?lang=fr").status_code == 200
    assert error_of(client, f"{address}?lang=xx") == (
        404,
        "UnknownValue: lang = 'xx' is not known: choose one of en, fr",
    )


@pytest.mark.parametrize("query", ["ward=1", "from=2024-01-01", "to=2024-01-01"])
def test_a_measure_without_filters_refuses_all(client: FlaskClient, query: str) -> None:
    status, told = error_of(client, f"/api/v1/measures/bare?{query}")
    assert status == 400
    assert "it can be filtered by nothing" in told


@pytest.mark.parametrize("name", ["speed", "counted-things.xlsx", "counted-things.csv.csv"])
def test_an_unknown_measure_is_an_error_that_names_those_there_are(
    client: FlaskClient, name: str
) -> None:
    status, told = error_of(client, f"/api/v1/measures/{name}")
    assert (status, told) == (
        404,
        f"UnknownValue: measure = {name!r} is not known: choose one of counted-things, bare",
    )


def test_a_long_answer_comes_in_pages(client: FlaskClient) -> None:
    first = client.get(f"{ADDRESS}?limit=2").get_json()
    assert (len(first["rows"]), first["total"]) == (2, 3)
    assert first["links"]["next"] == f"{ADDRESS}?limit=2&page=2"
    second = client.get(first["links"]["next"]).get_json()
    assert [row["agency_responsible"] for row in second["rows"]] == ["=Finance"]
    assert second["links"] == {"self": f"{ADDRESS}?limit=2&page=2", "next": None}
    assert client.get(f"{ADDRESS}?limit=2&page=9").get_json()["rows"] == []


@pytest.mark.parametrize("address", [f"{ADDRESS}.csv", f"{ADDRESS}?format=csv"])
def test_a_file_has_the_same_rows_and_says_the_rest_in_its_headers(
    client: FlaskClient, address: str
) -> None:
    found = client.get(address)
    assert found.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(found.get_data(as_text=True))))
    assert rows[0] == [field.name for field in FIELDS]
    assert rows[1] == [AGENCIES[0], "2", "0.5", "false", ""]
    assert "counted-things" in found.headers["Content-Disposition"]
    assert "Reports are not needs" in found.headers["Livemaps-Caveat"]
    assert found.headers["Livemaps-Definition"] == "/about#backlog"
    assert found.headers["Livemaps-Version"] == WORLD.snapshot.version
    assert found.headers["Livemaps-Measured"].startswith("20241004T120100Z-000001 of ")
    assert found.headers["Livemaps-Total"] == "3"
    for name in ("Livemaps-Caveat", "Livemaps-Definition", "Livemaps-Measured", "Livemaps-Total"):
        assert name in found.headers["Access-Control-Expose-Headers"]


def test_no_cell_of_a_file_runs_as_a_formula(client: FlaskClient) -> None:
    rows = list(csv.reader(io.StringIO(client.get(f"{ADDRESS}.csv").get_data(as_text=True))))
    assert rows[-1][0] == "'=Finance"


def test_a_caveat_comes_in_the_language_that_the_address_names(client: FlaskClient) -> None:
    french = Catalogue.load().words("fr")("measures.backlog.caveat")
    assert client.get(f"{ADDRESS}?lang=fr").get_json()["caveat"] == french


def test_an_answer_is_asked_for_again_cheaply_until_snapshot_or_measures_change(
    client: FlaskClient, snapshots: Source, measured: Source
) -> None:
    def again(tag: str, query: str = "") -> int:
        return client.get(ADDRESS + query, headers={"If-None-Match": tag}).status_code

    tag = client.get(ADDRESS).headers["ETag"]
    assert again(tag) == 304
    unchanged = client.get(ADDRESS, headers={"If-None-Match": tag})
    assert (unchanged.data, unchanged.headers["Livemaps-Definition"]) == (b"", "/about#backlog")
    for query in ("?days=8", "?limit=1", "?page=2", "?ward=1", "?format=csv", "?lang=fr"):
        assert again(tag, query) == 200, query
    assert again(tag, "?days=7&by=agency") == 304, "what changes nothing is the same answer"
    meta = replace(measured.current.meta, id="20241004T120200Z-000002")
    measured.current = replace(measured.current, meta=meta)
    assert again(tag) == 200
    tag = client.get(ADDRESS).headers["ETag"]
    shown = replace(WORLD.snapshot.meta, version="20241004T121000Z-000002")
    snapshots.current = replace(WORLD.snapshot, meta=shown)
    assert again(tag) == 200


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
