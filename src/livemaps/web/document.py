"""The HTML that arrives first: language, theme, skip link, and the page as it stands."""

from __future__ import annotations

import logging
from html import escape
from typing import Any

import dash
from flask import request

from livemaps.resources import build_id
from livemaps.web.first_view import first_view
from livemaps.web.parts.map_draft import palette
from livemaps.web.site import Site, Visit

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


log = logging.getLogger(__name__)


class Document(dash.Dash):
    """A Dash app whose document speaks the visitor's language from the first byte."""

    def __init__(self, *arguments: Any, site: Site, **options: Any) -> None:
        self.site = site
        self.build = build_id()
        super().__init__(*arguments, **options)

    def interpolate_index(self, *_: object, **parts: Any) -> str:
        """Return the document for the address that is asked for."""
        visit = self.site.visit(request.query_string.decode("utf-8", "replace"), request.path)
        words, theme = visit.words, visit.address.view.theme
        name = escape(self.site.profile.name)
        return DOCUMENT.format(
            language=words.language,
            direction=words.direction,
            build=self.build,
            drawn=escape(self.site.drawn_from()),
            follow=escape(words("feed.follow")),
            feed=escape(self.site.feed(visit)),
            theme=f' data-theme="{theme}"' if theme else "",
            embed=" data-embed" if visit.address.view.embed else "",
            # What a page within another one leads to opens in a tab of its own.
            base='<base target="_blank">\n' if visit.address.view.embed else "",
            metas=parts["metas"],
            description=escape(self.site.summary(visit)),
            site_name=escape(words("site.called", city=self.site.profile.name)),
            url=escape(request.host_url.rstrip("/") + str(visit.address)),
            title=escape(self.site.title(visit)),
            icon=self.get_asset_url("icon.svg"),
            css=parts["css"],
            palette=palette(),
            preload=self._preload() if request.path == "/" else "",
            skip=escape(words("skip")),
            app_entry=self._entry(visit),
            noscript=escape(words("noscript", city=name)),
            config=parts["config"],
            scripts=parts["scripts"],
            renderer=parts["renderer"],
        )

    def _entry(self, visit: Visit) -> str:
        """Return where the page will be drawn, with what is seen until then."""
        try:
            shown = first_view(self.site, visit)
        except Exception:
            # The document still arrives, and with it the parts of the page that can be drawn.
            log.exception("%s cannot be drawn into its document", visit.address)
            shown = ""
        if shown:
            return FIRST_VIEW.format(shown=shown)
        return SKELETON.format(loading=escape(visit.words("loading")))

    def _preload(self) -> str:
        """Return the hint to fetch Plotly at once; Dash asks for it only when the map is drawn."""
        script = "_dash-component-suites/plotly/package_data/plotly.min.js"
        prefix = self.config.requests_pathname_prefix
        return f'<link rel="preload" as="script" fetchpriority="low" href="{prefix}{script}">'
