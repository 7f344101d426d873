"""How many people live in each area, as the profile's table says it."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from livemaps.errors import ConfigurationError
from livemaps.feeds.area_keys import area_key
from livemaps.feeds.profile import PopulationTable, Profile

_NAMED = 5
"""How many keys a sentence of trouble names."""


@dataclass(frozen=True, slots=True)
class Population:
    """The residents of a layer's areas.

    `residents` holds only areas that the layer has and the table counts; an area that is not in
    it has no number, which is not the same as none.
    """

    residents: Mapping[str, int]
    """By area key, in the layer's spelling."""
    year: int
    licence: str
    attribution: str
    missing: tuple[str, ...] = ()
    """Areas of the layer without a number."""
    unknown: tuple[str, ...] = ()
    """Keys of the table that the layer does not have."""
    unreadable: int = 0
    """Lines without a key, without a whole number, or of a key that stands in several."""
    trouble: tuple[str, ...] = field(default=())
    """The same as sentences for an operator."""


def load_population(profile: Profile, layer: str, keys: Sequence[str]) -> Population | None:
    """Return the residents of the areas `keys` of a layer, None where the profile has no table.

    Keys are matched as those of rows are (`feeds/places.py`): 5 and "5.0" are one, and case
    matters only where two keys differ in nothing else.

    Raises:
        ConfigurationError: the file is gone, is no CSV, or lacks a column.
    """
    table = profile.population.get(layer)
    if table is None:
        return None
    counts, unreadable = _numbers(_cells(table, layer))
    found = {key: _spelled(key, keys) for key in counts}
    residents = {key: counts[name] for name, key in found.items() if key is not None}
    missing = tuple(key for key in keys if key not in residents)
    unknown = tuple(name for name, key in found.items() if key is None)
    return Population(
        residents=MappingProxyType(residents),
        year=table.year,
        licence=table.licence or profile.licence,
        attribution=table.attribution or profile.attribution,
        missing=missing,
        unknown=unknown,
        unreadable=unreadable,
        trouble=tuple(_trouble(layer, missing, unknown, unreadable)),
    )


def _cells(table: PopulationTable, layer: str) -> Iterable[tuple[object, object]]:
    """Return the keys and numbers as written."""
    if table.source is None:
        return tuple(table.residents.items())
    setting = f"population.{layer}.source = {table.source!r}"
    try:
        with Path(table.source).open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines, skipinitialspace=True)
            names = {name.strip(): name for name in rows.fieldnames or ()}
            key, count = names[table.key_field or ""], names[table.count_field or ""]
            return tuple((row[key], row[count]) for row in rows)
    except KeyError as error:
        raise ConfigurationError(
            f"{setting}: the file has no column {error}; give key_field and count_field"
        ) from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigurationError(
            f"{setting}: the file cannot be read ({error}); put it back or mend it"
        ) from error


def _numbers(cells: Iterable[tuple[object, object]]) -> tuple[Mapping[str, int], int]:
    """Return the readable numbers by key, and how many lines were left out.

    A key in several lines is left out altogether: they may be years or age groups, and which of
    them was meant is not for this program to guess.
    """
    read = [(area_key(key), _whole(count)) for key, count in cells]
    lines = Counter(key for key, _ in read)
    usable = {
        key: count
        for key, count in read
        if key is not None and count is not None and lines[key] == 1
    }
    return usable, len(read) - len(usable)


def _whole(value: object) -> int | None:
    """Return a whole number of at least 0, however thousands are parted; None for anything else."""
    text = str(value).strip().replace(",", "").replace(" ", "").replace("\u00a0", "")
    text = text.removesuffix(".0")
    return int(text) if text.isascii() and text.isdigit() else None


def _spelled(key: str, keys: Sequence[str]) -> str | None:
    """Return a key as the layer spells it, None where it has none such."""
    if key in keys:
        return key
    folded = {known.casefold(): known for known in reversed(keys)}
    return folded.get(key.casefold())


def _trouble(
    layer: str, missing: Sequence[str], unknown: Sequence[str], unreadable: int
) -> Iterator[str]:
    start = f"residents by {layer}:"
    if missing:
        yield f"{start} {len(missing)} areas have no number ({_first(missing)})"
    if unknown:
        yield f"{start} {len(unknown)} keys are no areas ({_first(unknown)})"
    if unreadable:
        yield (
            f"{start} {unreadable} lines were left out: no key, no whole number, or a key that "
            "stands in several lines"
        )


def _first(keys: Sequence[str]) -> str:
    return ", ".join(keys[:_NAMED]) + (" …" if len(keys) > _NAMED else "")
