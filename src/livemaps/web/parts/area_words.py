"""How areas are called, where they lead, and what is said of them in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from livemaps.model import Filters, Measure
from livemaps.statistics.queues import Word
from livemaps.views.area import AreaView, Basis, Change, Figures, LayerView, Part, ServiceRow
from livemaps.views.area.values import CITY
from livemaps.views.measures.compare import Compared
from livemaps.views.measures.expected import AreaWord
from livemaps.web.components import link, notice
from livemaps.web.elements import Element, element
from livemaps.web.page import path_to
from livemaps.web.site import Visit

AREAS, AREA, BRIEF = "/<layer>", "/<layer>/<area>", "/<layer>/<area>/brief"

MINUS = "\N{MINUS SIGN}"

FEW = 20
"""Of fewer a percentage says more than is known: one of them would be over five points."""

STYLES: Mapping[str, str] = {
    "more": "more",
    "as_expected": "expected",
    "fewer": "fewer",
    "too_few": "none",
}
"""The style on a plan of each word."""


def layer_name(visit: Visit, layer: str, plural: bool = False) -> str:
    """Return what a layer's areas are called."""
    found, language = visit.profile.layer(layer), visit.words.language
    return found.called_plural(language) if plural else found.called(language)


def name_of(visit: Visit, layer: str, figures: Figures) -> str:
    """Return what an area, or the whole city, is called."""
    if figures.key == CITY:
        return visit.profile.name
    return visit.label(layer, figures.key, figures.name)


def area_link(visit: Visit, layer: str, key: str, name: str) -> Element:
    """Return an area's name, which leads to its page."""
    return link(area_path(visit, layer, key), visit.label(layer, key, name))


def area_path(visit: Visit, layer: str, key: str, page: str = AREA) -> str:
    """Return the address of an area's page."""
    return visit.address.page_link(path_to(page, layer, key))


def of_area(layer: str, key: str) -> Filters:
    """Return the filters for one area; for the whole city none."""
    return Filters() if key == CITY else Filters().with_area(layer, frozenset({key}))


def reported(view: AreaView | LayerView, filters: Filters) -> Filters:
    """Return the filters for what was reported in the four weeks."""
    return replace(
        filters, measure=Measure.REPORTED, since=view.basis.since, until=view.basis.until
    )


def signed(visit: Visit, count: int) -> str:
    """Return a difference with its sign."""
    sign = "+" if count > 0 else MINUS if count < 0 else "±"
    return sign + visit.words.number(abs(count))


def signed_share(visit: Visit, share: float) -> str:
    """Return a difference in per cent with its sign."""
    rounded = round(share, 2)
    sign = "+" if rounded > 0 else MINUS if rounded < 0 else "±"
    return sign + visit.words.percent(abs(rounded))


def change(visit: Visit, row: ServiceRow | Part) -> Element | str:
    """Return how the backlog of a service or a part has changed; strong where beyond chance."""
    if row.change is None:
        return visit.words("no_value")
    text = signed(visit, row.change)
    if row.queue < Word.GROWING:
        return text
    return element("strong", text, title=visit.words(f"area.queue.{row.queue.text}"))


def share(visit: Visit, part: int, whole: int) -> str:
    """Return a share in per cent; of a few as "1 of 3", which no percentage makes more of."""
    if whole < FEW:
        return visit.words("share.few", part=part, whole=whole)
    return visit.words.percent(part / whole)


def word(visit: Visit, said: AreaWord | None) -> str:
    """Return one of the words for the public, and whether the area is part of a cluster."""
    if said is None:
        return visit.words("no_value")
    return visit.words("list.comma").join(visit.words(key) for key in said.sentences)


def position(visit: Visit, found: Compared | None) -> str:
    """Return where a figure lies against the limits for an area of its size."""
    return visit.words(found.sentence) if found and found.position != "not_compared" else ""


def pending(visit: Visit, basis: Basis) -> Element | None:
    """Return that what is measured is still being worked out, beside what is counted already."""
    if not basis.pending:
        return None
    words = visit.words
    return notice("plain", words("area.pending"), element("p", words("pending.text")))


def sentences(visit: Visit, view: AreaView) -> Iterator[str]:
    """Yield what is said of an area, a sentence each."""
    words, here = visit.words, view.here
    if here.open:
        old = share(visit, here.over_four_weeks, here.open)
        yield words("answer.old", count=here.over_four_weeks, share=old)
    if here.change:
        yield changed(visit, here.change)
        yield from _against(visit, view)
    if view.basis.until is not None:
        yield _reported(visit, view)


def _against(visit: Visit, view: AreaView) -> Iterator[str]:
    """Yield how the change lies against the whole city's, where that is told."""
    whole = view.city.change
    if view.against and whole and whole.share is not None:
        share = signed_share(visit, whole.share)
        yield visit.words(f"area.against.{view.against}", city=visit.profile.name, share=share)


def changed(visit: Visit, change: Change) -> str:
    """Return how the backlog has changed in four weeks, as every screen says it."""
    words, more = visit.words, change.more
    if more == 0:
        return words("answer.change.same")
    if change.share is None:
        return words("answer.change.from_none", count=more)
    direction = "more" if more > 0 else "fewer"
    by = signed_share(visit, change.share)
    return words(f"answer.change.{direction}", count=abs(more), share=by)


def _reported(visit: Visit, view: AreaView) -> str:
    """Return how much was reported, and what that is against what was expected."""
    words, here = visit.words, view.here
    day, said = words.day(view.basis.until or 0), here.measured.word if here.measured else None
    if said is None or said.word == "too_few":
        return words("area.reported.plain", count=here.reported, day=day)
    return words("area.reported.word", count=here.reported, day=day, word=word(visit, said))
