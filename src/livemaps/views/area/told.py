"""What measures tell, as far as they are there: a page shows the rest without."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from livemaps.errors import MeasuresPending
from livemaps.measures.contents import Measures
from livemaps.statistics.spans import WEEK
from livemaps.views.measures.flow import FlowPath, flow_path

Told = TypeVar("Told")


def if_told(measures: Measures | None, look_up: Callable[[Measures], Told]) -> Told | None:
    """Return what a look-up finds in measures, None while they or its family are worked out."""
    if measures is None:
        return None
    try:
        return look_up(measures)
    except MeasuresPending:
        return None


def weeks(measures: Measures | None, level: str, key: str, count: int) -> FlowPath | None:
    """Return the flow of a group over the last complete weeks and what follows, if it is told."""
    complete = measures.meta.complete_day if measures else None
    if complete is None:
        return None
    since = complete - count * WEEK + 1
    return if_told(measures, lambda held: flow_path(held, level, key, "week", since))
