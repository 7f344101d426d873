"""Sources and licences, how exact the data is, what each figure means, and known limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dash
from dash import Input, Output, State

from livemaps.errors import SnapshotError
from livemaps.model import day_number
from livemaps.snapshot import Snapshot, SnapshotLayer
from livemaps.text import Words
from livemaps.web import ids
from livemaps.web.elements import Child, Element, Region, element
from livemaps.web.page import Page
from livemaps.web.parts.definitions import definitions
from livemaps.web.site import Site, Visit

MOST_NAMED = 12
"""Straddling areas that are named; the others are only counted."""


def layout(site: Site, visit: Visit) -> list[Any]:
    """Return the page; the areas are filled in again with each snapshot."""
    return [
        Region(tree=_introduction(site, visit), name="article", attributes={"className": "prose"}),
        Region(
            id=ids.SOURCES,
            tree=_sources_now(site, visit),
            name="section",
            attributes={"className": "prose"},
        ),
        Region(
            tree=[*definitions(site, visit), *_limits(visit.words)],
            name="section",
            attributes={"className": "prose"},
        ),
    ]


def register(app: dash.Dash, site: Site) -> None:
    """Register the callback that lists the sources."""

    @app.callback(
        Output(ids.SOURCES, "tree"),
        Input(ids.VERSION, "data"),
        State(ids.URL, "search"),
        prevent_initial_call=True,
    )
    def _sources(_version: object, query: str | None) -> list[Element]:
        return _sources_now(site, site.visit(query, PAGE.path))


def _sources_now(site: Site, visit: Visit) -> list[Element]:
    """Return the sources as far as they are known now."""
    try:
        return sources(visit, site.board.snapshot())
    except SnapshotError:
        return sources(visit, None)


def _introduction(site: Site, visit: Visit) -> list[Element]:
    """Return what this is, for whom, and what it does with those who look."""
    words, city = visit.words, site.profile.name
    simulated = (
        element("p", element("strong", words("simulation.long")))
        if site.profile.simulated
        else None
    )
    paragraphs: list[Child] = [
        element("h1", words("about.title", city=city), tabindex=-1),
        simulated,
        element("p", words("about.what", city=city)),
        element("p", words("about.privacy")),
        element("h2", words("about.precision"), id="precision"),
        element("p", _place_precision(visit)),
        element("p", words(f"precision.time.{site.profile.precision.time.value}")),
        element("p", words("about.delay", count=site.profile.feed.delay_days)),
    ]
    return [paragraph for paragraph in paragraphs if isinstance(paragraph, list)]


def _place_precision(visit: Visit) -> str:
    """Return what a place means in this feed."""
    layer = visit.profile.finest.called(visit.words.language).lower()
    key = visit.profile.precision.place.name.lower()
    return visit.words(f"precision.{key}.long", layer=layer)


def sources(visit: Visit, snapshot: Snapshot | None) -> list[Element]:
    """Return where requests and areas come from, and under which licence."""
    words, profile = visit.words, visit.profile
    licence: Child = profile.licence
    if profile.licence_url:
        licence = element(
            "a", profile.licence, href=str(profile.licence_url), rel="license external"
        )
    requests = element(
        "li",
        element("strong", words("sources.requests")),
        ": ",
        _dataset(visit),
        profile.attribution,
        " ",
        licence,
    )
    listed = element("ul", requests, _layers(visit, snapshot) if snapshot else None)
    return [
        element("h2", words("sources.title")),
        listed,
        *(_straddling(visit, snapshot) if snapshot else ()),
    ]


def _dataset(visit: Visit) -> str | None:
    """Return which dataset requests come from; an invented one has an address for nobody."""
    words, profile = visit.words, visit.profile
    if profile.simulated:
        return None
    feed = profile.feed
    return words("sources.dataset", dataset=feed.dataset, address=feed.address) + " "


def _layers(visit: Visit, snapshot: Snapshot) -> list[Element]:
    """Return a line about each boundary layer."""
    return [_layer(visit, layer) for layer in snapshot.layers]


def _straddling(visit: Visit, snapshot: Snapshot) -> Iterator[Element]:
    """Say which areas lie in more than one area of the layer around them, and where they count."""
    words = visit.words
    for layer in snapshot.layers:
        if not layer.straddling:
            continue
        around = visit.profile.layer(str(layer.within)).called(words.language).lower()
        least = sorted(layer.straddling, key=lambda code: layer.parent_shares[code])
        named = [_mostly_in(visit, snapshot, layer, code) for code in least[:MOST_NAMED]]
        if len(least) > MOST_NAMED:
            named.append(words("sources.others", count=len(least) - MOST_NAMED))
        sentence = words(
            "sources.straddling", count=len(least), around=around, areas=words.listed(named)
        )
        yield element("p", sentence, key=f"straddling-{layer.id}")


def _mostly_in(visit: Visit, snapshot: Snapshot, layer: SnapshotLayer, code: int) -> str:
    """Return the name of an area, with the area around it that holds its larger share."""
    words, parents = visit.words, snapshot.layer(str(layer.within))
    return words(
        "sources.mostly_in",
        area=layer.called(code, words.language),
        parent=parents.called(parents.code_of[str(layer.parents[code])], words.language),
        share=words.percent(layer.parent_shares[code]),
    )


def _layer(visit: Visit, layer: SnapshotLayer) -> Element:
    """Return where a boundary layer comes from, and the days for which its map holds."""
    words = visit.words
    profile = visit.profile.layer(layer.id)
    facts = [
        words("sources.areas", count=len(layer.keys)),
        _from(visit, layer),
        _fetched(words, layer),
        _validity(visit, layer.id),
        profile.noted(words.language),
        layer.licence,
        *layer.trouble,
    ]
    return element(
        "li",
        element("strong", profile.called_plural(words.language)),
        ": ",
        " ".join(fact for fact in facts if fact),
        key=layer.id,
    )


def _from(visit: Visit, layer: SnapshotLayer) -> str:
    """Return where a boundary layer was had from."""
    told = layer.source and not visit.profile.simulated
    return visit.words("sources.from", source=layer.source) if told else ""


def _fetched(words: Words, layer: SnapshotLayer) -> str:
    """Return when a boundary file was fetched."""
    if layer.fetched is None:
        return ""
    return words("sources.fetched", day=words.day(day_number(layer.fetched.date())))


def _validity(visit: Visit, layer_id: str) -> str:
    """Return from when (and until when) a map of areas holds."""
    words, profile = visit.words, visit.profile.layer(layer_id)
    texts = []
    if profile.valid_from:
        texts.append(words("sources.valid_from", day=words.day(day_number(profile.valid_from))))
    if profile.valid_to:
        texts.append(words("sources.valid_to", day=words.day(day_number(profile.valid_to))))
    return " ".join(texts)


def _limits(words: Words) -> list[Element]:
    """Return what the data cannot tell."""
    return [
        element("h2", words("limits.title"), id="limits"),
        element(
            "ul",
            [
                element("li", words(f"limits.{name}"), key=name)
                for name in ("reports", "place", "late", "ward")
            ],
        ),
    ]


PAGE = Page("/about", "about", layout, register, parts=(ids.SOURCES,), in_navigation=True)
