"""The HTML that arrives first: language, theme, skip link, and the page as it stands."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from typing import Any

import dash
from flask import Response, after_this_request, request

from livemaps.resources import build_id
from livemaps.views import ViewOptions
from livemaps.web import fault, ids
from livemaps.web.elements import Region
from livemaps.web.first_view import first_view
from livemaps.web.markup import markup
from livemaps.web.parts.map_draft import palette
from livemaps.web.site import Site, Visit, feed_address

DOCUMENT = """<!DOCTYPE html>
<html lang="{language}" dir="{direction}"{theme}{embed}>
<head>
{metas}
{base}<meta name="description" content="{description}">
<meta property="og:type" content="website">
<meta property="og:site_name" content="{site_name}">
<meta property="og:title" content="{title}">
<meta property="og:description" content="{description}">
<meta property="og:url" content="{url}">
<meta property="og:locale" content="{language}">
<meta name="twitter:card" content="summary">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="#ffffff" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="#10181d" media="(prefers-color-scheme: dark)">
<title>{title}</title>
<link rel="alternate" type="application/atom+xml" title="{follow}" href="{feed}">
<link rel="icon" type="image/svg+xml" href="{icon}">
{css}
<style>{palette}</style>
{preload}
</head>
<body data-build="{build}" data-drawn="{drawn}">
<a class="skip-link" href="#page">{skip}</a>
<noscript><p class="notice">{noscript}</p></noscript>
{app_entry}
{config}
{scripts}
{renderer}
</body>
</html>
"""

FIRST_VIEW = """<div id="react-entry-point"></div>
<div id="first-view">{shown}</div>"""

SKELETON = """<div id="react-entry-point"><div class="skeleton" role="status">
<div class="skeleton-header"></div><div class="skeleton-line"></div>
<p class="visually-hidden">{loading}</p></div></div>"""


FAULT: Mapping[str, str] = MappingProxyType({"className": fault.STYLE, "tabIndex": "-1"})

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page tells its document."""

    title: str
    summary: str
    feed: str
    view: str
    """The page itself as HTML; empty where its scripts draw all of it."""


class Document(dash.Dash):
    """A Dash app whose document speaks the visitor's language from the first byte."""

    def __init__(self, *arguments: Any, site: Site, **options: Any) -> None:
        self.site = site
        self.build = build_id()
        super().__init__(*arguments, **options)

    def interpolate_index(self, *_: object, **parts: Any) -> str:
        """Return the document for the address that is asked for."""
        visit = self.site.visit(request.query_string.decode("utf-8", "replace"), request.path)
        words, shown = visit.words, self._shown(visit)
        return DOCUMENT.format(
            language=words.language,
            direction=words.direction,
            build=self.build,
            drawn=escape(self.site.drawn_from()),
            follow=escape(words("feed.follow")),
            feed=escape(shown.feed),
            **_modes(visit.address.view),
            metas=parts["metas"],
            description=escape(shown.summary),
            site_name=escape(words("site.called", city=self.site.profile.name)),
            url=escape(request.host_url.rstrip("/") + str(visit.address)),
            title=escape(shown.title),
            icon=self.get_asset_url("icon.svg"),
            css=parts["css"],
            palette=palette(),
            preload=self._preload() if request.path == "/" else "",
            skip=escape(words("skip")),
            app_entry=_entry(visit, shown),
            noscript=escape(words("noscript", city=self.site.profile.name)),
            config=parts["config"],
            scripts=parts["scripts"],
            renderer=parts["renderer"],
        )

    def _shown(self, visit: Visit) -> Shown:
        """Return what the page tells; of a fault of ours that we are at fault, as a server error.

        What can be expected, such as that there is no data yet, pages say themselves.
        """
        site = self.site
        try:
            told = (site.title(visit), site.summary(visit), site.feed(visit))
            return Shown(*told, first_view(site, visit))
        except Exception:
            # Whatever a page's code may raise: its visitors are told so in words, with a way on,
            # and the document's scripts still try to draw what they can.
            log.exception("%s cannot be drawn into its document", visit.address)
            after_this_request(_failed)
            return _fault(site, visit)

    def _preload(self) -> str:
        """Return the hint to fetch Plotly at once; Dash asks for it only when the map is drawn."""
        script = "_dash-component-suites/plotly/package_data/plotly.min.js"
        prefix = self.config.requests_pathname_prefix
        return f'<link rel="preload" as="script" fetchpriority="low" href="{prefix}{script}">'


def _modes(view: ViewOptions) -> Mapping[str, str]:
    """Return what of a document depends on how it is to be shown."""
    return {
        "theme": f' data-theme="{view.theme}"' if view.theme else "",
        "embed": " data-embed" if view.embed else "",
        # What a page within another one leads to opens in a tab of its own.
        "base": '<base target="_blank">\n' if view.embed else "",
    }


def _entry(visit: Visit, shown: Shown) -> str:
    """Return where the page will be drawn, with what is seen until then."""
    if shown.view:
        return FIRST_VIEW.format(shown=shown.view)
    return SKELETON.format(loading=escape(visit.words("loading")))


def _fault(site: Site, visit: Visit) -> Shown:
    """Return that the page cannot be shown."""
    words, address = visit.words, visit.address
    page = Region(id=ids.PAGE, name="main", tree=fault.told(visit), attributes=FAULT)
    return Shown(
        title=fault.title(site, visit),
        summary=words("site.description", city=site.profile.name),
        feed=feed_address(address.filters, words.language),
        view=markup(page),
    )


def _failed(answer: Response) -> Response:
    """Say by the status too that this is an error: monitors count it, and nobody keeps it."""
    answer.status_code = 500
    answer.headers["Cache-Control"] = "no-store"
    return answer
