"""Words and places as small whole numbers, the same for ever once they are given."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import islice
from typing import TypeVar, cast

from livemaps.model import Place

BLANK = 0
"""The code of the empty word, and of a place about which nothing is known."""

PLACES_IN_MEMORY = 100_000
"""How many places are remembered. Calgary has a few hundred; where points are exact, each request
has its own, and most come once."""

CHUNK = 1_000
"""How many values one query looks up: large enough to be quick, far below SQLite's limit."""

Value = TypeVar("Value")


def chunks(values: Iterable[Value], size: int = CHUNK) -> Iterator[list[Value]]:
    """Yield values in lists of at most `size`."""
    remaining = iter(values)
    while chunk := list(islice(remaining, size)):
        yield chunk


def marks(values: Sequence[object]) -> str:
    """Return as many question marks as there are values, for an `IN (…)`."""
    return ",".join("?" * len(values))


class Words(dict[str, int]):
    """The codes of one vocabulary by word. A word that is not known yet is given the next code.

    Valid within one transaction: another process may add words between two.
    """

    def __init__(self, connection: sqlite3.Connection, table: str) -> None:
        names = connection.execute(f"SELECT name, id FROM {table}")  # noqa: S608 - our own name
        super().__init__(names)
        self._connection = connection
        self._table = table
        self[""] = BLANK

    def __missing__(self, word: str) -> int:
        code = len(self)
        self._connection.execute(f"INSERT INTO {self._table} VALUES (?, ?)", (code, word))  # noqa: S608
        self[word] = code
        return code


class PlaceCodes:
    """The codes of places. Valid as long as no transaction that it served is rolled back.

    Area keys are stored under the ids of their layers (`layers`, as in `Place.codes`), so that
    they stay right when a profile gets another layer, or another order of layers.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        layers: Sequence[str],
        remembered: int = PLACES_IN_MEMORY,
    ) -> None:
        self._connection = connection
        self._layers = tuple(layers)
        self._limit = remembered
        self._known: dict[Place, int] = {}
        self._keys: dict[tuple[str | None, ...], str] = {}

    def forget(self) -> None:
        """Drop all that is remembered, because codes given since the last commit are void."""
        self._known.clear()
        self._keys.clear()

    def of(self, places: Iterable[Place]) -> dict[Place, int]:
        """Return the code of each place, giving new ones to those that are not known yet."""
        known = self._known
        # A dict and not a set: codes are given in the order in which the feed names the places.
        codes = {place: known.get(place) for place in places}
        unknown = [place for place, code in codes.items() if code is None]
        if not unknown:
            return cast("dict[Place, int]", codes)
        found = self._look_up(unknown)
        if len(known) + len(found) > self._limit:
            self.forget()
        known |= islice(found.items(), self._limit)
        return cast("dict[Place, int]", codes | found)

    def _look_up(self, places: Iterable[Place]) -> dict[Place, int]:
        """Find places in the table, and put those that are not there into it."""
        digests = {place: self._digest(place) for place in places}
        codes: dict[bytes | None, int] = {None: BLANK}
        for some in chunks(digest for digest in digests.values() if digest is not None):
            query = f"SELECT digest, id FROM place WHERE digest IN ({marks(some)})"  # noqa: S608
            codes.update(self._connection.execute(query, some))
        codes |= self._insert(
            {digest: place for place, digest in digests.items() if digest not in codes}
        )
        return {place: codes[digest] for place, digest in digests.items()}

    def _insert(self, places: Mapping[bytes | None, Place]) -> dict[bytes | None, int]:
        """Give new places the codes that follow the highest one."""
        if not places:
            return {}
        highest = self._connection.execute("SELECT ifnull(max(id), 0) FROM place").fetchone()[0]
        codes = {digest: code for code, digest in enumerate(places, highest + 1)}
        self._connection.executemany(
            "INSERT INTO place (id, digest, codes, name, long, lat) VALUES (?, ?, ?, ?, ?, ?)",
            (
                (codes[digest], digest, self._keys_of(place), place.name, place.long, place.lat)
                for digest, place in places.items()
            ),
        )
        return codes

    def _keys_of(self, place: Place) -> str:
        """Return a place's area keys by layer, as JSON."""
        keys = self._keys.get(place.codes)
        if keys is None:
            named = zip(self._layers, place.codes, strict=False)
            given = {layer: key for layer, key in named if key is not None}
            keys = self._keys[place.codes] = json.dumps(given, sort_keys=True)
        return keys

    def _digest(self, place: Place) -> bytes | None:
        """Return 16 bytes that no other place has; None where a place says nothing at all."""
        keys = self._keys_of(place)
        if keys == "{}" and place[1:] == (None, None, None):
            return None
        text = f"{keys}\n{place.long!r} {place.lat!r} {place.name!r}"
        return blake2b(text.encode("utf-8", "backslashreplace"), digest_size=16).digest()


def area_keys(stored: str, layers: Sequence[str]) -> tuple[str | None, ...]:
    """Return `Place.codes` for stored area keys, in the order of `layers`."""
    keys = json.loads(stored)
    return tuple(keys.get(layer) for layer in layers)
