"""Where keys stand in a TOML text."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livemaps.feeds.profile.lines import Path, key_lines

SAMPLE = '''\
# a comment with [brackets] and = signs
title = "a # is no comment here"

[feed]
address = 'https://x' # = trailing
"quoted key" = 1
long.name = true

[statuses]
"Duplicate (Open)" = { stage = "received", "standing" = 'duplicate' }

[[layers]]
id = "community"
names = [
  "a, b",   # a comment, with ] in it
  """two
lines \\""" of text""",
  ["nested", { deep = 1 }],
]

[[layers]]
id = \'\'\'ward
and more\'\'\'
[layers.extra]
key = 2025-10-20
'''


def test_every_key_and_item_has_its_line() -> None:
    lines = key_lines(SAMPLE)
    assert lines["title",] == 2
    assert lines["feed",] == 4
    assert lines["feed", "address"] == 5
    assert lines["feed", "quoted key"] == 6
    assert lines["feed", "long", "name"] == 7
    assert lines["statuses", "Duplicate (Open)", "standing"] == 10
    assert lines["layers",] == 12
    assert lines["layers", 0, "names"] == 14
    assert lines["layers", 0, "names", 1] == 16
    assert lines["layers", 0, "names", 2, 1, "deep"] == 18
    assert lines["layers", 1] == 21
    assert lines["layers", 1, "extra", "key"] == 25


def test_windows_line_ends_do_not_move_lines() -> None:
    assert key_lines(SAMPLE.replace("\n", "\r\n")) == key_lines(SAMPLE)


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment", "# a comment\n"])
def test_a_text_without_keys_has_no_lines(text: str) -> None:
    assert key_lines(text) == {}


keys = st.text("ab-_9 .\"'=[]{}#é", min_size=1, max_size=5)
scalars = st.one_of(
    st.booleans(),
    st.integers(-9, 9999),
    st.floats(allow_nan=False, allow_infinity=False, width=16),
    st.text("x,]}#=\"'\\\n é", max_size=8),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=3)),
    max_leaves=8,
)
tables = st.dictionaries(keys, values, max_size=4)
documents = st.tuples(
    tables, st.dictionaries(keys, tables, max_size=3), st.lists(tables, max_size=3)
)


def written(value: Any) -> str:
    """Write a value as TOML: JSON's strings and scalars are also TOML's."""
    if isinstance(value, dict):
        inside = ", ".join(f"{json.dumps(key)} = {written(item)}" for key, item in value.items())
        return f"{{ {inside} }}"
    if isinstance(value, list):
        return "[\n" + "".join(f"  {written(item)}, # ]\n" for item in value) + "]"
    return json.dumps(value)


def paths(value: Any, path: Path = ()) -> set[Path]:
    """Return the path of everything inside a value."""
    if isinstance(value, list):
        value = dict(enumerate(value))
    items = value.items() if isinstance(value, dict) else ()
    found = {path} if path else set()
    return found.union(*(paths(item, (*path, key)) for key, item in items))


@given(documents)
def test_it_finds_the_very_keys_that_a_toml_reader_finds(
    document: tuple[dict[str, Any], dict[str, dict[str, Any]], list[dict[str, Any]]],
) -> None:
    top, named, items = document

    def pairs(table: dict[str, Any]) -> str:
        return "".join(f"{json.dumps(key)} = {written(value)}\n" for key, value in table.items())

    text = pairs(top)
    text += "".join(f"[t.{json.dumps(name)}]\n{pairs(table)}" for name, table in named.items())
    text += "".join(f"[[items]] # one\n{pairs(table)}" for table in items)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return  # a top key that a header repeats, or a number that only JSON knows
    lines = key_lines(text)
    assert set(lines) == paths(data)
    rows = text.split("\n")
    for path, line in lines.items():
        if isinstance(path[-1], str) and path != ("t",):
            assert json.dumps(path[-1]) in rows[line - 1] or path == ("items",)
