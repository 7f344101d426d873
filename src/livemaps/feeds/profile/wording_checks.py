"""Checks of translations and everyday words, and the reading of a file of translations."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from livemaps.feeds.profile.lines import Path as KeyPath
from livemaps.feeds.profile.values import nearest
from livemaps.feeds.profile.wording import KINDS, Translation

Finding = tuple[KeyPath, object, str]

COLUMNS = ("kind", "name", "translation")
LANGUAGE = re.compile(r"[a-z]{2,3}")
FIELDS: Mapping[str, str] = {
    "service": "services",
    "category": "categories",
    "agency": "agencies",
    "channel": "channels",
}


def wording_faults(data: Mapping[str, Any], folder: Path) -> Iterator[Finding]:
    """Find tables named after no language, and files of translations that cannot be used."""
    for part in ("search_words", "translations"):
        tables = data.get(part)
        for language in tables if isinstance(tables, Mapping) else ():
            if not LANGUAGE.fullmatch(language):
                yield (part, language), None, "name the table as a language, such as 'fr'"
    translations = data.get("translations")
    for language, table in translations.items() if isinstance(translations, Mapping) else ():
        file = table.get("file") if isinstance(table, Mapping) else None
        if isinstance(file, str):
            path = ("translations", language, "file")
            yield from ((path, file, remedy) for remedy in _file_faults(folder / file))


def _file_faults(file: Path) -> Iterator[str]:
    """Yield what is wrong with a file of translations, each with its line."""
    try:
        lines = list(_lines(file))
    except (OSError, UnicodeDecodeError, csv.Error):
        yield f"write an existing CSV file in UTF-8: {file} is none"
        return
    header = [name.strip() for name in lines[0]] if lines else []
    if header != list(COLUMNS):
        yield f"give the file the header line {','.join(COLUMNS)}; it has {','.join(header)!r}"
        return
    for number, line in enumerate(lines[1:], start=2):
        if line and (len(line) != len(COLUMNS) or not all(cell.strip() for cell in line)):
            yield f"give line {number} of the file three cells with something in them"
        elif line and line[0].strip() not in KINDS:
            hint = nearest(line[0], list(KINDS))
            yield f"begin line {number} of the file with one of {', '.join(KINDS)}{hint}"


def with_file(translation: Translation, folder: Path) -> Translation:
    """Return a translation with what its file says; what the profile itself says wins."""
    if translation.file is None:
        return translation
    read: dict[str, dict[str, str]] = {field: {} for field in FIELDS.values()}
    for kind, name, text in (line for line in list(_lines(folder / translation.file))[1:] if line):
        read[FIELDS[kind.strip()]][name.strip()] = text.strip()
    merged = {field: names | dict(getattr(translation, field)) for field, names in read.items()}
    return Translation.model_validate({"file": translation.file, **merged})


def _lines(file: Path) -> Iterator[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        yield from csv.reader(opened)
