"""For operators and everybody: how refreshing goes, and what came of each refresh."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import dash
from dash import Input, Output, State

from livemaps.errors import SnapshotDamaged
from livemaps.model import Outcome, Refresh
from livemaps.snapshot import SnapshotMeta
from livemaps.status import Status
from livemaps.text import Words
from livemaps.web import ids
from livemaps.web.components import ago, badge
from livemaps.web.elements import Child, Element, Region, element
from livemaps.web.freshness import published
from livemaps.web.page import Page
from livemaps.web.site import Site, Visit

BADGES: Mapping[Outcome, str] = {
    Outcome.OK: "good",
    Outcome.UNCHANGED: "plain",
    Outcome.FAILED: "warning",
}
COUNTS = ("received", "inserted", "updated", "removed", "rejected", "unplaced", "open")


def layout(site: Site, visit: Visit) -> list[Any]:
    """Return the page; a callback fills it again after each check."""
    heading = element("h1", visit.words("status.title"), tabindex=-1)
    return [
        Region(tree=[heading], attributes={"className": "page-head"}),
        Region(id=ids.STATUS, tree=_report(site, visit), attributes={"className": "status-page"}),
    ]


def register(app: dash.Dash, site: Site) -> None:
    """Register the callback that reads the status."""

    @app.callback(
        Output(ids.STATUS, "tree"),
        Input(ids.LIVE, "data"),
        State(ids.URL, "search"),
        prevent_initial_call=True,
    )
    def _status(_live: object, query: str | None) -> list[Element]:
        return _report(site, site.visit(query, PAGE.path))


def _report(site: Site, visit: Visit) -> list[Element]:
    """Return what the refresher has told of itself."""
    try:
        status = site.board.status()
    except SnapshotDamaged as error:
        return [element("p", str(error), class_="notice notice-warning", role="alert")]
    if status is None:
        return [element("p", visit.words("status.none"), class_="notice")]
    return [_summary(site, visit, status, published(site)), _log(site, visit, status)]


def _summary(site: Site, visit: Visit, status: Status, meta: SnapshotMeta | None) -> Element:
    """Return the state of refreshing and of the snapshot as pairs of name and value."""
    words = visit.words
    pairs = [*_refresh_facts(site, words, status), *(_snapshot_facts(words, meta) if meta else ())]
    return element(
        "section",
        element("h2", words("status.now")),
        element(
            "dl",
            [
                element(
                    "div", element("dt", words(f"status.{name}")), element("dd", value), key=name
                )
                for name, value in pairs
            ],
            class_="facts-list",
        ),
        _trouble(words, status),
        class_="card",
    )


def _refresh_facts(site: Site, words: Words, status: Status) -> Iterator[tuple[str, Child]]:
    """Yield what is known of the refreshes."""
    yield "state", words(f"state.{status.state.name.lower()}")
    for name in ("last_checked", "last_success", "next_check", "published", "failing_since"):
        moment = getattr(status, name)
        if moment is not None:
            yield name, ago(moment, words, words.moment(site.local(moment)), site.clock())
    if status.consecutive_failures:
        yield "failures", words.number(status.consecutive_failures)
    if status.error:
        yield "error", status.error
    if status.catch_up is not None and status.catch_up.left is not None:
        yield "catch_up", words.number(status.catch_up.left)
    yield "rejected_total", words.number(status.rejected_total)


def _snapshot_facts(words: Words, meta: SnapshotMeta) -> Iterator[tuple[str, Child]]:
    """Yield what is known of the snapshot on show."""
    yield "version", element("code", meta.version)
    if meta.newest_day is not None:
        yield "newest_day", words.day(meta.newest_day)
    yield "open", words.number(meta.counts.open)
    yield "history", words.number(meta.counts.history)


def _trouble(words: Words, status: Status) -> Element | None:
    """Return what was not quite right in a refresh that succeeded."""
    if not status.trouble:
        return None
    return element(
        "div",
        element("h3", words("status.trouble")),
        element("ul", [element("li", text, key=text) for text in status.trouble]),
    )


def _log(site: Site, visit: Visit, status: Status) -> Element:
    """Return the newest refreshes as a table."""
    words = visit.words
    head = [element("th", words(f"status.{name}"), scope="col") for name in ("started", "outcome")]
    head += [
        element("th", words(f"status.{name}"), scope="col", class_="number") for name in COUNTS
    ]
    rows = [
        _logged(site, words, refresh, str(len(status.refreshes) - at))
        for at, refresh in enumerate(status.refreshes)
    ]
    return element(
        "section",
        element("h2", words("status.log")),
        element(
            "div",
            element("table", element("thead", element("tr", head)), element("tbody", rows)),
            class_="scrolling",
            tabindex=0,
            role="region",
            aria_label=words("status.log"),
        ),
        class_="card",
    )


def _logged(site: Site, words: Words, refresh: Refresh, key: str) -> Element:
    """Return one refresh: when, what came of it, and its counts."""
    outcome = badge(words(f"outcome.{refresh.outcome.value}"), BADGES[refresh.outcome])
    error = element("span", refresh.error, class_="under-line") if refresh.error else None
    return element(
        "tr",
        element("th", words.moment(site.local(refresh.started)), scope="row"),
        element("td", outcome, error),
        [
            element("td", words.number(getattr(refresh, name)), class_="number", key=name)
            for name in COUNTS
        ],
        key=refresh.started.isoformat() + key,
    )


PAGE = Page("/status", "status", layout, register, parts=(ids.STATUS,), in_navigation=True)
