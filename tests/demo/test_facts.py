"""The facts in `data/`: complete, consistent, and no copy of a portal's files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from livemaps.demo.births import Facts
from livemaps.demo.gazetteer import NEWER_THAN_THE_MAP, load_gazetteer
from livemaps.demo.rates import CLASS_WEIGHTS, PROMINENT, SEASONS, SETTINGS
from livemaps.demo.services import load_services
from livemaps.errors import ConfigurationError
from livemaps.resources import data_folder


def test_the_gazetteer_has_every_community_once(facts: Facts) -> None:
    communities = facts.gazetteer.communities
    codes = [community.code for community in communities]
    assert len(codes) == len(set(codes)) == 312
    assert {community.ward for community in communities} == set(range(1, 15))
    assert {community.kind for community in communities} == set(CLASS_WEIGHTS)
    assert set(PROMINENT) < set(codes)
    assert set(codes) > NEWER_THAN_THE_MAP


def test_codes_that_look_like_numbers_stay_text(facts: Facts) -> None:
    codes = {community.code for community in facts.gazetteer.communities}
    assert {"01B", "12C", "09P"} <= codes


def test_points_are_distinct_lie_in_calgary_and_have_three_decimals(facts: Facts) -> None:
    placed = [c for c in facts.gazetteer.communities if c.long is not None and c.lat is not None]
    points = {(c.long, c.lat) for c in placed}
    assert len(points) == len(placed) == 309
    assert all(
        -114.35 < long < -113.85 and 50.83 < lat < 51.22 for long, lat in points if long and lat
    )
    assert all(round(value, 3) == value for point in points for value in point if value)


def test_services_follow_the_citys_convention(facts: Facts) -> None:
    services = facts.services
    categories = {name.split(" - ")[0] for name in services.names}
    assert len(set(services.names)) == len(services.names) >= 300
    assert 40 <= len(categories) <= 64
    assert set(services.season) <= set(SEASONS)
    assert set(services.setting) <= set(SETTINGS)
    assert set(services.family) == {"storm", "snow", ""}
    assert (services.requests[:-1] >= services.requests[1:]).all()
    assert ((services.open_share >= 0) & (services.open_share < 1)).all()


def test_the_mixture_of_every_service_adds_up(facts: Facts) -> None:
    durations = facts.durations
    assert (durations.mean > 0).all()
    assert ((durations.slow >= 0) & (durations.stranded >= 0)).all()
    assert (durations.lasting < 1).all()


@pytest.mark.parametrize("missing", ["gazetteer.csv", "services.csv", "agencies.csv"])
def test_a_missing_file_is_told_by_its_place(tmp_path: Path, missing: str) -> None:
    folder = shutil.copytree(data_folder(), tmp_path / "data")
    (folder / missing).unlink()
    read = load_gazetteer if missing == "gazetteer.csv" else load_services
    with pytest.raises(ConfigurationError, match=str(folder)):
        read(folder)


def test_a_damaged_line_is_told_by_its_place(tmp_path: Path) -> None:
    folder = shutil.copytree(data_folder(), tmp_path / "data")
    (folder / "gazetteer.csv").write_text("code,name,class,sector,ward,long,lat\nA,A,B,C,x,1,2\n")
    with pytest.raises(ConfigurationError, match="install livemaps again"):
        load_gazetteer(folder)


@pytest.mark.real_data
def test_every_rounded_point_is_near_the_feeds_own(facts: Facts, shared_data: Path) -> None:
    """The facts are rounded, not copied: no point equals the feed's to its last digit."""
    import csv

    places = {c.name: c for c in facts.gazetteer.communities}
    with (shared_data / "calgary" / "community_points_2026-08.csv").open() as lines:
        rows = [row for row in csv.DictReader(lines) if row["comm_name"] in places]
    assert len(rows) > 170
    for row in rows:
        community = places[row["comm_name"]]
        assert community.long == pytest.approx(float(row["longitude"]), abs=0.0005001)
        assert community.lat == pytest.approx(float(row["latitude"]), abs=0.0005001)
        assert str(community.long) != row["longitude"]
