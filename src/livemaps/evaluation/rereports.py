"""Experiment: is the share of re-reported closings what chance gives, where nothing comes again?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from livemaps.evaluation.plan import Experiment, Plan, Tick, day_text, measured
from livemaps.evaluation.planting import reported_again
from livemaps.evaluation.report import Claim, Section, TextTable, number, percent
from livemaps.measures.levels import CITY
from livemaps.measures.rereported import FAMILY, WINDOWS, shares_of

NAME = "re-reported"
TITLE = "Re-reported"
PURPOSE = 50

SHARES = (0.0, 0.02, 0.05, 0.1)
"""Of all closings, those that come again; 0: nothing does."""
WITHIN = 14
"""Days after closing within which they come, evenly."""
PLANTED_DAYS = 800
"""How far back from the end closings come again: all that the measure looks at."""
NULL = (0.9, 1.1)
SEEN = (0.6, 1.1)
"""Of what was planted and can be seen, the part that must be seen, and the most that may."""


def steps(plan: Plan) -> int:
    """Return how many worlds are looked at."""
    del plan
    return len(SHARES)


@dataclass(frozen=True, slots=True)
class Found:
    """What was measured of the whole city with some share planted, by window."""

    planted: float
    observed: tuple[float, ...]
    chance: tuple[float, ...]


def run(plan: Plan, tick: Tick) -> Section:
    """Plant requests that come again, and see whether the share over chance grows by as many."""
    found = []
    for place, share in enumerate(SHARES):
        found.append(_found(plan, place, share))
        tick()
    return _section(plan, found)


def _found(plan: Plan, place: int, share: float) -> Found:
    history = plan.history
    if share:
        recent = _closed_lately(plan)
        random = plan.random(PURPOSE, place)
        history = history.with_more(reported_again(random, history.lives, recent, share, WITHIN))
    measures = measured(history.on(plan.last_day), [FAMILY])
    told = shares_of(measures, CITY)
    closings = float(told.closings[0])
    return Found(
        share,
        tuple(float(again) / closings for again in np.ravel(told.again[:, 0])),
        tuple(float(chance) / closings for chance in np.ravel(told.chance[:, 0])),
    )


def _closed_lately(plan: Plan) -> np.ndarray:
    """Return which requests were closed in the days that are looked at, and have a place."""
    lives = plan.history.lives
    closed = lives["closed"]
    within: np.ndarray = (closed >= plan.last_day - PLANTED_DAYS) & (closed < plan.last_day)
    return within


def _section(plan: Plan, found: list[Found]) -> Section:
    at = WINDOWS.index(WITHIN)
    rows = []
    for one in found:
        for place, window in enumerate(WINDOWS):
            rows.append(
                (
                    percent(one.planted, 0),
                    f"{window}",
                    percent(one.observed[place], 2),
                    percent(one.chance[place], 2),
                    number(one.observed[place] / one.chance[place]),
                    percent(one.observed[place] - one.chance[place], 2),
                )
            )
    return Section(
        name=NAME,
        title=TITLE,
        method=(
            f"The whole city on {day_text(plan.last_day)} (seed {plan.seed}), where nothing comes "
            "again but by chance, and with a share of all closings followed by one more request "
            f"of the same service and place, on a day drawn evenly from the {WITHIN} days after."
        ),
        claims=tuple(_claims(plan, found, at)),
        tables=(
            TextTable(
                "Closings followed by a request of the same service and place.",
                ("planted", "within days", "measured", "by chance", "ratio", "more than chance"),
                tuple(rows),
            ),
        ),
        remarks=(
            (
                "Where a place is a whole area many closings are followed by another request by "
                "chance, and a planted one changes nothing where one would have come anyway; and "
                "what comes again closes too, and is a closing that nothing follows. What can be "
                "seen of a planted share p is therefore p / (1 + p) x (1 - what is measured without "
                "it). The planted requests also raise what chance gives to other closings nearby: "
                "somewhat less is seen still, so that the figure is a lower bound."
            ),
        ),
    )


def _claims(plan: Plan, found: list[Found], at: int) -> Iterator[Claim]:
    null = found[0]
    ratio = null.observed[at] / null.chance[at]
    yield Claim(
        "where nothing comes again, as many closings are re-reported as chance gives",
        f"ratio {NULL[0]:g} to {NULL[1]:g}",
        number(ratio, 3),
        NULL[0] <= ratio <= NULL[1] if plan.simulated else None,
    )
    for one in found[2:]:
        due = one.planted / (1 + one.planted) * (1 - null.observed[at])
        more = (one.observed[at] - one.chance[at]) - (null.observed[at] - null.chance[at])
        yield Claim(
            f"{percent(one.planted, 0)} of closings that come again are seen above chance",
            f"{percent(SEEN[0] * due)} to {percent(SEEN[1] * due)}",
            percent(more),
            bool(SEEN[0] * due <= more <= SEEN[1] * due),
        )


REREPORTS = Experiment(NAME, steps, run)
