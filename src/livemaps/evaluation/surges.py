"""Experiment: how often is a surge told that is none, and is one that was planted told in time?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livemaps.evaluation.alarm_counts import Planting, Told, daily, planted, told
from livemaps.evaluation.feed_delay import watched
from livemaps.evaluation.history import History
from livemaps.evaluation.plan import Experiment, Plan, Tick, day_text, measured
from livemaps.evaluation.planting import surge, usual_number
from livemaps.evaluation.report import (
    Chart,
    Claim,
    Section,
    Series,
    TextTable,
    number,
    percent,
    share_of,
    too_short,
)
from livemaps.measures.contents import Measures
from livemaps.measures.surge import judged_levels
from livemaps.measures.surge_names import FAMILY, Word, figures_at, windows_of
from livemaps.model import day_number
from livemaps.statistics.spans import WHOLE_YEAR

NAME = "surge"
TITLE = "Surges"
PURPOSE = 30

HISTORY_YEARS = 2
"""Years that the rule has seen before the first judged day."""
STRENGTHS = (1.5, 2.0, 3.0)
EACH = 10
"""Groups of each level that a surge is planted in on each day, one at a time."""
SIZES = (1, 10, 20, 50, 100, 100_000)
"""Usual requests a day of a planted group: from each up to the next."""
LARGE = 50
"""A group with so many requests a day must tell a doubling; below, chance alone may double it."""
DOUBLED = 2.0
BAR = 12.0
"""False alarms in a year: one a month."""
DAYS_FOR_A_YEAR = 6
"""For each so many trials a year without surges is looked at, as far as there are such."""
BETWEEN = 26
"""Days between two planted surges: no multiple of a week, so that each weekday has its turn."""


def steps(plan: Plan) -> int:
    """Return how many steps there are: the null cities, the counts, and a world for each look."""
    return 3 + 4 * len(planting_days(plan))


def run(plan: Plan, tick: Tick) -> Section:
    """Tell alarms of quiet years, then look for planted surges."""
    if not planting_days(plan):
        return too_short(NAME, TITLE)
    quiet = plan.quiet.on(plan.last_day)
    holidays = [day_number(day) for day in plan.quiet.frame.profile.calendar.holidays]
    counts = daily(quiet, judged_levels(quiet))
    years = max((counts.last - counts.first + 1) // WHOLE_YEAR - HISTORY_YEARS, 1)
    years = min(years, -(-plan.trials // DAYS_FOR_A_YEAR))
    null = told(counts, years, holidays)
    tick()
    snowy = daily(plan.history.on(plan.last_day), judged_levels(quiet))
    weather = told(snowy, years, holidays)
    tick()
    days = planting_days(plan)
    found = list(planted(plan.random(PURPOSE, 1), counts, days, STRENGTHS, EACH, holidays))
    tick()
    with watched(plan.quiet) as data_dir:
        seen = [one for day in days for one in _looked(plan, data_dir, day, tick)]
    return _section(plan, null, weather, found, seen)


def planting_days(plan: Plan) -> tuple[int, ...]:
    """Return the days on which surges are planted, the newest first."""
    newest = plan.last_day - 5
    days = (newest - BETWEEN * back for back in range(plan.trials))
    return tuple(day for day in days if day - plan.quiet.since >= HISTORY_YEARS * WHOLE_YEAR)


@dataclass(frozen=True, slots=True)
class Seen:
    """A planted doubling as refreshes saw it."""

    what: str
    usual: float
    """Requests a day of the group."""
    same_day: bool
    """On the first day on which the feed told any of its requests."""
    next_day: bool
    """By the day after."""


def _looked(plan: Plan, data_dir: Path, day: int, tick: Tick) -> Iterator[Seen]:
    """Plant doublings of a day and look as the next two days' refreshes would."""
    random = plan.random(PURPOSE, 2, day)
    history, lives = plan.quiet, plan.quiet.lives
    apart = history.frame.vocab.service_apart[lives["service"]]
    everything = history.with_more(surge(random, lives, ~apart, [day], DOUBLED))
    groups = _groups(random, history, day, ~apart)
    parts = history.with_more(
        *(surge(random, lives, group.rows, [day], DOUBLED) for group in groups)
    )
    city = _Group("the whole city", ~apart, (("city", 0),))
    for planted_in, chosen in ((everything, [city]), (parts, groups)):
        looks = []
        for later in (1, 2):
            looks.append(measured(planted_in.on(day + later, data_dir), [FAMILY]))
            tick()
        for group in chosen:
            first, second = (any(_surge(look, day, *at) for at in group.told_of) for look in looks)
            yield Seen(group.what, group.usual(lives, day), first, first or second)


@dataclass(frozen=True, slots=True)
class _Group:
    """Where a surge is planted: its rows, and the groups any of which may tell it."""

    what: str
    rows: NDArray[np.bool_]
    told_of: tuple[tuple[str, int], ...]

    def usual(self, lives: np.ndarray, day: int) -> float:
        """Return what the weekday usually brings."""
        return usual_number(lives, self.rows, day)


def _groups(
    random: np.random.Generator, history: History, day: int, counted: NDArray[np.bool_]
) -> list[_Group]:
    """Choose a category, an area and a category in another area, all large enough."""
    vocab, layer = history.frame.vocab, history.frame.described[-1]
    lives = history.lives
    category, area = vocab.service_category[lives["service"]], history.areas(layer.id)
    start, end = np.searchsorted(lives["requested"], [day - 56, day])
    lately = slice(int(start), int(end))
    per_day = {
        "category": np.bincount(category[lately][counted[lately]]) / 56,
        layer.id: np.bincount(area[lately][counted[lately]], minlength=layer.codes) / 56,
    }
    per_day[layer.id] = per_day[layer.id][: len(layer.keys)]
    categories = _two(random, per_day["category"])
    areas = _two(random, per_day[layer.id])
    if not len(categories) or not len(areas):
        return []
    first, area_code = int(categories[0]), int(areas[0])
    found = [
        _Group("a category", counted & (category == first), (("category", first),)),
        _Group(f"an area ({layer.id})", counted & (area == area_code), ((layer.id, area_code),)),
    ]
    if len(categories) > 1 and len(areas) > 1:
        second, other = int(categories[1]), int(areas[1])
        rows = counted & (category == second) & (area == other)
        found.append(
            _Group(
                f"a category in an area ({layer.id}), told of either",
                rows,
                (("category", second), (layer.id, other)),
            )
        )
    return found


def _two(random: np.random.Generator, per_day: NDArray[np.float64]) -> NDArray[np.int64]:
    """Choose two of the groups with enough requests a day, or of the largest where none has."""
    large = np.flatnonzero(per_day >= LARGE)
    if len(large) < 2:
        large = np.argsort(-per_day, kind="stable")[:2]
    chosen: NDArray[np.int64] = random.choice(large, min(2, len(large)), replace=False)
    return chosen


def _surge(measures: Measures, day: int, level: str, group: int) -> bool:
    """Whether a surge of a day is told of a group."""
    windows = windows_of(measures)
    if day not in windows.days:
        return False
    words = figures_at(measures, level)["word"]
    return bool(words[group, windows.days.index(day)] == Word.SURGE)


def _section(
    plan: Plan, null: Told, weather: Told, found: Sequence[Planting], seen: Sequence[Seen]
) -> Section:
    days = planting_days(plan)
    return Section(
        name=NAME,
        title=TITLE,
        method=(
            "Alarms are counted in "
            + ("a city without snowfalls" if plan.simulated else "the city's own past")
            + f", where nothing was planted: {null.years:g} years, every day judged once it is "
            "complete, as a day and as the last of a week, all levels. An alarm is one group "
            "(the city, a category, a service, an agency, an area) in one run of days. Surges are "
            f"planted on {len(days)} days, {day_text(days[-1])} to {day_text(days[0])}, {BETWEEN} "
            f"days apart (seed {plan.seed}): into the counts of {EACH} groups of each level one at "
            "a time, judged once the day is complete; and as requests into the city, looked at as "
            "a refresh would on the next day, when the feed has told about half, and on the day "
            "after that. A day that is busy everywhere sets off several groups at once: it is "
            "counted as one false alarm."
        ),
        claims=tuple(_claims(plan, null, found, seen)),
        tables=(_null_table(null, weather), _seen_table(seen), _power_table(found)),
        charts=(_chart(found),),
        remarks=(
            (
                "The simulated city draws snowfalls by lot, which bring up to four times the usual "
                "for some services: real surges that nobody planted. The columns with snowfalls have "
                "them too; they are no false alarms."
            ),
        )
        if plan.simulated
        else (),
    )


def _claims(
    plan: Plan, null: Told, found: Sequence[Planting], seen: Sequence[Seen]
) -> Iterator[Claim]:
    alarms, alarm_days = null.episodes() / null.years, null.days() / null.years
    yield Claim(
        "few false alarms of the surge rule, whole city, all levels",
        f"on fewer than {BAR:g} days a year",
        f"{number(alarm_days, 1)} days a year",
        alarm_days < BAR if plan.simulated else None,
    )
    yield Claim(
        "the same, each group that tells one counted by itself",
        f"fewer than {BAR:g} a year",
        f"{number(alarms, 1)} a year",
        alarms < BAR if plan.simulated else None,
    )
    for what in dict.fromkeys(one.what for one in seen):
        within = [one.next_day for one in seen if one.what == what]
        same = [one.same_day for one in seen if one.what == what]
        usual = float(np.median([one.usual for one in seen if one.what == what]))
        yield Claim(
            f"twice the usual is told within a day: {what}",
            "8 of 10",
            f"{share_of(sum(within), len(within))} ({sum(same)} the same day; usually "
            f"{usual:,.0f} a day)",
            sum(within) >= 0.8 * len(within),
        )
    large = [one.found for one in found if one.times == DOUBLED and one.usual >= LARGE]
    yield Claim(
        f"twice the usual is told once the day is whole, of any group of {LARGE} a day or more",
        "8 of 10",
        f"{percent(float(np.mean(large)) if large else None)} of {len(large)}",
        bool(np.mean(large) >= 0.8) if large else None,
    )


def _null_table(null: Told, weather: Told) -> TextTable:
    levels = dict.fromkeys(alarm.level for alarm in (*null.alarms, *weather.alarms))
    rows = [(level, *_yearly(null, level), *_yearly(weather, level)) for level in levels]
    rows.append(("all levels", *_yearly(null, None), *_yearly(weather, None)))
    return TextTable(
        "Alarms in a year where nothing was planted.",
        (
            "level",
            "alarms",
            "days with any",
            "alarms with snowfalls",
            "days with any, with snowfalls",
        ),
        tuple(rows),
    )


def _yearly(found: Told, level: str | None) -> tuple[str, str]:
    """Return alarms and days with any, in a year."""
    return (
        number(found.episodes(level) / found.years, 1),
        number(found.days(level) / found.years, 1),
    )


def _seen_table(seen: Sequence[Seen]) -> TextTable:
    rows = []
    for what in dict.fromkeys(one.what for one in seen):
        chosen = [one for one in seen if one.what == what]
        rows.append(
            (
                what,
                f"{np.median([one.usual for one in chosen]):,.0f}",
                share_of(sum(one.same_day for one in chosen), len(chosen)),
                share_of(sum(one.next_day for one in chosen), len(chosen)),
            )
        )
    return TextTable(
        "Planted requests, twice the usual, as refreshes saw them.",
        ("planted in", "usual a day (median)", "told the same day", "told within a day"),
        tuple(rows),
    )


def _rate(found: Sequence[Planting], times: float, low: int, high: int) -> tuple[int, int]:
    chosen = [one.found for one in found if one.times == times and low <= one.usual < high]
    return sum(chosen), len(chosen)


def _spans() -> Iterator[tuple[int, int, str]]:
    for low, high in pairwise(SIZES):
        yield low, high, f"{low} to {high - 1}" if high != SIZES[-1] else f"{low} or more"


def _power_table(found: Sequence[Planting]) -> TextTable:
    rows = [
        (name, *(share_of(*_rate(found, times, low, high)) for times in STRENGTHS))
        for low, high, name in _spans()
    ]
    return TextTable(
        "Surges planted into the counts of one group, told once the day is whole.",
        ("usual requests a day", *(f"{times:g} times" for times in STRENGTHS)),
        tuple(rows),
    )


def _chart(found: Sequence[Planting]) -> Chart:
    series = []
    for times in STRENGTHS:
        rates = [_rate(found, times, low, high) for low, high, _ in _spans()]
        shares = [100 * told_of / tried if tried else np.nan for told_of, tried in rates]
        series.append(Series(f"{times:g} times the usual", shares))
    return Chart(
        name="surge-power",
        caption="Share of planted surges that are told, by the group's usual number of requests",
        x=[name for _, _, name in _spans()],
        x_label="usual requests a day",
        y_label="told (%)",
        series=tuple(series),
        bars=True,
        y_range=(0.0, 100.0),
    )


SURGES = Experiment(NAME, steps, run)
