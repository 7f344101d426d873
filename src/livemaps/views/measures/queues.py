"""Which queues grow or shrink, and by when one would be empty at the rate of the last weeks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livemaps.measures.contents import Measures
from livemaps.measures.days import days_of
from livemaps.measures.queues import FAMILY, first_day, growth_known, judged, queues_at
from livemaps.model import Filters
from livemaps.snapshot import Snapshot
from livemaps.statistics.queues import (
    DEVIATIONS,
    LEAST_EVENTS,
    LEAST_NET,
    RATE_WEEKS,
    SUSTAINED,
    WEEKS,
    Queues,
    Word,
    clearing,
)
from livemaps.views.comparing import lagging
from livemaps.views.measures.groups import Group, Words, chosen
from livemaps.views.measures.ledger import ledger
from livemaps.views.measures.plain import day_value
from livemaps.views.measures.values import Answer, Asked, Field, MeasureView, Parameter, Value

ANY = "any"

FIELDS = (
    Field("key", "text", "The group: a name or an area's key."),
    Field("name", "text", "What the group is called."),
    Field("area", "text", "The area's key, of a service in an area."),
    Field("area_name", "text", "What the area is called."),
    Field("word", "text", "growing, shrinking, steady, or too_few to tell."),
    Field("net", "count", "Inflow less outflow over the four complete weeks."),
    Field("inflow", "count", "Requests requested in the four weeks."),
    Field("outflow", "count", "Requests closed in the four weeks."),
    Field("weeks_grown", "count", "In how many of the four weeks more came in than went out."),
    Field("weeks_shrunk", "count", "In how many of the four weeks more went out than came in."),
    Field("backlog", "count", "Requests open at the end of the last complete day."),
    Field("cleared_by", "day", "When it would be empty at the rate of the last eight weeks."),
    Field("cleared_in_days", "days", "Days from the last complete day until then."),
    Field("not_cleared", "text", "Why no such day is given."),
)


@dataclass(frozen=True, slots=True)
class Queue:
    """The queue of one group. Figures of weeks are of the four last complete ones."""

    level: str
    group: Group
    word: Word
    inflow: int
    outflow: int
    weeks_grown: int
    weeks_shrunk: int
    backlog: int
    """At the end of the last complete day."""
    cleared_by: int | None
    """The day; None where none is given, and why is in `not_cleared`."""
    cleared_in_days: int | None
    not_cleared: str | None

    @property
    def net(self) -> int:
        """Inflow less outflow."""
        return self.inflow - self.outflow


@dataclass(frozen=True)
class QueueTable:
    """The queues of all groups of a level under some filters."""

    level: str
    words: Words
    found: Queues
    codes: NDArray[np.intp]
    """The groups that the filters choose."""
    complete: int | None
    """The last complete day."""
    told: bool
    """Whether growth can be told; where not, the word of every queue is `too_few`."""

    def of_word(self, word: Word) -> NDArray[np.intp]:
        """Return the groups of a word."""
        chosen_codes: NDArray[np.intp] = self.codes[self.found.words[self.codes] == word]
        return chosen_codes

    def queues(self, codes: NDArray[np.intp]) -> Iterable[Queue]:
        """Yield the queues of some groups that have any."""
        return _queues(self.words, self.level, self.found, codes, self.complete)

    def path(self, key: str) -> tuple[int, ...]:
        """Return the backlog of a group at the end of each of the last weeks, oldest first."""
        code = self.words.codes(self.level, (key,))
        if not len(code):
            return ()
        net = (self.found.inflow[code] - self.found.outflow[code])[0]
        later = np.cumsum(net[::-1])[::-1]
        left = int(self.found.backlog[code][0])
        return (*(left - later).tolist(), left)


def queue_table(snapshot: Snapshot, measures: Measures, filters: Filters, by: str) -> QueueTable:
    """Return the queues of a level: looked up, or counted where several filters meet.

    They are counted too where the measures are behind the snapshot: a group's change in four weeks
    is the same here as wherever else it is told.

    Raises:
        UnknownValue: there is no such level.
        MeasuresPending: they would be looked up and are not computed yet.
    """
    Words(measures.vocab, measures.layers).checked(by, combined=True)
    picked = chosen(filters)
    behind = lagging(snapshot, measures) is not None
    if filters.set_apart or set(picked) - {by} or behind:
        words, found, complete, known = _counted(snapshot, filters, by)
    else:
        words = Words(measures.vocab, measures.layers)
        found, complete = queues_at(measures, by), measures.meta.complete_day
        known = bool(measures.family(FAMILY).facts["told"])
    codes = words.codes(by, picked[by]) if by in picked else np.arange(len(found.words))
    return QueueTable(by, words, found, codes, complete, known)


def answer(asked: Asked) -> Answer:
    """Answer `queues`: those that grow most first.

    Raises:
        UnknownValue: there is no such level.
        MeasuresPending: they would be looked up and are not computed yet.
    """
    by, word = str(asked.options["by"]), str(asked.options["word"])
    measures, table = asked.measures, queue_table(asked.snapshot, asked.measures, asked.filters, by)
    codes = table.codes
    if word != ANY:
        codes = table.of_word(Word[word.upper()])
    complete, known = table.complete, table.told
    listed = sorted(table.queues(codes), key=_growth)
    facts = {
        "by": by,
        "complete_day": day_value(complete),
        "told": known,
        "weeks": WEEKS,
        "sustained_weeks": SUSTAINED,
        "least_net": LEAST_NET,
        "least_events": LEAST_EVENTS,
        "deviations": DEVIATIONS,
        "rate_weeks": RATE_WEEKS,
        "left_out": dict(measures.meta.left_out),
    }
    return Answer(FIELDS, [_row(queue) for queue in listed], facts)


def _counted(
    snapshot: Snapshot, filters: Filters, by: str
) -> tuple[Words, Queues, int | None, bool]:
    """Count and judge the queues of a level under filters, from the columns."""
    days, words = days_of(snapshot), Words(snapshot.vocab, snapshot.layers)
    if days is None:
        nobody, no_weeks = np.zeros(0, np.int64), np.zeros((0, 0), np.int64)
        return words, Queues(nobody, no_weeks, no_weeks, np.zeros(0, np.uint8)), None, False
    first = first_day(days)
    known = growth_known(snapshot, days.complete)
    daily = ledger(snapshot, filters, by, first).flow(first, days.complete)
    return words, judged(daily, known), days.complete, known


def _queues(
    words: Words, level: str, found: Queues, codes: NDArray[np.intp], complete: int | None
) -> Iterable[Queue]:
    """Yield the queues of some groups that have any; what lies in no area is not judged."""
    codes = codes[words.is_area(level, codes)]
    some = (found.backlog[codes] > 0) | found.inflow[codes].any(axis=1)
    codes = codes[some | found.outflow[codes].any(axis=1)]
    for code, figures in zip(codes.tolist(), _four_weeks(found, codes), strict=True):
        group, word = words.group(level, code), Word(found.words[code])
        backlog = int(found.backlog[code])
        clear = clearing(word, backlog, found.inflow[code], found.outflow[code])
        day = None if complete is None or clear.days is None else complete + clear.days
        yield Queue(level, group, word, *figures, backlog, day, clear.days, clear.reason)


def _four_weeks(found: Queues, codes: NDArray[np.intp]) -> Iterable[tuple[int, int, int, int]]:
    """Yield by group what came in, what went out, and in how many weeks it grew and shrank."""
    inflow, outflow = found.inflow[codes, -WEEKS:], found.outflow[codes, -WEEKS:]
    grown, shrunk = (inflow > outflow).sum(axis=1), (inflow < outflow).sum(axis=1)
    columns = (inflow.sum(axis=1), outflow.sum(axis=1), grown, shrunk)
    return zip(*(column.tolist() for column in columns), strict=True)


def _growth(queue: Queue) -> tuple[int, str, str]:
    """Sort those that grow most first, then by name."""
    return -queue.net, queue.group.key, queue.group.area or ""


def _row(queue: Queue) -> tuple[Value, ...]:
    """Return a queue as a row of the answer."""
    return (
        *queue.group,
        queue.word.text,
        queue.net,
        queue.inflow,
        queue.outflow,
        queue.weeks_grown,
        queue.weeks_shrunk,
        queue.backlog,
        day_value(queue.cleared_by),
        queue.cleared_in_days,
        queue.not_cleared,
    )


VIEW = MeasureView(
    name="queues",
    anchor="queues",
    caveat="measures.queues.caveat",
    filters=frozenset({"services", "categories", "agencies", "channels", "areas", "set_apart"}),
    parameters=(
        Parameter("by", "choice", "service", "The groups: a level, also service-<layer>."),
        Parameter(
            "word",
            "choice",
            ANY,
            "Only queues of this word.",
            (ANY, *(word.text for word in Word)),
        ),
    ),
    fields=FIELDS,
    answer=answer,
)
