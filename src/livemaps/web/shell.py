"""What surrounds every page: the header, the freshness line, the footer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash
from dash import Input, Output, State, dcc, html

from livemaps.errors import SnapshotError
from livemaps.model import Filters
from livemaps.snapshot import SnapshotMeta
from livemaps.status import State as Refreshing
from livemaps.status import Status
from livemaps.text import Words
from livemaps.web import ids
from livemaps.web.clientside import clientside
from livemaps.web.components import ago, badge, icon, link, notice
from livemaps.web.elements import Child, Element, Region, element, tree
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


def published(site: Site) -> SnapshotMeta | None:
    """Return what is true of the snapshot on show; None where there is none to read."""
    try:
        return site.board.snapshot().meta
    except SnapshotError:
        return None


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


def freshness(
    site: Site, visit: Visit, status: Status | None, meta: SnapshotMeta | None
) -> list[Element]:
    """Return the line that is always in sight: how old what one sees is, and how exact."""
    words = visit.words
    first: list[Child] = [
        badge(words("simulated"), "simulated") if site.profile.simulated else None,
        _pulse(words, status, meta),
        _newest(words, meta) if meta else None,
        # Last: its room does not change as it counts on, and nothing stands beside the gap.
        _checked(site, words, status),
    ]
    second = _place_facts(site, visit, meta) if meta else []
    return tree(
        element("h2", words("freshness.label"), id="freshness-title", class_="visually-hidden"),
        element(
            "div",
            _facts(first, "facts", data_open=str(meta.counts.open) if meta else None),
            _facts(second, "facts place-facts") if second else None,
            class_="facts-line",
        ),
        _messages(site, visit, status, meta),
    )


def _facts(facts: list[Child], class_: str, **attributes: str | None) -> Element:
    """Return short facts after each other."""
    return element(
        "p", [element("span", fact) for fact in facts if fact], class_=class_, **attributes
    )


def _pulse(words: Words, status: Status | None, meta: SnapshotMeta | None) -> Element:
    """Return the state of the feed in one word, with a mark of its own shape."""
    state = "first_start" if meta is None else "ok"
    if status and status.state is Refreshing.FAILING:
        state = "failing"
    elif meta and status and status.state is Refreshing.PARTIAL:
        state = "partial"
    return element("span", words(f"state.{state}"), class_=f"pulse pulse-{state}")


def _checked(site: Site, words: Words, status: Status | None) -> Element | None:
    """Return when the feed was last asked, counting on in the browser."""
    if status is None or status.last_checked is None:
        return None
    shown = words.moment(site.local(status.last_checked))
    told = ago(status.last_checked, words, shown, site.clock())
    return element("span", words("freshness.checked"), " ", told)


def _newest(words: Words, meta: SnapshotMeta) -> str | None:
    """Return the age of the newest record."""
    if meta.newest_day is None:
        return None
    age = words.ages(meta.as_of_day - meta.newest_day)
    return words("freshness.newest", day=words.day(meta.newest_day), age=age)


def _place_facts(site: Site, visit: Visit, meta: SnapshotMeta) -> list[Child]:
    """Return how many have no place, and what a place means here."""
    words = visit.words
    # What the answer in words counts: services set apart only where they are asked for.
    shown = site.board.headline(Filters(set_apart=visit.address.filters.set_apart))
    precision = meta.place_precision.name.lower()
    return [
        words("freshness.unplaced", count=shown.unplaced, open=shown.total, city=site.profile.name),
        link(
            visit.address.page_link("/about", "precision"),
            words(f"precision.{precision}.short", layer=_finest(site, words)),
        ),
    ]


def _finest(site: Site, words: Words) -> str:
    """Return what one of the smallest areas is called, as within a sentence."""
    return site.profile.finest.called(words.language).lower()


def _messages(
    site: Site, visit: Visit, status: Status | None, meta: SnapshotMeta | None
) -> list[Child]:
    """Return what a visitor must know before reading a number."""
    words = visit.words
    return [
        _first_start(words, status) if meta is None else None,
        _failing(site, words, status) if status else None,
        _stale(site, words, meta) if meta else None,
    ]


def _first_start(words: Words, status: Status | None) -> Element:
    """Return the progress of the first fetch."""
    progress = status.progress if status else None
    if progress is None:
        return notice("plain", words("first.title"), element("p", words("first.waiting")))
    if progress.expected is None:
        text = words("first.pages", done=progress.done)
    else:
        text = words("first.progress", done=progress.done, expected=progress.expected)
    bar = element("progress", value=progress.done, max=progress.expected, aria_label=text)
    return notice("plain", words("first.title"), element("p", text), bar)


def _failing(site: Site, words: Words, status: Status) -> Element | None:
    """Return why the feed cannot be had, since when, and when it is tried again."""
    if status.state is not Refreshing.FAILING:
        return None
    kind = f"failing.reason.{status.error_kind}"
    reason = words(kind) if words.has(kind) else words("failing.reason.other")
    since = status.failing_since or status.last_checked
    sentences = [
        element("p", reason, " ", words("failing.kept")),
        element(
            "p",
            words("failing.since"),
            " ",
            ago(since, words, words.moment(site.local(since)) if since else "", site.clock()),
            ". ",
            words("failing.next", time=words.clock(site.local(status.next_check)))
            if status.next_check
            else None,
        ),
    ]
    return notice("warning", words("failing.title"), sentences, urgent=True)


def _stale(site: Site, words: Words, meta: SnapshotMeta) -> Element | None:
    """Return a large warning where the data is older than it may be."""
    late = site.board.stale()
    if late is None:
        return None
    day = words.day(meta.newest_day) if meta.newest_day is not None else words("never")
    return notice("stale", words(f"stale.{late}.title", day=day), urgent=True)


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


def page_title(site: Site, visit: Visit) -> dict[str, Any]:
    """Return what the browser needs of a page: its title, and the language to mark it with."""
    return {
        "title": site.title(visit),
        "language": visit.words.language,
        "direction": visit.words.direction,
    }
