"""The interface's description for programs: valid, complete, and true of what is answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from livemaps.api import blueprint
from livemaps.api.described import path_of
from livemaps.api.measures import OWN_KEYS
from livemaps.api.openapi import document
from livemaps.feeds.profile import load_profile
from livemaps.main import create_app
from livemaps.measures.compute import compute_measures
from livemaps.settings import Settings
from livemaps.snapshot import SnapshotReader
from livemaps.status import State, Status, write_status
from livemaps.views import Board
from livemaps.views.measures.registry import MEASURES
from livemaps.views.query import NAME_FIELDS, SINGLE
from tests.snapshot.hamlet import BY_POINT, IN_B, NOWHERE, TODAY, Hamlet, hamlet_in, request

ROWS = (
    request("26-2", day=TODAY - 6, place=IN_B, status="Closed", closed=TODAY - 1),
    request("26-3", day=TODAY - 9, place=BY_POINT),
    request("26-4", day=TODAY - 12, place=NOWHERE, service="Roads - Sign"),
    request("26-5", day=TODAY - 15, place=IN_B, service="Contact - Question"),
    request("26-6", day=TODAY - 18, place=IN_B, status="Duplicate (Open)"),
)


@pytest.fixture(scope="module")
def hamlet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hamlet]:
    """A hamlet with some requests of each kind, measured."""
    with hamlet_in(tmp_path_factory.mktemp("hamlet")) as built:
        built.apply(*ROWS)
        built.publish()
        compute_measures(
            built.snapshot(), built.city, built.areas, built.data_dir, clock=lambda: built.now
        )
        checked = built.now - timedelta(minutes=2)
        write_status(built.data_dir, Status(State.OK, last_checked=checked, last_success=checked))
        yield built


@pytest.fixture(scope="module")
def client(hamlet: Hamlet) -> Iterator[FlaskClient]:
    settings = replace(Settings(), data_dir=hamlet.data_dir)
    board = Board(SnapshotReader(hamlet.data_dir), hamlet.city, settings, lambda: hamlet.now)
    app = Flask(__name__)
    app.register_blueprint(blueprint(board, settings, lambda: hamlet.now))
    with app.test_client() as found:
        yield found


@pytest.fixture(scope="module")
def described(client: FlaskClient) -> dict[str, Any]:
    found = client.get("/api/v1/openapi.json").get_json()
    assert isinstance(found, dict)
    return found


def faults(described: dict[str, Any], path: str, value: object) -> list[str]:
    """Return where a JSON answer of a route is not what the document says."""
    resource = DRAFT202012.create_resource(described)
    schema = described["paths"][path]["get"]["responses"]["200"]["content"]
    media = next(iter(schema))
    validator = Draft202012Validator(
        _absolute(schema[media]["schema"]), registry=Registry().with_resource("urn:doc", resource)
    )
    return [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(value)]


def _absolute(schema: Any) -> Any:
    """Let references lead into the document."""
    if isinstance(schema, dict):
        return {
            key: f"urn:doc{value}" if key == "$ref" else _absolute(value)
            for key, value in schema.items()
        }
    return [_absolute(item) for item in schema] if isinstance(schema, list) else schema


def test_the_document_is_valid_openapi_3_1(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(described).validate()


def test_the_document_of_the_city_that_ships_is_valid_too() -> None:
    OpenAPIV31SpecValidator(document(load_profile("calgary"))).validate()


def test_every_route_is_described_and_no_other(described: dict[str, Any], tmp_path: Path) -> None:
    server = create_app(Settings(data_dir=tmp_path)).server
    served = {
        path_of(rule.rule)
        for rule in server.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and "{rest}" not in path_of(rule.rule)
    } - {"/api/"}
    own = {f"/api/v1/measures/{name}" for name in MEASURES}
    assert set(described["paths"]) == served | own


def test_every_operation_has_a_name_of_its_own(described: dict[str, Any]) -> None:
    names = [path["get"]["operationId"] for path in described["paths"].values()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    "path",
    [
        *("/healthz", "/readyz", "/api/v1/status", "/api/v1/version", "/api/v1/openapi.json"),
        *("/api/v1/requests.geojson", "/api/v1/areas.geojson", "/api/v1/facets"),
        "/api/v1/measures",
    ],
)
def test_what_is_answered_is_what_is_described(
    described: dict[str, Any], client: FlaskClient, path: str
) -> None:
    found = client.get(path)
    assert found.status_code == 200
    assert faults(described, path, found.get_json(force=True)) == []


def test_the_life_of_a_request_is_what_is_described(
    described: dict[str, Any], client: FlaskClient
) -> None:
    path = "/api/v1/requests/{service_request_id}"
    for row in ROWS:
        found = client.get(path.format(service_request_id=row.service_request_id))
        assert faults(described, path, found.get_json()) == []


def test_outlines_are_what_is_described(
    described: dict[str, Any], client: FlaskClient, hamlet: Hamlet
) -> None:
    for layer in hamlet.snapshot().layers:
        found = client.get(f"/areas/{layer.areas_file}")
        assert faults(described, "/areas/{name}", found.get_json(force=True)) == []


@pytest.mark.parametrize("name", MEASURES)
def test_the_answer_of_a_measure_is_what_is_described(
    described: dict[str, Any], client: FlaskClient, name: str
) -> None:
    """Fields of the kinds that they say, no number that JSON cannot hold."""
    path = f"/api/v1/measures/{name}"
    found = client.get(path)
    assert found.status_code == 200, found.get_json()
    value = found.get_json()
    assert faults(described, path, value) == []
    assert faults(described, "/api/v1/measures/{name}", value) == []
    columns = [field["name"] for field in value["fields"]]
    known = [field.name for field in MEASURES[name].fields]
    assert columns == [field for field in known if field in columns]
    assert all(list(row) == columns for row in value["rows"])
    lines = client.get(f"{path}.csv").get_data(as_text=True).splitlines()
    # What is called by its key does not begin with it twice.
    assert lines[0].split(",") == sorted(columns, key=lambda column: column == "key")
    assert len(lines) - 1 >= value["total"]


@pytest.mark.parametrize("name", MEASURES)
def test_every_filter_and_parameter_of_a_measure_is_described_and_taken(
    described: dict[str, Any], client: FlaskClient, name: str
) -> None:
    path = f"/api/v1/measures/{name}"
    parameters = {
        parameter["name"]: parameter
        for parameter in (
            _resolved(described, given) for given in described["paths"][path]["get"]["parameters"]
        )
    }
    for parameter in MEASURES[name].parameters:
        assert parameter.name in parameters
        if parameter.default is not None:
            found = client.get(f"{path}?{parameter.name}={parameter.default}")
            assert found.status_code == 200, found.get_json()
    offered = {
        "service": "Roads - Pothole",
        "category": "Roads",
        "agency": "Mobility",
        "channel": "Web",
        "community": "B",
        "ward": "2",
        "stage": "received",
        "age": "7-27",
        "apart": "1",
        "measure": "reported",
        "from": "2024-01-01",
        "to": "2024-12-31",
    }
    for key, value in offered.items():
        found = client.get(path, query_string={key: value})
        if found.status_code == 400:
            told = found.get_json()["error"]["message"]
            refused = f"{name} cannot be filtered by {key}: leave {key} out" in told
            assert refused == (key not in parameters), told
            continue
        assert (found.status_code, key in parameters) == (200, True), found.get_json()


@pytest.mark.parametrize(
    "name", [name for name, view in MEASURES.items() if "by" in {p.name for p in view.parameters}]
)
def test_the_levels_that_a_measure_is_told_by_are_listed_and_described_and_no_other_is_taken(
    described: dict[str, Any], client: FlaskClient, name: str
) -> None:
    path = f"/api/v1/measures/{name}"
    (listed,) = (
        parameter["choices"]
        for view in client.get("/api/v1/measures").get_json()["measures"]
        for parameter in view["parameters"]
        if (view["measure"], parameter["name"]) == (name, "by")
    )
    (own,) = (
        parameter
        for parameter in described["paths"][path]["get"]["parameters"]
        if parameter.get("name") == "by"
    )
    assert own["schema"]["enum"] == listed
    every = {"city", "category", "service", "agency", "channel", "stage", "age"}
    every |= {"community", "ward", "service-ward", "service-community"}
    assert set(listed) <= every
    taken = {by for by in every if client.get(f"{path}?by={by}").status_code == 200}
    assert taken == set(listed)


def test_before_the_first_snapshot_no_levels_are_told(tmp_path: Path, hamlet: Hamlet) -> None:
    settings = replace(Settings(), data_dir=tmp_path)
    board = Board(SnapshotReader(tmp_path), hamlet.city, settings, lambda: hamlet.now)
    app = Flask(__name__)
    app.register_blueprint(blueprint(board, settings, lambda: hamlet.now))
    found = app.test_client().get("/api/v1/measures").get_json()["measures"]
    flow = next(view for view in found if view["measure"] == "flow")
    assert flow["parameters"][0]["choices"] == []
    assert app.test_client().get("/api/v1/openapi.json").status_code == 200


def test_a_flow_that_is_too_large_says_what_to_ask_instead(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livemaps.views.measures.flow.MOST_ROWS", 0)
    found = client.get("/api/v1/measures/flow?by=community&step=week")
    assert found.status_code == 413
    assert found.get_json()["error"]["remedy"] == (
        "choose closer dates with from= and to=, step=week, or fewer groups"
    )


def test_a_filter_that_a_level_cannot_honour_has_a_remedy(client: FlaskClient) -> None:
    found = client.get("/api/v1/measures/re-reported?by=ward&service=Roads - Pothole")
    assert found.status_code == 400
    assert found.get_json()["error"]["remedy"].startswith("leave service out")


@pytest.mark.parametrize("ending", ["", ".atom"])
def test_the_life_of_a_request_too_refuses_a_language_that_is_not_spoken(
    client: FlaskClient, ending: str
) -> None:
    found = client.get(f"/api/v1/requests/26-3{ending}?lang=xx")
    assert found.get_json()["error"]["remedy"] == "choose one of en, fr"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        *(("/api/v1/measures/speed", 404), ("/api/v1/requests/none", 404)),
        *(("/api/v1/facets?ward=99", 404), ("/api/v1/facets?from=soon", 400)),
        ("/areas/ward-000000.geojson", 404),
    ],
)
def test_an_error_is_what_is_described(
    described: dict[str, Any], client: FlaskClient, address: str, status: int
) -> None:
    found = client.get(address)
    assert found.status_code == status
    schema = {"$ref": "urn:doc#/components/schemas/Error"}
    registry = Registry().with_resource("urn:doc", DRAFT202012.create_resource(described))
    Draft202012Validator(schema, registry=registry).validate(found.get_json())


def test_every_error_that_a_measure_can_answer_with_is_described(described: dict[str, Any]) -> None:
    for path in ("/api/v1/measures/{name}", "/api/v1/measures/flow"):
        answers = described["paths"][path]["get"]["responses"]
        assert {"400", "404", "413", "503"} <= answers.keys()


def _resolved(described: dict[str, Any], parameter: dict[str, Any]) -> dict[str, Any]:
    """Return a parameter, followed to where it stands."""
    name = parameter.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = described["components"]["parameters"][name] if name else parameter
    return found


@pytest.mark.parametrize("name", MEASURES)
def test_no_parameter_of_a_measure_hides_a_filter_or_another_key(name: str) -> None:
    taken = {*NAME_FIELDS, *SINGLE, *OWN_KEYS, "community", "ward"}
    own = [parameter.name for parameter in MEASURES[name].parameters]
    assert not taken & set(own)
    assert len(set(own)) == len(own)
