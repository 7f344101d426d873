"""For operators and everybody: how refreshing goes, and what came of each refresh."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

import dash
from dash import Input, Output, State

from livemaps.errors import SnapshotDamaged
from livemaps.model import Outcome, Refresh, day_number
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
    runs = tuple(_runs(status.refreshes))
    rows = [_row(site, words, run, str(len(runs) - at)) for at, run in enumerate(runs)]
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


def _runs(refreshes: Sequence[Refresh]) -> Iterator[tuple[Refresh, ...]]:
    """Yield each refresh by itself, but those that brought nothing together with their like."""
    for nothing_new, group in groupby(refreshes, _nothing_new):
        if nothing_new:
            yield tuple(group)
        else:
            yield from ((refresh,) for refresh in group)


def _nothing_new(refresh: Refresh) -> bool:
    """Whether there is nothing to tell of a refresh."""
    return refresh.outcome is Outcome.UNCHANGED and not (refresh.trouble or refresh.rejected)


def _row(site: Site, words: Words, run: Sequence[Refresh], key: str) -> Element:
    """Return what stands in one row of the table."""
    return _quiet(site, words, run, key) if len(run) > 1 else _logged(site, words, run[0], key)


def _quiet(site: Site, words: Words, run: Sequence[Refresh], key: str) -> Element:
    """Return a run of refreshes that brought nothing as one row."""
    first, last = min(one.started for one in run), max(one.started for one in run)
    return element(
        "tr",
        element("th", _span(words, site.local(first), site.local(last)), scope="row"),
        element("td", words("status.quiet", count=len(run)), colspan=str(1 + len(COUNTS))),
        # A run grows at its newer end.
        key=first.isoformat() + key,
        class_="quiet-row",
    )


def _span(words: Words, first: datetime, last: datetime) -> str:
    """Return from when to when; with both days, and seconds, where that takes it."""
    clocks = words.clock(first), words.clock(last)
    if first.date() != last.date() or clocks[0] == clocks[1]:
        return words("status.across", first=words.moment(first), last=words.moment(last))
    day = words.day(day_number(first.date()))
    return words("status.within", day=day, first=clocks[0], last=clocks[1])


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
