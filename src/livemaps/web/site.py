"""What every page is given, and what one visit asks for."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from flask import has_request_context, request

from livemaps.errors import LivemapsError, SnapshotError
from livemaps.feeds.profile import Profile
from livemaps.model import Clock, Filters, utc_now
from livemaps.settings import Settings
from livemaps.text import Catalogue, Words
from livemaps.views import Board, QueryProblem
from livemaps.views.query import (
    LONGEST_QUERY,
    LONGEST_VALUE,
    MOST_PAIRS,
    parse_query,
    to_query,
)
from livemaps.web.page import Page
from livemaps.web.urlstate import Address

TRANSLATED = ("stage", "age", "waiting", "measure")
"""Filters whose values are our own words, not names of the feed."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One address, read: what to show, in which language, and what could not be understood."""

    address: Address
    words: Words
    profile: Profile
    problems: tuple[QueryProblem, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    """What the path names, such as `area` = `7` in `/ward/7`."""
    theme: str | None = None
    """`light` or `dark` as the browser shows it; None until it has told."""

    def label(self, dimension: str, value: str, published: str | None = None) -> str:
        """Return how a value of a filter reads.

        Our own words (stages, ages, reasons for having no place) are translated, areas are
        called as the profile says, names of the feed read as
        the profile translates them, else as published. `dimension` is the key
        of the filter in the address, or a boundary layer's id.
        """
        if value.startswith("unplaced:"):
            return self.words(f"unplaced.{value.removeprefix('unplaced:')}")
        if dimension in TRANSLATED:
            return self.words(f"{dimension}.{value}")
        if self.is_layer(dimension):
            layer = self.profile.layer(dimension)
            return layer.area_name(value, published, self.words.language)
        name = self.profile.translated(dimension, published or value, self.words.language)
        return name or self.words("no_value")

    @property
    def apart(self) -> list[str]:
        """How the services set apart read; the profile may name services or categories."""
        named = self.profile.set_apart_services
        services = [(name, self.label("service", name)) for name in named]
        return [self.label("category", name) if read == name else read for name, read in services]

    def is_layer(self, dimension: str) -> bool:
        """Return whether a filter is one of the city's boundary layers."""
        return any(layer.id == dimension for layer in self.profile.layers)

    def dimension(self, dimension: str) -> str:
        """Return what a filter is called, such as `Agency` or `Ward`."""
        if self.is_layer(dimension):
            return self.profile.layer(dimension).called(self.words.language)
        return self.words(f"filter.{dimension}")

    @property
    def layer(self) -> str:
        """The boundary layer on the map."""
        return self.address.view.layer or self.profile.finest.id


@dataclass(frozen=True, slots=True)
class Site:
    """The city's board and everything that says how to show it."""

    board: Board
    profile: Profile
    settings: Settings
    catalogue: Catalogue
    pages: tuple[Page, ...]
    missing: Page
    """What is shown where no page answers an address."""
    clock: Clock = utc_now
    """Of the ages that are told."""

    def page_of(self, path: str) -> Page:
        """Return the page of a path; one that says so where there is none.

        A `<layer>` in a page's path stands for a boundary layer of this city only. Where several
        pages answer, the one whose path names most of it goes first: `/status` before `/<layer>`.
        """
        found = [page for page in self.pages if self._answers(page, path)]
        return min(found, key=lambda page: page.path.count("<"), default=self.missing)

    def _answers(self, page: Page, path: str) -> bool:
        """Return whether a page answers a path in this city."""
        named = page.match(path)
        layers = (layer.id for layer in self.profile.layers)
        return named is not None and ("layer" not in named or named["layer"] in layers)

    def visit(self, search: str | None, path: str = "/", theme: str | None = None) -> Visit:
        """Read the query of an address; never raises, whatever stands in it."""
        page, query = self.page_of(path), search or ""
        try:
            parsed = self.board.parse(query, page.options)
        except SnapshotError:
            parsed = parse_query(query, None, page.options)
        address = Address(parsed.filters, parsed.view, path, _own(query, page.options))
        words = self.words(parsed.view.lang)
        parameters = page.match(path) or {}
        return Visit(address, words, self.profile, parsed.problems, parameters, theme)

    def drawn_from(self) -> str:
        """Return what pages are drawn from now: the ids of the snapshot and of the measures."""
        version = measures = ""
        # What there is not yet is left out: the page draws itself again once there is.
        with contextlib.suppress(SnapshotError):
            version = self.board.snapshot().version
            measures = self.board.measures().meta.id
        return f"{version} {measures}" if version else ""

    def title(self, visit: Visit) -> str:
        """Return the title of a visit's page, as a browser's tab shows it."""
        page = self.page_of(visit.address.path)
        own = visit.words(f"nav.{page.name}")
        # What the address names may not be known (yet): the page itself says so.
        with contextlib.suppress(LivemapsError):
            own = page.title(self, visit) if page.title else own
        return visit.words("site.title", page=own, city=self.profile.name)

    def summary(self, visit: Visit) -> str:
        """Return what a preview of a link to this visit says."""
        page = self.page_of(visit.address.path)
        with contextlib.suppress(LivemapsError):
            if page.summary:
                return page.summary(self, visit)
        return visit.words("site.description", city=self.profile.name)

    def feed(self, visit: Visit) -> str:
        """Return the address of the feed that follows what a visit shows."""
        page = self.page_of(visit.address.path)
        with contextlib.suppress(LivemapsError):
            if page.feed:
                return page.feed(self, visit)
        return feed_address(visit.address.filters, visit.words.language)

    def words(self, language: str | None) -> Words:
        """Return the words of a language; without one, of the browser's first that is spoken."""
        if language is None and has_request_context():
            language = self.catalogue.preferred(list(request.accept_languages.values()))
        return self.catalogue.words(language)

    def local(self, moment: datetime) -> datetime:
        """Return a moment on the city's clock."""
        return moment.astimezone(ZoneInfo(self.profile.time_zone))


def feed_address(filters: Filters, language: str) -> str:
    """Return the address of the feed that follows the requests under some filters."""
    query = "&".join(part for part in (to_query(filters), f"lang={language}") if part)
    return f"/api/v1/requests.atom?{query}"


def _own(query: str, names: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Return the first value of each key that a page reads itself."""
    try:
        pairs = parse_qsl(query.removeprefix("?")[:LONGEST_QUERY], max_num_fields=MOST_PAIRS)
    except ValueError:
        # More parts than any address has: the problem is told by what reads the filters.
        return ()
    found = {name: value[:LONGEST_VALUE] for name, value in reversed(pairs) if name in names}
    return tuple(sorted(found.items()))
