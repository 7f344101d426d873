"""The names that a snapshot knows: what may stand in an address, and how it is searched."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from livemaps.feeds.profile import Profile
from livemaps.model import Waiting
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
    waits: Waiting
    """What is told of how open requests wait."""
    findable: tuple[Findable, ...] = ()
    everyday: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = ()
    """Everyday words, folded, and for each the texts that it means, as folded words."""

    @classmethod
    def of(cls, snapshot: Snapshot, profile: Profile | None = None) -> Known:
        """Collect the names of a snapshot, with the translations and words of a profile."""
        columns = ("service", "category", "agency", "channel")
        return cls(
            {column: snapshot.vocab.of(column).codes for column in columns},
            {layer.id: layer.code_of for layer in snapshot.layers},
            snapshot.waits,
            tuple(_findable(snapshot, profile)),
            _everyday(profile),
        )

    @cached_property
    def beginnings(self) -> tuple[tuple[str, int], ...]:
        """The words of the areas' names, folded and sorted, each with its place in `findable`."""
        return tuple(
            sorted(
                (word, place)
                for place, name in enumerate(self.findable)
                if name.kind in self.layers
                for text in name.folded
                for word in text.replace("/", " ").split()
            )
        )

    @property
    def finest(self) -> str:
        """The id of the layer of the smallest areas; empty where there are no layers."""
        return next(iter(self.layers), "")

    def names(self, dimension: str) -> Collection[str]:
        """Return the names of `service`, `category`, `agency` or `channel`."""
        return self.vocabularies[dimension]


def _everyday(
    profile: Profile | None,
) -> tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]:
    """Return the everyday words of all languages: who types a word means it in any of them."""
    tables = profile.search_words.values() if profile else ()
    return tuple(
        (fold(word), tuple(tuple(fold(text).split()) for text in meant))
        for table in tables
        for word, meant in table.items()
    )


def _findable(snapshot: Snapshot, profile: Profile | None) -> Iterator[Findable]:
    """Yield everything that has a name, areas first."""
    for layer in snapshot.layers:
        for code, (key, name) in enumerate(zip(layer.keys, layer.area_names, strict=True)):
            called = dict.fromkeys((fold(name), fold(key), *_called(profile, layer.id, key, name)))
            yield Findable(layer.id, key, name, code, tuple(called))
    for kind in ("category", "service", "agency"):
        for name, code in snapshot.vocab.of(kind).codes.items():
            read = {fold(name): None, **dict.fromkeys(_translations(profile, kind, name))}
            yield Findable(kind, name, name, code, tuple(read))


def _called(profile: Profile | None, layer: str, key: str, name: str) -> Iterator[str]:
    """Yield what the profile calls an area in each language, such as `Quartier 7`, folded."""
    for described in profile.layers if profile else ():
        if described.id == layer:
            for language in described.key_label or ():
                yield fold(described.area_name(key, name, language))


def _translations(profile: Profile | None, kind: str, name: str) -> Iterator[str]:
    """Yield how a name reads in the languages that the profile has it in, folded."""
    for translation in profile.translations.values() if profile else ():
        text = translation.read(kind, name)
        if text:
            yield fold(text)
