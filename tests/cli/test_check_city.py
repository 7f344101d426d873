"""The command `check-city`: the faults of a profile, for whoever writes one."""

from __future__ import annotations

import json

from tests.quadville import Quadville


def test_a_profile_without_faults_is_summed_up(city: Quadville) -> None:
    done = city.run("check-city", str(city.profile))
    assert done.returncode == 0
    assert "Quadville" in done.stdout


def test_every_fault_is_told_with_its_line_key_value_and_remedy(city: Quadville) -> None:
    text = city.profile.read_text(encoding="utf-8")
    city.profile.write_text(
        text.replace("America/Edmonton", "America/Edmontn").replace("zoom = 10", "zoom = 99"),
        encoding="utf-8",
    )
    done = city.run("check-city", str(city.profile))
    assert done.returncode == 2
    assert "line 4" in done.stderr
    assert "time_zone = 'America/Edmontn'" in done.stderr
    assert "zoom = 99" in done.stderr

    told = json.loads(city.run("check-city", str(city.profile), "--json").stdout)
    assert told["usable"] is False
    assert {problem["key"] for problem in told["problems"]} == {"time_zone", "map.zoom"}


def test_business_days_without_holidays_are_warned_of(city: Quadville) -> None:
    with city.profile.open("a", encoding="utf-8") as profile:
        profile.write('\n[[standards]]\ncategory = "Roads"\ndays = 3\ncounting = "business"\n')
    told = json.loads(city.run("check-city", str(city.profile), "--json").stdout)
    assert told["usable"] is True
    assert "calendar.holidays is empty" in told["warnings"][0]
    assert "warning: standards count" in city.run("check-city", str(city.profile)).stdout


def test_the_profiles_that_ship_are_usable(city: Quadville) -> None:
    assert city.run("check-city", "calgary").returncode == 0
