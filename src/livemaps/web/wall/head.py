"""What is always in sight on a wall: where, how old, the clock and the ring; and the large signs."""

from __future__ import annotations

from livemaps.errors import SnapshotError
from livemaps.snapshot import SnapshotMeta
from livemaps.status import State, Status
from livemaps.text import Words
from livemaps.web.components import ago, badge, icon
from livemaps.web.elements import Child, Element, element, tree
from livemaps.web.freshness import published
from livemaps.web.parts.answer import scope
from livemaps.web.site import Site, Visit
from livemaps.web.wall.options import options

RADIUS = 15.5
"""Of the ring, in a drawing of 36 x 36."""


def head(site: Site, visit: Visit) -> list[Element]:
    """Return the line at the top of a wall."""
    words, profile = visit.words, site.profile
    status, meta = site.board.status(), published(site)
    return tree(
        element(
            "div",
            element("h1", profile.name, _scope(site, visit)),
            element("p", _ages(site, words, status, meta), class_="wall-ages"),
            class_="wall-name",
        ),
        element(
            "div",
            element("time", "\N{EN DASH}", class_="wall-clock", data_wall_clock=profile.time_zone),
            _ring(),
            class_="wall-now",
        ),
        _notes(visit),
    )


def _scope(site: Site, visit: Visit) -> Child:
    """Return what the filters choose, None where they choose nothing."""
    try:
        where = scope(visit, site.board.facets(visit.address.filters))
    except SnapshotError:
        return None
    return None if where == visit.profile.name else element("span", where, class_="wall-scope")


def _ages(
    site: Site, words: Words, status: Status | None, meta: SnapshotMeta | None
) -> list[Element]:
    """Return whether the data is simulated, and both ages."""
    parts: list[Child] = [
        badge(words("simulated"), "simulated") if site.profile.simulated else None,
        badge(words("state.failing"), "warning")
        if status and status.state is State.FAILING
        else None,
        *_checked(site, words, status),
        _newest(words, meta),
    ]
    return [element("span", part, key=str(at)) for at, part in enumerate(parts) if part]


def _checked(site: Site, words: Words, status: Status | None) -> list[Child]:
    """Return when the feed was last asked, which counts on in the browser."""
    if status is None or status.last_checked is None:
        return []
    shown = words.moment(site.local(status.last_checked))
    told = [words("freshness.checked"), " ", ago(status.last_checked, words, shown, site.clock())]
    return [element("span", told)]


def _newest(words: Words, meta: SnapshotMeta | None) -> str | None:
    if meta is None or meta.newest_day is None:
        return None
    age = words.ages(meta.as_of_day - meta.newest_day)
    return words("freshness.newest", day=words.day(meta.newest_day), age=age)


def _ring() -> Element:
    """Return the ring that counts down to the next view; `assets/wall.js` turns it."""
    shape = {"cx": "18", "cy": "18", "r": f"{RADIUS}", "pathLength": "100"}
    return element(
        "div",
        element(
            "svg",
            element("circle", class_="ring-ground", **shape),
            element("circle", class_="ring-left", **shape),
            viewBox="0 0 36 36",
            focusable="false",
        ),
        element("span", "", data_wall_left=True),
        class_="wall-ring",
        aria_hidden=True,
    )


def _notes(visit: Visit) -> Element | None:
    """Return what of the address could not be used."""
    notes = options(visit).notes
    if not notes:
        return None
    return element(
        "ul",
        [element("li", note, key=str(at)) for at, note in enumerate(notes)],
        class_="wall-notes",
    )


def signs(site: Site, visit: Visit) -> list[Element]:
    """Return the large signs: stale data, a first start, and the lost connection (hidden)."""
    words, meta = visit.words, published(site)
    status = site.board.status()
    return tree(
        _stale(site, words, meta) if meta else _first_start(site, words, status),
        _sign("lost", words("wall.lost.title"), words("wall.lost.text")),
    )


def _stale(site: Site, words: Words, meta: SnapshotMeta) -> Element | None:
    """Return the sign over data that is older than it may be."""
    late = site.board.stale()
    if late is None:
        return None
    day = words.day(meta.newest_day) if meta.newest_day is not None else words("never")
    return _sign("stale", words("wall.stale.title"), words(f"wall.stale.{late}", day=day))


def _first_start(site: Site, words: Words, status: Status | None) -> Element:
    """Return how far the first fetch is."""
    progress = status.progress if status else None
    if progress is None:
        told = words("wall.first.waiting")
    elif progress.expected is None:
        told = words("wall.first.pages", done=progress.done)
    else:
        told = words("wall.first.progress", done=progress.done, expected=progress.expected)
    return _sign("first", words("first.headline", city=site.profile.name), told)


def _sign(name: str, title: str, text: str) -> Element:
    return element(
        "div",
        icon("warning") if name != "first" else None,
        element("div", element("p", title, class_="wall-sign-title"), element("p", text)),
        class_=f"wall-sign wall-sign-{name}",
        data_wall_sign=name,
        key=name,
    )
