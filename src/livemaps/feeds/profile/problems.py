"""From what a check found to a problem that an operator can act on: line, key, value, remedy."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from types import NoneType
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from livemaps.errors import ProfileProblem
from livemaps.feeds.profile.lines import Path
from livemaps.feeds.profile.model import Profile
from livemaps.feeds.profile.values import nearest

Lines = Mapping[Path, int]


def dotted(path: Path) -> str:
    """Write a path as an operator would: `layers[0].source`, `statuses."Duplicate (Open)".stage`."""
    written = ""
    for part in path:
        if isinstance(part, int):
            written += f"[{part}]"
        else:
            bare = re.fullmatch(r"[A-Za-z0-9_-]+", part)
            written += ("." if written else "") + (part if bare else f'"{part}"')
    return written


def line_of(path: Path, lines: Lines) -> int | None:
    """Return the line of a key, or of the nearest table around it that stands in the text."""
    around = (path[:length] for length in range(len(path), 0, -1))
    return next((lines[known] for known in around if known in lines), None)


def problem(path: Path, value: object, remedy: str, lines: Lines) -> ProfileProblem:
    """Return a problem at a path."""
    return ProfileProblem(line_of(path, lines), dotted(path), value, remedy)


def syntax_problem(error: tomllib.TOMLDecodeError, text: str) -> ProfileProblem:
    """Return the problem of a text that is not TOML, with the line that could not be read."""
    rows = text.splitlines() or [""]
    found = re.search(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)", str(error))
    what = str(error)[: found.start()] if found else str(error)
    line = int(found.group(1)) if found and found.group(1) else len(rows)
    value = rows[min(line, len(rows)) - 1].strip()
    column = f" near column {found.group(2)}" if found and found.group(2) else ""
    return ProfileProblem(
        line, "this line", value, f"is not TOML{column} ({what[:1].lower()}{what[1:]}); correct it"
    )


def model_problems(error: ValidationError, lines: Lines) -> list[ProfileProblem]:
    """Return one problem for each fault that the model found.

    "Too short" of a list that has items only says that these items have faults of their own.
    """
    return [
        _model_problem(found, lines)
        for found in error.errors(include_url=False)
        if found["type"] != "too_short" or not found["input"]
    ]


def _model_problem(found: ErrorDetails, lines: Lines) -> ProfileProblem:
    path = tuple(part for part in found["loc"] if part not in ("[key]", "function-after[]"))
    value = None if found["type"] == "missing" else found["input"]
    return problem(path, value, _remedy(found, path), lines)


def _remedy(found: ErrorDetails, path: Path) -> str:
    """Return what to write instead, as a sentence that begins with a verb."""
    kind, context = found["type"], found.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "missing":
        return f"add this key: {_meaning(path)}"
    if kind == "extra_forbidden":
        return _unknown_key(path)
    if kind in ("enum", "literal_error"):
        expected = str(context["expected"])
        hint = nearest(str(found["input"]), re.findall(r"'([^']*)'", expected))
        return f"write {expected}{hint}"
    return f"{_expected(kind, found['msg'])} ({_meaning(path)})"


_EXPECTED = (
    ("string", 'write text in quotes, such as "…"'),
    ("int", "write a whole number without quotes"),
    ("float", "write a number without quotes"),
    ("bool", "write true or false, without quotes"),
    ("date", "write a day without quotes, such as 2025-10-20"),
    ("tuple", "write a list in brackets, such as [ … ]"),
    ("mapping", "write a table, such as { … }"),
    ("dict", "write a table, such as { … }"),
    ("model", "write a table, such as { … }"),
    ("too_short", "write at least one"),
    ("greater_than_equal", "write a larger number"),
    ("less_than_equal", "write a smaller number"),
)


def _expected(kind: str, message: str) -> str:
    """Return what a kind of fault asks for, with the limit where there is one."""
    remedy = next((text for start, text in _EXPECTED if kind.startswith(start)), "correct this")
    limit = re.search(r"(?:greater|less) than or equal to (\S+)", message)
    side = "least" if kind.startswith("greater") else "most"
    return f"{remedy}: the {side} is {limit.group(1)}" if limit else remedy


def _unknown_key(path: Path) -> str:
    """Say that a key is not known, which one may be meant, and which ones there are."""
    around = part_at(path[:-1])
    names = list(around.model_fields) if around else []
    hint = nearest(str(path[-1]), names)
    elsewhere = "" if hint else _elsewhere(str(path[-1]))
    return (
        f"remove this key, it is not known here{hint}{elsewhere}; keys here are {', '.join(names)}"
    )


def _elsewhere(name: str) -> str:
    """Return where a key of this name does belong, for one that slid below another table."""
    places = [key for key in profile_keys() if re.split(r"[.\]]", key)[-1] == name]
    return f" (it belongs to {places[0]})" if places else ""


def _meaning(path: Path) -> str:
    """Return the description of the field at a path, or of the nearest one around it."""
    for length in range(len(path), 0, -1):
        around = part_at(path[: length - 1])
        field = around.model_fields.get(str(path[length - 1])) if around else None
        if field is not None and field.description:
            return field.description
    return "see docs/adding-a-city.md"


def part_at(path: Path) -> type[BaseModel] | None:
    """Return the model of the table at a path, None where no table of the model is."""
    part: type[BaseModel] | None = Profile
    inside: type[BaseModel] | None = None
    for step in path:
        if inside is not None:
            part, inside = inside, None
            continue
        field = part.model_fields.get(str(step)) if part else None
        part, inside = _table(field)
    return part if inside is None else None


def _table(field: FieldInfo | None) -> tuple[type[BaseModel] | None, type[BaseModel] | None]:
    """Return (the model of a table, None), or (None, the model of each item of a collection)."""
    if field is None:
        return None, None
    if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
        return field.annotation, None
    model = next(_models(field.annotation), None)
    # `Geocoder | None`: one table that may be left out.
    return (model, None) if NoneType in get_args(field.annotation) else (None, model)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models inside a type such as `tuple[LayerProfile, ...]`."""
    for inner in get_args(annotation):
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield inner
        else:
            yield from _models(inner)


def profile_keys(part: type[BaseModel] = Profile, prefix: str = "") -> tuple[str, ...]:
    """Return every key of a profile, as `feed.address`, `layers[].source`, `statuses.*.stage`."""
    keys: list[str] = []
    for name, field in part.model_fields.items():
        table, item = _table(field)
        if table is not None:
            keys += profile_keys(table, f"{prefix}{name}.")
        elif item is not None:
            inside = "[]" if "tuple" in str(field.annotation) else ".*"
            keys += profile_keys(item, f"{prefix}{name}{inside}.")
        else:
            keys.append(prefix + name)
    return tuple(keys)
