"""The map in its box: its buttons, its first picture, its table twin, and what renews them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import dash
from dash import Input, Output, State, dcc, html

from livemaps import figures
from livemaps.errors import SnapshotError
from livemaps.model import PlacePrecision
from livemaps.snapshot import Snapshot, SnapshotLayer
from livemaps.views import AreaValues, Bounds
from livemaps.web import ids
from livemaps.web.clientside import clientside
from livemaps.web.components import icon
from livemaps.web.elements import Element, Region, element, named
from livemaps.web.parts import map as around
from livemaps.web.parts import map_draft
from livemaps.web.parts.search import locating
from livemaps.web.site import Site, Visit

GRAPH_OPTIONS: Mapping[str, Any] = {
    "displayModeBar": False,
    "scrollZoom": True,
    "doubleClick": False,
    "showSendToCloud": False,
    "responsive": True,
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the map shows for a visit; as it stands, what it shows before there is any data."""

    figure: Any = field(default_factory=figures.blank)
    change: Any = dash.no_update
    """What to change on the figure in the browser instead of drawing another."""
    shown: dict[str, str] | None = None
    """What the figure was drawn for: see `map.Shown`."""
    head: list[Element] = field(default_factory=list)
    legend: list[Element] = field(default_factory=list)
    table: list[Element] = field(default_factory=list)
    tabular: bool = False
    """Whether the table is on show instead of the map."""

    def table_attributes(self) -> dict[str, Any]:
        """Return the attributes of the table's region."""
        return {"className": "map-table", "hidden": not self.tabular}


def card(site: Site, visit: Visit, drawn: Drawn) -> html.Section:
    """Return the map with all that stands around it, and its stores."""
    return html.Section(
        [
            dcc.Store(id=ids.MAP_SHOWN, data=drawn.shown),
            dcc.Store(id=ids.MAP_CHANGE),
            dcc.Store(id=ids.MAP_MARKS),
            dcc.Store(id=ids.MAP_VIEWPORT),
            Region(
                id=ids.MAP_HEAD,
                tree=drawn.head,
                # Where the link past the filters leads.
                attributes={"className": "card-head", "tabIndex": "-1"},
            ),
            _box(site, visit, drawn),
            Region(id=ids.MAP_LEGEND, tree=drawn.legend, attributes={"className": "legend"}),
        ],
        className="card map-card",
        **named(visit.words("nav.map")),
    )


def _box(site: Site, visit: Visit, drawn: Drawn) -> html.Div:
    """Return the map with its buttons, and its table twin in the same box."""
    return html.Div(
        [
            Region(
                tree=map_draft.draft(site, visit) if drawn.shown else [],
                attributes={"className": "map-draft", "aria-hidden": "true"},
            ),
            dcc.Graph(
                id=ids.MAP,
                figure=drawn.figure,
                config=dict(GRAPH_OPTIONS),  # type: ignore[arg-type]
                responsive=True,
                clear_on_unhover=True,
                className="map",
            ),
            Region(
                id=ids.MAP_FOCUS,
                tree=[
                    element("div", class_="crosshair", aria_hidden=True),
                    element("p", visit.words("map.keyboard"), class_="map-hint"),
                    element("div", _buttons(visit), class_="map-buttons"),
                    element("p", class_="map-note", role="status"),
                ],
                attributes={"className": "map-overlay"},
            ),
            Region(id=ids.MAP_TABLE, tree=drawn.table, attributes=drawn.table_attributes()),
        ],
        className="map-box",
    )


def _buttons(visit: Visit) -> list[Element]:
    """Return the buttons that move the map."""
    zooms = [
        element(
            "button",
            icon(name),
            type="button",
            class_="button",
            aria_label=visit.words(f"map.zoom.{name}"),
            data_action=f"zoom-{name}",
        )
        for name in ("plus", "minus", "whole")
    ]
    return [*zooms, _locate_button(visit)]


def _locate_button(visit: Visit) -> Element:
    """Return the button that chooses the visitor's own area."""
    return element(
        "button",
        icon("locate"),
        type="button",
        class_="button",
        aria_label=visit.words("map.locate.label"),
        **locating(visit),
    )


def drawn(site: Site, visit: Visit, before: dict[str, str] | None = None) -> Drawn:
    """Return what the map shows; only its numbers where it was drawn for the same `before`.

    Areas count what they would show if they were chosen, so the layer's own filter is lifted:
    what is chosen is outlined, and its neighbours can be compared and chosen.

    Raises:
        SnapshotError: there is no data yet.
    """
    snapshot = site.board.snapshot()
    layer = snapshot.layer(visit.layer)
    unrestricted = visit.address.filters.with_area(layer.id, frozenset())
    values = site.board.area_values(unrestricted, layer.id)
    scale = figures.Scale.of(values.counts)
    figure, change, shown = _picture(site, visit, layer, values, before)
    tabular = bool(visit.address.view.table)
    return Drawn(
        figure,
        change,
        shown,
        around.head(visit),
        around.legend(visit, values, scale),
        around.table(visit, layer, values) if tabular else [],
        tabular,
    )


def _picture(
    site: Site,
    visit: Visit,
    layer: SnapshotLayer,
    values: AreaValues,
    before: dict[str, str] | None,
) -> tuple[Any, Any, dict[str, str]]:
    """Return the figure, or else what changes on it, and what it is drawn for.

    Before the browser has told its theme nobody draws a figure.
    """
    areas = around.area_map(visit, layer, values)
    theme = visit.theme or "light"
    scale = figures.Scale.of(values.counts)
    shown = around.Shown(layer.id, areas.polygons, theme, visit.words.language).stored()
    if visit.theme is None:
        return figures.blank(), dash.no_update, shown
    if shown == before:
        return dash.no_update, figures.area_change(areas, scale, theme), shown
    snapshot = site.board.snapshot()
    view = _view(site, snapshot, layer)
    names = around.backdrop(visit, snapshot)
    return figures.area_map(areas, scale, theme, view, names), dash.no_update, shown


def _view(site: Site, snapshot: Snapshot, layer: SnapshotLayer) -> figures.View:
    """Return where a first map looks, and where its outlines are."""
    place = site.profile.map
    outlines = {known.id: around.polygons(known) for known in snapshot.layers}
    return figures.View(place.long, place.lat, place.zoom, layer.id, outlines, place.tile_style)


def register(app: dash.Dash, site: Site) -> None:
    """Register the callbacks of the map; the first picture comes with the page."""
    _register_map(app, site)
    if site.profile.precision.place is PlacePrecision.EXACT:
        _register_marks(app, site)


def _register_map(app: dash.Dash, site: Site) -> None:
    @app.callback(
        Output(ids.MAP, "figure"),
        Output(ids.MAP_CHANGE, "data"),
        Output(ids.MAP_SHOWN, "data"),
        Output(ids.MAP_HEAD, "tree"),
        Output(ids.MAP_LEGEND, "tree"),
        Output(ids.MAP_TABLE, "tree"),
        Output(ids.MAP_TABLE, "attributes"),
        Input(ids.URL, "search"),
        Input(ids.VERSION, "data"),
        Input(ids.THEME, "data"),
        State(ids.MAP_SHOWN, "data"),
        prevent_initial_call=True,
    )
    def _map(
        query: str | None, _version: str | None, theme: str | None, before: dict[str, str] | None
    ) -> tuple[Any, ...]:
        visit = site.visit(query, theme=theme or "light")
        try:
            now = drawn(site, visit, before)
        except SnapshotError:
            return dash.no_update, dash.no_update, None, [], [], [], dash.no_update
        return (
            now.figure,
            now.change,
            now.shown,
            now.head,
            now.legend,
            now.table,
            now.table_attributes(),
        )

    _merge(app, ids.MAP_CHANGE)
    clientside(
        app,
        "map_drawn",
        Output(ids.MAP_FOCUS, "attributes"),
        Input(ids.MAP, "figure"),
        State(ids.MAP_FOCUS, "attributes"),
    )


def _merge(app: dash.Dash, store: str) -> None:
    """Have what arrives in a store merged into the figure in the browser."""
    clientside(
        app,
        "map_changed",
        Output(ids.MAP, "figure", allow_duplicate=True),
        Input(store, "data"),
        State(ids.MAP, "figure"),
        initial=False,
    )


def _register_marks(app: dash.Dash, site: Site) -> None:
    @app.callback(
        Output(ids.MAP_MARKS, "data"),
        Input(ids.MAP_VIEWPORT, "data"),
        Input(ids.URL, "search"),
        Input(ids.VERSION, "data"),
        Input(ids.MAP_SHOWN, "data"),
        prevent_initial_call=True,
    )
    def _marks(
        viewport: dict[str, float] | None,
        query: str | None,
        _version: str | None,
        shown: dict[str, str] | None,
    ) -> Any:
        if viewport is None or shown is None:
            return dash.no_update
        visit = site.visit(query)
        bounds = Bounds(*(viewport[side] for side in ("west", "south", "east", "north")))
        marks = site.board.marks(visit.address.filters, bounds, viewport["zoom"])
        measure = visit.address.filters.measure.value
        amount = visit.words(f"map.amount.{measure}", amount="%{customdata:,}")
        return figures.marks_change(marks, amount)

    _merge(app, ids.MAP_MARKS)
