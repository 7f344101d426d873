"""Every setting, in one frozen value; each is also an environment variable `LIVEMAPS_<NAME>`.

Nothing else reads the environment. `docs/settings.md` describes each; a test compares.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from livemaps.errors import SettingError

PREFIX = "LIVEMAPS_"

TEN_YEARS = 10 * 366 * 86_400.0
"""In seconds: more than any time or number here needs, and less than what overflows later."""


def _setting(
    default: Any, meaning: str, least: float | None = None, most: float = TEN_YEARS
) -> Any:
    """Declare a setting: its default, what it means, and the bounds of a number."""
    return field(default=default, metadata={"meaning": meaning, "least": least, "most": most})


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may choose. Times are in seconds, sizes in bytes."""

    city: str = _setting(
        "calgary", "a city profile: a name that ships with livemaps, or a TOML file"
    )
    data_dir: Path = _setting(Path("var"), "the folder for the database, boundaries and snapshots")
    host: str = _setting("127.0.0.1", "the address the web server listens on")
    port: int = _setting(
        8050, "the port the web server listens on; 0 takes a free one", least=0, most=65_535
    )
    workers: int = _setting(2, "web worker processes of `livemaps serve`", least=1)
    threads: int = _setting(4, "threads of each web worker", least=1)
    app_token: str | None = _setting(None, "the portal's application token, sent as X-App-Token")
    contact: str = _setting(
        "", "an address or e-mail put into the User-Agent, so that a portal can reach you"
    )
    refresh_seconds: float = _setting(300.0, "the time between two polls of the feed", least=1)
    jitter_seconds: float = _setting(15.0, "the most by which a poll is shifted at random", least=0)
    backoff_limit_seconds: float = _setting(
        3600.0, "the longest wait between polls while the feed fails", least=1
    )
    stale_after_seconds: float = _setting(
        1800.0, "the age of the last successful check from which data counts as stale", least=1
    )
    connect_timeout: float = _setting(
        10.0, "how long to wait for a connection to the portal", least=0.1
    )
    read_timeout: float = _setting(
        60.0, "how long to wait for the next bytes from the portal", least=0.1
    )
    attempts: int = _setting(5, "how often one call to the portal is tried", least=1)
    page_size: int = _setting(10_000, "rows asked for in one call", least=1)
    response_limit: int = _setting(
        256 * 2**20, "the largest answer accepted, unpacked", least=1024, most=2**40
    )
    overlap_seconds: float = _setting(
        600.0, "how far before the cursor a poll reads again, for late rows", least=0
    )
    recent_days: int = _setting(
        90, "how many days of resolved requests the live set keeps", least=1, most=36_500
    )
    full_rewrite_rows: int = _setting(
        100_000,
        "from how many changed rows on a poll takes the open and recent ones first and the rest in the background",
        least=1,
        most=2**40,
    )
    reconcile_seconds: float = _setting(
        86_400.0, "the time between two searches for requests that vanished", least=1
    )
    log_level: str = _setting("INFO", "DEBUG, INFO, WARNING or ERROR")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], **chosen: object) -> Settings:
        """Build settings from `LIVEMAPS_*` variables; `chosen` (not None) wins over them.

        Raises:
            SettingError: a value has the wrong type or is out of its bounds.
        """
        values: dict[str, Any] = {}
        for declared in dataclasses.fields(cls):
            text = environment.get(PREFIX + declared.name.upper())
            value = chosen.get(declared.name)
            if value is None and text not in (None, ""):
                value = text
            if value is not None:
                values[declared.name] = _converted(declared, value)
        return cls(**values)


def _converted(declared: dataclasses.Field[Any], value: object) -> object:
    """Turn a value into the declared type, or name the variable and what it takes."""
    name, kind = PREFIX + declared.name.upper(), str(declared.type)
    try:
        converted = {"int": int, "float": float, "Path": Path}.get(kind, str)(value)
    except (TypeError, ValueError) as error:
        raise SettingError(
            name, value, f"it takes a number ({declared.metadata['meaning']})"
        ) from error
    _check_bounds(name, value, converted, declared.metadata)
    return converted


def _check_bounds(name: str, value: object, number: Any, declared: Mapping[str, Any]) -> None:
    """Refuse a number that libraries would trip over later, NaN and infinity among them."""
    least, most, meaning = declared["least"], declared["most"], declared["meaning"]
    if least is None:
        return
    if not number >= least:
        raise SettingError(name, value, f"the least is {least:g} ({meaning})")
    if number > most:
        raise SettingError(name, value, f"the most is {most:,.0f} ({meaning})")
