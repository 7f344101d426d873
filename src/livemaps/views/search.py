"""What the search box finds: areas, services, categories, agencies and request numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from heapq import nsmallest

from livemaps.model import Filters
from livemaps.snapshot import Snapshot
from livemaps.views.known import Findable, Known, fold
from livemaps.views.numbers import numbers
from livemaps.views.pairs import pairs
from livemaps.views.tally import Tally, tally
from livemaps.views.totals import cheap_total
from livemaps.views.values import Suggestion

LONGEST_TEXT = 100

EVERYDAY = 1
"""The rank of a service that an everyday word means: as good as the beginnings of its words."""

SHORTEST_WORD = 3
"""Letters from which on an everyday word is recognised by its beginning."""

CALLED = 0.5
"""The rank of a service in an area that is called just so."""

NO_MATCH = 3
"""The rank of a name that a text does not mean."""


def search(
    snapshot: Snapshot,
    known: Known,
    filters: Filters,
    text: str,
    limit: int = 8,
    counted: Tally | None = None,
) -> tuple[Suggestion, ...]:
    """Return what a text may mean, best first: at most `limit` suggestions.

    A request's number comes first (its distinctive end is enough, with or without dashes), then
    names that begin with the text, then services in an area where it names both, then names in
    which each word of the text begins a word and services that an everyday word means, then names
    that hold each word anywhere; within these the most frequent first. Case and accents do not
    matter. Of areas the key counts as a name too. Counts are those under the other filters, as in
    the facets.
    """
    text = text[:LONGEST_TEXT].strip()
    wanted = Wanted.of(known, text)
    if not wanted.words:
        return ()
    counted = counted or tally(snapshot, filters)
    counts = {kind: found.tolist() for kind, found in counted.facets.items()}
    matches = [
        (rank, -counts[name.kind][name.code], name.label, name.kind, name.value)
        for name in known.findable
        if (rank := wanted.rank(name)) < NO_MATCH
    ]
    best = [
        (rank, Suggestion(kind, value, label, -count))
        for rank, count, label, kind, value in nsmallest(limit, matches)
    ]
    found = [Suggestion("request", number, number, 1) for number in numbers(snapshot, text)]
    both = list(_paired(snapshot, known, filters, wanted.words, counts))
    ranked = sorted([*best, *both], key=lambda one: one[0])
    return (*found, *(one for _, one in ranked))[:limit]


def _paired(
    snapshot: Snapshot,
    known: Known,
    filters: Filters,
    words: Sequence[str],
    counts: Mapping[str, Sequence[int]],
) -> Iterator[tuple[float, Suggestion]]:
    """Yield the services in areas that a text names together, with what they would show.

    One whose area is called just so goes before all names that do not begin with the text.
    """
    services = [name for name in known.findable if name.kind == "service"]

    def meant(subject: Sequence[str]) -> list[tuple[int, Findable]]:
        wanted = Wanted.of(known, " ".join(subject))
        ranked = ((wanted.rank(name), name) for name in services)
        return [(rank, name) for rank, name in ranked if rank < NO_MATCH]

    for pair in pairs(known, words, lru_cache(meant), counts):
        service, area = pair.service, pair.area
        both = replace(filters, services=frozenset({service.value}))
        both = both.with_area(area.kind, frozenset({area.value}))
        count = cheap_total(snapshot, both)
        place = area.kind, area.value, area.label
        suggestion = Suggestion(service.kind, service.value, service.label, count, place)
        yield CALLED if pair.called else NO_MATCH, suggestion


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was typed, folded: its words, and the texts that it means as an everyday word."""

    words: tuple[str, ...]
    meant: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, known: Known, text: str) -> Wanted:
        """Fold a text; "pothole" begins the everyday word "potholes"."""
        words = tuple(fold(text).split())
        whole = " ".join(words)
        if len(whole) < SHORTEST_WORD:
            return cls(words, ())
        spaced = whole.replace("-", " ")
        found = (
            meant
            for everyday, meant in known.everyday
            if everyday.replace("-", " ").startswith(spaced)
        )
        return cls(words, tuple(texts for meant in found for texts in meant))

    def rank(self, name: Findable) -> int:
        """Return how well a name is meant: 0 best, `NO_MATCH` not at all."""
        rank = min(_rank(folded, self.words) for folded in name.folded)
        if rank < NO_MATCH or name.kind != "service":
            return rank
        found = any(all(word in name.folded[0] for word in text) for text in self.meant)
        return EVERYDAY if found else NO_MATCH


def _rank(folded: str, wanted: Sequence[str]) -> int:
    """Return how well a folded name matches: 0 best, `NO_MATCH` not at all."""
    if folded.startswith(" ".join(wanted)):
        return 0
    if not all(word in folded for word in wanted):
        return NO_MATCH
    words = folded.replace("/", " ").split()
    return 1 if all(any(word.startswith(part) for word in words) for part in wanted) else 2
