"""The table of the areas of a layer side by side, those that contain them and the city last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from livemaps.views.area import Figures, LayerView
from livemaps.views.area.values import CITY
from livemaps.views.area_tables import CITY_LAYER, SORTED, number
from livemaps.web.charts import sparkline
from livemaps.web.components import link
from livemaps.web.elements import Child, Element, element
from livemaps.web.parts import area_words as say
from livemaps.web.parts.area_compare import on_time, rate
from livemaps.web.parts.area_files import side_by_side_file
from livemaps.web.parts.areas_controls import controls, count, pages
from livemaps.web.parts.areas_shown import Order, Shown
from livemaps.web.parts.behind import OLD, UNATTENDED, to_list
from livemaps.web.parts.tables import Column, Row, card, foot, table
from livemaps.web.site import Site, Visit

PATH = "open_by_week"
"""The column of small lines."""

Line = tuple[str, Figures]
"""An area and its layer."""


@dataclass(frozen=True, slots=True)
class _Figure:
    """A column: its name in files and in the address, its heading, and its value of one line."""

    name: str
    heading: str
    metric: str
    cell: Callable[[Visit, str, Figures], Child]
    """Of an area and its layer; None where there is nothing to tell."""
    number: bool = True

    def column(self, visit: Visit) -> Column:
        """Return its heading."""
        return Column(visit.words(self.heading), self.metric, self.number)


def table_card(site: Site, visit: Visit, view: LayerView, shown: Shown) -> Element:
    """Return the areas that are asked for, with the ways to ask for others."""
    words = visit.words
    lines: list[Line] = [(view.layer, area) for area in shown.rows]
    lines += [*shown.within, (CITY_LAYER, view.city)]
    told = list(_told(visit, lines, with_paths=not shown.paged))
    sortable = {figure.name: words(figure.heading) for figure, _ in told if figure.name in SORTED}
    columns = [
        Column(say.layer_name(visit, view.layer), number=False),
        *(_headed(visit, figure, shown.order) for figure, _ in told),
    ]
    return card(
        words("areas.table"),
        controls(site, visit, view, shown, sortable),
        count(visit, view, shown),
        table(visit, words("areas.table"), columns, _rows(visit, view, lines, told), stacked=False),
        pages(visit, shown),
        None if view.basis.pending else foot(side_by_side_file(visit, view, shown)),
        size="",
        key="table",
    )


def _told(
    visit: Visit, lines: Sequence[Line], with_paths: bool
) -> list[tuple[_Figure, list[Child]]]:
    """Return the columns that have anything to tell, each with its cells."""
    cells = (
        (figure, [figure.cell(visit, layer, area) for layer, area in lines])
        for figure in FIGURES
        if with_paths or figure.name != PATH
    )
    return [
        (figure, column) for figure, column in cells if any(cell is not None for cell in column)
    ]


def _headed(visit: Visit, figure: _Figure, order: Order) -> Column:
    """Return the heading of a column, which says whether it is sorted by."""
    column = figure.column(visit)
    if figure.name != order.column:
        return column
    return replace(column, sorted="ascending" if order.rising else "descending")


def _rows(
    visit: Visit,
    view: LayerView,
    lines: Sequence[Line],
    told: Sequence[tuple[_Figure, list[Child]]],
) -> list[Row]:
    """Return the lines of the table; what contains the areas is set apart."""
    cells = zip(*(column for _, column in told), strict=True)
    return [
        Row(f"{layer}/{area.key}", (_name(visit, layer, area), *line), chosen=layer != view.layer)
        for (layer, area), line in zip(lines, cells, strict=True)
    ]


def _name(visit: Visit, layer: str, area: Figures) -> Child:
    if area.key == CITY:
        return visit.profile.name
    return say.area_link(visit, layer, area.key, area.name)


def _counted(name: str, heading: str, metric: str = "") -> _Figure:
    """Return the column of a count that leads nowhere."""

    def cell(visit: Visit, _layer: str, area: Figures) -> Child:
        value = number(area, name)
        return None if value is None else visit.words.number(int(value))

    return _Figure(name, heading, metric, cell)


def _open(visit: Visit, layer: str, area: Figures) -> Child:
    """Return how many are open, which leads to their list."""
    return link(to_list(visit, say.of_area(layer, area.key)), visit.words.number(area.open))


def _unattended(visit: Visit, layer: str, area: Figures) -> Child:
    """Return of how many nothing was heard, which leads to their list."""
    behind = to_list(visit, say.of_area(layer, area.key), waiting=UNATTENDED)
    return link(behind, visit.words.number(area.unattended))


def _old(visit: Visit, layer: str, area: Figures) -> Child:
    """Return the share that is over four weeks old, which leads to the list."""
    if not area.open:
        return None
    behind = to_list(visit, say.of_area(layer, area.key), ages=OLD)
    return link(behind, visit.words.percent(area.over_four_weeks / area.open))


def _path(visit: Visit, layer: str, area: Figures) -> Child:
    """Return the backlog of the last weeks as a small line."""
    path = area.measured.backlog if area.measured else ()
    if len(path) < 2:
        return None
    name = say.name_of(visit, layer, area)
    values = {"first": path[0], "last": path[-1], "count": len(path)}
    return sparkline(path, visit.words("area.path.said", area=name, **values))


def _change(visit: Visit, _layer: str, area: Figures) -> Child:
    return None if area.change is None else say.signed(visit, area.change.more)


def _rate(visit: Visit, _layer: str, area: Figures) -> Child:
    return rate(visit, area)


def _on_time(visit: Visit, _layer: str, area: Figures) -> Child:
    return on_time(visit, area)


def _word(visit: Visit, _layer: str, area: Figures) -> Child:
    """Return what is said of an area, with the mark that it has on the plan."""
    said = area.measured.word if area.measured else None
    if said is None:
        return None
    mark = element("span", class_=f"key plan-{say.STYLES[said.word]}", aria_hidden=True)
    return element("span", mark, say.word(visit, said), class_="marked-word")


FIGURES = (
    _Figure("open", "area.open", "open", _open),
    _Figure(PATH, "area.path.short", "", _path),
    _Figure("change_28_days", "area.compare.change", "queues", _change),
    _Figure("over_four_weeks_share", "area.compare.old", "age", _old),
    _Figure("per_1000_residents", "area.compare.rate", "rates", _rate),
    _counted("in_28_days", "area.in", "flow"),
    _counted("closed_28_days", "area.out"),
    _Figure("unattended", "area.unattended", "unattended", _unattended),
    _Figure("on_time_share", "area.on_time", "on-time", _on_time),
    _Figure("word", "area.word.name", "expected", _word, number=False),
)
"""All columns in their order."""
