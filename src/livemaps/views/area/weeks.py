"""How an area has gone week by week."""

from __future__ import annotations

from livemaps.measures.contents import Measures
from livemaps.statistics.spans import WEEK
from livemaps.views.measures.flow import FlowPath, flow_path
from livemaps.views.measures.told import if_told


def weeks(measures: Measures | None, level: str, key: str, count: int) -> FlowPath | None:
    """Return the flow of a group over the last complete weeks and what follows, if it is told."""
    complete = measures.meta.complete_day if measures else None
    if complete is None:
        return None
    since = complete - count * WEEK + 1
    return if_told(measures, lambda held: flow_path(held, level, key, "week", since))
