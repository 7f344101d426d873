"""A service and an area in one text, such as "pothole beltline": what residents type first."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from heapq import nsmallest
from itertools import islice, takewhile
from typing import NamedTuple

from livemaps.views.known import Findable, Known

MOST_PAIRS = 3

MOST_WORDS = 6
"""A longer text is no longer what somebody types into a search box."""

SHORTEST_AREA = 3
"""Letters from which on an area is recognised by its beginning; shorter ones in full."""

SHORTEST_SERVICE = 3
"""Letters from which on a service is recognised."""

LONGEST_LINK = 4
"""Letters of the words that may stand between the two: "in", "near", "à", "dans"."""

MOST_LINKS = 2

Ranked = Sequence[tuple[int, Findable]]
"""Names, each with how well it is meant: 0 best."""


class Pair(NamedTuple):
    """A service in an area, and how well a text means the two: 0 best."""

    rank: int
    service: Findable
    area: Findable
    called: bool
    """Whether the text calls the area just so."""


def pairs(
    known: Known,
    words: Sequence[str],
    services: Callable[[Sequence[str]], Ranked],
    counts: Mapping[str, Sequence[int]],
) -> list[Pair]:
    """Return the services in areas that the folded words of a text mean, best first.

    One of the two comes first, the other last; up to two short words may link them. The most
    frequent service goes first, then the area with the most requests. `services` ranks the
    services that some words mean, `counts` are the requests by kind and code.
    """
    if not 2 <= len(words) <= MOST_WORDS:
        return []
    begun = {word: _begun(known, word) for word in words}
    found: dict[tuple[str, str, str], Pair] = {}
    for place, subject in _splits(words):
        areas = list(_areas(known, begun, place))
        for rank, service in services(subject) if areas else ():
            for area_rank, area in areas:
                key = service.value, area.kind, area.value
                pair = Pair(rank + area_rank, service, area, area_rank == 0)
                found[key] = min(found.get(key, pair), pair, key=lambda one: one.rank)

    def order(pair: Pair) -> tuple[int, int, int, str, str]:
        service, area = pair.service, pair.area
        frequent = counts["service"][service.code], counts[area.kind][area.code]
        return pair.rank, -frequent[0], -frequent[1], service.value, area.value

    return nsmallest(MOST_PAIRS, found.values(), key=order)


def _splits(words: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Yield the words for the area and those for the service, in every way they may be told apart."""
    for end in range(1, len(words)):
        for start in range(end, min(end + MOST_LINKS + 1, len(words))):
            if all(len(word) <= LONGEST_LINK for word in words[end:start]):
                first, last = words[:end], words[start:]
                for place, subject in ((first, last), (last, first)):
                    if len(" ".join(subject)) >= SHORTEST_SERVICE:
                        yield place, subject


def _areas(
    known: Known, begun: Mapping[str, frozenset[int]], words: Sequence[str]
) -> Iterator[tuple[int, Findable]]:
    """Yield the areas that are called so (0), and those whose words begin so (1)."""
    whole = " ".join(words)
    for place in frozenset.intersection(*(begun[word] for word in words)):
        area = known.findable[place]
        if whole in area.folded:
            yield 0, area
        elif len(whole) >= SHORTEST_AREA:
            yield 1, area


def _begun(known: Known, word: str) -> frozenset[int]:
    """Return the places of the areas that have a word which begins so."""
    first = bisect_left(known.beginnings, (word, -1))
    begun = takewhile(lambda one: one[0].startswith(word), islice(known.beginnings, first, None))
    return frozenset(place for _, place in begun)
