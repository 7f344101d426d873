"""The figures that are true of a snapshot as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from livemaps.feeds.boundaries import BoundaryLayer
from livemaps.model import Stage, Standing, Unplaced
from livemaps.snapshot.contents import Counts, Vocabularies
from livemaps.snapshot.describe import unplaced_key
from livemaps.snapshot.parts import Parts
from livemaps.snapshot.rows import backlog, unresolved_count


def counts_of(parts: Parts, vocab: Vocabularies) -> Counts:
    """Count the requests of a snapshot."""
    current = parts.current
    live = backlog(current)
    duplicates = (current["stage"] != Stage.RESOLVED) & (current["standing"] == Standing.DUPLICATE)
    return Counts(
        open=int(live.sum()),
        duplicates_open=int(duplicates.sum()),
        set_apart_open=int(vocab.service_apart[current["service"][live]].sum()),
        recent=current.rows - unresolved_count(current),
        history=parts.history,
    )


def unplaced_of(parts: Parts, layers: Sequence[BoundaryLayer]) -> Mapping[str, Mapping[str, int]]:
    """Count, for each layer and reason, what of the backlog lies in no area."""
    live = backlog(parts.current)
    return {
        layer.profile.id: {
            unplaced_key(reason): int(
                (parts.current[f"area_{layer.profile.id}"][live] == len(layer.areas) + reason).sum()
            )
            for reason in Unplaced
        }
        for layer in layers
    }


def newest_day(parts: Parts, as_of_day: int) -> int | None:
    """Return the latest requested day that is not in the future, None if there is none."""
    days, replaced = parts.base.table["requested_day"], parts.superseded["base_row"]
    end = int(np.searchsorted(days, np.int32(as_of_day), side="right"))
    tail = np.arange(max(end - len(replaced) - 1, 0), end)
    fresh = parts.fresh["requested_day"]
    candidates = [*days[tail[~np.isin(tail, replaced)]][-1:], *fresh[fresh <= as_of_day][-1:]]
    return max(map(int, candidates), default=None)
