"""The names that a snapshot knows: what may stand in an address, and how it is searched."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from livemaps.snapshot import Snapshot


def fold(text: str) -> str:
    """Return text without case and accents, so that "éclairage" finds "Eclairage"."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).casefold()


@dataclass(frozen=True)
class Known:
    """The names of one snapshot, by the key that they have in an address."""

    vocabularies: Mapping[str, Collection[str]]
    """By `service`, `category`, `agency` and `channel`: the names that are not empty."""
    layers: Mapping[str, Collection[str]]
    """By boundary layer, finest first: its area keys and the pseudo-keys of the unplaced."""

    @classmethod
    def of(cls, snapshot: Snapshot) -> Known:
        """Collect the names of a snapshot."""
        columns = ("service", "category", "agency", "channel")
        return cls(
            {column: snapshot.vocab.of(column).codes for column in columns},
            {layer.id: layer.code_of for layer in snapshot.layers},
        )

    @property
    def finest(self) -> str:
        """The id of the layer of the smallest areas; empty where there are no layers."""
        return next(iter(self.layers), "")

    def names(self, dimension: str) -> Collection[str]:
        """Return the names of `service`, `category`, `agency` or `channel`."""
        return self.vocabularies[dimension]

    @cached_property
    def folded_services(self) -> tuple[tuple[str, str], ...]:
        """Each service's folded name and its name, for searching."""
        return tuple((fold(name), name) for name in self.names("service"))
