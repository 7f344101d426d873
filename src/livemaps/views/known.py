"""The names that a snapshot knows: what may stand in an address, and how it is searched."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from livemaps.snapshot import Snapshot


def fold(text: str) -> str:
    """Return text without case and accents, so that "éclairage" finds "Eclairage"."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).casefold()


class Findable(NamedTuple):
    """One name that the search box finds."""

    kind: str
    """`category`, `service`, `agency`, or a boundary layer's id."""
    value: str
    label: str
    code: int
    folded: tuple[str, ...]
    """The folded names by which it is found."""


@dataclass(frozen=True)
class Known:
    """The names of one snapshot, by the key that they have in an address."""

    vocabularies: Mapping[str, Collection[str]]
    """By `service`, `category`, `agency` and `channel`: the names that are not empty."""
    layers: Mapping[str, Collection[str]]
    """By boundary layer, finest first: its area keys and the pseudo-keys of the unplaced."""
    findable: tuple[Findable, ...] = ()

    @classmethod
    def of(cls, snapshot: Snapshot) -> Known:
        """Collect the names of a snapshot."""
        columns = ("service", "category", "agency", "channel")
        return cls(
            {column: snapshot.vocab.of(column).codes for column in columns},
            {layer.id: layer.code_of for layer in snapshot.layers},
            tuple(_findable(snapshot)),
        )

    @property
    def finest(self) -> str:
        """The id of the layer of the smallest areas; empty where there are no layers."""
        return next(iter(self.layers), "")

    def names(self, dimension: str) -> Collection[str]:
        """Return the names of `service`, `category`, `agency` or `channel`."""
        return self.vocabularies[dimension]


def _findable(snapshot: Snapshot) -> Iterator[Findable]:
    """Yield everything that has a name, areas first."""
    for layer in snapshot.layers:
        for code, (key, name) in enumerate(zip(layer.keys, layer.area_names, strict=True)):
            yield Findable(layer.id, key, name, code, (fold(name), fold(key)))
    for kind in ("category", "service", "agency"):
        for name, code in snapshot.vocab.of(kind).codes.items():
            yield Findable(kind, name, name, code, (fold(name),))
