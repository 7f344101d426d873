"""How many requests of each group are at which point of their life: looked up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from livemaps.errors import MeasuresPending, VisitorError
from livemaps.measures.contents import Measures
from livemaps.measures.levels import CITY
from livemaps.measures.life import COLUMNS, FAMILY, RECENT_DAYS
from livemaps.model import Filters
from livemaps.views.measures.groups import Words, chosen
from livemaps.views.measures.values import Answer, Asked, Field, MeasureView, Parameter, Value

MEANINGS = (
    "Requests that count: all but duplicates and deletions.",
    "Of them, resolved.",
    "Of them, open: received or in progress.",
    "Of the open, in progress (inferred where the facts say so).",
    "Of the open, with a closed day: re-opened.",
    "Duplicates, which are not among the requests.",
    "Deletions, which are not among the requests.",
    "Of the requests, dated in the future.",
    "Of the requests, resolved without a closed day.",
    "Of the requests, closed before they were requested.",
    "Of the requests, closed in the future.",
    "Of the requests, seen to be re-opened within 28 days; empty where that is not known.",
)

FIELDS = (
    Field("key", "text", "The group: a name or an area's key."),
    Field("name", "text", "What the group is called."),
    *(Field(name, "count", meaning) for name, meaning in zip(COLUMNS, MEANINGS, strict=True)),
)


def answer(asked: Asked) -> Answer:
    """Answer `life`: the groups with most requests first, ties by key.

    Raises:
        UnknownValue: there is no such level.
        VisitorError: a filter on something else than the groups themselves.
        MeasuresPending: it is not computed yet, or not for this level.
    """
    measures, by = asked.measures, str(asked.options["by"])
    words = Words(measures.vocab, measures.layers)
    words.checked(by)
    kept = measures.family(FAMILY).facts
    known = bool(kept["seen_known"])
    codes, counts = _counts(measures, words, by, asked.filters)
    groups = zip([words.group(by, code) for code in codes.tolist()], counts.tolist(), strict=True)
    listed = sorted(groups, key=lambda found: (-found[1][0], found[0].key))
    facts = {
        "by": by,
        "in_progress": "inferred" if kept["inferred"] else "published",
        "seen_days": RECENT_DAYS,
        "seen_known": known,
    }
    return Answer(FIELDS, [(*group[:2], *_known(row, known)) for group, row in listed], facts)


def _counts(
    measures: Measures, words: Words, by: str, filters: Filters
) -> tuple[NDArray[np.intp], NDArray[np.uint32]]:
    """Return the groups under the filters that have any request, and their counts by `COLUMNS`."""
    picked = chosen(filters)
    if len({by, *picked} - {CITY}) > 1:
        remedy = "take off all but one" if by == CITY else f"keep only {by}, or choose by=city"
        raise VisitorError(f"life by {by} cannot be filtered by {', '.join(picked)}", remedy)
    level, arrays = next(iter(picked), by), measures.family(FAMILY).arrays
    if level not in arrays:
        raise MeasuresPending(
            f"there are no figures by {level} yet: they come with the next refresh"
        )
    counts: NDArray[np.uint32] = arrays[level]
    codes = words.codes(level, picked[level]) if picked else np.arange(len(counts))
    if by == CITY:
        counts, codes = counts[codes].sum(axis=0, keepdims=True), np.zeros(1, np.intp)
    codes = codes[counts[codes].any(axis=1)]
    return codes, counts[codes]


def _known(counts: list[int], known: bool) -> list[Value]:
    """Return the counts, without the last where it is not known."""
    return [*counts[:-1], counts[-1] if known else None]


VIEW = MeasureView(
    name="life",
    anchor="life",
    caveat="measures.life.caveat",
    filters=frozenset({"services", "categories", "agencies", "channels", "areas"}),
    parameters=(
        Parameter("by", "choice", CITY, "The groups: a level such as service, agency or ward."),
    ),
    fields=FIELDS,
    answer=answer,
)
