"""From raw cells to rows: real rows of several cities, and rows that nobody should send."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livemaps.errors import FeedMalformed, FeedRefused
from livemaps.feeds.decode import Decoded, RowDecoder
from livemaps.feeds.profile import Profile, load_profile
from livemaps.feeds.tables import LONGEST_ROW, read_csv, read_json
from tests.feeds.walls import wall_datetime


def decoded(profile: Profile, rows: object) -> Decoded:
    decoder = RowDecoder(profile)
    return decoder.decode(read_json(msgspec.json.encode(rows), decoder.columns, "test"))


def calgary_row(**cells: object) -> dict[str, object]:
    return {
        "service_request_id": "26-1",
        "requested_date": "2026-08-27T00:00:00.000",
        "status_description": "Open",
        "service_name": "Roads - Pothole Maintenance",
    } | cells


def with_fields(profile: Profile, **columns: Any) -> Profile:
    """Return a profile that maps some fields otherwise."""
    return profile.model_copy(update={"fields": profile.fields.model_copy(update=columns)})


# Real rows


@pytest.mark.real_data
def test_every_real_row_of_new_york_is_read_without_a_defect(
    shared_data: Path, new_york_profile: Profile
) -> None:
    raw = json.loads((shared_data / "new_york" / "soda_requests_2024-05.json").read_bytes())
    found = decoded(new_york_profile, raw)
    assert (len(found.rows), found.rejects, found.defects) == (1000, (), {})
    assert [row.service_request_id for row in found.rows] == [row["unique_key"] for row in raw]
    assert Counter(row.status for row in found.rows) == {
        "Closed": 677,
        "In Progress": 293,
        "Open": 29,
        "Assigned": 1,
    }
    assert sum(row.closed_datetime is None for row in found.rows) == 323
    assert sum(row.place.lat is None for row in found.rows) == 12


@pytest.mark.real_data
def test_a_real_row_of_new_york_keeps_its_time_of_day_and_its_point(
    shared_data: Path, new_york_profile: Profile
) -> None:
    raw = json.loads((shared_data / "new_york" / "soda_requests_2024-05.json").read_bytes())
    row = decoded(new_york_profile, raw).rows[0]
    assert wall_datetime(row.requested_datetime).isoformat() == "2024-05-27T02:08:51"
    assert (row.place.lat, row.place.long) == (40.84735682050765, -73.93517137747149)
    assert row.channel == ""  # the portal says "UNKNOWN", which the profile calls blank


@pytest.mark.real_data
def test_the_nested_location_of_new_york_is_the_same_point(
    shared_data: Path, new_york_profile: Profile
) -> None:
    raw = json.loads((shared_data / "new_york" / "soda_requests_2024-05.json").read_bytes())
    by_columns = new_york_profile
    by_location = with_fields(by_columns, long=None, lat=None, point="location")
    assert decoded(by_location, raw).rows == decoded(by_columns, raw).rows


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["dispatch_sample_a", "streetlights_a"])
def test_every_real_row_of_calgary_is_read_from_csv(shared_data: Path, name: str) -> None:
    path = shared_data / "calgary" / f"requests_2026_{name}.csv"
    profile = load_profile("calgary")
    decoder = RowDecoder(profile)
    body = path.read_bytes().replace(b"\r\n", b"\n")
    found = decoder.decode(read_csv(body, decoder.columns, "test"))
    with path.open(encoding="utf-8-sig", newline="") as file:
        raw = list(csv.DictReader(file))
    assert (len(found.rows), found.rejects, found.defects) == (len(raw), (), {})
    for row, cells in zip(found.rows, raw, strict=True):
        assert row.service_request_id == cells["service_request_id"]
        assert wall_datetime(row.requested_datetime).date().isoformat() == cells["requested_date"]
        assert row.place.name == (cells["comm_name"] or None)
        assert str(row.place.lat) == (cells["latitude"] or "None")


@pytest.mark.real_data
def test_real_rows_of_toronto_have_numbers_for_ids_and_offsets_in_their_times(
    shared_data: Path,
) -> None:
    path = shared_data / "toronto" / "open311_requests_2018-10.json"
    raw = json.loads(path.read_bytes())["service_requests"]
    profile = with_fields(
        load_profile("calgary"),
        requested_datetime="requested_datetime",
        updated_datetime="updated_datetime",
        expected_datetime="expected_datetime",
        closed_datetime=None,
        status="status",
        long="long",
        lat="lat",
    ).model_copy(update={"time_zone": "America/Toronto"})
    found = decoded(profile, raw)
    assert (len(found.rows), found.rejects, found.defects) == (1000, (), {})
    first = found.rows[0]
    assert first.service_request_id == "101005570514"
    assert wall_datetime(first.requested_datetime).isoformat() == raw[0]["requested_datetime"][:19]
    assert sum(row.place == (row.place.codes, None, None, None) for row in found.rows) == 4


@pytest.mark.real_data
def test_real_rows_of_san_francisco_have_lost_the_zone_of_their_times(shared_data: Path) -> None:
    raw = json.loads((shared_data / "open311" / "san_francisco_requests_2011.json").read_bytes())
    rows = raw if isinstance(raw, list) else raw["service_requests"]
    profile = with_fields(
        load_profile("calgary"),
        requested_datetime="requested_datetime",
        updated_datetime="updated_datetime",
        status="status",
        long="long",
        lat="lat",
    )
    found = decoded(profile, rows)
    # A point that the geocoder did not find is at 0, 0 there.
    assert (len(found.rows), found.rejects, found.defects) == (500, (), {"point: at 0, 0": 26})
    assert (
        wall_datetime(found.rows[0].requested_datetime).isoformat(" ")
        == (rows[0]["requested_datetime"])
    )


# Cells and rows that nobody should send


def test_a_portals_csv_export_reads_as_its_api_does(calgary: Profile) -> None:
    decoder = RowDecoder(calgary)
    header = "requested_date,service_request_id,status_description,service_name,comm_code"
    body = f'{header}\n2026/08/27 12:00:00 AM,26-1,"Open","Roads - Pothole Maintenance",01B\n'
    (row,) = decoder.decode(read_csv(body.encode(), decoder.columns, "test")).rows
    assert (row,) == decoded(calgary, [calgary_row(comm_code="01B")]).rows


def test_csv_and_json_of_the_same_rows_decode_alike(calgary: Profile) -> None:
    rows = [
        calgary_row(comm_code="01B", longitude="-114.1", latitude="51.1", source="None"),
        calgary_row(service_name='with "quotes",\nlines and, commas', latitude="x"),
        calgary_row(closed_date="2026-08-28", source=None),
    ]
    decoder = RowDecoder(calgary)
    lines = [",".join(decoder.columns)]
    lines += [
        ",".join(
            '"' + str(row.get(name) or "").replace('"', '""') + '"' for name in decoder.columns
        )
        for row in rows
    ]
    body = ("﻿" + "\n".join(lines) + "\n").encode()
    assert decoder.decode(read_csv(body, decoder.columns, "test")) == decoded(calgary, rows)


def test_codes_that_look_like_numbers_stay_text(calgary: Profile) -> None:
    decoder = RowDecoder(calgary)
    header = "service_request_id,requested_date,status_description,service_name,comm_code"
    body = f"{header}\n007,2026-08-27,Open,Roads,12E5\n".encode()
    (row,) = decoder.decode(read_csv(body, decoder.columns, "test")).rows
    assert (row.service_request_id, row.place.codes) == ("007", ("12E5", None))


def test_words_that_the_profile_calls_blank_are_nothing(calgary: Profile) -> None:
    (row,) = decoded(calgary, [calgary_row(comm_code="None", latitude="None", source="None")]).rows
    assert (row.place, row.channel) == ((("None", None)[1:] * 2, None, None, None), "")


def test_a_missing_status_or_service_is_a_defect_and_no_reject(calgary: Profile) -> None:
    found = decoded(calgary, [calgary_row(status_description=None, service_name="  ")])
    assert found.defects == {"status: missing": 1, "service_name: missing": 1}
    assert (found.rows[0].status, found.rows[0].service_name) == ("", "")


def test_half_a_point_is_no_point(calgary: Profile) -> None:
    found = decoded(calgary, [calgary_row(longitude="-114.1"), calgary_row(latitude="51")] * 2)
    assert found.defects == {"lat: missing": 2, "long: missing": 2}
    assert all(row.place.long is row.place.lat is None for row in found.rows)


def test_defects_are_counted_for_each_row_and_each_page(calgary: Profile) -> None:
    decoder = RowDecoder(calgary)
    body = msgspec.json.encode([calgary_row(latitude="x", longitude="-114")] * 3)
    for _ in range(2):
        found = decoder.decode(read_json(body, decoder.columns, "test"))
        assert found.defects == {"lat: not a number": 3}


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"service_request_id": None}, "no id"),
        ({"service_request_id": " "}, "no id"),
        ({"requested_date": None}, "no requested date"),
        ({"requested_date": "None"}, "no requested date"),
        ({"requested_date": "soon"}, "requested date cannot be read"),
        ({"requested_date": "2206-08-27"}, "requested date cannot be read"),
        ({"requested_date": 20260827}, "requested date cannot be read"),
    ],
)
def test_a_row_without_an_id_or_a_date_is_set_aside_with_the_reason(
    calgary: Profile, cells: dict[str, object], reason: str
) -> None:
    bad = calgary_row(**cells)
    found = decoded(calgary, [calgary_row(), bad, calgary_row(service_request_id="26-2")])
    (reject,) = found.rejects
    assert [row.service_request_id for row in found.rows] == ["26-1", "26-2"]
    assert reject.reason == reason
    assert json.loads(reject.row) == {key: cell for key, cell in bad.items() if cell is not None}


def test_what_is_no_object_is_set_aside(calgary: Profile) -> None:
    found = decoded(calgary, [calgary_row(), None, ["a"], "text", 7])
    assert [reject.reason for reject in found.rejects] == ["not an object"] * 4
    assert [reject.row for reject in found.rejects] == ["null", '["a"]', '"text"', "7"]
    assert len(found.rows) == 1


def test_a_huge_row_is_kept_short(calgary: Profile) -> None:
    found = decoded(calgary, [calgary_row(service_request_id=None, service_name="x" * 100_000)])
    assert len(found.rejects[0].row) == LONGEST_ROW


def test_nested_values_where_text_belongs_become_text(calgary: Profile) -> None:
    nested = {"url": "https://example.org"}
    found = decoded(calgary, [calgary_row(source=nested, comm_code=["a"])])
    assert found.rows[0].channel == '{"url":"https://example.org"}'
    assert found.rows[0].place.codes == ('["a"]', None)


@pytest.mark.parametrize(
    "body", [b"", b"[", b'[{"a":1}', b'[{"a":"\xff"}]', b'"rows"', b"7", b"null", b'{"rows":[]}']
)
def test_a_body_that_is_no_list_of_rows_is_malformed(body: bytes) -> None:
    with pytest.raises(FeedMalformed, match="the portal sent"):
        read_json(body, ["a"], "the portal")


def test_json_nested_beyond_reason_is_malformed() -> None:
    with pytest.raises(FeedMalformed):
        read_json(b"[" * 100_000, ["a"], "the portal")


def test_an_error_object_is_a_refusal_with_its_message() -> None:
    with pytest.raises(FeedRefused, match="too slow") as caught:
        read_json(b'{"error":true,"code":"query.timeout","message":"too slow"}', ["a"], "p")
    assert caught.value.code == "query.timeout"


@pytest.mark.parametrize(
    "body", [b"", b"a,b\n1,2\n3", b"a,b\n1,2\n3,4", b"a,b\n1\n", b"a,b\n1,2,3\n", b"a,b\n\xff,1\n"]
)
def test_a_csv_that_is_cut_or_uneven_or_no_utf8_is_malformed(body: bytes) -> None:
    with pytest.raises(FeedMalformed, match="CSV"):
        read_csv(body, ["a", "b"], "the portal")


def test_a_csv_tells_which_columns_it_lacks() -> None:
    table = read_csv(b'"a","c"\n"1","2"\n', ["a", "b"], "test")
    assert (table.missing, table.columns["a"], table.columns["b"]) == (("b",), ["1"], [None])


def test_a_csv_of_nothing_but_its_header_has_no_rows() -> None:
    table = read_csv(b"a,b\n", ["a", "b"], "test")
    assert (table.length, table.missing) == (0, ())


CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False),
    st.text(), st.sampled_from(["2026-08-27", "-114.1", "51.1", "Open", "None"]),
    st.dictionaries(st.text(), st.text(), max_size=2), st.lists(st.integers(), max_size=2),
)  # fmt: skip


@given(st.data())
def test_whatever_a_feed_sends_no_row_is_lost_uncounted(data: st.DataObject) -> None:
    profile = load_profile("calgary")
    decoder = RowDecoder(profile)
    row = st.fixed_dictionaries({}, optional=dict.fromkeys(decoder.columns, CELLS))
    others = data.draw(st.lists(st.one_of(row, CELLS), max_size=8))
    rows = [*others, data.draw(row)]
    found = decoded(profile, rows)
    assert len(found.rows) + len(found.rejects) == len(rows)
    assert all(type(one.status) is str and one.service_request_id for one in found.rows)
    assert all(": " in name and count > 0 for name, count in found.defects.items())
