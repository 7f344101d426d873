"""The first screen: the answer, the map, the filters, the breakdown and the list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash
from dash import Input, Output, State, dcc, html

from livemaps import figures
from livemaps.errors import SnapshotError
from livemaps.model import PlacePrecision
from livemaps.views import Bounds
from livemaps.web import ids
from livemaps.web.clientside import clientside
from livemaps.web.components import icon
from livemaps.web.elements import Element, Region, element, tree
from livemaps.web.page import Page
from livemaps.web.parts import (
    answer,
    breakdown,
    filters,
    last_visit,
    listing,
    map_draft,
    reported,
    search,
    searching,
)
from livemaps.web.parts import map as area_map
from livemaps.web.site import Site, Visit

Tree = list[Element]

GRAPH_OPTIONS: Mapping[str, Any] = {
    "displayModeBar": False,
    "scrollZoom": True,
    "doubleClick": False,
    "showSendToCloud": False,
    "responsive": True,
}


def layout(site: Site, visit: Visit) -> list[Any]:
    """Return the parts of the screen in reading order; callbacks fill them."""
    words = visit.words
    return [
        Region(id=ids.SEARCH, tree=search.box(visit), attributes={"className": "search"}),
        html.Div(
            [
                Region(id=ids.SEARCH_RESULTS),
                Region(id=ids.SEARCH_ADDRESSES),
                Region(id=ids.SEARCH_REQUEST),
            ],
            className="search-results",
        ),
        dcc.Store(id=ids.SEARCH_TEXT),
        dcc.Store(id=ids.ADDRESS_TEXT),
        dcc.Store(id=ids.SERVICE_TEXT),
        dcc.Store(id=ids.UNFOLDED),
        dcc.Store(id=ids.MAP_SHOWN),
        dcc.Store(id=ids.MAP_CHANGE),
        dcc.Store(id=ids.MAP_MARKS),
        dcc.Store(id=ids.MAP_VIEWPORT),
        Region(id=ids.ANSWER, name="section", attributes={"className": "answer"}),
        html.Div(
            [
                _filter_panel(visit),
                html.Section(
                    [
                        Region(id=ids.MAP_HEAD, attributes={"className": "card-head"}),
                        _map_box(site, visit),
                        Region(id=ids.MAP_LEGEND, attributes={"className": "legend"}),
                    ],
                    className="card map-card",
                    **_labelled(words("nav.map")),
                ),
                html.Div(
                    [
                        Region(
                            id=ids.CHANGES,
                            name="section",
                            attributes={"className": "card changes-card"},
                        ),
                        Region(id=ids.BREAKDOWN, attributes={"className": "breakdown"}),
                    ],
                    className="side",
                ),
                Region(
                    id=ids.LISTING, name="section", attributes={"className": "card listing-card"}
                ),
            ],
            className="home-grid",
        ),
    ]


def _filter_panel(visit: Visit) -> html.Section:
    """Return the panel of filters; on narrow screens it folds behind a button."""
    words = visit.words
    button = element(
        "button",
        icon("filter"),
        words("filters.title"),
        type="button",
        class_="button filters-button",
        aria_expanded="false",
        aria_controls="filter-panel",
        data_action="filters",
    )
    return html.Section(
        [
            Region(tree=[element("h2", words("filters.title")), button]),
            html.Div(
                [
                    Region(id=ids.FILTERS),
                    Region(id=ids.SERVICES),
                    Region(id=ids.MORE_FILTERS),
                ],
                id="filter-panel",
                className="filter-panel",
            ),
        ],
        className="card filters",
        **_labelled(words("filters.title")),
    )


def _labelled(text: str) -> dict[str, Any]:
    """Return the name of a part for those who cannot see where it begins."""
    return {"aria-label": text}


def _map_box(site: Site, visit: Visit) -> html.Div:
    """Return the map with its buttons, and its table twin in the same box."""
    words = visit.words
    buttons = [
        element(
            "button",
            icon(name),
            type="button",
            class_="button",
            aria_label=words(f"map.zoom.{name}"),
            data_action=f"zoom-{name}",
        )
        for name in ("plus", "minus", "whole")
    ]
    buttons.append(_locate_button(visit))
    return html.Div(
        [
            Region(
                tree=map_draft.draft(site, visit),
                attributes={"className": "map-draft", "aria-hidden": "true"},
            ),
            dcc.Graph(
                id=ids.MAP,
                figure=figures.blank(),
                config=dict(GRAPH_OPTIONS),  # type: ignore[arg-type]
                responsive=True,
                clear_on_unhover=True,
                className="map",
            ),
            Region(
                id=ids.MAP_FOCUS,
                tree=[
                    element("div", class_="crosshair", aria_hidden=True),
                    element("p", words("map.keyboard"), class_="map-hint"),
                    element("div", buttons, class_="map-buttons"),
                    element("p", class_="map-note", role="status"),
                ],
                attributes={"className": "map-overlay"},
            ),
            Region(id=ids.MAP_TABLE, attributes={"className": "map-table", "hidden": True}),
        ],
        className="map-box",
    )


def _locate_button(visit: Visit) -> Element:
    """Return the button that chooses the visitor's own area, with what it may have to say."""
    words = visit.words
    return element(
        "button",
        icon("locate"),
        type="button",
        class_="button",
        aria_label=words("map.locate.label"),
        data_action="locate",
        data_asking=words("map.locate.asking"),
        data_outside=words("map.locate.outside"),
        data_refused=words("map.locate.refused"),
    )


def register(app: dash.Dash, site: Site) -> None:
    """Register the callbacks of this screen; each asks for one view."""
    _register_page(app, site)
    _register_map(app, site)
    searching.register(app, site)
    if site.profile.precision.place is PlacePrecision.EXACT:
        _register_marks(app, site)


def _register_page(app: dash.Dash, site: Site) -> None:
    @app.callback(
        Output(ids.ANSWER, "tree"),
        Output(ids.CHANGES, "tree"),
        Output(ids.FILTERS, "tree"),
        Output(ids.BREAKDOWN, "tree"),
        Output(ids.LISTING, "tree"),
        Input(ids.URL, "search"),
        Input(ids.VERSION, "data"),
    )
    def _page(query: str | None, _version: str | None) -> tuple[Tree, ...]:
        visit = site.visit(query)
        try:
            home = site.board.home(visit.address.filters, visit.address.view)
        except SnapshotError:
            return waiting(visit)
        return (
            [
                *answer.answer(visit, home),
                *reported.card(site, visit),
                element("span", hidden=True, data_title=site.title(visit)),
            ],
            tree(
                breakdown.changes(visit, home.changes),
                last_visit.place(visit, home, site.board.snapshot().meta),
            ),
            filters.main_filters(visit, home),
            breakdown.breakdown(visit, home.breakdown),
            listing.listing(visit, home.listing),
        )

    @app.callback(
        Output(ids.MORE_FILTERS, "tree"),
        Input(ids.URL, "search"),
        Input(ids.VERSION, "data"),
        Input(ids.UNFOLDED, "data"),
    )
    def _more(query: str | None, _version: str | None, unfolded: list[str] | None) -> Tree:
        visit = site.visit(query)
        try:
            home = site.board.home(visit.address.filters, visit.address.view)
        except SnapshotError:
            return []
        return filters.more_filters(visit, home, frozenset(unfolded or ()))


def waiting(visit: Visit) -> tuple[Tree, ...]:
    """Return what the screen shows before there is any data; the line above says how far it is."""
    headline = visit.words("first.headline", city=visit.profile.name)
    title = element("h1", headline, tabindex=-1, data_version="")
    return ([title], [], [], [], [])


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
    )
    def _map(
        query: str | None, _version: str | None, theme: str | None, before: dict[str, str] | None
    ) -> tuple[Any, ...]:
        visit = site.visit(query)
        try:
            return drawn(site, visit, theme or "light", before)
        except SnapshotError:
            return dash.no_update, dash.no_update, None, [], [], [], dash.no_update

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


def drawn(site: Site, visit: Visit, theme: str, before: dict[str, str] | None) -> tuple[Any, ...]:
    """Return the map or what changes on it, what it was drawn for, its title, legend and table.

    Areas count what they would show if they were chosen, so the layer's own filter is lifted:
    what is chosen is outlined, and its neighbours can be compared and chosen.
    """
    snapshot = site.board.snapshot()
    layer = snapshot.layer(visit.layer)
    unrestricted = visit.address.filters.with_area(layer.id, frozenset())
    values = site.board.area_values(unrestricted, layer.id)
    areas = area_map.area_map(visit, layer, values)
    scale = figures.Scale.of(values.counts)
    shown = area_map.Shown(layer.id, areas.polygons, theme, visit.words.language).stored()
    figure: Any = dash.no_update
    change: Any = dash.no_update
    if shown == before:
        change = figures.area_change(areas, scale, theme)
    else:
        place = site.profile.map
        outlines = {known.id: area_map.polygons(known) for known in snapshot.layers}
        view = figures.View(place.long, place.lat, place.zoom, layer.id, outlines, place.tile_style)
        names = area_map.backdrop(visit, snapshot)
        figure = figures.area_map(areas, scale, theme, view, names)
    return (
        figure,
        change,
        shown,
        area_map.head(visit),
        area_map.legend(visit, values, scale, theme),
        area_map.table(visit, layer, values) if visit.address.view.table else [],
        {"className": "map-table", "hidden": not visit.address.view.table},
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


def _title(site: Site, visit: Visit) -> str:
    """Return what is looked at, where the address says it; else the page's name."""
    if not any(visit.address.in_force()):
        return visit.words("nav.map")
    return answer.scope(visit, site.board.facets(visit.address.filters))


def _summary(site: Site, visit: Visit) -> str:
    """Return the answer in words where the address asks for something; else what the site is."""
    if not any(visit.address.in_force()):
        return visit.words("site.description", city=visit.profile.name)
    home = site.board.home(visit.address.filters, visit.address.view)
    return answer.plain(visit, home)


PAGE = Page("/", "map", layout, register, in_navigation=True, title=_title, summary=_summary)
