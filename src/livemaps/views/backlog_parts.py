"""The parts of what managers are shown: open requests by group, queues, beyond the usual time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from livemaps.measures.contents import Measures
from livemaps.model import Filters
from livemaps.snapshot import Snapshot
from livemaps.statistics.queues import Word
from livemaps.views.ages import OLD_BANDS
from livemaps.views.measures.backlog import backlog_ages
from livemaps.views.measures.open_rows import counted, open_rows
from livemaps.views.measures.queues import Queue, QueueTable
from livemaps.views.measures.unattended import unattended_counts
from livemaps.views.waiting import beside_usual

MOST_QUEUES = 8
"""Queues named in each direction; the others are in the file behind."""


class Sort(StrEnum):
    """What the tables of groups are sorted by; the largest first."""

    OPEN = "open"
    GROWTH = "growth"
    OLD = "old"


@dataclass(frozen=True, slots=True)
class OpenGroup:
    """The open requests of one agency, service or category."""

    name: str
    open: int
    bands: tuple[int, ...]
    """By age band."""
    unattended: int
    net: int | None
    """What came in less what was closed in four weeks; None where that cannot be told."""
    word: Word | None
    """Whether it grows; None while it is worked out."""

    @property
    def old(self) -> int:
        """Those that are four weeks old or older."""
        return sum(self.bands[OLD_BANDS])


@dataclass(frozen=True, slots=True)
class OpenTable:
    """The open requests by group."""

    level: str
    bands: tuple[str, ...]
    groups: tuple[OpenGroup, ...]
    """Most open first, ties by name."""

    def by(self, sort: Sort, most: int | None = None) -> Sequence[OpenGroup]:
        """Return the first groups in an order; what cannot be told comes last."""
        keys = {
            Sort.OPEN: lambda group: -group.open,
            Sort.GROWTH: lambda group: np.inf if group.net is None else -group.net,
            Sort.OLD: lambda group: -group.old,
        }
        return sorted(self.groups, key=keys[sort])[:most]


@dataclass(frozen=True, slots=True)
class MovingQueue:
    """A growing or shrinking queue, and the backlog at the end of each of its last weeks."""

    queue: Queue
    path: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Moving:
    """The queues of a level that grow or shrink."""

    level: str
    growing: int
    shrinking: int
    told: bool
    """Whether growth can be told at all: enough weeks have to be held."""
    grow: tuple[MovingQueue, ...]
    shrink: tuple[MovingQueue, ...]

    def of(self, word: Word) -> tuple[MovingQueue, ...]:
        """Return the first that grow, or that shrink."""
        return self.grow if word is Word.GROWING else self.shrink

    def count(self, word: Word) -> int:
        """Return how many grow, or shrink."""
        return self.growing if word is Word.GROWING else self.shrinking


@dataclass(frozen=True, slots=True)
class BeyondGroup:
    """Open requests of one agency, beside the usual times of their services."""

    name: str
    open: int
    """Those whose service has a usual time."""
    beyond: int


@dataclass(frozen=True, slots=True)
class Beyond:
    """Open requests that wait longer than 8 of 10 of their service usually do."""

    open: int
    beyond: int
    without: int
    """Open requests of services without a usual time; in none of the others."""
    agencies: tuple[BeyondGroup, ...]


def open_table(
    snapshot: Snapshot, filters: Filters, level: str, queues: QueueTable | None
) -> OpenTable:
    """Return the open requests by group; `queues` is None while they are worked out."""
    table = backlog_ages(snapshot, filters, level)
    silent = unattended_counts(snapshot, filters, level)
    nets = _nets(queues)
    groups = [
        OpenGroup(
            group.name,
            sum(counts),
            counts,
            silent.get(group.key, 0),
            *nets.get(group.key, (None, None)),
        )
        for group, counts in zip(table.groups, table.counts, strict=True)
    ]
    return OpenTable(level, table.bands, tuple(groups))


def moving(snapshot: Snapshot, queues: QueueTable, apart: bool) -> Moving:
    """Return the growing and shrinking queues of a level, those that change most first.

    Services that are set apart are none of them, unless `apart`.
    """
    grow, shrink = (
        _changing(snapshot, queues, word, apart) for word in (Word.GROWING, Word.SHRINKING)
    )
    shown = (
        tuple(MovingQueue(queue, queues.path(queue.group.key)) for queue in found[:MOST_QUEUES])
        for found in (grow, shrink)
    )
    return Moving(queues.level, len(grow), len(shrink), queues.told, *shown)


def beyond_usual(snapshot: Snapshot, measures: Measures, filters: Filters) -> Beyond:
    """Return the open requests under the filters that are older than their service's usual time.

    Raises:
        MeasuresPending: usual times are not computed yet.
    """
    rows = open_rows(snapshot, filters).shown
    known, late = beside_usual(snapshot, measures, rows)
    agency, size = snapshot.current["agency"][rows], snapshot.code_count("agency")
    opened, over = (counted(agency[chosen], size) for chosen in (known, late))
    names = snapshot.vocab.agency.names
    groups = [
        BeyondGroup(names[code], int(opened[code]), int(over[code]))
        for code in np.flatnonzero(opened).tolist()
    ]
    ranked = sorted(groups, key=lambda group: (-group.beyond, group.name))
    return Beyond(int(known.sum()), int(late.sum()), int((~known).sum()), tuple(ranked))


def _nets(queues: QueueTable | None) -> Mapping[str, tuple[int | None, Word | None]]:
    """Return the net growth and the word of each group by its key."""
    if queues is None or not queues.told:
        return {}
    codes = queues.codes
    net, words = queues.found.net[codes].tolist(), queues.found.words[codes].tolist()
    keys = (queues.words.group(queues.level, code).key for code in codes.tolist())
    return {key: (grown, Word(word)) for key, grown, word in zip(keys, net, words, strict=True)}


def _changing(snapshot: Snapshot, queues: QueueTable, word: Word, apart: bool) -> list[Queue]:
    """Return the queues of a word, those that change most first; ties by name."""
    found = queues.queues(queues.of_word(word))
    if queues.level == "service" and not apart:
        vocab = snapshot.vocab
        left_out = {vocab.service.names[code] for code in np.flatnonzero(vocab.service_apart)}
        found = (queue for queue in found if queue.group.key not in left_out)
    return sorted(found, key=lambda queue: (-abs(queue.net), queue.group))
