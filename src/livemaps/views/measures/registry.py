"""The measures that can be asked for, by name; a line for each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from livemaps.views.measures import backlog, flow, life, queues, unattended
from livemaps.views.measures.values import MeasureView

VIEWS: tuple[MeasureView, ...] = (
    life.VIEW,
    backlog.VIEW,
    flow.VIEW,
    queues.VIEW,
    unattended.VIEW,
)

MEASURES: Mapping[str, MeasureView] = MappingProxyType({view.name: view for view in VIEWS})
