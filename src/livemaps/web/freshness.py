"""The line that is always in sight: how old what one sees is, how exact, and what is wrong."""

from __future__ import annotations

from livemaps.errors import SnapshotError
from livemaps.model import Filters
from livemaps.snapshot import SnapshotMeta
from livemaps.status import State as Refreshing
from livemaps.status import Status
from livemaps.text import Words
from livemaps.web.components import ago, badge, iso, link, notice
from livemaps.web.elements import Child, Element, element, tree
from livemaps.web.site import Site, Visit


def published(site: Site) -> SnapshotMeta | None:
    """Return what is true of the snapshot on show; None where there is none to read."""
    try:
        return site.board.snapshot().meta
    except SnapshotError:
        return None


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
            # Files are named by this day.
            _facts(first, "facts", data_day=iso(meta.as_of_day) if meta else None),
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
