"""What surrounds every page: the header, the footer, and the line of ages between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash
from dash import Input, Output, State, dcc, html

from livemaps.text import Words
from livemaps.web import ids
from livemaps.web.clientside import clientside
from livemaps.web.components import icon, link
from livemaps.web.elements import Element, Region, element
from livemaps.web.freshness import freshness, published
from livemaps.web.site import Site, Visit
from livemaps.web.urlstate import Address


def layout(
    poll_seconds: float, drawn: Mapping[str, list[Element]] | None = None, page: Any = None
) -> html.Div:
    """Return what every page lies in, with what is `drawn` of it by id, around a `page`.

    Without those nothing in it depends on the address: callbacks fill it.
    """
    known = drawn or {}
    return html.Div(
        [
            dcc.Location(id=ids.URL, refresh=False),
            dcc.Store(id=ids.LIVE),
            dcc.Store(id=ids.VERSION),
            dcc.Store(id=ids.ROUTE),
            dcc.Store(id=ids.TITLE),
            dcc.Store(id=ids.THEME),
            dcc.Interval(id=ids.TICK, interval=int(1000 * poll_seconds)),
            Region(
                id=ids.HEADER,
                tree=known.get(ids.HEADER),
                name="header",
                attributes={"className": "site-header"},
            ),
            Region(
                id=ids.FRESHNESS,
                tree=known.get(ids.FRESHNESS),
                name="section",
                attributes={"className": "freshness", "aria-labelledby": "freshness-title"},
            ),
            Region(id=ids.CONNECTION, attributes={"role": "status", "className": "connection"}),
            page or html.Main(id=ids.PAGE, tabIndex="-1"),
            Region(
                id=ids.FOOTER,
                tree=known.get(ids.FOOTER),
                name="footer",
                attributes={"className": "site-footer"},
            ),
            Region(id=ids.ANNOUNCER, attributes={"role": "status", "className": "visually-hidden"}),
        ],
        className="site",
    )


def register(app: dash.Dash, site: Site) -> None:
    """Register the callbacks of what every page has."""

    @app.callback(
        Output(ids.HEADER, "tree"),
        Output(ids.FOOTER, "tree"),
        Input(ids.URL, "search"),
        Input(ids.URL, "pathname"),
    )
    def _frame(search: str | None, path: str | None) -> tuple[list[Element], list[Element]]:
        return frame(site, site.visit(search, path or "/"))

    @app.callback(
        Output(ids.FRESHNESS, "tree"),
        Input(ids.LIVE, "data"),
        Input(ids.ROUTE, "data"),
        State(ids.URL, "search"),
    )
    def _freshness(_live: object, _route: object, search: str | None) -> list[Element]:
        visit = site.visit(search)
        return freshness(site, visit, site.board.status(), published(site))

    clientside(
        app,
        "route",
        Output(ids.ROUTE, "data"),
        Output(ids.THEME, "data"),
        Input(ids.URL, "href"),
        State(ids.ROUTE, "data"),
    )
    clientside(
        app,
        "poll",
        Output(ids.LIVE, "data"),
        Output(ids.VERSION, "data"),
        Input(ids.TICK, "n_intervals"),
        State(ids.LIVE, "data"),
    )


def frame(site: Site, visit: Visit) -> tuple[list[Element], list[Element]]:
    """Return the header and the footer of a visit's page."""
    if visit.address.view.embed:
        return [phrases(visit.words)], embedded(site, visit)
    if site.page_of(visit.address.path).bare:
        return [phrases(visit.words)], []
    return header(site, visit), footer(site, visit)


def header(site: Site, visit: Visit) -> list[Element]:
    """Return the header: the city, the pages, language, theme and the pause button."""
    words, address = visit.words, visit.address
    return [
        link(
            address.page_link("/"),
            icon("mark"),
            element("span", site.profile.name, class_="brand-city"),
            element("span", words("site.name"), class_="brand-name"),
            class_="brand",
        ),
        element(
            "nav",
            element(
                "ul",
                [
                    element(
                        "li",
                        link(address.page_link(path), text, aria_current=_current(address, path)),
                        key=path,
                    )
                    for page in site.pages
                    for path, text in page.in_header(visit)
                ],
            ),
            aria_label=words("nav.label"),
        ),
        element("div", _languages(site, visit), _buttons(words), class_="tools"),
        phrases(words),
    ]


def _current(address: Address, path: str) -> str | None:
    """Return whether an entry of the header leads to the page on show, or to what it is part of."""
    here = address.path.rstrip("/")
    if here == path.rstrip("/"):
        return "page"
    return "true" if path != "/" and here.startswith(f"{path}/") else None


def phrases(words: Words) -> Element:
    """Return what scripts say in the visitor's language."""
    return element(
        "template",
        id="phrases",
        data_lost=words("connection.lost"),
        data_back=words("connection.back"),
        data_updated=words("updates.new"),
        data_build=words("build.new"),
        data_reload=words("build.reload"),
    )


def embedded(site: Site, visit: Visit) -> list[Element]:
    """Return the foot of a page within another one: the source, and the way to the whole."""
    words, whole = visit.words, visit.address.shown(embed=False)
    source = words("simulation.long") if site.profile.simulated else site.profile.attribution
    opened = element("a", words("embed.open"), href=str(whole), target="_blank", rel="noopener")
    return [element("p", source, " ", opened)]


def _languages(site: Site, visit: Visit) -> Element:
    """Return links to the same view in the other languages."""
    return element(
        "ul",
        [
            element(
                "li",
                link(
                    visit.address.shown(lang=language),
                    language.upper(),
                    lang=language,
                    hreflang=language,
                    aria_label=site.catalogue.words(language)("language.own"),
                    aria_current="true" if language == visit.words.language else None,
                ),
                key=language,
            )
            for language in site.catalogue.languages
        ],
        class_="languages",
        aria_label=visit.words("language.label"),
    )


def _buttons(words: Words) -> list[Element]:
    """Return the theme and pause buttons; `assets/live.js` makes them work."""
    return [
        element(
            "button",
            icon("theme"),
            element("span", words("theme.switch"), class_="button-text"),
            type="button",
            class_="button quiet",
            data_action="theme",
        ),
        element(
            "button",
            element("span", icon("pause"), class_="when-running"),
            element("span", icon("play"), class_="when-paused"),
            element("span", words("updates.pause"), class_="button-text"),
            type="button",
            class_="button quiet",
            data_action="pause",
            aria_pressed="false",
        ),
    ]


def footer(site: Site, visit: Visit) -> list[Element]:
    """Return the footer: sources, licence, and where else to go."""
    words, profile = visit.words, site.profile
    links = profile.links
    outside = [
        (links.report_a_problem, "footer.report"),
        (links.portal, "footer.portal"),
        (profile.licence_url, "footer.licence"),
    ]
    return [
        element("p", words("simulation.long") if profile.simulated else profile.attribution),
        element(
            "ul",
            [
                element("li", element("a", words(key), href=href, rel="external"), key=key)
                for href, key in outside
                if href
            ],
            element("li", element("a", words("footer.api"), href="/api/v1/status")),
        ),
    ]


def page_title(visit: Visit, title: str) -> dict[str, Any]:
    """Return what the browser needs of a page: its title, and the language to mark it with."""
    return {
        "title": title,
        "language": visit.words.language,
        "direction": visit.words.direction,
    }
