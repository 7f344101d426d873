"""The measure `usual-time`: within how many days 8 of 10 requests of a service are closed.

It is what happened, not a promise: a service standard is another measure.
"""

from __future__ import annotations

import numpy as np

from livemaps.measures.contents import Measures
from livemaps.measures.time_to_close import SHARES
from livemaps.statistics.survival import NOT_REACHED
from livemaps.views.measures.lifetimes import Lifetimes
from livemaps.views.measures.time_to_close_table import (
    GROUP_FIELDS,
    OWN_FIELDS,
    Codes,
    Columns,
    asked_codes,
    days_column,
    facts,
    group_columns,
    own_columns,
)
from livemaps.views.measures.values import Answer, Asked, Field, MeasureView, Value

LEVEL = "service"
USUAL = SHARES.index(0.8)

FIELDS = (
    *GROUP_FIELDS,
    *OWN_FIELDS,
    Field(
        "usual_days", "days", "The usual time: the day of their life by which 8 of 10 are closed."
    ),
    Field("usual_low_days", "days", "The first day of its 95 % interval."),
    Field("usual_high_days", "days", "The last day of its 95 % interval."),
    Field(
        "more_than_days", "days", "Where 8 of 10 were not reached: the longest that was followed."
    ),
    Field("open", "count", "Requests of the service that are open now."),
    Field(
        "open_beyond", "count", "Those of them that have been open for more than the usual days."
    ),
    Field("share_beyond", "share", "The share of the open ones that they are."),
)


def usual_days(measures: Measures, service: str) -> int | None:
    """Return the usual time of a service in days, None where it is not known or not reached.

    Raises:
        MeasuresPending: it is not computed yet.
    """
    code = measures.vocab.service.codes.get(service)
    if code is None:
        return None
    day = int(Lifetimes(measures).told(LEVEL, "told_days")[code, USUAL, 0])
    return None if day == NOT_REACHED else day


def answer(asked: Asked) -> Answer:
    """Answer with a row for each service that has requests, or that the filters choose.

    Raises:
        MeasuresPending: the time to close is not computed yet.
    """
    lives = Lifetimes(asked.measures)
    codes = asked_codes(lives, LEVEL, asked.filters)
    _, columns = group_columns(lives, LEVEL, codes)
    columns += [*own_columns(lives, LEVEL, codes), *_usual(lives, codes)]
    found = facts(lives, LEVEL) | _totals(lives)
    return Answer(FIELDS, list(zip(*columns, strict=True)), found)


def _usual(lives: Lifetimes, codes: Codes) -> Columns:
    """Return the columns from `usual_days` on."""
    days = lives.told(LEVEL, "told_days")[codes, USUAL]
    longest = lives.told(LEVEL, "told_longest")[codes]
    reached = days[:, 0] != NOT_REACHED
    more = days_column(np.where(reached, NOT_REACHED, longest))
    opened, beyond = (lives.result.arrays[f"usual/{what}"][codes] for what in ("open", "beyond"))
    counts = zip(opened.tolist(), beyond.tolist(), reached.tolist(), strict=True)
    late: list[Value] = []
    share: list[Value] = []
    for count, over, known in counts:
        late.append(over if known else None)
        share.append(over / count if known and count else None)
    return [*(days_column(column) for column in days.T), more, opened.tolist(), late, share]


def _totals(lives: Lifetimes) -> dict[str, int]:
    """Count the open, those beyond their service's usual time, and those whose has none.

    Services that are set apart are in none of them.
    """
    counted = ~lives.measures.vocab.service_apart
    opened, beyond = (lives.result.arrays[f"usual/{what}"][counted] for what in ("open", "beyond"))
    reached = lives.told(LEVEL, "told_days")[counted, USUAL, 0] != NOT_REACHED
    return {
        "open": int(opened.sum()),
        "open_beyond": int(beyond.sum()),
        "open_without_usual_time": int(opened[~reached].sum()),
    }


VIEW = MeasureView(
    name="usual-time",
    anchor="usual-time",
    caveat="measures.usual_time.caveat",
    filters=frozenset({"services", "categories"}),
    parameters=(),
    fields=FIELDS,
    answer=answer,
)
