"""What the search box finds: areas, services, categories, agencies and request numbers."""

from __future__ import annotations

from collections.abc import Iterator

from livemaps.model import Filters
from livemaps.snapshot import Snapshot
from livemaps.views.known import fold
from livemaps.views.listing import find
from livemaps.views.tally import Tally, tally
from livemaps.views.values import Suggestion

LONGEST_TEXT = 100
VOCABULARIES = ("category", "service", "agency")


def search(
    snapshot: Snapshot,
    filters: Filters,
    text: str,
    limit: int = 8,
    counted: Tally | None = None,
) -> tuple[Suggestion, ...]:
    """Return what a text may mean, best first: at most `limit` suggestions.

    A request's whole number comes first, then names that begin with the text, then names in
    which each word of the text begins a word, then names that hold each word anywhere; within
    these the most frequent first. Case and accents do not matter. Of areas the key counts as
    a name too. Counts are those under the other filters, as in the facets.
    """
    wanted = fold(text[:LONGEST_TEXT]).split()
    if not wanted:
        return ()
    counted = counted or tally(snapshot, filters)
    matches = [
        (rank, -suggestion.count, suggestion.label, suggestion)
        for names, suggestion in _candidates(snapshot, counted)
        if (rank := min(_rank(name, wanted) for name in names)) < NO_MATCH
    ]
    best = [match[-1] for match in sorted(matches, key=lambda match: match[:-1])[:limit]]
    request = find(snapshot, text.strip())
    if request is None:
        return tuple(best)
    number = request.service_request_id
    return (Suggestion("request", number, number, 1), *best)[:limit]


NO_MATCH = 3


def _rank(folded: str, wanted: list[str]) -> int:
    """Return how well a folded name matches: 0 best, `NO_MATCH` not at all."""
    if folded.startswith(" ".join(wanted)):
        return 0
    if not all(word in folded for word in wanted):
        return NO_MATCH
    words = folded.replace("/", " ").split()
    return 1 if all(any(word.startswith(part) for word in words) for part in wanted) else 2


def _candidates(snapshot: Snapshot, counted: Tally) -> Iterator[tuple[tuple[str, ...], Suggestion]]:
    """Yield everything that can be found, with the folded names by which it is found."""
    for layer in snapshot.layers:
        counts = counted.facets[layer.id].tolist()
        for code, (key, name) in enumerate(zip(layer.keys, layer.area_names, strict=True)):
            yield (fold(name), fold(key)), Suggestion(layer.id, key, name, counts[code])
    for kind in VOCABULARIES:
        counts = counted.facets[kind].tolist()
        for name, code in snapshot.vocab.of(kind).codes.items():
            yield (fold(name),), Suggestion(kind, name, name, counts[code])
