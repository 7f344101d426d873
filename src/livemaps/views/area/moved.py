"""What grew and what shrank in an area in four weeks, told only beyond what chance gives.

Counted on the snapshot on show (`views.comparing`), judged as queues are (`statistics.queues`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from livemaps.model import Filters
from livemaps.snapshot import Snapshot, SnapshotLayer
from livemaps.statistics.queues import Word
from livemaps.views.area.values import Moved, Movers
from livemaps.views.comparing import Moves, moves

MOST_MOVED = 3
"""Of those that grew, and of those that shrank: as many as a sentence holds."""


def services_moves(snapshot: Snapshot, layer: SnapshotLayer, code: int) -> Moves | None:
    """Return how the backlog of each service has changed in an area, None where not told."""
    here = Filters().with_area(layer.id, frozenset({layer.keys[code]}))
    return moves(snapshot, here, "service")


def change_of(found: Moves | None, code: int) -> tuple[int | None, Word]:
    """Return how many more are open of a group than four weeks before, and what to call it."""
    if found is None:
        return None, Word.TOO_FEW
    return found.change(code).more, found.word(code)


def services_moved(found: Moves | None, names: Sequence[str]) -> Movers | None:
    """Return which services clearly grew and shrank, None where that is not told."""
    if found is None:
        return None
    judged = np.flatnonzero(found.words >= Word.GROWING).tolist()
    return movers((names[code], names[code], *change_of(found, code)) for code in judged)


def movers(groups: Iterable[tuple[str, str, int | None, Word]]) -> Movers:
    """Return those that clearly grew and shrank among groups of key, name, change and word."""
    told = [(Moved(key, name, more), word) for key, name, more, word in groups if more is not None]

    def most(wanted: Word) -> tuple[Moved, ...]:
        found = [moved for moved, word in told if word is wanted]
        found.sort(key=lambda moved: (-abs(moved.more), moved.name))
        return tuple(found[:MOST_MOVED])

    return Movers(most(Word.GROWING), most(Word.SHRINKING))
