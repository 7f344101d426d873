"""Experiment: is "more than expected" said only where it is true, and is it said where it is?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from livemaps.evaluation.excess_truths import PURPOSE, SIZES, STRENGTHS, Truth, planted_on
from livemaps.evaluation.history import History
from livemaps.evaluation.plan import MONTH, Experiment, Plan, Tick, day_text, measured
from livemaps.evaluation.report import Chart, Claim, Section, Series, TextTable, percent, share_of
from livemaps.measures.contents import Measures
from livemaps.measures.expected_names import (
    BASES,
    FAMILY,
    PAST,
    SERVICE,
    SPOT_WINDOW,
    WINDOWS,
)
from livemaps.snapshot.columns import Column
from livemaps.statistics.verdicts import FEWER, HOT, MORE, NOT_TESTED, TOO_FEW

NAME = "expected"
TITLE = "More than expected and hot spots"
BAR_FROM = 50
"""From so many expected requests on, twice as many must be found."""
POWER_DAYS = 4
"""Days on which truths are planted and places shuffled; the city as it is has a day each trial."""


def days_of(plan: Plan) -> tuple[int, ...]:
    """Return the days on which the city is looked at: a month apart, the last one first."""
    count = max(min(plan.trials, (plan.last_day - plan.history.since - 2 * 365) // MONTH), 1)
    return tuple(plan.last_day - MONTH * back for back in range(count))


def steps(plan: Plan) -> int:
    """Return how many worlds are looked at."""
    days = days_of(plan)
    return len(days) + len(days[:POWER_DAYS]) * (1 + 2 * len(STRENGTHS))


def run(plan: Plan, tick: Tick) -> Section:
    """Look at the city as it is and without any difference, then at it with planted truths."""
    own, mixed, planted = [], [], []
    shuffled = _shuffled(plan)
    for place, day in enumerate(days_of(plan)):
        world = plan.history.on(day)
        measures = measured(world, [FAMILY])
        own.append(_told(measures))
        tick()
        if place < POWER_DAYS:
            mixed.append(_told(measured(shuffled.on(day), [FAMILY])))
            tick()
            planted += list(planted_on(plan, place, day, measures, world.days.complete, tick))
    return _section(plan, own, mixed, planted)


def _shuffled(plan: Plan) -> History:
    """Return the city with its places shuffled among all requests: no area differs in its mix."""
    lives = plan.history.lives.copy()
    lives["area"] = plan.random(PURPOSE, 0).permutation(lives["area"])
    return replace(plan.history, lives=lives)


@dataclass(frozen=True, slots=True)
class Words:
    """What was said of one family of tests: a layer, a window, a basis, categories or services."""

    layer: str
    basis: str
    tested: int
    wrong: int


def _told(measures: Measures) -> tuple[list[Words], list[Words]]:
    """Return the words of all families of tests, and the hot and cold spots."""
    arrays = measures.family(FAMILY).arrays
    words, spots = [], []
    for layer, window, basis in product(measures.layers, WINDOWS, BASES):
        name = f"{layer.id}/{window}"
        if f"{name}/{basis}/word" not in arrays:
            continue
        said, groups = arrays[f"{name}/{basis}/word"], arrays[f"{name}/groups"][:, 0]
        parts = (groups == SERVICE, groups != SERVICE)
        words += [_words(layer.id, basis, said[:, part]) for part in parts]
    for layer in measures.layers:
        spot = arrays.get(f"{layer.id}/{SPOT_WINDOW}/spots/spot")
        if spot is not None:
            spots += [
                Words(layer.id, "spots", int((one != NOT_TESTED).sum()), int((one >= HOT).sum()))
                for one in spot.T
            ]
    return words, spots


def _words(layer: str, basis: str, said: Column) -> Words:
    wrong = int(((said == MORE) | (said == FEWER)).sum())
    return Words(layer, basis, int((said != TOO_FEW).sum()), wrong)


Said = Sequence[tuple[list[Words], list[Words]]]


def _section(plan: Plan, own: Said, mixed: Said, planted: Sequence[Truth]) -> Section:
    null = _null_rows(own, mixed)
    days = days_of(plan)
    return Section(
        name=NAME,
        title=TITLE,
        method=(
            f"The city is looked at on {len(days)} days, {MONTH} days apart up to "
            f"{day_text(days[0])} (seed {plan.seed}), in windows of "
            f"{' and '.join(map(str, WINDOWS))} days. Against their own past its areas differ by "
            "chance only, so that every word but “as expected” is false. Against the city's mix "
            "areas do differ; there, chance is measured with all places shuffled among the "
            f"requests, on as many days as truths are planted. Truths are planted on {len(days[:POWER_DAYS])} of the days: requests of "
            f"the last {SPOT_WINDOW} days are multiplied in areas x categories, or in an area and "
            "all its neighbours."
        ),
        claims=tuple(_claims(plan, null, planted)),
        tables=(_null_table(null), _power_table(planted)),
        charts=(_chart(planted),),
    )


@dataclass(frozen=True, slots=True)
class Null:
    """False words of one kind of test."""

    what: str
    families: int
    wrong_families: int
    tested: int
    wrong: int


def _null_rows(own: Said, mixed: Said) -> list[Null]:
    """Count false words: against the past in the city as it is, the rest with places shuffled."""
    past = [word for words, _ in own for word in words if word.basis == PAST]
    mix = [word for words, _ in mixed for word in words if word.basis != PAST]
    spots = [word for _, spots in own for word in spots]
    named = (
        ("own past", past),
        ("the city's mix, places shuffled", mix),
        ("hot and cold spots", spots),
    )
    return [
        Null(
            what,
            sum(word.tested > 0 for word in found),
            sum(word.wrong > 0 for word in found),
            sum(word.tested for word in found),
            sum(word.wrong for word in found),
        )
        for what, found in named
    ]


def _null_table(rows: Sequence[Null]) -> TextTable:
    return TextTable(
        "False words where nothing differs. A family of tests is one layer, window and kind of "
        "group, of spots one layer and group; its false discovery rate is held at 5 %, so that 5 % of families may have any.",
        ("against", "families of tests", "with a false word", "", "cells tested", "false words"),
        tuple(
            (
                row.what,
                f"{row.families:,}",
                f"{row.wrong_families:,}",
                percent(row.wrong_families / row.families if row.families else np.nan),
                f"{row.tested:,}",
                f"{row.wrong:,}",
            )
            for row in rows
        ),
    )


def _power(
    planted: Sequence[Truth], kind: str, times: float, low: float, high: float
) -> tuple[int, int]:
    """Return how many of some planted truths were found, and how many there were."""
    chosen = [
        truth.found
        for truth in planted
        if truth.kind == kind and truth.times == times and low <= truth.expected < high
    ]
    return sum(chosen), len(chosen)


def _power_table(planted: Sequence[Truth]) -> TextTable:
    rows = [
        (
            f"area x category, {low} to {high - 1:,} expected",
            *(share_of(*_power(planted, "area", times, low, high)) for times in STRENGTHS),
        )
        for low, high in SIZES
    ]
    rows.append(
        (
            "centre of a cluster of neighbours, as hot spot",
            *(share_of(*_power(planted, "cluster", times, 0, np.inf)) for times in STRENGTHS),
        )
    )
    columns = ("planted in", *(f"{times:g} times as many" for times in STRENGTHS))
    return TextTable("Planted truths that were told.", columns, tuple(rows))


def _claims(plan: Plan, null: Sequence[Null], planted: Sequence[Truth]) -> Iterator[Claim]:
    for row in null:
        share = row.wrong_families / row.families if row.families else np.nan
        yield Claim(
            f"few false words where nothing differs: {row.what}",
            "5 % of families of tests",
            f"{percent(share)} ({row.wrong:,} of {row.tested:,} cells)",
            bool(share <= 0.05) if row.families and plan.simulated else None,
        )
    found, tried = _power(planted, "area", 2.0, BAR_FROM, np.inf)
    yield Claim(
        f"twice as many in an area is told, from {BAR_FROM} expected requests on",
        "8 of 10",
        share_of(found, tried),
        found >= 0.8 * tried if tried else None,
    )
    found, tried = _power(planted, "cluster", 2.0, 0, np.inf)
    yield Claim(
        "twice as many in an area and its neighbours is a hot spot",
        "8 of 10",
        share_of(found, tried),
        found >= 0.8 * tried if tried else None,
    )


def _chart(planted: Sequence[Truth]) -> Chart:
    series = []
    for times in STRENGTHS:
        counts = [_power(planted, "area", times, low, high) for low, high in SIZES]
        series.append(
            Series(
                f"{times:g} times as many",
                [100 * found / tried if tried else np.nan for found, tried in counts],
            )
        )
    return Chart(
        name="expected-power",
        caption="Share of planted excesses that are told, by the expected number of requests",
        x=[f"{low}–{high - 1}" if high < 10_000 else f"{low} and more" for low, high in SIZES],
        x_label=f"requests expected in {SPOT_WINDOW} days",
        y_label="told (%)",
        series=tuple(series),
        bars=True,
        y_range=(0.0, 100.0),
    )


EXCESS = Experiment(NAME, steps, run)
