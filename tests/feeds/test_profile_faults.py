"""City profiles: how a faulty one is told of."""

from __future__ import annotations

import contextlib
import math
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from livemaps.errors import ProfileError, ProfileProblem
from livemaps.feeds.profile import (
    load_profile,
    profile_from_mapping,
)
from tests.feeds.profiles import CALGARY, Changed


def problems(source: str | Path) -> tuple[ProfileProblem, ...]:
    with pytest.raises(ProfileError) as caught:
        load_profile(source)
    return caught.value.problems


def line_with(text: str, path: Path) -> int:
    rows = path.read_text("utf-8").splitlines()
    return next(number for number, row in enumerate(rows, 1) if text in row)


@pytest.mark.parametrize(
    ("old", "new", "key", "value", "remedies"),
    [
        ('"America/Edmonton"', '"America/Edmontn"', "time_zone", "America/Edmontn", ["did you mean 'America/Edmonton'"]),
        ('"America/Edmonton"', '"../etc/passwd"', "time_zone", "../etc/passwd", ["IANA"]),
        ('stage = "received" }', 'stage = "recieved" }', "statuses.Open.stage", "recieved", ["'received', 'in_progress', 'resolved'", "did you mean 'received'"]),
        ('standing = "deleted"', 'standing = "gone"', 'statuses."TO BE DELETED".standing', "gone", ["'counts', 'duplicate', 'deleted'"]),
        ('platform = "socrata"', 'platform = "socrates"', "feed.platform", "socrates", ["did you mean 'socrata'"]),
        ('"https://data.calgary.ca"', '"data.calgary.ca"', "feed.address", "data.calgary.ca", ["https://data.calgary.ca"]),
        ('"https://data.calgary.ca"', '"https://data.calgary.ca/resource"', "feed.address", "https://data.calgary.ca/resource", ["without a path"]),
        ('"iahh-g8bj"', '"311 requests"', "feed.dataset", "311 requests", ["iahh-g8bj"]),
        ("delay_days = 2", 'delay_days = "two"', "feed.delay_days", "two", ["whole number", "newest days"]),
        ("delay_days = 2", "delay_days = -1", "feed.delay_days", -1, ["the least is 0"]),
        ('status = "status_description"', "status = 7", "fields.status", 7, ["text in quotes"]),
        ('status = "status_description"', 'status = " "', "fields.status", " ", ["something between the quotes"]),
        ("closed_datetime =", "closed_datetme =", "fields.closed_datetme", "closed_date", ["not known here", "did you mean 'closed_datetime'"]),
        ('community = "comm_code"', 'comunity = "comm_code"', "fields.area_codes.comunity", "comm_code", ["did you mean 'community'"]),
        ('lat = "latitude"', "", "fields.lat", None, ["long alone is no point"]),
        ('within = "ward"', 'within = "wards"', "layers[0].within", "wards", ["(ward)", "did you mean 'ward'"]),
        ('within = "ward"', 'within = "community"', "layers[0].within", "community", ["finest first"]),
        ('id = "ward"', 'id = "community"', "layers[1].id", "community", ["layers[0] has this one"]),
        ('id = "ward"', 'id = "page"', "layers[1].id", "page", ["page addresses"]),
        ('id = "ward"', 'id = "Ward 1"', "layers[1].id", "Ward 1", ["lower-case letters"]),
        ('name = { en = "Ward", fr = "Quartier" }', 'name = { fr = "Quartier" }', "layers[1].name", {"fr": "Quartier"}, ["English"]),
        ('"Ward {key}"', '"Ward"', "layers[1].key_label", {"en": "Ward", "fr": "Quartier {key}"}, ["{key}"]),
        ('"Ward {key}"', '"Ward {key} {nmae}"', "layers[1].key_label", {"en": "Ward {key} {nmae}", "fr": "Quartier {key}"}, ["{key}, {name}"]),
        ("valid_from = 2025-10-20", 'valid_from = "autumn"', "layers[1].valid_from", "autumn", ["2025-10-20"]),
        ("valid_from = 2025-10-20", "valid_from = 2025-10-20\nvalid_to = 2024-01-01", "layers[1].valid_to", None, ["after valid_from"]),
        ('source = "tz8z-hyaz"', 'source = "wards.shp"', "layers[1].source", "wards.shp", ["no ", "wards.shp"]),
        ('key_field = "ward_num"', "", "layers[1].key_field", None, ["add this key", "each area's key"]),
        ('set_apart_services = ["311 Contact Us"]', 'set_apart_services = "311 Contact Us"', "set_apart_services", "311 Contact Us", ["list in brackets"]),
        ('set_apart_services = ["311 Contact Us"]', 'set_apart_services = [""]', "set_apart_services[0]", "", ["between the quotes"]),
        ("infer_in_progress = true", 'infer_in_progress = "yes, please"', "infer_in_progress", "yes, please", ["true or false"]),
        ('place = "area centre"', 'place = "area center"', "precision.place", "area center", ["did you mean 'area centre'"]),
        ('category_separator = " - "', 'category_separator = ""', "category_separator", "", ["between"]),
        ("lat = 51.03", "lat = 510.3", "map.lat", 510.3, ["the most is 90"]),
        ('"Open" = { stage = "received" }', "", "statuses", ["Closed", "Duplicate (Open)", "Duplicate (Closed)", "TO BE DELETED"], ["'received'"]),
        ("[links]", '[links]\nrequest_page = "https://x.example/r"', "links.request_page", "https://x.example/r", ["{service_request_id}"]),
        ("[links]", '[links]\nattribution_url = "x"', "links.attribution_url", "x", ["keys here are report_a_problem, request_page, portal"]),
        ("[map]", "[map]\nsimulated = 1", "map.simulated", 1, ["it belongs to simulated"]),
        ("[map]", "[mpa]", "mpa", {"long": -114.07, "lat": 51.03, "zoom": 9.6}, ["did you mean 'map'"]),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_line_key_value_and_remedy(
    changed: Changed, old: str, new: str, key: str, value: Any, remedies: list[str]
) -> None:
    path = changed(old, new)
    found = {problem.key: problem for problem in problems(path)}
    assert key in found, list(found)
    problem = found[key]
    assert problem.value == value or value is None
    assert problem.line is not None
    row = path.read_text("utf-8").splitlines()[problem.line - 1]
    names = key.replace("[", ".").replace("]", "").replace('"', "").split(".")
    assert any(name in row for name in names if not name.isdigit()), row
    for remedy in remedies:
        assert remedy in problem.remedy
    assert f"line {problem.line}: {key}" in str(problem)


def test_all_faults_are_told_at_once_in_the_order_of_their_lines(
    changed: Changed, tmp_path: Path
) -> None:
    path = changed('"America/Edmonton"', '"Mars/Base"')
    text = path.read_text("utf-8")
    text = text.replace('within = "ward"', 'within = "quarter"')
    text = text.replace("zoom = 9.6", "zoom = 96\ncolour = 'red'")
    text = text.replace('[[layers]]\nid = "ward"', '[[layers]]\nid = "Ward"\nwithn = "x"')
    path.write_text(text, "utf-8")
    found = problems(path)
    assert [problem.key for problem in found] == [
        "time_zone",
        "layers[0].within",
        "layers[1].id",
        "layers[1].withn",
        "map.zoom",
        "map.colour",
    ]
    assert [problem.line for problem in found] == sorted(problem.line or 0 for problem in found)
    with pytest.raises(ProfileError, match=r"city\.toml cannot be used") as caught:
        load_profile(path)
    assert all(str(problem) in str(caught.value) for problem in found)


def test_a_fault_in_an_item_is_not_told_again_of_its_list() -> None:
    data = tomllib.loads(CALGARY)
    data["layers"] = [data["layers"][1] | {"id": "No Id"}]
    data["statuses"] = {"Open": {"stage": "opened"}}
    data["fields"]["area_codes"] = {}
    with pytest.raises(ProfileError) as caught:
        profile_from_mapping(data)
    keys = [problem.key for problem in caught.value.problems]
    assert keys == ["layers[0].id", "statuses.Open.stage"]


def test_a_missing_key_is_told_without_a_value(changed: Changed) -> None:
    (problem,) = problems(changed('time_zone = "America/Edmonton"', ""))
    assert str(problem).startswith("time_zone: add this key")


def test_an_empty_file_lists_what_is_needed(tmp_path: Path) -> None:
    path = tmp_path / "empty.toml"
    path.write_text("")
    keys = {problem.key for problem in problems(path)}
    assert {"id", "name", "time_zone", "feed", "fields", "statuses", "layers", "map"} <= keys


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ('id = "calgary"', 'id = "calgary', "id =", "illegal character"),
        ('id = "calgary"', "id = calgary", "id =", "invalid value"),
        ('name = "Calgary"', 'id = "again"', '"again"', "cannot overwrite"),
        ("[map]", "[map", "[map", "expected ']'"),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(
    changed: Changed, old: str, new: str, where: str, what: str
) -> None:
    path = changed(old, new)
    (problem,) = problems(path)
    assert problem.line == line_with(where, path)
    assert what in problem.remedy


def test_a_text_that_ends_too_early_is_told_with_its_last_line(tmp_path: Path) -> None:
    path = tmp_path / "cut.toml"
    path.write_text('id = "x"\nblanks = ["None",')
    (problem,) = problems(path)
    assert problem.line == 2
    assert "correct it" in problem.remedy


def test_a_file_that_is_not_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes('id = "x"\nname = "Québec"\n'.encode("latin-1"))
    (problem,) = problems(path)
    assert (problem.line, problem.value) == (2, b"\xe9")
    assert "UTF-8" in problem.remedy


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("calgray", "did you mean 'calgary'"),
        ("nowhere/city.toml", "no such file"),
        ("/", "is a directory"),
    ],
)
def test_a_city_that_is_not_there_is_told_with_those_that_are(name: str, remedy: str) -> None:
    (problem,) = problems(name)
    assert (problem.key, problem.value, problem.line) == ("city", name, None)
    assert remedy in problem.remedy
    assert "calgary" in problem.remedy


def test_a_profile_made_in_code_is_checked_like_a_file() -> None:
    data = tomllib.loads(CALGARY)
    data["layers"][0]["within"] = "nowhere"
    data["simulated"] = "perhaps"
    with pytest.raises(ProfileError) as caught:
        profile_from_mapping(data, source="the demo")
    assert {problem.key for problem in caught.value.problems} == {"layers[0].within", "simulated"}
    assert "the demo" in str(caught.value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("layers", "none"),
        ("layers", [1]),
        ("layers", [{"id": 7, "within": 8}]),
        ("layers", []),
        ("fields", []),
        ("fields", {"area_codes": "x"}),
        ("statuses", {}),
        ("statuses", {"Open": "received"}),
        ("statuses", [1]),
        ("feed", "iahh-g8bj"),
        ("map", None),
        ("blanks", [None]),
        ("time_zone", 5),
        ("time_zone", ""),
    ],
)
def test_values_of_any_wrong_type_are_told_and_never_crash(key: str, value: object) -> None:
    with pytest.raises(ProfileError) as caught:
        profile_from_mapping(tomllib.loads(CALGARY) | {key: value})
    assert any(problem.key.startswith(key) for problem in caught.value.problems)


def places_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of everything inside a value."""
    items = value.items() if isinstance(value, dict) else ()
    for key, item in enumerate(value) if isinstance(value, list) else items:
        yield (*path, key)
        yield from places_in(item, (*path, key))


@pytest.mark.parametrize(
    "value", [None, 1, math.nan, True, "x", [], [None], [[]], {}, {"en": None}, [{"id": None}]]
)
def test_any_value_at_any_place_is_taken_or_told(value: object) -> None:
    for path in places_in(tomllib.loads(CALGARY)):
        data = tomllib.loads(CALGARY)
        around = data
        for key in path[:-1]:
            around = around[key]
        around[path[-1]] = value
        with contextlib.suppress(ProfileError):
            profile_from_mapping(data)
