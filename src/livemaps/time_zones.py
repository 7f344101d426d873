"""Which rules of time zones hold: the newest that this machine has.

Cities change their clocks by a few months' notice. Browsers follow within weeks, a server's own
files lag behind for years: then the same moment reads an hour apart on two screens.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable
from pathlib import Path

import tzdata


def use_newest_rules() -> str:
    """Use the rules of the `tzdata` package where they are newer than the system's.

    For the whole process: call it once, where a program starts. Returns the release in use, such
    as `2026f`.
    """
    system, package = release_of(zoneinfo.TZPATH), str(tzdata.IANA_VERSION)
    if system >= package:
        return system
    zoneinfo.reset_tzpath(to=())
    zoneinfo.ZoneInfo.clear_cache()
    return package


def release_of(folders: Iterable[str]) -> str:
    """Return the release of the first folder of rules that tells it, empty where none does.

    Releases are a year and a letter, so that a later one sorts after an earlier one.
    """
    for folder in folders:
        try:
            with (Path(folder) / "tzdata.zi").open(encoding="ascii") as rules:
                return rules.readline().removeprefix("# version").strip()
        except OSError:
            continue
    return ""
