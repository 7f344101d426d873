"""The text of Calgary's profile, for tests that change it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from pathlib import Path

CALGARY = (resources.files("livemaps.feeds") / "cities" / "calgary.toml").read_text("utf-8")

Changed = Callable[[str, str], Path]
"""Writes Calgary's profile with one text replaced by another, and returns the file."""
