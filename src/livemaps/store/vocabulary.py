"""Words and places as small whole numbers, the same for ever once they are given."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
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
    """The codes of places. Valid as long as no transaction that it served is rolled back."""

    def __init__(self, connection: sqlite3.Connection, remembered: int = PLACES_IN_MEMORY) -> None:
        self._connection = connection
        self._limit = remembered
        self._known: dict[Place, int] = {}

    def forget(self) -> None:
        """Drop all that is remembered, because codes given since the last commit are void."""
        self._known.clear()

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
            known.clear()
        known |= islice(found.items(), self._limit)
        return cast("dict[Place, int]", codes | found)

    def _look_up(self, places: Collection[Place]) -> dict[Place, int]:
        """Find places in the table, and put those that are not there into it."""
        by_digest = {_digest(place): place for place in places if _says_anything(place)}
        codes = {place: BLANK for place in places if not _says_anything(place)}
        for some in chunks(by_digest):
            query = f"SELECT digest, id FROM place WHERE digest IN ({marks(some)})"  # noqa: S608
            for digest, code in self._connection.execute(query, some):
                codes[by_digest[digest]] = code
        return codes | self._insert(
            {digest: place for digest, place in by_digest.items() if place not in codes}
        )

    def _insert(self, places: dict[bytes, Place]) -> dict[Place, int]:
        """Give new places the codes that follow the highest one."""
        if not places:
            return {}
        highest = self._connection.execute("SELECT ifnull(max(id), 0) FROM place").fetchone()[0]
        codes = {place: code for code, place in enumerate(places.values(), highest + 1)}
        self._connection.executemany(
            "INSERT INTO place (id, digest, codes, name, long, lat) VALUES (?, ?, ?, ?, ?, ?)",
            (
                (codes[place], digest, json.dumps(place.codes), place.name, place.long, place.lat)
                for digest, place in places.items()
            ),
        )
        return codes


def _says_anything(place: Place) -> bool:
    """Whether a place has at least a code, a name or a point."""
    return place[1:] != (None, None, None) or any(code is not None for code in place.codes)


def _digest(place: Place) -> bytes:
    """Return 16 bytes that no other place has (two alike in 10^19 are not to be expected)."""
    return blake2b(repr(tuple(place)).encode("utf-8", "surrogatepass"), digest_size=16).digest()
