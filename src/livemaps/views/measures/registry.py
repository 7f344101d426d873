"""The measures that can be asked for, by name; a line for each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from livemaps.views.measures.values import MeasureView

VIEWS: tuple[MeasureView, ...] = ()

MEASURES: Mapping[str, MeasureView] = MappingProxyType({view.name: view for view in VIEWS})
