"""What a page is: which addresses it answers, what it is called, how it is drawn.

Most pages are made by `screen`: one function from (site, visit) to elements, drawn when the page
is opened and again whenever there is something new. A page with parts that change on their own
(the map) brings its own layout and callbacks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import dash
from dash import Input, Output, State

from livemaps.errors import MeasuresPending, SnapshotError, UnknownValue
from livemaps.web import ids
from livemaps.web.components import link, notice
from livemaps.web.elements import Element, Region, element, tree

if TYPE_CHECKING:
    from livemaps.web.site import Site, Visit

PARAMETER = re.compile(r"<(\w+)>")

Content = Callable[["Site", "Visit"], list[Element]]
Sentence = Callable[["Site", "Visit"], str]
Entries = Callable[["Visit"], Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the site."""

    path: str
    """The addresses it answers: `/ward/<area>` answers `/ward/7` with `area` = `7`."""
    name: str
    """Of its words (`nav.<name>`) and its style (`page-<name>`)."""
    layout: Callable[[Site, Visit], list[Any]]
    register: Callable[[dash.Dash, Site], None]
    parts: tuple[str, ...] = ()
    """The ids of the regions that its callbacks name: Dash asks for all ids before anybody asks
    for a page, and a page that cannot be drawn must not stop the others."""
    blank: Callable[[Site, Visit], list[Any]] | None = None
    """Its layout with nothing drawn, where its callbacks name more than regions."""
    in_navigation: bool = False
    """Whether the header leads to it."""
    entries: Entries | None = None
    """Where the header leads instead, as paths and words, where one page answers for several."""
    title: Sentence | None = None
    """What it is called for one visit, such as "Ward 7"; None: by its name alone."""
    summary: Sentence | None = None
    """What a preview of its link says; None: what the site is."""
    feed: Sentence | None = None
    """The address of the feed that follows a visit; None: that of the requests under its filters."""
    bare: bool = False
    """Whether it stands alone, without header and footer, as on a wall."""
    options: tuple[str, ...] = ()
    """Keys of the query that it reads itself, besides filters and view options."""

    @property
    def style(self) -> str:
        """The class that styles it."""
        return f"page-{self.name}"

    def match(self, path: str) -> Mapping[str, str] | None:
        """Return the parameters in an address that is one of this page, None for others."""
        pattern = PARAMETER.sub(r"(?P<\1>[^/]+)", self.path.rstrip("/"))
        found = re.fullmatch(pattern, path.rstrip("/"))
        if found is None:
            return None
        return {name: unquote(value) for name, value in found.groupdict().items()}

    def in_header(self, visit: Visit) -> Sequence[tuple[str, str]]:
        """Return where the header leads for this page, as paths and words."""
        if self.entries is not None:
            return self.entries(visit)
        return [(self.path, visit.words(f"nav.{self.name}"))] if self.in_navigation else []


def path_to(page: str, *values: str) -> str:
    """Return the path of a page with its parameters filled in: `path_to("/ward/<area>", "7")`."""
    given = iter(values)
    return PARAMETER.sub(lambda _: quote(next(given), safe=""), page)


def screen(path: str, name: str, content: Content, **options: Any) -> Page:
    """Return a page that is one function from (site, visit) to elements.

    `content` may raise `SnapshotError` while there is nothing to show and `UnknownValue` for
    parameters that the city does not have: both are said in words. It is called again when the
    query changes, and for each new snapshot; what did not change keeps focus and scroll.
    """
    region = ids.screen(name)

    def layout(site: Site, visit: Visit) -> list[Any]:
        shown = drawn(content, site, visit)
        return [Region(id=region, tree=shown, attributes={"className": f"screen screen-{name}"})]

    def register(app: dash.Dash, site: Site) -> None:
        @app.callback(
            Output(region, "tree"),
            Input(ids.VERSION, "data"),
            Input(ids.URL, "search"),
            State(ids.URL, "pathname"),
            prevent_initial_call=True,
        )
        def _content(_version: str | None, query: str | None, path: str | None) -> Any:
            visit = site.visit(query, path or "/")
            here = site.page_of(visit.address.path).name == name
            return drawn(content, site, visit) if here else dash.no_update

    return Page(path, name, layout, register, parts=(region,), **options)


def drawn(content: Content, site: Site, visit: Visit) -> list[Element]:
    """Return a page's elements, or what stands in the way of them."""
    try:
        return content(site, visit)
    except UnknownValue as error:
        return unknown(visit, error.value)
    except MeasuresPending:
        return tree(heading(visit.words("pending.title")), pending(visit))
    except SnapshotError:
        return tree(heading(visit.words("first.headline", city=visit.profile.name)))


def heading(text: str, version: str = "") -> Element:
    """Return a page's main heading, which says what the page was drawn from."""
    return element("h1", text, tabindex=-1, data_focus_fallback=True, data_version=version)


def pending(visit: Visit) -> Element:
    """Return that figures are still being worked out, for the part of a page that needs them."""
    words = visit.words
    return notice("plain", words("pending.title"), element("p", words("pending.text")))


def lagging(visit: Visit, day: int | None) -> Element | None:
    """Return which day measures are as of, once for a page, where they are behind its counts."""
    if day is None:
        return None
    text = visit.words("lag.text", day=visit.words.day(day))
    return element("p", text, class_="quiet-text", key="lag")


def unknown(visit: Visit, value: str) -> list[Element]:
    """Return that an address names something that the city does not have, and where to go on."""
    words, address = visit.words, visit.address
    home = link(address.page_link("/"), words("missing.home"), class_="button")
    return tree(
        element(
            "header",
            heading(words("unknown.title", value=value)),
            element("p", words("unknown.text", city=visit.profile.name), class_="lede"),
            element("ul", element("li", home), class_="actions"),
            class_="page-answer",
        ),
    )
