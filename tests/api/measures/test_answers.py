"""What is answered of a measure, and what is said beside."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from livemaps.text import Catalogue
from tests.api.measures.conftest import ADDRESS, FIELDS, WORLD, Source
from tests.views.town import AGENCIES, SERVICES


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
