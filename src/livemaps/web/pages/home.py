"""The first screen: the answer, the map, the filters, the breakdown and the list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash
from dash import Input, Output, dcc, html

from livemaps.errors import SnapshotError
from livemaps.text import Words
from livemaps.views import Home
from livemaps.web import ids
from livemaps.web.components import icon
from livemaps.web.elements import Element, Region, element, named, tree
from livemaps.web.page import Page
from livemaps.web.parts import (
    answer,
    breakdown,
    filters,
    last_visit,
    listing,
    map_box,
    reported,
    search,
    searching,
)
from livemaps.web.site import Site, Visit

Tree = list[Element]

TOGETHER = (ids.ANSWER, ids.CHANGES, ids.FILTERS, ids.BREAKDOWN, ids.LISTING)
"""The parts that are drawn together, from one view."""


def layout(site: Site, visit: Visit) -> list[Any]:
    """Return the screen as it stands now, in reading order."""
    try:
        home = site.board.home(visit.address.filters, visit.address.view)
        drawn = together(site, visit, home) | {
            ids.SERVICES: searching.services(site, visit, ""),
            ids.MORE_FILTERS: filters.more_filters(visit, home, frozenset()),
        }
        return _arranged(site, visit, drawn, map_box.drawn(site, visit))
    except SnapshotError:
        return _arranged(site, visit, waiting(visit), map_box.Drawn())


def blank(site: Site, visit: Visit) -> list[Any]:
    """Return the screen's parts with nothing in them."""
    return _arranged(site, visit, {}, map_box.Drawn())


def together(site: Site, visit: Visit, home: Home) -> dict[str, Tree]:
    """Return by id the parts that one view of the city fills."""
    return {
        ids.ANSWER: [
            *answer.answer(visit, home),
            *reported.card(site, visit),
            element("span", hidden=True, data_title=site.title(visit)),
        ],
        ids.CHANGES: tree(
            breakdown.changes(visit, home.changes),
            last_visit.place(visit, home, site.board.snapshot().meta),
        ),
        ids.FILTERS: filters.main_filters(visit, home),
        ids.BREAKDOWN: breakdown.breakdown(visit, home.breakdown),
        ids.LISTING: listing.listing(visit, home.listing),
    }


def waiting(visit: Visit) -> dict[str, Tree]:
    """Return what the screen shows before there is any data; the line above says how far it is."""
    headline = visit.words("first.headline", city=visit.profile.name)
    return {ids.ANSWER: [element("h1", headline, tabindex=-1, data_version="")]}


def _arranged(
    site: Site, visit: Visit, drawn: Mapping[str, Tree], map_drawn: map_box.Drawn
) -> list[Any]:
    """Return the parts of the screen around what is drawn of them."""
    return [
        html.Div(
            [
                Region(id=ids.SEARCH, tree=search.box(visit), attributes={"className": "search"}),
                html.Div(
                    [Region(id=found) for found in searching.FOUND], className="search-results"
                ),
            ],
            className="finding",
        ),
        *(dcc.Store(id=store) for store in searching.STORES),
        dcc.Store(id=ids.UNFOLDED),
        _part(drawn, ids.ANSWER, "answer", "section"),
        html.Div(
            [
                _filter_panel(visit, drawn),
                map_box.card(site, visit, map_drawn),
                html.Div(
                    [
                        _part(drawn, ids.CHANGES, "card changes-card", "section"),
                        _part(drawn, ids.BREAKDOWN, "breakdown"),
                    ],
                    className="side",
                ),
                _part(drawn, ids.LISTING, "card listing-card", "section"),
            ],
            className="home-grid",
        ),
    ]


def _part(drawn: Mapping[str, Tree], region: str, class_: str, name: str = "div") -> Any:
    """Return a region with what is drawn of it."""
    return Region(id=region, name=name, tree=drawn.get(region), attributes={"className": class_})


def _filter_panel(visit: Visit, drawn: Mapping[str, Tree]) -> html.Section:
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
            Region(tree=[_skip(words), element("h2", words("filters.title")), button]),
            html.Div(
                [
                    Region(id=part, tree=drawn.get(part))
                    for part in (ids.FILTERS, ids.SERVICES, ids.MORE_FILTERS)
                ],
                id="filter-panel",
                className="filter-panel",
            ),
        ],
        className="card filters",
        **named(words("filters.title")),
    )


def _skip(words: Words) -> Element:
    """Return the way past the filters, dozens of stops, for those who go by keyboard."""
    return element("a", words("filters.skip"), href=f"#{ids.MAP_HEAD}", class_="skip-link")


def register(app: dash.Dash, site: Site) -> None:
    """Register the callbacks of this screen; each asks for one view."""
    _register_page(app, site)
    map_box.register(app, site)
    searching.register(app, site)


def _register_page(app: dash.Dash, site: Site) -> None:
    @app.callback(
        *(Output(part, "tree") for part in TOGETHER),
        Input(ids.URL, "search"),
        Input(ids.VERSION, "data"),
        prevent_initial_call=True,
    )
    def _page(query: str | None, _version: str | None) -> tuple[Tree, ...]:
        visit = site.visit(query)
        try:
            home = site.board.home(visit.address.filters, visit.address.view)
            drawn = together(site, visit, home)
        except SnapshotError:
            drawn = waiting(visit)
        return tuple(drawn.get(part, []) for part in TOGETHER)

    @app.callback(
        Output(ids.MORE_FILTERS, "tree"),
        Input(ids.URL, "search"),
        Input(ids.VERSION, "data"),
        Input(ids.UNFOLDED, "data"),
        prevent_initial_call=True,
    )
    def _more(query: str | None, _version: str | None, unfolded: list[str] | None) -> Tree:
        visit = site.visit(query)
        try:
            home = site.board.home(visit.address.filters, visit.address.view)
        except SnapshotError:
            return []
        return filters.more_filters(visit, home, frozenset(unfolded or ()))


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


PAGE = Page(
    "/",
    "map",
    layout,
    register,
    blank=blank,
    in_navigation=True,
    title=_title,
    summary=_summary,
)
