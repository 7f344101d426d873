"""The HTTP interface, through Flask's own client."""

from __future__ import annotations

import csv
import gzip
import io
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from livemaps.api import blueprint, exports
from livemaps.errors import NoSnapshot, SnapshotDamaged
from livemaps.feeds.profile import load_profile
from livemaps.model import PlacePrecision, Stage, Standing, day_date
from livemaps.settings import Settings
from livemaps.snapshot import Snapshot, Vocabulary
from livemaps.status import State, Status, write_status
from livemaps.views import Board
from tests.views.town import SET_APART, TODAY, Row, snapshot_of

NOW = datetime(2024, 10, 4, 12, 5, tzinfo=UTC)
ROWS = [
    Row(requested=TODAY - 400, ward="2", agency="=Finance"),
    Row(requested=TODAY - 3, community="unplaced:no_place", ward="unplaced:no_place", place=2),
    Row(requested=TODAY - 1, community="BLN", stage=Stage.IN_PROGRESS),
    Row(service=SET_APART),
    Row(standing=Standing.DUPLICATE),
    Row(stage=Stage.RESOLVED, requested=TODAY - 20, closed=TODAY - 10),
]
PLACES = [(-114.05, 51.03), (-114.10, 51.08), (float("nan"), float("nan"))]
DOCUMENT = Path(__file__).parents[1] / "docs" / "api.md"


class Source:
    """Holds the current snapshot, or the error that stands in its place."""

    def __init__(self, latest: Snapshot | Exception) -> None:
        self.current = latest

    def latest(self) -> Snapshot:
        if isinstance(self.current, Exception):
            raise self.current
        return self.current


@pytest.fixture
def source() -> Source:
    return Source(snapshot_of(ROWS, places=PLACES))


@pytest.fixture
def client(source: Source, tmp_path: Path) -> Iterator[FlaskClient]:
    settings = Settings(data_dir=tmp_path, stale_after_seconds=1800)
    board = Board(source, load_profile("calgary"), settings, lambda: NOW)
    checked = NOW - timedelta(minutes=2)
    status = Status(State.OK, last_checked=checked, last_success=checked)
    write_status(tmp_path, status)
    app = Flask(__name__)
    app.register_blueprint(blueprint(board, settings, lambda: NOW))
    with app.test_client() as found:
        yield found


@pytest.fixture
def outlines(tmp_path: Path) -> bytes:
    """The published outlines of the town's communities, plain and compressed."""
    square = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    features = [
        {"type": "Feature", "properties": {"key": key, "name": key}, "geometry": square}
        for key in ("ALT", "BLN", "CAP", "DOV")
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    folder = tmp_path / "areas"
    folder.mkdir()
    plain = folder / "community-0123456789abcdef.geojson"
    plain.write_bytes(content)
    plain.with_name(plain.name + ".gz").write_bytes(gzip.compress(content))
    plain.with_name(plain.name + ".br").write_bytes(brotli.compress(content))
    return content


def table(client: FlaskClient, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(address).get_data(as_text=True))))


def error(client: FlaskClient, address: str) -> tuple[int, dict[str, str]]:
    answer = client.get(address)
    assert set(answer.json or {}) == {"error"}
    return answer.status_code, (answer.json or {})["error"]


class TestHealth:
    def test_a_serving_process_is_alive_even_without_data(
        self, client: FlaskClient, source: Source
    ) -> None:
        source.current = NoSnapshot("nothing was published yet")
        assert client.get("/healthz").status_code == 200

    def test_it_is_ready_with_data_that_was_checked_recently(self, client: FlaskClient) -> None:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json) == (
            200,
            {"ready": True, "version": "20241004T120000Z-000001"},
        )

    def test_it_is_not_ready_before_the_first_snapshot(
        self, client: FlaskClient, source: Source
    ) -> None:
        source.current = NoSnapshot("nothing was published yet")
        status, found = error(client, "/readyz")
        assert (status, found["type"]) == (503, "NoSnapshot")
        assert "nothing was published yet" in found["message"]

    def test_it_is_not_ready_when_the_last_success_is_too_long_ago(
        self, client: FlaskClient, tmp_path: Path
    ) -> None:
        success = NOW - timedelta(seconds=1801)
        failing = Status(
            State.FAILING, last_checked=NOW, last_success=success, error="the portal is silent"
        )
        write_status(tmp_path, failing)
        status, found = error(client, "/readyz")
        assert (status, found["type"]) == (503, "StaleSnapshot")
        assert "the portal is silent" in found["message"]
        assert client.get("/healthz").status_code == 200

    def test_a_late_portal_does_not_take_the_server_away(
        self, client: FlaskClient, source: Source
    ) -> None:
        source.current = snapshot_of([Row(requested=TODAY - 50)], version="late")
        assert client.get("/readyz").status_code == 200
        assert (client.get("/api/v1/status").json or {})["stale"] == "feed"


class TestStatus:
    def test_it_says_two_ages_the_state_and_the_counts(self, client: FlaskClient) -> None:
        found = client.get("/api/v1/status").json or {}
        assert found["state"] == "ok"
        assert found["last_checked"] == "2024-10-04T12:03:00Z"
        assert found["last_checked_seconds"] == 120
        assert found["newest_record_days"] == 1
        assert found["counts"]["open"] == 4
        assert found["simulated"] is False
        assert found["stale"] is None
        assert found["version"] == "20241004T120000Z-000001"

    def test_before_the_first_snapshot_it_still_answers(
        self, client: FlaskClient, source: Source, tmp_path: Path
    ) -> None:
        source.current = NoSnapshot("nothing was published yet")
        (tmp_path / "status.json").unlink()
        answer = client.get("/api/v1/status")
        assert answer.status_code == 200
        assert (answer.json or {})["version"] is None
        assert (answer.json or {})["counts"] is None

    def test_the_version_is_tiny_and_unchanged_until_something_happens(
        self, client: FlaskClient, tmp_path: Path
    ) -> None:
        first = client.get("/api/v1/version")
        assert len(first.data) < 200
        headers = {"If-None-Match": first.headers["ETag"]}
        again = client.get("/api/v1/version", headers=headers)
        assert (again.status_code, again.data) == (304, b"")
        write_status(tmp_path, Status(State.OK, last_checked=NOW, last_success=NOW))
        assert client.get("/api/v1/version", headers=headers).status_code == 200

    def test_the_version_answers_before_there_is_one(
        self, client: FlaskClient, source: Source
    ) -> None:
        source.current = NoSnapshot("nothing was published yet")
        assert (client.get("/api/v1/version").json or {})["version"] is None


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
    ADDRESSES = ("requests.csv", "requests.geojson", "areas.csv", "facets")

    @pytest.mark.parametrize("name", ADDRESSES)
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

    @pytest.mark.parametrize("name", ADDRESSES)
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

    def test_a_file_is_named_for_the_city_and_the_snapshot(self, client: FlaskClient) -> None:
        named = client.get("/api/v1/requests.csv").headers["Content-Disposition"]
        assert named == 'attachment; filename="town-requests-20241004T120000Z-000001.csv"'

    def test_any_page_may_read_them(self, client: FlaskClient) -> None:
        assert client.get("/api/v1/facets").headers["Access-Control-Allow-Origin"] == "*"


class TestErrors:
    def test_an_unknown_value_is_never_left_out_of_a_file(self, client: FlaskClient) -> None:
        status, found = error(client, "/api/v1/requests.csv?service=Roads+-+Pothole")
        assert (status, found["type"]) == (404, "UnknownValue")
        assert "Roads - Potholes" in found["remedy"]

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("from=2024-02-30", 400),
            ("from=2024-02-02&to=2024-02-01", 400),
            ("page=99999999999999999999", 400),
            ("service=a%00b", 400),
            ("service=" + "x" * 100_000, 400),
            ("&".join(f"a{n}=1" for n in range(3000)), 400),
            ("wards=7", 404),
            ("layer=planet", 404),
            ("ward=%ff%fe", 404),
        ],
    )
    def test_absurd_addresses_are_answered_clearly(
        self, client: FlaskClient, query: str, expected: int
    ) -> None:
        for name in TestExports.ADDRESSES:
            status, found = error(client, f"/api/v1/{name}?{query}")
            assert status == expected
            assert len(found["message"]) < 1_000

    def test_an_unknown_address_has_the_same_shape(self, client: FlaskClient) -> None:
        for address in ("/api/v2/x", "/api/", "/api/v1/requests", "/api/v1/requests.csv/x"):
            status, found = error(client, address)
            assert (status, found["type"]) == (404, "UnknownValue")

    def test_writing_is_refused(self, client: FlaskClient) -> None:
        for address in ("/api/v1/requests.csv", "/api/v1/nothing"):
            answer = client.post(address)
            assert answer.status_code == 405
            assert (answer.json or {})["error"]["type"] == "MethodNotAllowed"
            assert "GET" in answer.headers["Allow"]

    def test_without_data_exports_say_so(self, client: FlaskClient, source: Source) -> None:
        source.current = NoSnapshot("nothing was published yet")
        assert error(client, "/api/v1/requests.csv")[0] == 503

    def test_what_concerns_only_the_operator_goes_to_the_log(
        self, client: FlaskClient, source: Source, caplog: pytest.LogCaptureFixture
    ) -> None:
        source.current = SnapshotDamaged("/srv/secret/base-3/service.npy is cut off")
        status, found = error(client, "/api/v1/facets")
        assert status == 503
        assert "secret" not in found["message"]
        assert "secret" in caplog.text

    def test_a_fault_of_the_program_has_the_same_shape_and_is_logged(
        self, client: FlaskClient, source: Source, caplog: pytest.LogCaptureFixture
    ) -> None:
        source.current = ZeroDivisionError("division by zero")
        with caplog.at_level(logging.ERROR):
            status, found = error(client, "/api/v1/facets")
        assert (status, found["type"]) == (500, "InternalError")
        assert "ZeroDivisionError" in caplog.text


class TestOutlines:
    ADDRESS = "/areas/community-0123456789abcdef.geojson"

    @pytest.mark.parametrize(
        ("accepted", "encoding"),
        [("br, gzip", "br"), ("gzip", "gzip"), ("identity", None), ("br;q=0, gzip", "gzip")],
    )
    def test_they_are_served_as_they_were_compressed(
        self, client: FlaskClient, outlines: bytes, accepted: str, encoding: str | None
    ) -> None:
        answer = client.get(self.ADDRESS, headers={"Accept-Encoding": accepted})
        unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
        assert answer.headers.get("Content-Encoding") == encoding
        assert unpack(answer.data) == outlines
        assert answer.mimetype == "application/geo+json"
        assert "Accept-Encoding" in answer.headers["Vary"]

    @pytest.mark.usefixtures("outlines")
    def test_they_may_be_kept_for_ever(self, client: FlaskClient) -> None:
        answer = client.get(self.ADDRESS)
        kept = answer.headers["Cache-Control"]
        assert "immutable" in kept
        assert "public" in kept
        assert "max-age=31536000" in kept
        held = {"If-None-Match": answer.headers["ETag"]}
        assert client.get(self.ADDRESS, headers=held).status_code == 304

    @pytest.mark.usefixtures("outlines")
    @pytest.mark.parametrize(
        "name",
        [
            "community-ffffffffffffffff.geojson",
            "community-0123456789abcdef.geojson.gz",
            "../status.json",
            "..%2fstatus.json",
            "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
            "community-0123456789abcdef.geojson%00.txt",
            "/etc/passwd",
        ],
    )
    def test_nothing_else_in_the_folder_or_outside_is_served(
        self, client: FlaskClient, name: str
    ) -> None:
        assert client.get(f"/areas/{name}").status_code == 404


def test_every_route_is_in_the_document_and_no_other(client: FlaskClient) -> None:
    documented = set(re.findall(r"^\| `(?:GET )?(/[^`]*)` \|", DOCUMENT.read_text(), re.MULTILINE))
    served = {
        rule.rule
        for rule in client.application.url_map.iter_rules()
        if rule.endpoint != "static" and rule.rule != "/api/"
    }
    assert documented == served


ATOM = {"a": "http://www.w3.org/2005/Atom"}


def followed(client: FlaskClient, query: str = "") -> ET.Element:
    """Return a feed to follow, parsed."""
    answer = client.get(f"/api/v1/requests.atom{query}")
    assert answer.status_code == 200
    assert answer.mimetype == "application/atom+xml"
    return ET.fromstring(answer.data)


def test_a_view_can_be_followed_by_a_feed_that_tells_each_stage_once(client: FlaskClient) -> None:
    feed = followed(client, "?lang=en")
    titles = [entry.findtext("a:title", "", ATOM) for entry in feed.findall("a:entry", ATOM)]
    assert titles == [
        "In progress: Roads - Potholes",
        "Received: Roads - Potholes",
        "Resolved: Roads - Potholes",
        "Received: Roads - Potholes",
    ]
    ids = [entry.findtext("a:id", "", ATOM) for entry in feed.findall("a:entry", ATOM)]
    assert len(set(ids)) == len(ids)
    assert all(identity.startswith("urn:livemaps:calgary:") for identity in ids)
    assert feed.find("a:link[@rel='self']", ATOM) is not None


def test_a_feed_follows_the_filters_of_its_address(client: FlaskClient) -> None:
    assert len(followed(client, "?measure=resolved").findall("a:entry", ATOM)) == 1
    ward = followed(client, "?ward=2&lang=en")
    assert len(ward.findall("a:entry", ATOM)) == 1
    assert ward.findtext("a:title", "", ATOM) == "Calgary 311: Ward 2"
    days = [entry.findtext("a:updated", "", ATOM)[:10] for entry in ward.findall("a:entry", ATOM)]
    assert days == [day_date(TODAY - 400).isoformat()]


def test_a_feed_is_asked_for_again_cheaply_and_speaks_the_readers_language(
    client: FlaskClient,
) -> None:
    first = client.get("/api/v1/requests.atom", headers={"Accept-Language": "fr"})
    assert "Reçue" in first.get_data(as_text=True)
    again = client.get("/api/v1/requests.atom", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_hostile_words_of_the_feed_do_not_break_a_feed_to_follow(
    client: FlaskClient, source: Source
) -> None:
    town = snapshot_of([Row()])
    names = ("<b>&\x00\x08]]>",) * len(town.vocab.service.names)
    vocab = replace(town.vocab, service=Vocabulary(names))
    source.current = replace(town, vocab=vocab)
    (entry,) = followed(client).findall("a:entry", ATOM)
    assert "<b>&" in entry.findtext("a:title", "", ATOM)


def test_one_request_can_be_followed_by_a_feed_of_its_own(
    client: FlaskClient, source: Source
) -> None:
    number = source.latest().base.ids()[0]
    answer = client.get(f"/api/v1/requests/{number}.atom?lang=en")
    assert answer.status_code == 200
    feed = ET.fromstring(answer.data)
    (entry,) = feed.findall("a:entry", ATOM)
    assert entry.findtext("a:title", "", ATOM) == "Received: Roads - Potholes"
    missing = client.get("/api/v1/requests/nobody.atom")
    assert missing.status_code == 404
    assert missing.get_json()["error"]["type"] == "UnknownValue"
