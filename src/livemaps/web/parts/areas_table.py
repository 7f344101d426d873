"""The table of all areas of a layer side by side, and where its figures can be taken away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from livemaps.views.area import Figures, LayerView
from livemaps.views.area.values import CITY
from livemaps.web.charts import sparkline
from livemaps.web.components import link
from livemaps.web.elements import Child, Element, element
from livemaps.web.parts import area_words as say
from livemaps.web.parts.area_compare import on_time, rate
from livemaps.web.parts.behind import OLD, to_list
from livemaps.web.parts.tables import Column, Row, card, csv_link, table
from livemaps.web.site import Visit

FILES = (
    ("backlog", "backlog-by"),
    ("queues", "queues"),
    ("unattended", "unattended"),
    ("expected", "expected"),
    ("compare", "compare"),
    ("standards", "on-time"),
    ("flow", "flow"),
)
"""The measures that the table is made of, each with the name of its definition."""

Cell = Callable[[Figures], Child]


@dataclass(frozen=True, slots=True)
class _Figure:
    """A column: its heading, and its value of one area; None where there is none to tell."""

    column: Column
    cell: Cell


def table_card(visit: Visit, view: LayerView) -> Element:
    """Return all areas in the order of their keys, the whole city last."""
    words = visit.words
    areas = (*view.areas, view.city)
    cells = [[figure.cell(area) for area in areas] for figure in _figures(visit, view)]
    told = [
        (figure.column, column)
        for figure, column in zip(_figures(visit, view), cells, strict=True)
        if any(cell is not None for cell in column)
    ]
    columns = [Column(say.layer_name(visit, view.layer), number=False), *(one for one, _ in told)]
    rows = [
        Row(area.key or "city", (_name(visit, view, area), *line), chosen=area.key == CITY)
        for area, line in zip(areas, _lines([column for _, column in told]), strict=True)
    ]
    return card(
        words("areas.table"),
        table(visit, words("areas.table"), columns, rows),
        _files(visit, view),
        size="",
        key="table",
    )


def _lines(columns: Sequence[Sequence[Child]]) -> list[tuple[Child, ...]]:
    return list(zip(*columns, strict=True))


def _name(visit: Visit, view: LayerView, area: Figures) -> Child:
    if area.key == CITY:
        return visit.profile.name
    return say.area_link(visit, view.layer, area.key, area.name)


def _figures(visit: Visit, view: LayerView) -> tuple[_Figure, ...]:
    """Return the columns; those without any value are left out of the table."""
    words = visit.words

    def column(key: str, metric: str = "", number: bool = True) -> Column:
        return Column(words(key), metric, number)

    def listed(area: Figures, count: int, **filters: object) -> Child:
        chosen = replace(say.of_area(view.layer, area.key), **filters)  # type: ignore[arg-type]
        return link(to_list(visit, chosen), words.number(count))

    def measured(name: str) -> Cell:
        def cell(area: Figures) -> Child:
            value = getattr(area.measured, name) if area.measured else None
            return None if value is None else words.number(value)

        return cell

    def old(area: Figures) -> Child:
        share = words.percent(area.over_four_weeks / area.open) if area.open else None
        return share and link(
            to_list(visit, replace(say.of_area(view.layer, area.key), ages=OLD)),
            share,
        )

    return (
        _Figure(column("area.open", "open"), lambda area: listed(area, area.open)),
        _Figure(column("area.path.short"), lambda area: _path(visit, view, area)),
        _Figure(column("area.compare.change", "queues"), lambda area: _change(visit, area)),
        _Figure(column("area.compare.old", "age"), old),
        _Figure(column("area.compare.rate", "rates"), lambda area: rate(visit, area)),
        _Figure(column("area.in", "flow"), measured("inflow")),
        _Figure(column("area.out"), measured("outflow")),
        _Figure(
            column("area.unattended", "unattended"), lambda area: words.number(area.unattended)
        ),
        _Figure(column("area.on_time", "on-time"), on_time(visit)),
        _Figure(column("area.word.name", "expected", number=False), lambda a: _word(visit, a)),
    )


def _path(visit: Visit, view: LayerView, area: Figures) -> Child:
    """Return the backlog of the last weeks as a small line."""
    path = area.measured.backlog if area.measured else ()
    if len(path) < 2:
        return None
    name = say.name_of(visit, view.layer, area)
    values = {"first": path[0], "last": path[-1], "count": len(path)}
    return sparkline(path, visit.words("area.path.said", area=name, **values))


def _change(visit: Visit, area: Figures) -> Child:
    change = area.measured.change if area.measured else None
    return None if change is None else say.signed(visit, change.more)


def _word(visit: Visit, area: Figures) -> Child:
    """Return what is said of an area, with the mark that it has on the plan."""
    said = area.measured.word if area.measured else None
    if said is None:
        return None
    mark = element("span", class_=f"key plan-{say.STYLES[said.word]}", aria_hidden=True)
    return element("span", mark, say.word(visit, said), class_="marked-word")


def _files(visit: Visit, view: LayerView) -> Element:
    """Return the figures of the table as files, each with the areas as its rows."""
    words = visit.words
    files = [
        element(
            "li",
            words(f"metric.{metric}.name"),
            " ",
            csv_link(visit, measure, {"by": view.layer}),
            key=measure,
        )
        for measure, metric in FILES
        if measure != "standards" or view.standards
    ]
    return element(
        "details",
        element("summary", words("areas.csv")),
        element("ul", files, class_="plain-list"),
        class_="twin",
    )
