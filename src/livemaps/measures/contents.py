"""What was computed of a snapshot, as the web process sees it; needs nothing but numpy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from livemaps.errors import MeasuresPending
from livemaps.snapshot import SnapshotLayer
from livemaps.snapshot.columns import Column
from livemaps.snapshot.contents import Vocabularies

Facts = Mapping[str, Any]
"""Values that can be written as JSON: parameters of a method, numbers left out, labels."""


NO_REQUEST = "the city has no request yet"
"""Why a family has no figures where there is nothing to measure; no fault of the program."""

FAILED = "these figures could not be worked out; the operator is told"
"""What visitors are told of a family that failed; why is in `MeasuresMeta.failed` and the log."""

FAILED_REMEDY = "ask again after the next refresh, when it is tried again"
FAILED_RETRY_SECONDS = 900
"""A failed family is computed again with all others, which is no matter of a minute."""


@dataclass(frozen=True, slots=True)
class Computed:
    """What computing one family took and gave."""

    seconds: float
    values: int
    """Numbers in its arrays."""


@dataclass(frozen=True, slots=True)
class MeasuresMeta:
    """What is true of all measures of one computation."""

    id: str
    """Names this computation; sorts by time."""
    snapshot: str
    """The version of the snapshot that was measured."""
    city: str
    as_of_day: int
    data_day: int | None
    complete_day: int | None
    sequence: int
    """The store's last write that is in it."""
    rules: str
    """A digest of the profile and the boundaries that it was computed by."""
    database: str
    computed: datetime
    """When it was finished, aware UTC."""
    seconds: float
    """How long it took."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Requests whose days cannot be, by reason; see `statistics.orders.IMPOSSIBLE`."""
    failed: Mapping[str, str] = field(default_factory=dict)
    """Families that could not be computed, and why."""
    families: Mapping[str, Computed] = field(default_factory=dict)
    """Those that were."""
    complete_since: int | None = None
    """As in the snapshot: the day from which on every request is held, None: all."""
    program: str = ""
    """The version of livemaps that computed it."""

    @property
    def basis(self) -> tuple[object, ...]:
        """What the figures mean; measures of another basis must not stay."""
        return self.city, self.database, self.rules, self.program

    @property
    def state(self) -> tuple[object, ...]:
        """What was measured: the rows and the day; it is different after every refresh or so."""
        return self.sequence, self.complete_since, self.as_of_day


@dataclass(frozen=True)
class FamilyResult:
    """What a family of measures gives: arrays of numbers by name, and facts beside them."""

    arrays: Mapping[str, Column] = field(default_factory=dict)
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True)
class Measures:
    """All measures of one snapshot. Immutable: arrays are memory-mapped and read-only.

    `vocab` and `layers` are those that the codes in the arrays refer to.
    """

    meta: MeasuresMeta
    vocab: Vocabularies
    layers: tuple[SnapshotLayer, ...]
    families: Mapping[str, FamilyResult]
    lease: object = field(default=None, repr=False, compare=False)
    """Held so that the files are not removed while they are in use."""

    def family(self, name: str) -> FamilyResult:
        """Return what a family gave.

        Raises:
            MeasuresPending: it was not computed. An exception that ended it is not for visitors.
        """
        if name in self.families:
            return self.families[name]
        reason = self.meta.failed.get(name, "it is computed after the next refresh")
        if name in self.meta.failed and reason != NO_REQUEST:
            raise MeasuresPending(FAILED, FAILED_REMEDY, FAILED_RETRY_SECONDS)
        raise MeasuresPending(f"there are no figures of {name} yet: {reason}")
