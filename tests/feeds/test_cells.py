"""Single cells: text first, then guarded readings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livemaps.feeds.cells import BadCell, as_text, as_words, coordinates, point_parts, wall_seconds
from livemaps.model import SECONDS_PER_DAY, day_number
from tests.feeds.walls import wall_datetime

CALGARY = ZoneInfo("America/Edmonton")
CENTRE = (-114.07, 51.03)


def wall(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> int:
    days = day_number(date(year, month, day))
    return days * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second


def value_or_reason(read: Callable[..., Any], *cells: Any) -> Any:
    """Return what was read, or the reason why it could not be."""
    try:
        return read(*cells)
    except BadCell as error:
        return str(error)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("  two  words ", "two  words"),
        ("", None),
        ("   ", None),
        (None, None),
        (0, "0"),
        (101005570514, "101005570514"),
        (5.0, "5"),
        (-114.5, "-114.5"),
        (True, "true"),
        ({"a": [1]}, '{"a":[1]}'),
    ],
)
def test_every_cell_is_text_first(cell: Any, text: str | None) -> None:
    assert as_text(cell) == text


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("Roads -\r\nPotholes\x00", "Roads - Potholes"),
        ("a\u2028b\x85c", "a b c"),
        ("\x00\x1f", None),
        ("مرحبا\u202e 🕳️", "مرحبا\u202e 🕳️"),
        (None, None),
        (5.0, "5"),
    ],
)
def test_words_are_one_line_without_control_characters(cell: Any, words: str | None) -> None:
    assert as_words(cell) == words


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-08-27T00:00:00.000", wall(2026, 8, 27)),
        ("2026-08-27", wall(2026, 8, 27)),
        ("2024-05-27T02:08:51.000", wall(2024, 5, 27, 2, 8, 51)),
        ("2011-06-28 05:14:00", wall(2011, 6, 28, 5, 14)),
        ("2026/08/27 12:00:00 AM", wall(2026, 8, 27)),
        ("2026/08/27 12:05:09 PM", wall(2026, 8, 27, 12, 5, 9)),
        ("2026/08/27 01:00:00 PM", wall(2026, 8, 27, 13)),
        ("08/27/2026 11:59:59 PM", wall(2026, 8, 27, 23, 59, 59)),
        ("2026/08/27", wall(2026, 8, 27)),
        ("2026/08/27 17:30", wall(2026, 8, 27, 17, 30)),
    ],
)
def test_a_time_without_a_zone_is_what_the_citys_clock_showed(text: str, seconds: int) -> None:
    assert wall_seconds(text, CALGARY) == seconds
    assert wall_seconds(text, ZoneInfo("Asia/Tokyo")) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-08-27T05:59:59Z", wall(2026, 8, 26, 23, 59, 59)),
        ("2026-08-27T06:00:00.000Z", wall(2026, 8, 27)),
        ("2026-01-27T06:00:00Z", wall(2026, 1, 26, 23)),
        ("2018-10-28T17:00:00-04:00", wall(2018, 10, 28, 15)),
        ("2026-08-27T00:00:00+0200", wall(2026, 8, 26, 16)),
    ],
)
def test_a_time_with_an_offset_is_turned_to_the_citys_zone_first(text: str, seconds: int) -> None:
    assert wall_seconds(text, CALGARY) == seconds


@pytest.mark.parametrize(
    "text",
    ["soon", "2026", "2026-13-01", "2026-02-30", "2026/02/30 12:00:00 AM", "2026/08/27 13:00 PM",
     "2026/08/27 00:00:00 AM", "1756252800", "27.08.2026", "2026-08-27T25:00:00", "-"],
)  # fmt: skip
def test_what_is_no_date_is_said_to_be_none(text: str) -> None:
    with pytest.raises(BadCell, match="not a date"):
        wall_seconds(text, CALGARY)


@pytest.mark.parametrize(
    "text", ["1899-12-31", "2101-01-01", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"]
)
def test_a_year_that_no_request_has_is_out_of_range(text: str) -> None:
    with pytest.raises(BadCell, match="year out of range"):
        wall_seconds(text, CALGARY)


@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 12, 31)))  # noqa: DTZ001 -- wall time
def test_any_floating_time_comes_back_as_it_was(moment: datetime) -> None:
    read = wall_datetime(wall_seconds(moment.isoformat(timespec="milliseconds"), CALGARY))
    assert read == moment.replace(microsecond=0)


@given(st.datetimes(datetime(1970, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001 -- bounds
def test_any_instant_is_shown_as_the_citys_clock_showed_it(moment: datetime) -> None:
    read = wall_datetime(wall_seconds(moment.isoformat(), CALGARY))
    shown = moment.astimezone(CALGARY).replace(tzinfo=None, microsecond=0)
    assert abs(read - shown) < timedelta(seconds=1)


@given(st.text())
def test_any_text_is_a_time_or_a_named_defect(text: str) -> None:
    found = value_or_reason(wall_seconds, text, CALGARY)
    if isinstance(found, str):
        assert found in ("not a date", "year out of range")
    else:
        assert 1900 <= wall_datetime(found).year <= 2100


def test_coordinates_are_read_to_their_last_digit() -> None:
    assert coordinates("-114.17990702915992", " 51.02326017192605", CENTRE) == (
        -114.17990702915992,
        51.02326017192605,
    )


@pytest.mark.parametrize(
    ("long", "lat", "reason"),
    [
        ("west", "51", "long: not a number"),
        ("-114", "", "lat: not a number"),
        ("nan", "51", "long: not finite"),
        ("-114", "-inf", "lat: not finite"),
        ("0", "0.0", "point: at 0, 0"),
        ("51.05", "-114.07", "point: long and lat look swapped"),
        ("-1140", "51", "long: out of range"),
        ("-114", "510", "lat: out of range"),
        ("715000", "5660000", "long: out of range"),
    ],
)
def test_coordinates_that_are_none_are_named(long: str, lat: str, reason: str) -> None:
    with pytest.raises(BadCell, match=f"^{reason}$"):
        coordinates(long, lat, CENTRE)


def test_swapped_coordinates_are_known_where_both_are_possible_degrees() -> None:
    with pytest.raises(BadCell, match="swapped"):
        coordinates("40.7", "-73.9", (-73.94, 40.70))


def test_where_longitude_and_latitude_are_alike_nothing_is_taken_for_swapped() -> None:
    assert coordinates("39.5", "40.5", (40.0, 40.0)) == (39.5, 40.5)


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"Point","coordinates":[-114.05,51.04]}',
        '{"latitude":"51.04","longitude":"-114.05","human_address":"{}"}',
        "POINT (-114.05 51.04)",
        "point(-114.05 51.04)",
        "800 MACLEOD TRAIL SE\n(51.04, -114.05)",
        "(51.04, -114.05)",
    ],
)
def test_points_are_read_in_every_form_that_portals_write(text: str) -> None:
    assert point_parts(text) == ("-114.05", "51.04")


@pytest.mark.parametrize(
    "text",
    ["", "downtown", "{", '{"coordinates":[1]}', '{"coordinates":null}', '{"latitude":"51"}',
     '{"coordinates":[null,null]}', "POINT EMPTY", "[1,2]", '{"coordinates":5}'],
)  # fmt: skip
def test_what_is_no_point_is_said_to_be_none(text: str) -> None:
    with pytest.raises(BadCell, match="point: not a point"):
        point_parts(text)


@given(st.text(), st.text())
def test_any_two_texts_are_a_point_on_earth_or_a_named_defect(long: str, lat: str) -> None:
    found = value_or_reason(coordinates, long, lat, CENTRE)
    if isinstance(found, str):
        assert ": " in found
    else:
        assert abs(found[0]) <= 180
        assert abs(found[1]) <= 90
