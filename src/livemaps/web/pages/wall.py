"""The wall: the same figures without controls, one view after another, readable from afar."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import dash
from dash import Input, Output, State

from livemaps.errors import SnapshotError
from livemaps.views.backlog_page import BacklogPage
from livemaps.web import ids
from livemaps.web.elements import Element, Region, element, tree
from livemaps.web.page import Page, screen
from livemaps.web.site import Site, Visit
from livemaps.web.wall import open as opened
from livemaps.web.wall import told
from livemaps.web.wall.head import head, signs
from livemaps.web.wall.options import OPTIONS, Options, options
from livemaps.web.wall.parts import View, framed

Drawn = Callable[[Site, Visit, BacklogPage], View]

DRAWN: Mapping[str, Drawn] = MappingProxyType(
    {
        "map": opened.map_view,
        "backlog": opened.backlog_view,
        "queues": told.queues_view,
        "surge": told.surge_view,
        "oldest": opened.oldest_view,
        "unattended": opened.unattended_view,
        "standards": told.standards_view,
        "forecast": told.forecast_view,
    }
)

MEASURED = ("surge", "forecast")
"""Views of what is measured, which may be behind the counts."""


def content(site: Site, visit: Visit) -> list[Element]:
    """Return all views of a wall, of which the browser shows one after another."""
    asked = options(visit)
    try:
        page = site.board.backlog(visit.address.filters)
    except SnapshotError:
        # The sign says how far the first start is.
        return []
    found = {name: DRAWN[name](site, visit, page) for name in asked.views}
    # What has nothing to show makes room for what has.
    views = {name: view for name, view in found.items() if view.told} or found
    return tree(
        element(
            "div",
            [
                framed(visit, name, view, at, page.as_of if name in MEASURED else None)
                for at, (name, view) in enumerate(views.items())
            ],
            class_="wall-views",
            data_wall=True,
            data_every=str(asked.every),
            data_shift=str(asked.shift),
            data_version=_drawn_from(site),
        ),
        element(
            "p",
            [element("span", "", key=name) for name in views],
            class_="wall-places",
            aria_hidden=True,
        )
        if len(views) > 1
        else None,
        [
            element("p", note, class_="wall-lifted", key=note)
            for note in _notes(visit, asked, found, page)
        ],
    )


def _notes(
    visit: Visit, asked: Options, found: Mapping[str, View], page: BacklogPage
) -> Iterator[str]:
    """Yield what of the address does not hold here, and which views have nothing to show."""
    words = visit.words
    if page.lifted:
        yield words("wall.lifted")
    if asked.asked and any(view.told for view in found.values()):
        for name, view in found.items():
            if not view.told:
                yield words("wall.not_shown", view=words(f"wall.view.{name}"), reason=view.answer)


def _drawn_from(site: Site) -> str:
    """Return what the views were drawn from, as the address of what is new names it."""
    snapshot = site.board.snapshot()
    try:
        return f"{snapshot.version} {site.board.measures().meta.id}"
    except SnapshotError:
        return f"{snapshot.version} "


def _title(_site: Site, visit: Visit) -> str:
    return visit.words("nav.wall")


SCREEN = screen("/wall", "wall", content, title=_title, bare=True, options=OPTIONS)


def _layout(site: Site, visit: Visit) -> list[Any]:
    """Return the line at the top, the views, and the signs over them."""
    return [
        Region(
            id=ids.WALL_HEAD,
            name="header",
            tree=head(site, visit),
            attributes={"className": "wall-head"},
        ),
        *SCREEN.layout(site, visit),
        Region(
            id=ids.WALL_SIGNS,
            tree=signs(site, visit),
            attributes={"className": "wall-signs"},
        ),
    ]


def _register(app: dash.Dash, site: Site) -> None:
    """Keep the ages and the signs current with every check, the views with everything new."""
    SCREEN.register(app, site)

    @app.callback(
        Output(ids.WALL_HEAD, "tree"),
        Output(ids.WALL_SIGNS, "tree"),
        Input(ids.LIVE, "data"),
        Input(ids.URL, "search"),
        State(ids.URL, "pathname"),
        prevent_initial_call=True,
    )
    def _always(_live: object, query: str | None, path: str | None) -> tuple[Any, Any]:
        visit = site.visit(query, path or "/")
        if site.page_of(visit.address.path).name != SCREEN.name:
            return dash.no_update, dash.no_update
        return head(site, visit), signs(site, visit)


PAGE: Page = replace(
    SCREEN,
    layout=_layout,
    register=_register,
    parts=(ids.WALL_HEAD, *SCREEN.parts, ids.WALL_SIGNS),
)
