"""What the search box asks as one types: suggestions, a request's number, an address."""

from __future__ import annotations

import dash
from dash import Input, Output, State

from livemaps.errors import FeedError, SnapshotError, VisitorError
from livemaps.web import ids
from livemaps.web.elements import Element
from livemaps.web.parts import filters, search
from livemaps.web.site import Site, Visit

Tree = list[Element]

STORES = (ids.SEARCH_TEXT, ids.ADDRESS_TEXT, ids.SERVICE_TEXT)
"""Where the browser keeps what is typed."""

FOUND = (ids.SEARCH_RESULTS, ids.SEARCH_ADDRESSES, ids.SEARCH_REQUEST)
"""The regions of what is found for it, in reading order."""


def register(app: dash.Dash, site: Site) -> None:
    """Register the callbacks of the search box and of the search for services."""
    _register_services(app, site)
    _register_suggestions(app, site)
    _register_addresses(app, site)


def _register_services(app: dash.Dash, site: Site) -> None:
    @app.callback(
        Output(ids.SERVICES, "tree"),
        Input(ids.URL, "search"),
        Input(ids.VERSION, "data"),
        Input(ids.SERVICE_TEXT, "data"),
        prevent_initial_call=True,
    )
    def _services(query: str | None, _version: str | None, text: str | None) -> Tree:
        try:
            return services(site, site.visit(query), text or "")
        except SnapshotError:
            return []


def services(site: Site, visit: Visit, text: str) -> Tree:
    """Return the services that match a text, or the most frequent ones, as a filter.

    Raises:
        SnapshotError: there is no data yet.
    """
    options = site.board.service_options(visit.address.filters, text)
    return filters.services(visit, options, text)


def _register_suggestions(app: dash.Dash, site: Site) -> None:
    @app.callback(
        Output(ids.SEARCH_RESULTS, "tree"),
        Input(ids.SEARCH_TEXT, "data"),
        State(ids.URL, "search"),
        prevent_initial_call=True,
    )
    def _results(text: str | None, query: str | None) -> Tree:
        if not (text or "").strip():
            return []
        visit = site.visit(query)
        try:
            found = site.board.search(visit.address.filters, text or "")
        except SnapshotError:
            return []
        return search.results(visit, found, text or "", site.board.knows_addresses)

    @app.callback(
        Output(ids.SEARCH_REQUEST, "tree"),
        Input(ids.SEARCH_TEXT, "data"),
        State(ids.URL, "search"),
        prevent_initial_call=True,
    )
    def _request(text: str | None, query: str | None) -> Tree:
        if not (text or "").strip():
            return []
        try:
            found = site.board.numbers(text or "")
            request = site.board.find(found[0]) if len(found) == 1 else None
        except SnapshotError:
            return []
        return search.found_request(site.visit(query), request)


def _register_addresses(app: dash.Dash, site: Site) -> None:
    @app.callback(
        Output(ids.SEARCH_ADDRESSES, "tree"),
        Input(ids.ADDRESS_TEXT, "data"),
        Input(ids.SEARCH_TEXT, "data"),
        State(ids.URL, "search"),
        prevent_initial_call=True,
    )
    def _addresses(asked: str | None, typed: str | None, query: str | None) -> Tree:
        # What was found goes once something else is typed.
        if not asked or asked != (typed or "").strip():
            return []
        visit = site.visit(query)
        try:
            found = site.board.addresses(asked)
        except FeedError:
            return search.no_address(visit, "search.address.unanswered", asked)
        except (VisitorError, SnapshotError):
            return search.no_address(visit, "search.address.none", asked)
        return search.addresses(visit, found, asked)
