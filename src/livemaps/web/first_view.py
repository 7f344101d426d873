"""The page as it stands, within the document itself: seen before any script has run.

Dash needs half a megabyte of scripts and several answers until it shows a page. The same page is
in the document already, drawn by the same functions; `assets/first_view.js` puts the live one in
its place, in one frame, once it is whole. Without scripts it stays.
"""

from __future__ import annotations

from dash import html

from livemaps.web import ids, shell
from livemaps.web.freshness import freshness, published
from livemaps.web.markup import markup
from livemaps.web.site import Site, Visit


def first_view(site: Site, visit: Visit) -> str:
    """Return the site around a visit's page as HTML; nothing for a page that stands alone.

    A wall shows one of its views at a time, which takes a script.
    """
    page = site.page_of(visit.address.path)
    if page.bare:
        return ""
    header, footer = shell.frame(site, visit)
    ages = freshness(site, visit, site.board.status(), published(site))
    shown = html.Main(
        page.layout(site, visit),
        id=ids.PAGE,
        tabIndex="-1",
        className=page.style,
        lang=visit.words.language,
    )
    drawn = {ids.HEADER: header, ids.FRESHNESS: ages, ids.FOOTER: footer}
    return markup(shell.layout(0, drawn, shown))
