"""What the search box finds: areas, services, categories, agencies and request numbers."""

from __future__ import annotations

from heapq import nsmallest

from livemaps.model import Filters
from livemaps.snapshot import Snapshot
from livemaps.views.known import Known, fold
from livemaps.views.listing import find
from livemaps.views.tally import Tally, tally
from livemaps.views.values import Suggestion

LONGEST_TEXT = 100

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

    A request's whole number comes first, then names that begin with the text, then names in
    which each word of the text begins a word, then names that hold each word anywhere; within
    these the most frequent first. Case and accents do not matter. Of areas the key counts as
    a name too. Counts are those under the other filters, as in the facets.
    """
    text = text[:LONGEST_TEXT].strip()
    wanted = fold(text).split()
    if not wanted:
        return ()
    counted = counted or tally(snapshot, filters)
    counts = {kind: found.tolist() for kind, found in counted.facets.items()}
    matches = [
        (rank, -counts[name.kind][name.code], name.label, name.kind, name.value)
        for name in known.findable
        if (rank := min(_rank(folded, wanted) for folded in name.folded)) < NO_MATCH
    ]
    best = [
        Suggestion(kind, value, label, -count)
        for _, count, label, kind, value in nsmallest(limit, matches)
    ]
    request = find(snapshot, text)
    if request is None:
        return tuple(best)
    number = request.service_request_id
    return (Suggestion("request", number, number, 1), *best)[:limit]


def _rank(folded: str, wanted: list[str]) -> int:
    """Return how well a folded name matches: 0 best, `NO_MATCH` not at all."""
    if folded.startswith(" ".join(wanted)):
        return 0
    if not all(word in folded for word in wanted):
        return NO_MATCH
    words = folded.replace("/", " ").split()
    return 1 if all(any(word.startswith(part) for word in words) for part in wanted) else 2
