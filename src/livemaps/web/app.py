"""The Dash application: its document, its pages, and which page an address shows."""

from __future__ import annotations

import logging
from typing import Any

import dash
from dash import Input, Output, State, html
from flask import Response, request

from livemaps.feeds.profile import Profile
from livemaps.resources import assets_folder
from livemaps.settings import Settings
from livemaps.text import Catalogue
from livemaps.views import Board
from livemaps.web import fault, ids, shell, static
from livemaps.web.clientside import clientside
from livemaps.web.document import Document
from livemaps.web.elements import Region
from livemaps.web.page import Page
from livemaps.web.pages import (
    about,
    agency,
    area,
    areas,
    backlog,
    brief,
    find,
    home,
    missing,
    status,
    wall,
)
from livemaps.web.pages import request as one_request
from livemaps.web.site import Site, Visit
from livemaps.web.urlstate import Address

PAGES: tuple[Page, ...] = (
    home.PAGE,
    areas.PAGE,
    area.PAGE,
    brief.PAGE,
    one_request.PAGE,
    find.PAGE,
    backlog.PAGE,
    agency.PAGE,
    status.PAGE,
    about.PAGE,
    wall.PAGE,
)
"""All pages, in the order in which the header leads to them."""

POLL_SECONDS = 10.0
SIMULATED_POLL_SECONDS = 2.5
"""A simulated city changes within seconds, and one wants to see it."""

A_YEAR = 31_536_000

log = logging.getLogger(__name__)


def build(board: Board, profile: Profile, settings: Settings, catalogue: Catalogue) -> dash.Dash:
    """Return the pages of a city as an application; starts nothing and opens nothing.

    Raises:
        ConfigurationError: the installation lacks its assets.
    """
    site = site_of(board, profile, settings, catalogue)
    app = Document(
        __name__,
        site=site,
        backend=static.backend(settings.data_dir),
        assets_folder=str(assets_folder()),
        title=profile.name,
        update_title=None,
        compress=True,
        # Callbacks are short and synchronous; Dash would hop threads wherever it can.
        use_async=False,
    )
    poll = SIMULATED_POLL_SECONDS if profile.simulated else POLL_SECONDS
    app.layout = shell.layout(poll)
    app.validation_layout = html.Div([shell.layout(poll), *_every_layout(site)])  # type: ignore[assignment]
    app.server.after_request(_serve_asset)
    shell.register(app, site)
    _register_router(app, site)
    for page in PAGES:
        page.register(app, site)
    return app


def site_of(board: Board, profile: Profile, settings: Settings, catalogue: Catalogue) -> Site:
    """Return what every page of a city is given."""
    return Site(board, profile, settings, catalogue, PAGES, missing.PAGE)


def _every_layout(site: Site) -> list[Any]:
    """Return the parts of every page, so that Dash knows the ids that callbacks name."""
    visit = Visit(Address(), site.words(None), site.profile)
    known: list[Any] = [Region(id=region) for page in PAGES for region in page.parts]
    return known + [part for page in PAGES if page.blank for part in page.blank(site, visit)]


def _register_router(app: dash.Dash, site: Site) -> None:
    """Show the page of the address; it changes only with the path or the language."""

    @app.callback(
        Output(ids.PAGE, "children"),
        Output(ids.PAGE, "className"),
        Output(ids.TITLE, "data"),
        Input(ids.ROUTE, "data"),
        State(ids.URL, "search"),
        State(ids.THEME, "data"),
        prevent_initial_call=True,
    )
    def _route(
        route: dict[str, str] | None, query: str | None, theme: str | None
    ) -> tuple[Any, str, dict[str, str]]:
        visit = site.visit(query, (route or {}).get("path", "/"), theme or "light")
        content, style, title = _page(site, visit)
        return content, style, {**shell.page_title(visit, title), "query": query or ""}

    clientside(app, "title", Output(ids.PAGE, "lang"), Input(ids.TITLE, "data"), initial=False)


def _page(site: Site, visit: Visit) -> tuple[Any, str, str]:
    """Return a page, its style and its title; of a fault of ours that we are at fault.

    Otherwise the page before would stay, as if nothing had been asked for.
    """
    page = site.page_of(visit.address.path)
    try:
        return page.layout(site, visit), page.style, site.title(visit)
    except Exception:
        log.exception("%s cannot be drawn in place of another page", visit.address)
        return fault.in_place(visit), fault.STYLE, fault.title(site, visit)


def _serve_asset(response: Response) -> Response:
    """Let browsers keep assets whose address changes with their content.

    The file is read here and closed with the answer: compressing it as a stream would leave it
    open.
    """
    if request.path.startswith("/assets/") and response.status_code == 200:
        response.direct_passthrough = False
        response.set_data(response.get_data())
    if request.path.startswith("/assets/") and "m" in request.args:
        response.cache_control.no_cache = None
        response.cache_control.public = True
        response.cache_control.max_age = A_YEAR
        response.cache_control.immutable = True
    return response
