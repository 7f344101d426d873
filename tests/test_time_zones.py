"""The newest rules of time zones hold, whoever has them."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from pathlib import Path

import pytest
import tzdata

from livemaps import time_zones


@pytest.fixture(autouse=True)
def _rules_as_they_were() -> Iterator[None]:
    before = zoneinfo.TZPATH
    yield
    zoneinfo.reset_tzpath(to=before)
    zoneinfo.ZoneInfo.clear_cache()


def rules(folder: Path, release: str) -> str:
    (folder / "tzdata.zi").write_text(f"# version {release}\nR x\n", encoding="ascii")
    return str(folder)


@pytest.mark.parametrize("release", ["1999z", "2025b"])
def test_older_rules_of_the_system_are_passed_over(tmp_path: Path, release: str) -> None:
    zoneinfo.reset_tzpath(to=(rules(tmp_path, release),))
    assert time_zones.use_newest_rules() == tzdata.IANA_VERSION
    assert zoneinfo.TZPATH == ()
    assert zoneinfo.ZoneInfo("America/Edmonton").key == "America/Edmonton"


def test_newer_rules_of_the_system_stay(tmp_path: Path) -> None:
    folder = rules(tmp_path, "2999a")
    zoneinfo.reset_tzpath(to=(folder,))
    assert time_zones.use_newest_rules() == "2999a"
    assert (folder,) == zoneinfo.TZPATH


def test_a_system_that_tells_no_release_or_has_no_rules_is_passed_over(tmp_path: Path) -> None:
    assert time_zones.release_of([str(tmp_path / "none"), str(tmp_path)]) == ""
    zoneinfo.reset_tzpath(to=(str(tmp_path),))
    assert time_zones.use_newest_rules() == tzdata.IANA_VERSION
