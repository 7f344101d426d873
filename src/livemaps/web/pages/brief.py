"""The brief of one area: one page of paper with the same figures as its screen."""

from __future__ import annotations

from dataclasses import replace

from flask import has_request_context, request

from livemaps.errors import SnapshotError, UnknownValue
from livemaps.model import Filters
from livemaps.views.area import AreaView
from livemaps.web.charts import chart
from livemaps.web.components import link
from livemaps.web.elements import Child, Element, element, tree
from livemaps.web.page import lagging, screen
from livemaps.web.pages import area
from livemaps.web.parts import (
    area_answer,
    area_compare,
    area_moved,
    area_plan,
    area_record,
    area_scope,
    area_tables,
    area_trend,
    unfound,
)
from livemaps.web.parts import area_words as say
from livemaps.web.site import Site, Visit

MOST_OLD = 5
MOST_AGENCIES = 6
MOST_PARTS = 10
"""What fits on the page beside the services; the screen has more of each."""


def content(site: Site, visit: Visit) -> list[Element]:
    """Return the page as it is printed, and above it what is not: the way back and the button."""
    try:
        view = area.view_of(site, visit)
    except UnknownValue:
        return unfound.area(site, visit)
    return tree(
        area_scope.told(visit, say.of_area(view.layer, view.here.key)),
        area_scope.not_beside(visit, view),
        _tools(visit, view),
        element(
            "article",
            _head(visit, view),
            area_answer.lede(visit, view),
            area_moved.told(visit, view),
            lagging(visit, view.basis.as_of),
            area_answer.figures(visit, view),
            element("div", _left(site, visit, view), _right(visit, view), class_="brief-columns"),
            _below(visit, view),
            _foot(site, visit, view),
            class_="brief",
        ),
    )


def _tools(visit: Visit, view: AreaView) -> Element:
    """Return the way back and the print button."""
    words = visit.words
    name = say.name_of(visit, view.layer, view.here)
    back = link(
        area_scope.keeping(visit, say.area_path(visit, view.layer, view.here.key)),
        words("brief.back", area=name),
        class_="button",
    )
    printed = element(
        "button", words("brief.print"), type="button", class_="button", data_action="print"
    )
    return element(
        "div",
        back,
        printed,
        element("span", words("brief.hint"), class_="quiet-text"),
        say.pending(visit, view.basis),
        class_="brief-tools no-print",
    )


def _head(visit: Visit, view: AreaView) -> Element:
    """Return what the page is, of which day, and that it is simulated where it is."""
    words = visit.words
    kind = words("brief.of", city=visit.profile.name, day=words.day(view.basis.meta.as_of_day))
    simulated = element("strong", words("simulation.long")) if visit.profile.simulated else None
    return element(
        "header",
        element("p", kind, class_="over-line"),
        area_answer.heading_of(visit, view),
        element("p", simulated) if simulated else None,
        class_="brief-head",
    )


def _left(site: Site, visit: Visit, view: AreaView) -> Element:
    """Return the plan, the parts and who is accountable."""
    words = visit.words
    areas = say.layer_name(visit, view.parts_layer, plural=True)
    shown = area_tables.most_open(view)[:MOST_PARTS]
    return element(
        "div",
        _part(
            words("brief.plan", areas=areas, day=words.day(view.basis.until or 0)),
            *_plan(site, visit, view),
        ),
        _part(
            words("area.top_parts", areas=areas.lower(), count=len(shown)),
            area_tables.parts_table(visit, view, shown),
        )
        if not view.finest
        else None,
        _part(
            words("area.agencies"),
            area_tables.agencies_table(visit, view, view.agencies[:MOST_AGENCIES]),
        ),
    )


def _plan(site: Site, visit: Visit, view: AreaView) -> list[Element]:
    """Return the plan, and what is coloured on it by name; a sentence alone where nothing is."""
    words = visit.words
    told = [part.word for part in view.parts if part.word is not None]
    if told and all(word.word not in ("more", "fewer") for word in told):
        few = len(view.parts) - sum(word.word == "as_expected" for word in told)
        usual = len(view.parts) - few
        said = [words("brief.as_expected", count=usual)] if usual else []
        said += [words("brief.too_few", count=few)] if few else []
        return [element("p", " ".join(said))]
    named = [
        element("p", words(f"brief.{kind}", areas=words.listed(names)), key=kind)
        for kind in ("more", "fewer")
        if (names := area_plan.called(visit, view, kind))
    ]
    plan = area_plan.picture(visit, view, area_plan.outlines_of(site, view.parts_layer))
    return [plan, *named]


def _right(visit: Visit, view: AreaView) -> Element:
    """Return the backlog's path and the services."""
    words = visit.words
    return element(
        "div",
        element(
            "section", chart(area_trend.backlog_plot(visit, view, view.path), words), key="path"
        )
        if view.path
        else None,
        _part(
            words("area.services.title", count=len(view.services)),
            area_tables.services_table(visit, view, view.services),
        ),
    )


def _below(visit: Visit, view: AreaView) -> list[Element]:
    """Return the oldest requests and the record, as wide as the page."""
    words = visit.words
    facts = [
        element("li", fact, key=str(at)) for at, fact in enumerate(area_record.record(visit, view))
    ]
    oldest = area_tables.oldest_table(visit, view.oldest[:MOST_OLD], view.basis.meta.newest_day)
    beside = area_compare.compare_table(visit, view) if view.beside else None
    return [
        *([_part(words("area.compare.title"), beside)] if beside else []),
        _part(words("area.oldest.title"), oldest),
        _part(words("area.record"), element("ul", facts, class_="fact-list")),
    ]


def _part(title: str, *content: Child) -> Element:
    return element("section", element("h2", title), *content, key=title)


def _foot(site: Site, visit: Visit, view: AreaView) -> Element:
    """Return the two ages, sources, licence, and the link that brings the page back."""
    words, profile = visit.words, visit.profile
    newest = words("never")
    if view.basis.meta.newest_day is not None:
        age = words.ages(view.basis.meta.as_of_day - view.basis.meta.newest_day)
        newest = words("freshness.newest", day=words.day(view.basis.meta.newest_day), age=age)
    address, own = _address(visit)
    return element(
        "footer",
        element(
            "p",
            area_tables.window(visit, view),
            " ",
            words("area.needs_long"),
            " ",
            words("brief.definitions"),
        ),
        element("p", _checked(site, visit), newest, ". ", profile.attribution),
        element(
            "p",
            element("strong", _of_its_day(site, visit, view)),
            " ",
            words("brief.link"),
            " ",
            element("a", address, href=own),
        ),
        class_="brief-foot",
    )


def _address(visit: Visit) -> tuple[str, str]:
    """Return the address of the page, as it is printed and within the site.

    What of an address does not hold on this page is not printed either.
    """
    own = area_scope.keeping(visit, str(replace(visit.address, filters=Filters(), extra=())))
    origin = request.host_url.rstrip("/") if has_request_context() else ""
    return f"{origin}{own}", own


def _of_its_day(site: Site, visit: Visit, view: AreaView) -> str:
    """Return that the sheet shows its day alone: tomorrow's has other figures."""
    now = visit.words.clock(site.local(site.clock()))
    return visit.words("brief.of_its_day", day=visit.words.day(view.basis.meta.as_of_day), time=now)


def _checked(site: Site, visit: Visit) -> str:
    """Return when the feed was last asked, as a moment that stays true on paper."""
    try:
        status = site.board.status()
    except SnapshotError:
        return ""
    if status is None or status.last_checked is None:
        return ""
    moment = visit.words.moment(site.local(status.last_checked))
    return f"{visit.words('freshness.checked')} {moment}. "


def _title(site: Site, visit: Visit) -> str:
    return visit.words("brief.title", area=area.title(site, visit))


PAGE = screen(
    say.BRIEF,
    "brief",
    content,
    title=_title,
    summary=area.summary,
    feed=area.feed,
    options=area_scope.BESIDE,
)
