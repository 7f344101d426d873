"""Random lives of requests, and what lifelines says of them."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from livemaps.measures.families import Family
from livemaps.measures.time_to_close import LONG_OPEN, NAME, time_to_close
from livemaps.model import Filters, Stage, Standing
from livemaps.snapshot import UNPLACED_KEYS
from livemaps.views.measures.time_to_close_table import VIEW as TIME_TO_CLOSE
from livemaps.views.measures.values import Answer
from tests.measures.village import answer_of, world_of
from tests.views.town import AGENCIES, CHANNELS, COMMUNITIES, SERVICES, TODAY, WARDS, Row

FAMILIES = (Family(NAME, time_to_close),)
SHARES = {"median": 0.5, "p80": 0.8, "p90": 0.9}
PLACES = [*COMMUNITIES, *UNPLACED_KEYS.values()]
HELD = ("base", "fresh", "changed")
DONE = Stage.RESOLVED


def life(requested: int, days: int | None, **more: Any) -> Row:
    """Return a request of a day that was closed after some days, or is open."""
    if days is None:
        return Row(requested=requested, **more)
    return Row(requested=requested, stage=DONE, closed=requested + days, **more)


def random_rows(size: int = 1_200, seed: int = 3) -> list[Row]:
    """Return requests of four years, of services that differ in speed; the data end yesterday."""
    random = np.random.default_rng([311, seed])
    rows = [life(TODAY - 1, None)]
    for _ in range(size):
        service = int(random.choice(len(SERVICES), p=[0.6, 0.02, 0.2, 0.13, 0.05]))
        requested = TODAY - 1 - int(random.integers(0, 4 * 365))
        days = int(random.lognormal(1 + service, 1.2)) if random.random() < 0.9 else 5_000
        place = int(random.choice(len(PLACES), p=[0.4, 0.3, 0.2, 0.04, 0.02, 0.02, 0.02]))
        ward = WARDS[place % 2] if place < len(COMMUNITIES) else PLACES[place]
        rows.append(
            replace(
                life(requested, days if requested + days < TODAY else None),
                service=SERVICES[service],
                agency=AGENCIES[int(random.integers(len(AGENCIES)))],
                channel=CHANNELS[int(random.integers(len(CHANNELS)))],
                standing=Standing(int(random.choice(3, p=[0.9, 0.07, 0.03]))),
                community=PLACES[place],
                ward=ward,
                held=HELD[int(random.choice(3, p=[0.9, 0.05, 0.05]))],
            )
        )
    return rows


def frame(rows: list[Row], last: int) -> pd.DataFrame:
    """Return the cohort as the definition has it: `days` and `closed` of requests that count."""
    table = pd.DataFrame(
        {
            "service": [row.service for row in rows],
            "category": [row.category for row in rows],
            "agency": [row.agency for row in rows],
            "channel": [row.channel for row in rows],
            "community": [row.community for row in rows],
            "ward": [row.ward for row in rows],
            "requested": [row.requested for row in rows],
            "done": [row.closed for row in rows],
            "resolved": [row.stage is DONE for row in rows],
            "counts": [row.standing is Standing.COUNTS for row in rows],
            "city": "city",
        }
    )
    table = table[table["counts"]]
    table["closed"] = table["resolved"] & (table["done"] <= last)
    table["days"] = table["done"].where(table["closed"], last) - table["requested"]
    return table


def fitted(group: pd.DataFrame) -> Any:
    from lifelines import KaplanMeierFitter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return KaplanMeierFitter().fit(group["days"], group["closed"])


def first_day(line: pd.Series[float], level: float) -> int | None:
    below = line.index[line <= level * (1 + 1e-11)]
    return int(below[0]) if len(below) else None


def expected_times(group: pd.DataFrame) -> dict[str, int | None]:
    curve = fitted(group)
    lines = {
        "days": curve.survival_function_.iloc[:, 0],
        "low_days": curve.confidence_interval_.iloc[:, 0],
        "high_days": curve.confidence_interval_.iloc[:, 1],
    }
    return {
        f"{name}_{what}": first_day(line, 1 - share)
        for name, share in SHARES.items()
        for what, line in lines.items()
    }


def known(group: pd.DataFrame) -> int:
    return int((group["closed"] | (group["days"] >= LONG_OPEN)).sum())


def as_dicts(answer: Answer) -> list[dict[str, Any]]:
    names = [field.name for field in answer.fields]
    return [dict(zip(names, row, strict=True)) for row in answer.rows]


def asked(rows: list[Row], filters: Filters | None = None, **options: Any) -> list[dict[str, Any]]:
    return as_dicts(answer_of(TIME_TO_CLOSE, world_of(rows), FAMILIES, filters, **options))
