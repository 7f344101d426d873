"""Experiment: do the published times to close hold for the requests of later months?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from livemaps.evaluation.coverage import Whole, closed_by
from livemaps.evaluation.plan import MONTH, QUARTER, Experiment, Plan, Tick, day_text, measured
from livemaps.evaluation.report import Chart, Claim, Section, Series, TextTable, percent, too_short
from livemaps.measures.contents import Measures
from livemaps.measures.levels import COMBINED
from livemaps.measures.time_to_close import NAME as FAMILY
from livemaps.measures.time_to_close import SHARES, WAITING_SHARES
from livemaps.measures.world import World
from livemaps.statistics.survival import NOT_REACHED
from livemaps.views.measures.lifetimes import Lifetimes, Source

NAME = "time-to-close"
TITLE = "Time to close"

COHORT = 730
"""Days of requests before the first origin: what the published times are made from."""
FOLLOWED = 180
"""Days that the last requests are followed at least."""
AGES = (1, 7, 28, 90)
"""Ages at which an open request is told how long it still takes."""
LEAST_ROWS = 200
"""Of a service, for its share to be told by itself: chance alone then spreads it by 3 points."""
TARGET = (0.75, 0.85)
HALF_TARGET = (0.45, 0.55)

TARGETS = MappingProxyType({0.5: HALF_TARGET, 0.8: TARGET})


@dataclass(frozen=True, slots=True)
class Later:
    """The requests of the months after an origin, as they were known in the end."""

    service: Whole
    code: Whole
    """By request: its group in the narrowest level."""
    days: Whole
    closed: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was told at an origin, and what came of it; all by request."""

    origin: int
    later: Later
    told: dict[float, Whole]
    """By share: the day told, NOT_REACHED where none was."""
    waits: dict[int, tuple[Whole, dict[float, Whole]]]
    """By age: the requests still open then (positions), and by share the day told to each."""
    claimed: dict[float, NDArray[np.float64]]
    """By share: the share that the curve itself had closed by that day."""
    before: dict[float, NDArray[np.float64]]
    """By share: the same of the day before."""


def steps(plan: Plan) -> int:
    """Return how many origins there are."""
    return len(origins(plan))


def origins(plan: Plan) -> tuple[int, ...]:
    """Return the days on which times are told, a month apart, at most as many as trials."""
    last = plan.last_day - QUARTER - FOLLOWED
    first = plan.history.since + COHORT
    count = min((last - first) // MONTH + 1, plan.trials)
    return tuple(last - MONTH * back for back in reversed(range(max(count, 0))))


def run(plan: Plan, tick: Tick) -> Section:
    """Tell times at each origin and see what came of the requests after it."""
    if not origins(plan):
        return too_short(NAME, TITLE)
    final = plan.history.on(plan.last_day + plan.truth_days)
    until = final.days.data + plan.truth_days
    outcomes = []
    for origin in origins(plan):
        measures = measured(plan.history.on(origin), [FAMILY])
        outcomes.append(_outcome(measures, origin, _later(final, origin, until)))
        tick()
    return _section(plan, outcomes, until)


def _level(world: World) -> str:
    """Return the narrowest level of which times are told: service x containing area."""
    combined = [name for name in world.levels() if name.startswith(COMBINED)]
    return combined[0] if combined else "service"


def _later(final: World, origin: int, until: int) -> Later:
    """Return the requests made in the three months from an origin on, followed until a day."""
    requested = final.column("requested_day")
    rows = np.flatnonzero((requested >= origin) & (requested < origin + QUARTER))
    closed = final.resolved[rows]
    end = np.where(closed, final.column("closed_day")[rows], until)
    days = np.maximum(end - requested[rows], 0).astype(np.int64)
    return Later(
        service=final.column("service")[rows].astype(np.int64),
        code=final.level(_level(final)).codes[rows].astype(np.int64),
        days=days,
        closed=closed,
    )


def _outcome(measures: Measures, origin: int, later: Later) -> Outcome:
    """Look up what was told for each request."""
    lives = Lifetimes(measures)
    level = next((name for name in lives.levels if name.startswith(COMBINED)), "service")
    days = lives.told(level, "told_days")
    told = {share: days[later.code, SHARES.index(share), 0].astype(np.int64) for share in TARGETS}
    waits = {}
    for age in AGES:
        still = np.flatnonzero((later.days > age) | (~later.closed & (later.days >= age)))
        codes, which = np.unique(later.code[still], return_inverse=True)
        waiting, _ = lives.waiting(level, codes, age)
        waits[age] = (
            still,
            {share: waiting.day[which, at] for at, share in enumerate(WAITING_SHARES)},
        )
    claimed = {share: _claimed(lives, level, later.code, told[share]) for share in TARGETS}
    before = {share: _claimed(lives, level, later.code, told[share] - 1) for share in TARGETS}
    return Outcome(origin, later, told, waits, claimed, before)


def _claimed(lives: Lifetimes, level: str, codes: Whole, days: Whole) -> NDArray[np.float64]:
    """Return the share that the curve which speaks for each request had closed by a day."""
    pairs, which = np.unique(np.stack([codes, days]), axis=1, return_inverse=True)
    found = np.full(pairs.shape[1], np.nan)
    for at, (code, day) in enumerate(pairs.T.tolist()):
        speaker = lives.speaker(level, code)
        if speaker is None or day < 0:
            found[at] = np.nan if speaker is None else 0.0
            continue
        source = Source("recent", speaker[0])
        start, stop = lives.array(source, "starts")[speaker[1] : speaker[1] + 2].tolist()
        last = start + int(np.searchsorted(lives.array(source, "day")[start:stop], day, "right"))
        found[at] = 0.0 if last == start else 1 - float(lives.array(source, "survival")[last - 1])
    claimed: NDArray[np.float64] = found[which.ravel()]
    return claimed


@dataclass(frozen=True, slots=True)
class Share:
    """Coverage of some requests: as told, and with the ties of whole days split."""

    plain: float
    split: float
    judged: int
    unjudged: int
    untold: int


def covered(
    outcomes: list[Outcome], share: float, chosen: NDArray[np.bool_] | None = None
) -> Share:
    """Return how many of all requests (or of chosen ones) were closed by the day told for `share`.

    Whole days come in lumps: where 3 of 10 close on the day itself and 9 of 10 by the next,
    "8 of 10 within a day" must hold for 9. `split` counts of the lump on the last day only what
    the curve needs to get to `share`, as is usual for discrete forecasts: Czado, Gneiting and
    Held (2009), Predictive model assessment for count data, Biometrics 65.
    """
    told = np.concatenate([outcome.told[share] for outcome in outcomes])
    days = np.concatenate([outcome.later.days for outcome in outcomes])
    closed = np.concatenate([outcome.later.closed for outcome in outcomes])
    claimed = np.concatenate([outcome.claimed[share] for outcome in outcomes])
    before = np.concatenate([outcome.before[share] for outcome in outcomes])
    if chosen is not None:
        told, days, closed, claimed, before = (
            column[chosen] for column in (told, days, closed, claimed, before)
        )
    known = told != NOT_REACHED
    told, days, closed, claimed, before = (
        column[known] for column in (told, days, closed, claimed, before)
    )
    full = closed_by(told, days, closed)
    less = closed_by(told - 1, days, closed)
    lump = claimed - before
    part = np.divide(share - before, lump, out=np.ones(len(lump)), where=lump > 0)
    split = less.share + _weighted(part, told, days, closed) if len(part) else np.nan
    return Share(full.share, split, full.judged, full.unjudged, int((~known).sum()))


def _weighted(
    part: NDArray[np.float64], told: Whole, days: Whole, closed: NDArray[np.bool_]
) -> float:
    """Return which share of requests closed on the very day told, each counted by its part."""
    on_it = closed & (days == told)
    return float((part * on_it).sum()) / len(told)


def _section(plan: Plan, outcomes: list[Outcome], until: int) -> Section:
    shares = {share: covered(outcomes, share) for share in TARGETS}
    services = _services(outcomes)
    waits = list(_waits(outcomes))
    days = [outcome.origin for outcome in outcomes]
    return Section(
        name=NAME,
        title=TITLE,
        method=(
            f"Times are told on {len(days)} days, {day_text(days[0])} to {day_text(days[-1])}, "
            f"{MONTH} days apart, from what was published by then (seed {plan.seed}). Followed "
            f"are the {sum(len(o.later.days) for o in outcomes):,} requests of the {QUARTER} days "
            f"from each on, until {day_text(until)}: what is open then is censored, and "
            "the share closed by the day told is Kaplan-Meier's. The time is that of the service "
            "in the ward, or of the wider group that speaks for it."
        ),
        claims=tuple(_claims(shares, waits)),
        tables=(_overall(shares), _by_origin(outcomes), services.table, _waiting(waits)),
        charts=(_chart(outcomes), services.chart),
        remarks=(
            (
                "A day is a lump: most services close many requests on the same day, so that the "
                "first day by which 8 of 10 are closed often has closed 9. *As told* counts the "
                "whole last day; *ties split* counts of it only the part that the curve needs to get "
                "to 8 of 10, which is what can be right or wrong about the estimate."
            ),
        ),
    )


def _claims(
    shares: dict[float, Share], waits: list[tuple[int, float, int, float, float]]
) -> Iterator[Claim]:
    for share, name in ((0.8, "8 of 10"), (0.5, "half")):
        low, high = TARGETS[share]
        found = shares[share]
        yield Claim(
            f"“{name}” times hold for requests of later months",
            f"{100 * low:.0f} to {100 * high:.0f} %{'' if share == 0.8 else ', ties split'}",
            f"{percent(found.plain)} ({percent(found.split)} with ties split)"
            if share == 0.8
            else f"{percent(found.split)} ({percent(found.plain)} as told)",
            low <= (found.plain if share == 0.8 else found.split) <= high,
        )
    worst = [row for row in waits if row[1] == 0.8]
    yield Claim(
        "the same given that a request is already open on day N",
        "75 to 85 % at every N",
        ", ".join(f"{percent(row[3])} at {row[0]}" for row in worst),
        all(TARGET[0] <= row[3] <= TARGET[1] for row in worst),
    )


def _overall(shares: dict[float, Share]) -> TextTable:
    rows = tuple(
        (
            f"{100 * share:.0f} %",
            percent(found.split),
            percent(found.plain),
            f"{found.judged:,}",
            f"{found.unjudged:,}",
            f"{found.untold:,}",
        )
        for share, found in shares.items()
    )
    columns = (
        "told for",
        "ties split",
        "as told",
        "requests",
        "not followed as long",
        "no time told",
    )
    return TextTable("All requests together.", columns, rows)


def _by_origin(outcomes: list[Outcome]) -> TextTable:
    rows = []
    for outcome in outcomes:
        half, most = (covered([outcome], share) for share in (0.5, 0.8))
        rows.append(
            (
                day_text(outcome.origin),
                f"{len(outcome.later.days):,}",
                percent(half.split),
                percent(half.plain),
                percent(most.split),
                percent(most.plain),
            )
        )
    columns = (
        "told on",
        "requests",
        "half, split",
        "half, as told",
        "8 of 10, split",
        "8 of 10, as told",
    )
    return TextTable("By the day on which the times were told.", columns, tuple(rows))


@dataclass(frozen=True, slots=True)
class Services:
    """Coverage by service."""

    table: TextTable
    chart: Chart


def _services(outcomes: list[Outcome]) -> Services:
    """Return how the share differs between services with enough requests."""
    service = np.concatenate([outcome.later.service for outcome in outcomes])
    counts = np.bincount(service)
    found = [
        covered(outcomes, 0.8, service == code).split
        for code in np.flatnonzero(counts >= LEAST_ROWS).tolist()
    ]
    shares = np.array([share for share in found if not np.isnan(share)])
    edges = np.arange(0.5, 1.01, 0.05)
    counted = np.histogram(np.clip(shares, 0.5, 0.9999), edges)[0]
    quantiles = np.quantile(shares, [0.1, 0.5, 0.9]) if len(shares) else [np.nan] * 3
    inside = float(((shares >= 0.75) & (shares <= 0.85)).mean()) if len(shares) else np.nan
    row = (f"{len(shares)}", *(percent(float(value)) for value in quantiles), percent(inside))
    table = TextTable(
        f"8 of 10 by service, of those with {LEAST_ROWS} later requests or more (ties split).",
        ("services", "10th percentile", "median", "90th percentile", "within 75 to 85 %"),
        (row,),
    )
    chart = Chart(
        name="time-to-close-services",
        caption="How many services by the share of later requests closed within the 8-of-10 time",
        x=[f"{100 * edge:.0f}–{100 * edge + 5:.0f}" for edge in edges[:-1]],
        x_label="later requests closed within the time told (%; the first column: 55 or less)",
        y_label="services",
        series=(Series("services", counted.astype(float).tolist()),),
        bars=True,
    )
    return Services(table, chart)


def _waits(outcomes: list[Outcome]) -> Iterator[tuple[int, float, int, float, float]]:
    """Yield age, share, requests, the share closed by the day told, and the untold."""
    for age in AGES:
        for share in WAITING_SHARES:
            told = np.concatenate([outcome.waits[age][1][share] for outcome in outcomes])
            rows = [outcome.waits[age][0] for outcome in outcomes]
            days = np.concatenate(
                [o.later.days[row] for o, row in zip(outcomes, rows, strict=True)]
            )
            closed = np.concatenate(
                [o.later.closed[row] for o, row in zip(outcomes, rows, strict=True)]
            )
            known = told != NOT_REACHED
            kept = closed_by(told[known], days[known], closed[known])
            yield age, share, kept.judged, kept.share, float((~known).mean()) if len(known) else 0.0


def _waiting(waits: list[tuple[int, float, int, float, float]]) -> TextTable:
    rows = tuple(
        (f"{age}", f"{100 * share:.0f} %", f"{judged:,}", percent(kept), percent(untold))
        for age, share, judged, kept, untold in waits
    )
    return TextTable(
        "Requests still open at the end of day N of their life, as told then.",
        ("N", "told for", "requests", "closed by the day told", "no day told"),
        rows,
    )


def _chart(outcomes: list[Outcome]) -> Chart:
    return Chart(
        name="time-to-close",
        caption="Share of later requests closed within the 8-of-10 time, by the day it was told",
        x=[day_text(outcome.origin)[:7] for outcome in outcomes],
        x_label="month in which the times were told",
        y_label="closed by then (%)",
        series=(
            Series("ties split", [100 * covered([o], 0.8).split for o in outcomes]),
            Series("as told", [100 * covered([o], 0.8).plain for o in outcomes]),
        ),
        target=(75.0, 85.0),
        y_range=(60.0, 100.0),
    )


TIMES = Experiment(NAME, steps, run)
