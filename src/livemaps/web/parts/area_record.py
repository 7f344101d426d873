"""How work in an area lasts and keeps its promises: re-opened, re-reported, on time, overdue."""

from __future__ import annotations

from collections.abc import Iterator

from livemaps.views.area import AreaView
from livemaps.views.measures.rereported import Rereported
from livemaps.views.measures.standards import Record
from livemaps.web.components import definition, rich
from livemaps.web.elements import Child, Element, element
from livemaps.web.parts import area_words as say
from livemaps.web.parts.behind import linked, to_waiting
from livemaps.web.parts.tables import card, csv_link, foot
from livemaps.web.site import Visit


def record_card(visit: Visit, view: AreaView) -> Element:
    """Return what is told of re-opened and re-reported requests, and of standards."""
    words = visit.words
    query = {"by": view.layer, view.layer: view.here.key}
    facts = [element("li", fact, key=str(at)) for at, fact in enumerate(record(visit, view))]
    links = [csv_link(visit, name, query) for name in ("re-reported", "standards")]
    named = [
        element("span", words(f"metric.{name}.name"), ": ", found, key=name)
        for name, found in zip(("re-reported", "standards"), links, strict=True)
        if name != "standards" or view.basis.standards
    ]
    return card(
        words("area.record"),
        element("ul", facts, class_="fact-list"),
        foot(*named) if not view.basis.pending else None,
        key="record",
    )


def record(visit: Visit, view: AreaView) -> Iterator[list[Child]]:
    """Yield each fact, with its definition."""
    words, here = visit.words, view.here
    yield [
        *rich(words("area.reopened", count=here.reopened)),
        " ",
        words("area.seen_reopened", count=view.seen_reopened) if view.seen_reopened else None,
        definition(words, visit.address, "life"),
    ]
    if view.again is not None:
        yield [*rich(_again(visit, view.again)), definition(words, visit.address, "re-reported")]
    if here.measured and here.measured.record:
        yield from _promises(visit, view, here.measured.record)
    elif not view.basis.pending and not view.basis.standards:
        yield [words("area.no_standards", city=visit.profile.name)]


def _again(visit: Visit, again: Rereported) -> str:
    """Return how often closings are followed by another request, against chance."""
    words = visit.words
    if again.suppressed or again.share is None or again.chance_share is None:
        return words("area.again.too_few")
    share, chance = words.percent(again.share), words.percent(again.chance_share)
    compared = (again.compared or "unclear").replace(" ", "_")
    return words(f"area.again.{compared}", share=share, chance=chance, count=again.closings)


def _promises(visit: Visit, view: AreaView, record: Record) -> Iterator[list[Child]]:
    """Yield what was on time and what is overdue, with the lists behind."""
    words, filters = visit.words, say.of_area(view.layer, view.here.key)
    if record.total.share is not None:
        share = say.share(visit, record.total.on_time, record.total.due)
        kind = "area.promised_few" if record.total.due < say.FEW else "area.promised"
        text = words(kind, share=share, count=record.total.due)
        yield [*rich(text), definition(words, visit.address, "on-time")]
    text = words("area.overdue", count=view.here.overdue)
    more = words("area.due_this_week", count=view.here.due_this_week)
    behind = (
        to_waiting(visit, filters, "overdue", view.here.overdue),
        to_waiting(visit, filters, "due_this_week", view.here.due_this_week),
    )
    yield [*linked(f"{text} {more}", *behind), definition(words, visit.address, "overdue")]
