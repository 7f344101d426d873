"""Files that are not code are found in a checkout and in an installed wheel."""

from __future__ import annotations

from pathlib import Path

import pytest

from livemaps import resources
from livemaps.errors import ConfigurationError


def test_in_a_checkout_they_are_the_folders_at_the_top() -> None:
    root = Path(__file__).parents[1]
    assert resources.assets_folder() == root / "assets"
    assert resources.data_folder() == root / "data"


def test_in_a_wheel_they_are_inside_the_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = tmp_path / "site-packages" / "livemaps"
    (package / "_assets").mkdir(parents=True)
    monkeypatch.setattr(resources, "PACKAGE", package)
    assert resources.assets_folder() == package / "_assets"


def test_an_incomplete_installation_is_told_with_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(resources, "PACKAGE", tmp_path / "a" / "b" / "livemaps")
    with pytest.raises(ConfigurationError, match="data/ is missing"):
        resources.data_folder()
