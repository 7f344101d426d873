"""Where each key of a TOML text stands: `tomllib` reads values, but keeps no line numbers.

`key_lines` walks a text that `tomllib` has already accepted, so it only has to find the ends
of strings, arrays and tables, and can rely on everything being closed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

Path = tuple[str | int, ...]
"""Where a value is: keys of tables and positions in arrays, such as ("layers", 0, "source")."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_GAP = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\n]+")
_STRINGS = (
    re.compile(r'"""(?:\\.|[^\\])*?"{3,5}', re.DOTALL),
    re.compile(r"'''.*?'{3,5}", re.DOTALL),
    re.compile(r'"(?:\\.|[^"\\])*"'),
    re.compile(r"'[^']*'"),
)


def key_lines(text: str) -> Mapping[Path, int]:
    """Return the line (from 1) of every key and array item of a valid TOML text.

    Tables have the line of their header; those that are only implied by a longer header
    ("a" in [a.b]) have the line of the first such header.
    """
    walk = _Walk(text.replace("\r\n", "\n"))
    walk.document()
    return walk.lines


class _Walk:
    """One pass over a text; `lines` fills as keys are met."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self.items: dict[Path, int] = {}
        """How many [[headers]] each array of tables has had."""

    def document(self) -> None:
        """Walk headers and the pairs below each."""
        table: Path = ()
        self.skip(_BLANK)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
            self.skip(_BLANK)

    def header(self) -> Path:
        """Walk [a.b] or [[a.b]] and return the path of the table it opens."""
        line, is_item = self.line(), self.text.startswith("[[", self.at)
        self.at += 2 if is_item else 1
        names = self.key()
        self.at += 2 if is_item else 1
        path: Path = ()
        for name in names[:-1]:
            path = self.note((*path, name), line)
            path = (*path, self.items[path] - 1) if path in self.items else path
        path = self.note((*path, names[-1]), line)
        if not is_item:
            return path
        self.items[path] = self.items.get(path, 0) + 1
        return self.note((*path, self.items[path] - 1), line)

    def pair(self, table: Path) -> None:
        """Walk `key = value` in a table."""
        line = self.line()
        for name in self.key():
            table = self.note((*table, name), line)
        self.at += 1
        self.skip(_GAP)
        self.value(table)

    def key(self) -> list[str]:
        """Walk a key up to what ends it (`=` or `]`) and return its dotted parts."""
        parts: list[str] = []
        while True:
            self.skip(_GAP)
            parts.append(self.key_part())
            self.skip(_GAP)
            if self.text[self.at] != ".":
                return parts
            self.at += 1

    def key_part(self) -> str:
        """Walk one bare or quoted part of a key."""
        if self.text[self.at] in "\"'":
            quoted = self.string()
            return str(tomllib.loads(f"part = {quoted}")["part"])
        return self.skip(_BARE_KEY)

    def value(self, path: Path) -> None:
        """Walk a value, noting the keys and items inside it."""
        first = self.text[self.at]
        if first in "\"'":
            self.string()
        elif first == "[":
            self.array(path)
        elif first == "{":
            self.inline_table(path)
        else:
            self.skip(_SCALAR)

    def array(self, path: Path) -> None:
        """Walk [a, b, …]."""
        self.at += 1
        self.skip(_BLANK)
        item = 0
        while self.text[self.at] != "]":
            self.value(self.note((*path, item), self.line()))
            item += 1
            self.after_item()
        self.at += 1

    def inline_table(self, path: Path) -> None:
        """Walk { a = 1, … }."""
        self.at += 1
        self.skip(_BLANK)
        while self.text[self.at] != "}":
            self.pair(path)
            self.after_item()
        self.at += 1

    def after_item(self) -> None:
        """Walk the blanks and the comma after an item."""
        self.skip(_BLANK)
        if self.text[self.at] == ",":
            self.at += 1
            self.skip(_BLANK)

    def string(self) -> str:
        """Walk a quoted text of any of the four kinds and return it with its quotes."""
        found = next(match for kind in _STRINGS if (match := kind.match(self.text, self.at)))
        self.at = found.end()
        return found.group()

    def skip(self, pattern: re.Pattern[str]) -> str:
        """Walk over what matches here and return it."""
        found = pattern.match(self.text, self.at)
        if found is None:
            return ""
        self.at = found.end()
        return found.group()

    def note(self, path: Path, line: int) -> Path:
        """Keep the first line on which a path is met, and return the path."""
        self.lines.setdefault(path, line)
        return path

    def line(self) -> int:
        """Return the line of the present position, from 1."""
        return self.text.count("\n", 0, self.at) + 1
