"""Requests, areas and counts as files."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient

from livemaps.api import exports
from livemaps.feeds.profile import load_profile
from livemaps.model import PlacePrecision
from tests.api.conftest import DOCUMENT, EXPORTS, PLACES, ROWS, Source, error, table
from tests.views.town import snapshot_of


class TestRequests:
    def test_the_file_holds_what_the_list_shows(self, client: FlaskClient) -> None:
        rows = table(client, "/api/v1/requests.csv?order=oldest")
        assert [row["service_request_id"] for row in rows] == ["26-00000", "26-00001", "26-00002"]
        assert rows[0]["age_days"] == "400"
        assert rows[0]["requested_datetime"] == "2023-08-31"
        assert rows[1]["community"] == "unplaced:no_place"
        assert rows[2]["stage"] == "in_progress"

    def test_it_takes_the_filters_of_the_screen(self, client: FlaskClient) -> None:
        assert len(table(client, "/api/v1/requests.csv?community=BLN&theme=dark&page=3")) == 1
        assert len(table(client, "/api/v1/requests.csv?apart=1")) == 4
        assert len(table(client, "/api/v1/requests.csv?measure=resolved")) == 1

    def test_the_columns_are_those_of_the_document(self, client: FlaskClient) -> None:
        columns = client.get("/api/v1/requests.csv").get_data(as_text=True).splitlines()[0]
        text = DOCUMENT.read_text()
        written = text[text.index("come last:") : text.index("`lat`, `long`.")] + "`lat`, `long`"
        named = [name for name in re.findall(r"`(\w+)`", written) if name in columns.split(",")]
        assert list(dict.fromkeys(named)) == [
            name for name in columns.split(",") if name in dict.fromkeys(named)
        ]
        assert set(columns.split(",")) == set(named)

    def test_no_cell_is_taken_for_a_formula_and_numbers_stay_numbers(
        self, client: FlaskClient
    ) -> None:
        row = table(client, "/api/v1/requests.csv?order=oldest")[0]
        assert row["agency_responsible"] == "'=Finance"
        assert row["long"] == "-114.05"

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
    def test_every_start_of_a_formula_is_made_harmless(self, start: str) -> None:
        (cell,) = next(csv.reader(io.StringIO(exports.csv_lines([[start + "1"]]), newline="")))
        assert cell == "'" + start + "1"

    def test_points_have_the_same_fields_and_say_how_exact_they_are(
        self, client: FlaskClient
    ) -> None:
        found = json.loads(client.get("/api/v1/requests.geojson?order=oldest").data)
        first, second, _ = found["features"]
        assert first["geometry"] == {"type": "Point", "coordinates": [-114.05, 51.03]}
        assert first["properties"]["agency_responsible"] == "=Finance"
        assert second["geometry"] is None
        assert found["place_precision"] == PlacePrecision.AREA_CENTRE.value
        assert found["attribution"].startswith("Contains information")

    def test_files_of_several_blocks_are_whole(
        self, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(exports, "BLOCK", 1)
        assert len(table(client, "/api/v1/requests.csv")) == 3
        assert len(json.loads(client.get("/api/v1/requests.geojson").data)["features"]) == 3

    def test_an_empty_selection_is_an_empty_file(self, client: FlaskClient) -> None:
        assert table(client, "/api/v1/requests.csv?channel=Phone") == []
        found = json.loads(client.get("/api/v1/requests.geojson?channel=Phone").data)
        assert found["features"] == []

    def test_too_many_requests_for_one_file_are_refused_before_it_begins(
        self, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(exports, "MOST_EXPORTED", 2)
        status, found = error(client, "/api/v1/requests.csv")
        assert (status, found["type"]) == (413, "TooLarge")


class TestAreas:
    def test_the_table_sums_to_the_total(self, client: FlaskClient) -> None:
        rows = table(client, "/api/v1/areas.csv?layer=ward")
        assert {row["key"]: int(row["count"]) for row in rows if row["count"] != "0"} == {
            "1": 1,
            "2": 1,
            "unplaced:no_place": 1,
        }

    @pytest.mark.usefixtures("outlines")
    def test_the_map_carries_outlines_counts_and_what_lies_nowhere(
        self, client: FlaskClient
    ) -> None:
        found = json.loads(client.get("/api/v1/areas.geojson").data)
        assert {feature["id"]: feature["properties"]["count"] for feature in found["features"]} == {
            "ALT": 1,
            "BLN": 1,
            "CAP": 0,
            "DOV": 0,
        }
        assert found["features"][0]["geometry"]["type"] == "Polygon"
        assert found["unplaced"]["unplaced:no_place"] == 1
        assert found["total"] == 3
        assert found["layer_licence"] == "Open Government Licence – Town"

    def test_missing_outlines_are_a_fault_of_the_server_not_of_the_visitor(
        self, client: FlaskClient, caplog: pytest.LogCaptureFixture, tmp_path: Path
    ) -> None:
        status, found = error(client, "/api/v1/areas.geojson")
        assert (status, found["type"]) == (503, "SnapshotDamaged")
        assert str(tmp_path) not in found["message"]
        assert str(tmp_path) in caplog.text


class TestFacets:
    def test_each_option_has_its_count(self, client: FlaskClient) -> None:
        found = client.get("/api/v1/facets?ward=2").json or {}
        wards = {option["value"]: option for option in found["facets"]["ward"]["options"]}
        assert wards["1"]["count"] == 1
        assert wards["2"] == {"value": "2", "label": "Ward 2", "count": 1, "chosen": True}
        assert found["measures"] == {"open": 1, "resolved": 0, "reported": 1}
        assert found["filters"] == "ward=2"


class TestExports:
    @pytest.mark.parametrize("name", EXPORTS)
    def test_each_says_where_it_comes_from_and_how_old_it_is(
        self, client: FlaskClient, name: str
    ) -> None:
        headers = client.get(f"/api/v1/{name}").headers
        assert headers["Livemaps-Version"] == "20241004T120000Z-000001"
        assert headers["Livemaps-Newest-Record"] == "2024-10-03"
        assert headers["Livemaps-Last-Checked"] == "2024-10-04T12:03:00Z"
        encoded = headers["Livemaps-Attribution"]
        attribution = load_profile("calgary").attribution
        assert unquote(encoded.removeprefix("UTF-8''")) == attribution
        assert 'rel="license"' in headers["Link"]

    @pytest.mark.parametrize("name", EXPORTS)
    def test_what_did_not_change_is_not_sent_again(
        self, client: FlaskClient, source: Source, name: str
    ) -> None:
        first = client.get(f"/api/v1/{name}?ward=1&channel=App")
        held = {"If-None-Match": first.headers["ETag"]}
        same = client.get(f"/api/v1/{name}?channel=App&ward=1", headers=held)
        assert (same.status_code, same.data) == (304, b"")
        other = client.get(f"/api/v1/{name}?ward=2", headers=held)
        assert other.status_code == 200
        source.current = snapshot_of(ROWS, version="20241004T130000Z-000002", places=PLACES)
        assert client.get(f"/api/v1/{name}?ward=1&channel=App", headers=held).status_code == 200

    @pytest.mark.parametrize(
        ("path", "name"),
        [
            ("requests.csv", "town-311-open-2024-10-04.csv"),
            ("requests.geojson?ward=1&lang=fr", "town-311-ward-1-open-2024-10-04.geojson"),
            ("areas.csv?measure=reported", "town-311-by-community-reported-2024-10-04.csv"),
            ("areas.csv?layer=ward", "town-311-by-ward-open-2024-10-04.csv"),
            (
                "requests.csv?from=2024-01-02&apart=1",
                "town-311-from-2024-01-02-apart-open-2024-10-04.csv",
            ),
        ],
    )
    def test_a_file_is_named_for_the_city_the_view_and_the_day(
        self, client: FlaskClient, path: str, name: str
    ) -> None:
        named = client.get(f"/api/v1/{path}").headers["Content-Disposition"]
        assert named == f'attachment; filename="{name}"'

    @pytest.mark.parametrize(
        "value", ["a%22%0D%0AX-Evil%3A%201", "..%2F..%2Fetc", "%E9%81%93", "x" * 190]
    )
    def test_no_value_of_a_filter_leaves_the_name_of_a_file(
        self, client: FlaskClient, value: str
    ) -> None:
        for key in ("service", "ward", "agency"):
            headers = client.get(f"/api/v1/requests.csv?{key}={value}").headers
            assert "X-Evil" not in headers
            named = headers.get("Content-Disposition", 'attachment; filename="refused.csv"')
            assert re.fullmatch(r'attachment; filename="[a-z0-9-]{1,200}\.csv"', named)

    def test_any_page_may_read_them(self, client: FlaskClient) -> None:
        assert client.get("/api/v1/facets").headers["Access-Control-Allow-Origin"] == "*"
