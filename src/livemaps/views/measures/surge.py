"""Where today, or this week, brings far more than the own past lets expect; and what is behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livemaps.measures.contents import Measures
from livemaps.measures.levels import CITY
from livemaps.measures.surge_names import FAMILY, Windows, Word, figures_at, windows_of
from livemaps.snapshot.columns import Column
from livemaps.views.measures.groups import Group, Words
from livemaps.views.measures.plain import day_value, number_value, number_values
from livemaps.views.measures.selection import selected
from livemaps.views.measures.values import Answer, Asked, Field, MeasureView, Parameter, Value

DAY, WEEK = "day", "week"
COMPLETE, NEWEST, ALL, SURGES = "complete", "newest", "all", "surges"
WORDS = tuple(word.name.lower() for word in Word)

FIELDS = (
    Field("key", "text", "The group: a name or an area's key."),
    Field("name", "text", "What the group is called."),
    Field("window", "text", "A day, or the week up to the newest complete day."),
    Field("first_day", "day", "The first requested day of the window."),
    Field("last_day", "day", "The last requested day of the window."),
    Field("observed", "count", "Requests of the window that the feed has told so far."),
    Field("corrected", "number", "Observed over the share that is told by now; null if unknown."),
    Field("expected", "number", "Requests that the whole window was to bring."),
    Field("ratio", "number", "Corrected over expected."),
    Field("low", "count", "The lower end of the 90 % interval of ordinary counts."),
    Field("high", "count", "The upper end of the 90 % interval of ordinary counts."),
    Field("told", "share", "The share of the window that the feed has told; null if unknown."),
    Field("complete", "flag", "Whether the feed has told all of the window."),
    Field("p", "number", "Upper mid-p value of the observed count."),
    Field("q", "number", "The same, adjusted for all groups of the level in the window."),
    Field("word", "text", "surge, as_expected, fewer, too_few to say, or incomplete."),
)


@dataclass(frozen=True, slots=True)
class Part:
    """A service or an area, and what it brought of a surge."""

    key: str
    name: str
    observed: int
    expected: float
    """Its usual part of what was expected of the group by now."""
    share: float
    """Its excess over that of the group; others may have brought less than usual."""

    @property
    def excess(self) -> float:
        """Observed less expected."""
        return self.observed - self.expected


@dataclass(frozen=True, slots=True)
class SurgeNow:
    """What one window brought to one group, against what it was to bring."""

    level: str
    group: Group
    window: str
    """`day` or `week`."""
    first_day: int
    last_day: int
    observed: int
    corrected: float | None
    """Observed over the share that is told by now; None where that is not known."""
    expected: float | None
    """None where there is too little to expect anything by."""
    low: int | None
    high: int | None
    """Ends of the interval that holds 90 % of ordinary counts of the whole window."""
    told: float | None
    complete: bool
    p: float | None
    q: float | None
    word: str
    services: tuple[Part, ...] = ()
    """Of a surge, the services with the largest excess; at most five."""
    areas: tuple[Part, ...] = ()
    """The same, of the finest layer."""

    @property
    def ratio(self) -> float | None:
        """Corrected over expected."""
        if self.corrected is None or not self.expected:
            return None
        return self.corrected / self.expected

    @property
    def expected_by_now(self) -> float | None:
        """What was expected of as much as the feed has told; None where that cannot be said."""
        return None if self.expected is None or self.told is None else self.expected * self.told

    @property
    def excess(self) -> float:
        """Observed less what was expected by now; 0 where nothing can be said."""
        expected = self.expected_by_now
        return 0.0 if expected is None else self.observed - expected


def surges(measures: Measures, levels: Iterable[str] = ()) -> tuple[SurgeNow, ...]:
    """Return what surges now: on the newest complete day, on a later one, or in the last week.

    Of the levels given, or of all; the largest excess first, ties by level and name.

    Raises:
        UnknownValue: surges are not told by one of the levels.
        MeasuresPending: surges are not told yet.
    """
    windows = windows_of(measures)
    behind = measures.family(FAMILY).facts["behind"]
    wanted = tuple(levels) or tuple(dict.fromkeys(entry["level"] for entry in behind))
    found = [
        level.now(code, column)
        for level in (_level(measures, name) for name in wanted)
        for code, column in level.behind
        if windows.of(column)[1] >= windows.complete
    ]
    return tuple(sorted(found, key=lambda one: (-one.excess, one.level, one.group.name)))


def windows_at(measures: Measures, level: str = CITY, key: str = CITY) -> tuple[SurgeNow, ...]:
    """Return every judged window of one group: its days, then the week; none if it is not known.

    Raises:
        UnknownValue: surges are not told by this level.
        MeasuresPending: surges are not told yet.
    """
    kept = _level(measures, level)
    codes = np.zeros(1, np.intp) if level == CITY else kept.words.codes(level, (key,))
    groups, columns = kept.figures["word"].shape
    return tuple(
        kept.now(int(code), column) for code in codes if code < groups for column in range(columns)
    )


def answer(asked: Asked) -> Answer:
    """Answer `surge`: window after window, of each the groups in the order of their codes.

    Groups without any request or expectation in the window are left out.

    Raises:
        UnknownValue: surges are not told by this level.
        VisitorError: a filter is about something else than the groups.
        MeasuresPending: surges are not told yet.
    """
    measures, by = asked.measures, str(asked.options["by"])
    level, only = _level(measures, by), asked.options["only"] == SURGES
    codes = np.arange(len(level.figures["word"]), dtype=np.intp)
    codes = codes[selected(level.words, by, codes, asked.filters)]
    rows: list[tuple[Value, ...]] = []
    found: list[SurgeNow] = []
    for column in _columns(level.windows, str(asked.options["day"])):
        listed = codes[_are_listed(level.figures, codes, column, only)]
        rows += _rows(level, listed, column)
        surging = listed[level.figures["word"][listed, column] == Word.SURGE]
        found += [level.now(code, column) for code in surging.tolist()]
    return Answer(FIELDS, rows, _facts(measures, level.windows, by, found))


def _columns(windows: Windows, day: str) -> range:
    """Return the columns of the windows asked for."""
    complete = windows.complete - windows.first
    chosen = {
        COMPLETE: range(complete, complete + 1),
        NEWEST: range(windows.week - 1, windows.week),
        WEEK: range(windows.week, windows.week + 1),
    }
    return chosen.get(day, range(windows.week + 1))


def _are_listed(
    figures: Mapping[str, Column], codes: NDArray[np.intp], column: int, only: bool
) -> NDArray[np.bool_]:
    """Return which groups a window is told of."""
    word = figures["word"][codes, column]
    if only:
        surging: NDArray[np.bool_] = word == Word.SURGE
        return surging
    told: NDArray[np.bool_] = (word != Word.TOO_FEW) | (figures["observed"][codes, column] > 0)
    return told


@dataclass(frozen=True, slots=True)
class _Level:
    """What is kept of one level, and the words for it."""

    name: str
    words: Words
    windows: Windows
    figures: Mapping[str, Column]
    told: Sequence[float | None]
    behind: Mapping[tuple[int, int], Mapping[str, Any]]
    """By code and column of a surge."""

    def now(self, code: int, column: int) -> SurgeNow:
        """Return one window of one group."""
        number = {name: number_value(kept[code, column]) for name, kept in self.figures.items()}
        low, high = number["low"], number["high"]
        first, last = self.windows.of(column)
        entry = self.behind.get((code, column), {})
        finest = self.words.layers[0].id if self.words.layers else ""
        return SurgeNow(
            level=self.name,
            group=self.words.group(self.name, code),
            window=WEEK if column == self.windows.week else DAY,
            first_day=first,
            last_day=last,
            observed=int(self.figures["observed"][code, column]),
            corrected=number["corrected"],
            expected=number["expected"],
            low=None if low is None else int(low),
            high=None if high is None else int(high),
            told=self.told[column],
            complete=last <= self.windows.complete,
            p=number["p"],
            q=number["q"],
            word=WORDS[int(self.figures["word"][code, column])],
            services=tuple(_parts(self.words, entry, "services", "service")),
            areas=tuple(_parts(self.words, entry, "areas", finest)),
        )


def _level(measures: Measures, name: str) -> _Level:
    """Return what is kept of a level. Raises UnknownValue and MeasuresPending."""
    facts = measures.family(FAMILY).facts
    return _Level(
        name,
        Words(measures.vocab, measures.layers),
        windows_of(measures),
        figures_at(measures, name),
        facts["delay"]["told"],
        {
            (entry["code"], entry["column"]): entry
            for entry in facts["behind"]
            if entry["level"] == name
        },
    )


def _parts(words: Words, entry: Mapping[str, Any], kind: str, level: str) -> Iterator[Part]:
    """Yield the parts behind a surge; none of what is no surge."""
    for code, observed, expected in entry.get(kind, ()):
        group = words.group(level, int(code))
        share = (observed - expected) / entry["excess"]
        yield Part(group.key, group.name, int(observed), float(expected), share)


def _rows(level: _Level, codes: NDArray[np.intp], column: int) -> Iterator[tuple[Value, ...]]:
    """Yield the rows of some groups in one window, in the order of FIELDS."""
    windows, told = level.windows, level.told[column]
    first, last = windows.of(column)
    window = WEEK if column == windows.week else DAY
    days = day_value(first), day_value(last)
    figures = {name: number_values(kept[codes, column]) for name, kept in level.figures.items()}
    ratio = number_values(
        np.divide(
            level.figures["corrected"][codes, column], level.figures["expected"][codes, column]
        )
    )
    columns = (figures[name] for name in ("observed", "corrected", "expected", "low", "high"))
    tests = (figures[name] for name in ("p", "q", "word"))
    for code, observed, corrected, expected, low, high, times, p, q, word in zip(
        codes.tolist(), *columns, ratio, *tests, strict=True
    ):
        group = level.words.group(level.name, code)
        bounds = (None, None) if low is None or high is None else (int(low), int(high))
        yield (
            *(group.key, group.name, window, *days),
            *(observed, corrected, expected, times, *bounds),
            *(told, last <= windows.complete, p, q, WORDS[int(word)]),
        )


def _facts(
    measures: Measures, windows: Windows, by: str, found: Iterable[SurgeNow]
) -> Mapping[str, Any]:
    facts = measures.family(FAMILY).facts
    delay = facts["delay"]
    return {
        "by": by,
        "complete_day": day_value(windows.complete),
        "judged_since": day_value(windows.first),
        "judged_until": day_value(windows.last),
        "history_since": day_value(facts["history_since"]),
        "history_days": facts["history_days"],
        "season_is_a_term": facts["season"],
        "holidays": facts["holidays"],
        "groups_judged": facts["judged"][by],
        **facts["rule"],
        "delay_days": delay["profile_days"],
        "delay_is_observed": any(told is not None for told in delay["observed"]),
        "delay_trouble": delay["trouble"] or None,
        "told_by_lag": delay["by_lag"],
        "behind": [_explained(one) for one in found],
        "left_out": dict(measures.meta.left_out),
    }


def _explained(one: SurgeNow) -> Mapping[str, Any]:
    return {
        "key": one.group.key,
        "window": one.window,
        "last_day": day_value(one.last_day),
        "excess": one.excess,
        "services": [_part(part) for part in one.services],
        "areas": [_part(part) for part in one.areas],
    }


def _part(part: Part) -> Mapping[str, Value]:
    return {
        "key": part.key,
        "name": part.name,
        "observed": part.observed,
        "expected": part.expected,
        "excess": part.excess,
        "share": part.share,
    }


VIEW = MeasureView(
    name="surge",
    anchor="surge",
    caveat="measures.surge.caveat",
    filters=frozenset({"services", "categories", "agencies", "areas"}),
    parameters=(
        Parameter("by", "choice", CITY, "Whose surges: a level such as city, service or ward."),
        Parameter(
            "day",
            "choice",
            COMPLETE,
            "The newest complete day, the newest day, the week, or all judged windows.",
            choices=(COMPLETE, NEWEST, WEEK, ALL),
        ),
        Parameter("only", "choice", ALL, "All groups, or only surges.", choices=(ALL, SURGES)),
    ),
    fields=FIELDS,
    answer=answer,
)
