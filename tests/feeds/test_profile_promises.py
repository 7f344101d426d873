"""What a profile says of standards, working days and residents, and how faults in it are told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from livemaps.errors import ConfigurationError, ProfileError
from livemaps.feeds.population import load_population
from livemaps.feeds.profile import (
    CalendarProfile,
    Counting,
    Profile,
    Standard,
    calendar_warnings,
    load_profile,
    summary,
)
from tests.feeds.profiles import CALGARY

PROMISES = """
[[standards]]
service = "Roads - Pothole Maintenance"
days = 5
counting = "business"
source = "https://city.example/standards"

[[standards]]
category = "Roads"
days = 30
counting = "calendar"

[calendar]
holidays = [2025-12-25, 2026-07-01]

[population.ward]
residents = { "1" = 1000, "02" = 7, "99" = 5 }
year = 2021

[population.community]
source = "residents.csv"
key_field = "comm_code"
count_field = "residents"
year = 2021
licence = "Open Licence"
"""
RESIDENTS = (
    '\ufeffcomm_code, name,residents\nACA,Acadia,"10,520"\n01b,,0\nXYZ,,5\nBDO,,x\nBNK,,1\nBNK,,2\n'
)
Written = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write Calgary's profile with promises, one text in them replaced by another."""

    def write(old: str = "", new: str = "", residents: str = RESIDENTS) -> Path:
        assert old in PROMISES
        (tmp_path / "residents.csv").write_text(residents, "utf-8")
        path = tmp_path / "city.toml"
        path.write_text(CALGARY + (PROMISES.replace(old, new, 1) if old else PROMISES), "utf-8")
        return path

    return write


@pytest.fixture
def profile(written: Written) -> Profile:
    return load_profile(written())


def test_a_service_s_own_standard_wins_over_its_category_s(profile: Profile) -> None:
    own = profile.standard("Roads - Pothole Maintenance")
    assert own is not None
    assert (own.days, own.counting) == (5, Counting.BUSINESS)
    other = profile.standard("Roads - Debris")
    assert other is not None
    assert (other.days, other.counting) == (30, Counting.CALENDAR)
    assert profile.standard("Parks - Tree") is None


def test_calgary_promises_nothing_and_counts_nobody() -> None:
    calgary = load_profile("calgary")
    assert (calgary.standards, dict(calgary.population)) == ((), {})
    assert calendar_warnings(calgary) == ()


def test_the_week_begins_on_monday_and_five_days_are_worked(profile: Profile) -> None:
    assert profile.calendar.week == (True,) * 5 + (False,) * 2
    assert CalendarProfile(working_days=("sunday",)).week == (False,) * 6 + (True,)


def test_business_days_beyond_the_years_of_the_holidays_are_told(profile: Profile) -> None:
    (warning,) = calendar_warnings(profile)
    assert "2025 to 2026" in warning
    assert f"warning: {warning}" in summary(profile)
    (warning,) = calendar_warnings(profile.model_copy(update={"calendar": CalendarProfile()}))
    assert "calendar.holidays is empty" in warning


def test_standards_in_calendar_days_need_no_holidays(profile: Profile) -> None:
    every_day = Standard(category="Roads", days=0, counting=Counting.CALENDAR)
    assert calendar_warnings(profile.model_copy(update={"standards": (every_day,)})) == ()


@pytest.mark.parametrize(
    ("old", "new", "key", "value", "remedy"),
    [
        ('category = "Roads"', "", "standards[1]", None, "add service or category"),
        ('category = "Roads"', 'category = "Roads"\nservice = "x"', "standards[1].category", "Roads", "of one of them"),
        ('category = "Roads"', 'service = "Roads - Pothole Maintenance "', "standards[1].service", None, "standards[0] is of the same service"),
        ("days = 5", 'days = "5"', "standards[0].days", "5", "whole number without quotes (within how many"),
        ("days = 5", "days = -1", "standards[0].days", -1, "the least is 0"),
        ("days = 5", "days = 1.5", "standards[0].days", 1.5, "whole number"),
        ("days = 5", "days = true", "standards[0].days", True, "whole number"),
        ("days = 5", "", "standards[0].days", None, "add this key"),
        ('counting = "business"', 'counting = "busines"', "standards[0].counting", "busines", "did you mean 'business'"),
        ("https://city.example/standards", "our website", "standards[0].source", "our website", "web address"),
        ("2025-12-25", '"2025-12-25"', "calendar.holidays[0]", "2025-12-25", "a day without quotes"),
        ("2025-12-25", "2025-12-25T00:00:00", "calendar.holidays[0]", None, "a day without quotes"),
        ("2025-12-25", "2026-07-01", "calendar.holidays[1]", date(2026, 7, 1), "the same day"),
        ("[calendar]", '[calendar]\nworking_days = []', "calendar.working_days", None, "at least one"),
        ("[calendar]", '[calendar]\nworking_days = ["mon"]', "calendar.working_days[0]", "mon", "'monday'"),
        ("[calendar]", "[calender]", "calender", None, "did you mean 'calendar'"),
        ("[population.ward]", "[population.wards]", "population.wards", None, "did you mean 'ward'"),
        ('residents = { "1" = 1000', 'residents = { "1" = -1', "population.ward.residents.1", -1, "0 or more"),
        ('"02" = 7', '"1.0" = 7', 'population.ward.residents."1.0"', 7, "1 is the same key"),
        ('residents = { "1" = 1000, "02" = 7, "99" = 5 }', "", "population.ward", None, "either source"),
        ('"residents.csv"', '"people.csv"', "population.community.source", "people.csv", "existing CSV file"),
        ('"residents"\n', '"resident"\n', "population.community.count_field", "resident", "did you mean 'residents'"),
        ('key_field = "comm_code"', "", "population.community.key_field", None, "a column of residents.csv"),
        ("year = 2021", 'year = "2021"', "population.ward.year", "2021", "whole number"),
    ],
)  # fmt: skip
def test_a_faulty_promise_is_named_with_its_line_key_value_and_remedy(
    written: Written, old: str, new: str, key: str, value: Any, remedy: str
) -> None:
    with pytest.raises(ProfileError) as caught:
        load_profile(written(old, new))
    found = {problem.key: problem for problem in caught.value.problems}
    assert key in found, caught.value
    assert value is None or found[key].value == value
    assert remedy in found[key].remedy
    assert found[key].line is not None


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("delay_days = 2", 'delay_days = "2"', "feed.delay_days"),
        ("delay_days = 2", "delay_days = 2.0", "feed.delay_days"),
        ("stale_days = 4", "stale_days = true", "feed.stale_days"),
        ("infer_in_progress = true", 'infer_in_progress = "yes"', "infer_in_progress"),
        ("infer_in_progress = true", "infer_in_progress = 1", "infer_in_progress"),
        ("lat = 51.03", 'lat = "51.03"', "map.lat"),
        ("zoom = 9.6", "zoom = true", "map.zoom"),
        ("valid_from = 2025-10-20", 'valid_from = "2025-10-20"', "layers[1].valid_from"),
        ("valid_from = 2025-10-20", "valid_from = 1760918400", "layers[1].valid_from"),
    ],
)
def test_a_value_of_another_type_is_told_and_not_converted(
    tmp_path: Path, old: str, new: str, key: str
) -> None:
    path = tmp_path / "city.toml"
    assert old in CALGARY
    path.write_text(CALGARY.replace(old, new, 1), "utf-8")
    with pytest.raises(ProfileError) as caught:
        load_profile(path)
    (problem,) = caught.value.problems
    assert problem.key == key
    assert "quotes" in problem.remedy


def test_residents_of_a_file_are_matched_by_key_and_the_rest_is_told(profile: Profile) -> None:
    found = load_population(profile, "community", ["ACA", "01B", "BDO", "BNK", "ZZZ"])
    assert found is not None
    assert dict(found.residents) == {"ACA": 10520, "01B": 0}
    assert found.missing == ("BDO", "BNK", "ZZZ")
    assert found.unknown == ("XYZ",)
    assert found.unreadable == 3
    assert (found.year, found.licence) == (2021, "Open Licence")
    assert found.attribution == profile.attribution
    assert len(found.trouble) == 3


def test_residents_written_in_the_profile_are_read_alike(profile: Profile) -> None:
    found = load_population(profile, "ward", ["1", "2", "02"])
    assert found is not None
    assert dict(found.residents) == {"1": 1000, "02": 7}
    assert (found.missing, found.unknown) == (("2",), ("99",))


def test_a_layer_without_a_table_has_no_residents() -> None:
    assert load_population(load_profile("calgary"), "ward", ["1"]) is None


def test_a_file_that_is_gone_or_changed_names_setting_and_remedy(
    profile: Profile, tmp_path: Path
) -> None:
    (tmp_path / "residents.csv").write_text("code,n\n1,2\n", "utf-8")
    with pytest.raises(ConfigurationError, match=r"population\.community\.source .* no column"):
        load_population(profile, "community", [])
    (tmp_path / "residents.csv").unlink()
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_population(profile, "community", [])


def test_what_a_profile_with_promises_dumps_makes_the_same_profile(profile: Profile) -> None:
    assert Profile.model_validate_json(profile.model_dump_json()) == profile
    assert Profile.model_validate(profile.model_dump()) == profile
