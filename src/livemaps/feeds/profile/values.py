"""The kinds of value that a city profile may hold, each with a check that says what to write.

A check raises ValueError with a remedy: a sentence that begins with a verb and needs no more
context than the key and the value, which the report of problems prints in front of it.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, PlainSerializer

from livemaps.model import Stage, Standing

DATASET = re.compile(r"[a-z0-9]{4}-[a-z0-9]{4}")
IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
RESERVED_LAYER_IDS = frozenset(
    [
        "measure",
        "service",
        "category",
        "agency",
        "channel",
        "stage",
        "age",
        "waiting",
        "from",
        "to",
        "apart",
        "layer",
        "order",
        "page",
        "size",
        "table",
        "lang",
        "theme",
        "view",
        # What measures are asked with, and the group of everything.
        "against",
        "at_day",
        "by",
        "city",
        "day",
        "days",
        "format",
        "limit",
        "of",
        "only",
        "part",
        "period",
        "step",
        "window",
        "with",
        "word",
    ]
)
"""Names that already mean something in an address, where a layer's id is a name too."""


def nearest(word: str, known: list[str]) -> str:
    """Return " (did you mean 'x'?)" for the nearest of the known words, else an empty text."""
    folded = {name.casefold(): name for name in known}
    found = get_close_matches(word.casefold(), list(folded), n=1, cutoff=0.6)
    return f" (did you mean {folded[found[0]]!r}?)" if found else ""


def _text(value: str) -> str:
    if not value.strip():
        raise ValueError("write something between the quotes, or leave the key out")
    return value.strip()


def _separator(value: str) -> str:
    if not value.strip():
        raise ValueError('write what stands between category and subject, such as " - "')
    return value


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        hint = nearest(value, sorted(available_timezones()))
        raise ValueError(f"write an IANA time zone such as 'America/Edmonton'{hint}") from error
    return value


def _identifier(value: str) -> str:
    if not IDENTIFIER.fullmatch(value):
        raise ValueError("write lower-case letters, digits and underscores, a letter first")
    return value


def _layer_id(value: str) -> str:
    if _identifier(value) in RESERVED_LAYER_IDS:
        raise ValueError("choose another id: this word already has a meaning in page addresses")
    return value


def _dataset(value: str) -> str:
    if not DATASET.fullmatch(value):
        raise ValueError("write the dataset's id as in its address, such as 'iahh-g8bj'")
    return value


def _address(value: str) -> str:
    parts = _web_parts(value)
    if parts is None or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(
            "write the portal's address without a path, such as 'https://data.calgary.ca'"
        )
    return value.rstrip("/")


def url(value: str) -> str:
    """Return a web address; ValueError where it is none."""
    if _web_parts(value) is None:
        raise ValueError("write a whole web address that begins with https:// or http://")
    return value


def _web_parts(value: str) -> Any:
    """Return the parts of a web address, None where it is none."""
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in value
        _ = parts.port
    except ValueError:
        return None
    return parts if usable else None


def template_check(*allowed: str) -> Callable[[str], str]:
    """Return a check that a text uses only the named placeholders."""

    def check(value: str) -> str:
        names = ", ".join(f"{{{name}}}" for name in allowed)
        try:
            used = {name for _, name, _, _ in string.Formatter().parse(value) if name is not None}
        except ValueError as error:
            raise ValueError(f"close every brace; placeholders are {names}") from error
        if used - set(allowed):
            raise ValueError(f"use only the placeholder(s) {names}")
        return value

    return check


def _request_page(value: str) -> str:
    if "{service_request_id}" not in value:
        raise ValueError("put {service_request_id} where the request's number belongs")
    return url(template_check("service_request_id")(value))


def _in_languages(value: object) -> object:
    """Take one text as the English one."""
    return {"en": value} if isinstance(value, str) else value


def _with_english(value: Mapping[str, str]) -> Mapping[str, str]:
    if not value.get("en", "").strip():
        raise ValueError('write at least the English text, as { en = "…", fr = "…" }')
    return value


def _label_templates(value: Mapping[str, str]) -> Mapping[str, str]:
    for template in value.values():
        if "{key}" not in template:
            raise ValueError("put {key} where the area's key belongs, such as 'Ward {key}'")
        template_check("key", "name")(template)
    return value


def in_language(texts: Mapping[str, str], locale: str) -> str:
    """Return the text of a language ("fr", or "fr-CA"), the English one where it is missing."""
    return texts.get(locale) or texts.get(locale[:2]) or texts["en"]


def _member(kind: type[Stage | Standing]) -> Callable[[object], object]:
    """Return a check that turns the lower-case name of a member into the member."""
    names = {member.name.lower(): member for member in kind}

    def check(value: object) -> object:
        if isinstance(value, kind):
            return value
        if not isinstance(value, str) or value not in names:
            hint = nearest(value, list(names)) if isinstance(value, str) else ""
            raise ValueError(f"write one of {', '.join(map(repr, names))}{hint}")
        return names[value]

    return check


def _lower_name(value: Stage | Standing) -> str:
    return value.name.lower()


def _frozen(value: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(dict(value))


Item = TypeVar("Item")
FrozenMapping = Annotated[
    Mapping[str, Item], AfterValidator(_frozen), PlainSerializer(dict, return_type=dict)
]
Text = Annotated[str, AfterValidator(_text)]
Separator = Annotated[str, AfterValidator(_separator)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
Identifier = Annotated[str, AfterValidator(_identifier)]
LayerId = Annotated[str, AfterValidator(_layer_id)]
Dataset = Annotated[str, AfterValidator(_dataset)]
Address = Annotated[str, AfterValidator(_address)]
Url = Annotated[str, AfterValidator(url)]
RequestPage = Annotated[str, AfterValidator(_request_page)]
InLanguages = Annotated[
    Mapping[str, Text],
    BeforeValidator(_in_languages),
    AfterValidator(_with_english),
    AfterValidator(_frozen),
    PlainSerializer(dict, return_type=dict),
]
LabelTemplate = Annotated[InLanguages, AfterValidator(_label_templates)]
StageName = Annotated[
    Stage, BeforeValidator(_member(Stage)), PlainSerializer(_lower_name, return_type=str)
]
StandingName = Annotated[
    Standing, BeforeValidator(_member(Standing)), PlainSerializer(_lower_name, return_type=str)
]
