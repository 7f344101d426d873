"""The plain values that a measure answers with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from livemaps.feeds.profile import Profile
from livemaps.measures.contents import Measures
from livemaps.model import Filters
from livemaps.snapshot import Snapshot

Value = str | int | float | bool | None

Kind = Literal["text", "count", "number", "share", "days", "day", "flag"]
"""What a field holds: a name; a whole number; any number; 0 to 1; whole days; a date; yes or no."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column of an answer."""

    name: str
    """Stable, as in the CSV: lower case with underscores, Open311's name where it has one."""
    kind: Kind
    meaning: str
    """One English sentence, for the interface's description."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A key of the query that one measure reads besides the filters."""

    name: str
    kind: Literal["choice", "whole", "text"]
    default: str | int | None
    meaning: str
    choices: tuple[str, ...] = ()
    """Of a choice; empty: the levels of the snapshot, checked by the measure itself."""
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class Answer:
    """What a measure answers: a table, and facts that hold for all of it."""

    fields: tuple[Field, ...]
    rows: Sequence[tuple[Value, ...]]
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """What a measure is asked. `options` holds every parameter, checked, or its default."""

    snapshot: Snapshot
    measures: Measures
    profile: Profile
    filters: Filters
    options: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MeasureView:
    """A measure that can be asked for by name."""

    name: str
    """As in the address, such as `time-to-close`."""
    anchor: str
    """Of its definition in docs/metrics.md and on /about."""
    caveat: str
    """The catalogue's key of what has to be said beside its figures."""
    filters: frozenset[str]
    """Which of `services`, `categories`, `agencies`, `channels`, `stages`, `ages`, `areas`,
    `dates`, `set_apart`, `measure` it honours; any other one is refused, never ignored."""
    parameters: tuple[Parameter, ...]
    fields: tuple[Field, ...]
    answer: Callable[[Asked], Answer]
