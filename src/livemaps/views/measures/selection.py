"""Which groups of a level the filters of an address choose; a filter is honoured or refused."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from livemaps.errors import VisitorError
from livemaps.measures.levels import COMBINED
from livemaps.model import Filters
from livemaps.views.measures.groups import Words, chosen

Codes = NDArray[np.intp]


def selected(words: Words, level: str, codes: Codes, filters: Filters) -> NDArray[np.bool_]:
    """Return which of a level's codes the filters choose; `Unplaced` reasons are never chosen.

    A filter can choose among the groups themselves, services also by their category.

    Raises:
        VisitorError: a filter is about something else than the groups.
    """
    known = _parts(words, level, codes)
    kept = words.is_area(level, codes)
    for name, values in chosen(filters).items():
        if name not in known:
            raise _refusal(name, level, tuple(known))
        kept &= np.isin(known[name], words.codes(name, values))
    return kept


def ordered(words: Words, level: str, rows: Codes, counts: NDArray[np.integer]) -> Codes:
    """Return rows of groups with the largest count first, ties by code; areas as they are.

    Areas are never ranked: reports are not needs.
    """
    if words.layer(level) is not None:
        return rows
    return rows[np.argsort(-counts, kind="stable")]


def _parts(words: Words, level: str, codes: Codes) -> dict[str, Codes]:
    """Return the codes of everything that a group is known by, by level."""
    if level.startswith(COMBINED):
        name = level.removeprefix(COMBINED)
        layer = words.layer(name)
        if layer is None:
            raise KeyError(name)
        services, areas = np.divmod(codes, layer.codes)
        return {**_parts(words, "service", services), name: areas}
    if level == "service":
        return {"service": codes, "category": words.vocab.service_category[codes].astype(np.intp)}
    return {level: codes}


def _refusal(name: str, level: str, known: tuple[str, ...]) -> VisitorError:
    usable = ", ".join(one for one in known if one != "city") or "nothing"
    return VisitorError(
        f"these figures by {level} cannot be filtered by {name}, only by {usable}",
        f"leave {name} out, or ask with by={name}",
    )
