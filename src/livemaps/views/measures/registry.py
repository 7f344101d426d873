"""The measures that can be asked for, by name; a line for each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from livemaps.views.measures import (
    backlog,
    compare,
    expected,
    flow,
    forecast,
    life,
    queues,
    rereported,
    standards_table,
    surge,
    time_to_close_table,
    unattended,
    usual_time,
)
from livemaps.views.measures.values import MeasureView

VIEWS: tuple[MeasureView, ...] = (
    life.VIEW,
    backlog.VIEW,
    flow.VIEW,
    queues.VIEW,
    unattended.VIEW,
    standards_table.VIEW,
    rereported.VIEW,
    expected.VIEW,
    compare.VIEW,
    time_to_close_table.VIEW,
    usual_time.VIEW,
    forecast.VIEW,
    surge.VIEW,
)

MEASURES: Mapping[str, MeasureView] = MappingProxyType({view.name: view for view in VIEWS})
