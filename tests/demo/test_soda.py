"""The SODA server over real HTTP: what a client of a Socrata portal relies on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from livemaps.demo.soda import SodaServer
from livemaps.demo.soda_answers import Manners
from livemaps.demo.soda_table import Column, SodaTable
from livemaps.demo.troubles import Kind

NOW = datetime(2026, 8, 27, 17, 0, 50, 123_000, tzinfo=UTC)
DATASET = "abcd-1234"
POINT = '{"type":"Point","coordinates":[-114.05,51.04]}'


@pytest.fixture
def table() -> Iterator[SodaTable]:
    columns = [
        Column("number"),
        Column("asked", "calendar_date"),
        Column("depth", "number"),
        Column("point", "point"),
    ]
    made = SodaTable(columns, key="number", name="Potholes", clock=lambda: NOW)
    made.upsert(
        [
            {"number": "1", "asked": "2026-08-27", "depth": "40.84735682050765", "point": POINT},
            {"number": "2", "asked": "2026-08-28"},
        ]
    )
    yield made
    made.close()


@pytest.fixture
def server(table: SodaTable) -> Iterator[SodaServer]:
    with SodaServer({DATASET: table}, clock=lambda: NOW) as running:
        yield running


def get(server: SodaServer, path: str = f"/resource/{DATASET}.json", **how: Any) -> Any:
    parameters = {f"${name}": value for name, value in how.pop("query", {}).items()}
    return requests.get(server.address + path, params=parameters, timeout=5, **how)


def test_every_value_is_text_and_nulls_are_left_out(server: SodaServer) -> None:
    assert get(server).json() == [
        {
            "number": "1",
            "asked": "2026-08-27T00:00:00.000",
            "depth": "40.84735682050765",
            "point": {"type": "Point", "coordinates": [-114.05, 51.04]},
        },
        {"number": "2", "asked": "2026-08-28T00:00:00.000"},
    ]


def test_system_fields_come_only_when_they_are_selected(server: SodaServer) -> None:
    (row,) = get(server, query={"select": ":*, number", "limit": "1"}).json()
    assert list(row) == [":id", ":created_at", ":updated_at", "number"]
    assert row[":updated_at"] == "2026-08-27T17:00:50.123Z"
    assert row[":id"].startswith("row-")


def test_csv_quotes_everything_and_writes_points_as_wkt(server: SodaServer) -> None:
    answer = get(server, f"/resource/{DATASET}.csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    header, first, second = csv.reader(io.StringIO(answer.text))
    assert header == ["number", "asked", "depth", "point"]
    assert first[3] == "POINT (-114.05 51.04)"
    assert second == ["2", "2026-08-28T00:00:00.000", "", ""]


def test_geojson_takes_the_geometry_out_of_the_properties(server: SodaServer) -> None:
    collection = get(server, f"/resource/{DATASET}.geojson").json()
    first, second = collection["features"]
    assert first["geometry"] == {"type": "Point", "coordinates": [-114.05, 51.04]}
    assert first["properties"]["number"] == "1"
    assert (second["geometry"], second["properties"]["depth"]) == (None, None)


def test_a_limit_of_a_thousand_holds_unless_another_is_given(
    server: SodaServer, table: SodaTable
) -> None:
    table.upsert({"number": f"x{number}"} for number in range(1500))
    assert len(get(server).json()) == 1000
    assert len(get(server, query={"limit": "1400"}).json()) == 1400


def test_a_column_is_a_simple_filter(server: SodaServer) -> None:
    assert [row["number"] for row in get(server, f"/resource/{DATASET}.json?number=2").json()] == [
        "2"
    ]


def test_the_headers_tell_fields_types_and_age(server: SodaServer) -> None:
    headers = get(server, query={"select": "number, asked"}).headers
    assert headers["X-SODA2-Fields"] == '["number","asked"]'
    assert headers["X-SODA2-Types"] == '["text","floating_timestamp"]'
    assert headers["X-SODA2-Truth-Last-Modified"] == "Thu, 27 Aug 2026 17:00:50 GMT"
    assert headers["Last-Modified"] == headers["X-SODA2-Truth-Last-Modified"]


def test_a_view_tells_the_stamp_and_the_columns(server: SodaServer) -> None:
    view = get(server, f"/api/views/{DATASET}.json").json()
    assert (view["id"], view["name"]) == (DATASET, "Potholes")
    assert view["rowsUpdatedAt"] == int(NOW.timestamp())
    assert [column["fieldName"] for column in view["columns"]] == [
        "number",
        "asked",
        "depth",
        "point",
    ]


def test_an_unchanged_answer_is_spared(server: SodaServer, table: SodaTable) -> None:
    etag = get(server).headers["ETag"]
    assert get(server, headers={"If-None-Match": etag}).status_code == 304
    assert get(server, query={"limit": "1"}, headers={"If-None-Match": etag}).status_code == 200
    table.touch()
    assert get(server, headers={"If-None-Match": etag}).status_code == 200


def test_large_answers_are_packed_for_those_who_take_it(
    server: SodaServer, table: SodaTable
) -> None:
    table.upsert({"number": f"x{number}"} for number in range(500))
    assert get(server).headers["Content-Encoding"] == "gzip"
    plain = get(server, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.json() == get(server).json()


def test_errors_are_shaped_as_socrata_shapes_them(server: SodaServer) -> None:
    unknown = get(server, query={"select": "foo"})
    assert unknown.status_code == 400
    assert unknown.json()["errorCode"] == "query.soql.no-such-column"
    assert unknown.json()["data"]["column"] == "foo"
    missing = get(server, "/resource/none-none.json")
    assert (missing.status_code, missing.json()["error"]) == (404, True)
    assert get(server, "/nowhere").status_code == 404
    assert get(server, "/api/views/none-none.json").json()["code"] == "not_found"


def test_a_token_may_be_required(table: SodaTable) -> None:
    with SodaServer({DATASET: table}, manners=Manners(token="t")) as server:
        assert get(server).status_code == 403
        assert get(server, headers={"X-App-Token": "t"}).status_code == 200
        assert get(server, f"/resource/{DATASET}.json?$$app_token=t").status_code == 200


def test_the_log_knows_what_was_asked(server: SodaServer) -> None:
    get(server, query={"limit": "1"}, headers={"User-Agent": "tester"})
    (asked,) = server.log.requests
    assert (asked.path, asked.parameters) == (f"/resource/{DATASET}.json", {"$limit": "1"})
    assert (asked.status, asked.headers["user-agent"]) == (200, "tester")
    server.log.clear()
    assert len(server.log) == 0


# Trouble


def test_an_outage_closes_connections_until_it_is_cleared(server: SodaServer) -> None:
    server.troubles.outage()
    for _ in range(2):
        with pytest.raises(requests.ConnectionError):
            get(server)
    server.troubles.clear()
    assert get(server).status_code == 200


def test_trouble_strikes_as_often_as_it_was_told(server: SodaServer) -> None:
    server.troubles.fail(times=2, status=503)
    server.troubles.throttle(times=1, retry_after="7")
    answers = [get(server) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [503, 503, 429, 200]
    assert answers[2].headers["Retry-After"] == "7"


def test_trouble_may_strike_some_addresses_only(server: SodaServer) -> None:
    server.troubles.make(Kind.ERROR, path="/resource/")
    assert get(server, f"/api/views/{DATASET}.json").status_code == 200
    assert get(server).status_code == 500


def test_a_truncated_body_is_shorter_than_it_says(server: SodaServer) -> None:
    server.troubles.truncate(times=1)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        get(server)


@pytest.mark.parametrize(
    ("kind", "content_type"),
    [(Kind.HTML, "text/html"), (Kind.WRONG_TYPE, "application/pdf"), (Kind.GARBAGE, "json")],
)
def test_bad_answers_come_with_status_200(
    server: SodaServer, kind: Kind, content_type: str
) -> None:
    server.troubles.make(kind, times=1)
    answer = get(server)
    assert answer.status_code == 200
    assert content_type in answer.headers["Content-Type"]


def test_slowness_is_only_slow(server: SodaServer) -> None:
    server.troubles.slow(0.01, times=1)
    assert len(get(server).json()) == 2


def test_an_endless_answer_ends_with_the_client_or_the_server(table: SodaTable) -> None:
    with SodaServer({DATASET: table}) as server:
        server.troubles.make(Kind.ENDLESS)
        with get(server, stream=True) as answer:
            assert next(answer.iter_content(1000))


# Start and stop


def test_it_stops_while_clients_keep_connections_open_and_starts_again_where_it_was(
    table: SodaTable,
) -> None:
    server = SodaServer({DATASET: table})
    server.start()
    address = server.address
    with requests.Session() as session:
        assert session.get(f"{address}/resource/{DATASET}.json", timeout=5).status_code == 200
        server.stop()
        with pytest.raises(requests.ConnectionError):
            session.get(f"{address}/resource/{DATASET}.json", timeout=5)
        server.start()
        assert server.address == address
        assert session.get(f"{address}/resource/{DATASET}.json", timeout=5).status_code == 200
    server.stop()
    server.stop()


def test_it_stops_in_the_middle_of_a_slow_answer(table: SodaTable) -> None:
    server = SodaServer({DATASET: table}, clock=lambda: NOW + timedelta(days=1))
    server.start()
    server.troubles.slow(60.0)
    with pytest.raises(requests.ReadTimeout):
        requests.get(f"{server.address}/resource/{DATASET}.json", timeout=0.1)
    server.stop()
