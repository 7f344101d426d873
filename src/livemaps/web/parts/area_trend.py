"""Requests in and out of an area by week, and the path of its backlog."""

from __future__ import annotations

from collections.abc import Sequence

from livemaps.views.area import AreaView
from livemaps.views.measures.flow import FlowPath
from livemaps.web.charts import Line, Plot, chart
from livemaps.web.components import definition
from livemaps.web.elements import Element, element
from livemaps.web.parts import area_words as say
from livemaps.web.parts.tables import card, csv_link, foot
from livemaps.web.site import Visit


def trend_card(visit: Visit, view: AreaView) -> Element | None:
    """Return in and out, and the backlog, over a year of weeks; the newest days apart.

    Nothing while that is being worked out, which the page says once.
    """
    words = visit.words
    title = [words("area.trend"), definition(words, visit.address, "flow")]
    if view.basis.pending:
        return None
    if view.path is None:
        return card(title, element("p", words("area.no_trend")), key="trend")
    query = {"by": view.layer, view.layer: view.here.key, "step": "week"}
    return card(
        title,
        chart(flow_plot(visit, view, view.path), words),
        chart(backlog_plot(visit, view, view.path), words),
        foot(csv_link(visit, "flow", query)),
        key="trend",
    )


def flow_plot(visit: Visit, view: AreaView, path: FlowPath) -> Plot:
    """Return requests in and out by week."""
    words = visit.words
    marks = [
        Line(words("area.in"), path.inflow, "accent"),
        Line(words("area.out"), path.outflow, "strong"),
    ]
    title = words("area.flow.title", area=say.name_of(visit, view.layer, view.here))
    return _plot(visit, view, path, ("flow", title, words("area.flow.unit")), marks)


def backlog_plot(visit: Visit, view: AreaView, path: FlowPath) -> Plot:
    """Return the backlog at the end of each week."""
    words = visit.words
    title = words("area.path.title", area=say.name_of(visit, view.layer, view.here))
    marks = [Line(words("area.open"), path.backlog)]
    return _plot(visit, view, path, ("path", title, words("area.path.unit")), marks)


def _plot(
    visit: Visit, view: AreaView, path: FlowPath, named: tuple[str, str, str], marks: Sequence[Line]
) -> Plot:
    """Return marks over weeks; `named` are the name of the file, the title and the unit."""
    words, (name, title, unit) = visit.words, named
    whole = sum(period.complete for period in path.periods)
    return Plot(
        title=title,
        steps=[words.day(period.end) for period in path.periods],
        feet=[words.date(period.end) for period in path.periods],
        step_name=words("area.week"),
        marks=marks,
        unit=unit,
        incomplete_from=whole if whole < len(path.periods) else None,
        name=f"{visit.profile.id}-{view.layer}-{view.here.key}-{name}",
    )
