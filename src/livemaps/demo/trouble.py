"""Trouble that the demo can be told to make, so that every state of the screens can be seen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from livemaps.errors import SettingError

DEFAULT_SECONDS = 60.0

_UNITS: Mapping[str, float] = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}
_TIME = r"(\d+(?:\.\d+)?)(s|m|h|)"
_PLANNED = re.compile(rf"([a-z0-9]+)(?:@{_TIME})?(?:\+{_TIME})?")


class DemoTrouble(StrEnum):
    """The kinds of trouble."""

    OUTAGE = "outage"
    ERROR = "error"
    THROTTLED = "throttled"
    SLOW = "slow"
    TRUNCATED = "truncated"
    HTML = "html"
    SCHEMA = "schema"
    REWRITE = "rewrite"
    SURGE = "surge"


MEANINGS: Mapping[DemoTrouble, str] = MappingProxyType(
    {
        DemoTrouble.OUTAGE: "the portal closes every connection without an answer",
        DemoTrouble.ERROR: "the portal answers 500",
        DemoTrouble.THROTTLED: "the portal answers 429 and asks for five seconds of patience",
        DemoTrouble.SLOW: "every answer takes eight seconds",
        DemoTrouble.TRUNCATED: "rows break off in the middle",
        DemoTrouble.HTML: "a page for people comes instead of rows",
        DemoTrouble.SCHEMA: "the column service_name has another name",
        DemoTrouble.REWRITE: "the portal publishes every row anew, once",
        DemoTrouble.SURGE: "a storm hits one part of the city for some days",
    }
)

ALIASES: Mapping[str, DemoTrouble] = MappingProxyType(
    {"429": DemoTrouble.THROTTLED, "500": DemoTrouble.ERROR, "storm": DemoTrouble.SURGE}
)


@dataclass(frozen=True, slots=True)
class PlannedTrouble:
    """One trouble to make: what, how many seconds after the start, and for how many seconds."""

    kind: DemoTrouble
    after: float = 0.0
    seconds: float = DEFAULT_SECONDS


def parse_trouble(text: str) -> tuple[PlannedTrouble, ...]:
    """Read troubles such as `outage@60s,surge@2m+5m,429`: kind, `@` start, `+` duration.

    Times are seconds, or have a unit: s, m or h. Without a start it comes at once; without a
    duration it lasts a minute. An empty text is no trouble.

    Raises:
        SettingError: a part cannot be read; the message says what can be written.
    """
    parts = (part.strip() for part in text.lower().split(","))
    return tuple(_planned(part) for part in parts if part)


def trouble_kind(name: str) -> DemoTrouble:
    """Return the kind of trouble with a name.

    Raises:
        SettingError: there is no such kind; the message lists them.
    """
    try:
        return ALIASES.get(name) or DemoTrouble(name)
    except ValueError as error:
        raise SettingError("trouble", name, f"write one of {', '.join(DemoTrouble)}") from error


def _planned(part: str) -> PlannedTrouble:
    """Read one trouble."""
    match = _PLANNED.fullmatch(part)
    if not match:
        remedy = "write a kind, @ when and + how long, such as outage@60s or outage@60s+2m"
        raise SettingError("trouble", part, remedy)
    kind, after, after_unit, seconds, unit = match.groups()
    return PlannedTrouble(
        trouble_kind(kind),
        float(after) * _UNITS[after_unit] if after else 0.0,
        float(seconds) * _UNITS[unit] if seconds else DEFAULT_SECONDS,
    )
