"""Fixtures for feeds and boundaries."""

from __future__ import annotations

from pathlib import Path

import pytest

from livemaps.feeds.boundaries import BoundaryLayer, load_layer
from livemaps.feeds.profile import Profile, load_profile
from tests.feeds.profiles import CALGARY, Changed

NEW_YORK = Path(__file__).parents[1] / "fixtures" / "new_york" / "profile.toml"
"""Made by `new_york_profile` into one whose boundaries are there."""


@pytest.fixture(scope="session")
def calgary() -> Profile:
    """The profile of Calgary that ships."""
    return load_profile("calgary")


@pytest.fixture
def changed(tmp_path: Path) -> Changed:
    """Write Calgary's profile with one text replaced by another, and return the file."""

    def write(old: str, new: str) -> Path:
        assert CALGARY.count(old) >= 1, f"calgary.toml no longer says {old!r}"
        path = tmp_path / "city.toml"
        path.write_text(CALGARY.replace(old, new, 1), "utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def new_york_profile(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Profile:
    """New York's profile, with its boundaries read where the real files lie."""
    text = NEW_YORK.read_text(encoding="utf-8").replace("SHARED_DATA", shared_data.as_posix())
    path = tmp_path_factory.mktemp("new_york") / "profile.toml"
    path.write_text(text, encoding="utf-8")
    return load_profile(str(path))


@pytest.fixture(scope="session")
def wards(calgary: Profile, shared_data: Path) -> BoundaryLayer:
    """Calgary's real wards of 2025."""
    path = shared_data / "calgary" / "ward_boundaries_2025-11.csv"
    return load_layer(calgary.layer("ward"), path)


@pytest.fixture(scope="session")
def communities(calgary: Profile, shared_data: Path, wards: BoundaryLayer) -> BoundaryLayer:
    """Calgary's real communities of 2024, within its wards of 2025."""
    path = shared_data / "calgary" / "community_district_boundaries_2024-02.csv"
    return load_layer(calgary.layer("community"), path, within=wards)
