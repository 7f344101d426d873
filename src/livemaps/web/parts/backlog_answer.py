"""The head of the managers' screens: the answer in words, the figures, and ways to narrow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from livemaps.views import Facets
from livemaps.views.backlog_page import BacklogPage
from livemaps.views.surge_events import SurgeView
from livemaps.web.components import definition, link, menu, notice, rich
from livemaps.web.elements import Child, Element, element, tree
from livemaps.web.page import heading, lagging
from livemaps.web.parts import surge_words
from livemaps.web.parts.answer import chips, problems
from livemaps.web.parts.area_words import changed
from livemaps.web.parts.behind import (
    OLD,
    came_and_went,
    linked,
    quiet,
    to_agency,
    to_list,
    to_waiting,
)
from livemaps.web.site import Visit
from livemaps.web.urlstate import Address

NARROWED_BY = ("agency", "category", "channel")

WAITS: Mapping[str, str] = {
    "overdue": "overdue",
    "beyond": "beyond_usual",
    "unattended": "unattended",
}
"""Figure to what the filter on waiting calls it."""

METRICS: Mapping[str, str] = {
    "overdue": "overdue",
    "beyond": "usual-time",
    "unattended": "unattended",
}
"""Figure to its definition."""


def answer(visit: Visit, found: BacklogPage, facets: Facets, scope: str, over_line: str) -> Element:
    """Return the answer in words with each number a link to what is behind it."""
    words, shown = visit.words, found.headline
    title = words("backlog.answer.open", scope=scope, count=shown.total, old=shown.over_four_weeks)
    behind = (
        to_list(visit, found.filters),
        to_list(visit, found.filters, ages=OLD),
    )
    head = heading("", shown.version)
    return element(
        "header",
        problems(visit),
        element("p", over_line, class_="over-line"),
        [*head, *linked(title, *behind)],
        element(
            "p", [part for one in sentences(visit, found) for part in (*one, " ")], class_="lede"
        ),
        lagging(visit, found.as_of),
        chips(visit, facets),
        quiet(words("backlog.lifted")) if found.lifted else None,
        class_="page-answer",
    )


def plain(visit: Visit, found: BacklogPage, scope: str) -> str:
    """Return the answer for the preview of a link."""
    words, shown = visit.words, found.headline
    title = words("backlog.answer.open", scope=scope, count=shown.total, old=shown.over_four_weeks)
    said = ("".join(_text(part) for part in one) for one in sentences(visit, found))
    return " ".join([title.replace("**", "") + ".", *said])


def _text(part: Child) -> str:
    """Return the text of a part of a sentence."""
    if isinstance(part, list):
        return "".join(_text(child) for child in part[2:])
    return part if isinstance(part, str) else ""


def sentences(visit: Visit, found: BacklogPage) -> Iterator[list[Child]]:
    """Yield the sentences below the headline; each says one thing."""
    words, queues = visit.words, found.service_queues
    if found.headline.change is not None:
        yield rich(changed(visit, found.headline.change))
    if queues is not None and queues.told:
        growing = words("backlog.answer.growing", count=queues.growing)
        shrinking = words("backlog.answer.shrinking", count=queues.shrinking)
        text = words("backlog.answer.queues", growing=growing, shrinking=shrinking)
        yield linked(text, "#growing", "#shrinking")
    if found.surge is not None and found.surge.told:
        yield _surge(visit, found.surge)
    for kind, count in _waiting(found):
        if count or kind != "unattended":
            yield linked(
                words(f"backlog.answer.{kind}", count=count),
                to_waiting(visit, found.filters, WAITS[kind], count),
            )


def _waiting(found: BacklogPage) -> Iterator[tuple[str, int]]:
    """Yield how many wait too long, by kind: overdue, where nothing is promised longer than usual."""
    if found.overdue is not None:
        yield "overdue", found.overdue
    elif found.beyond is not None:
        yield "beyond", found.beyond.beyond
    yield "unattended", found.unattended


def _surge(visit: Visit, surge: SurgeView) -> list[Child]:
    """Return whether there is a surge, and which is the largest, with its list."""
    told = surge.events[0].told if surge.events else None
    behind = surge_words.requests(visit, told) if told else None
    return linked(surge_words.headline(visit, surge), "#surge", behind, behind)


def figures(visit: Visit, found: BacklogPage) -> Element:
    """Return the few large numbers."""
    return element("dl", _figures(visit, found), class_="figures card", key="figures")


def _figures(visit: Visit, found: BacklogPage) -> Iterator[Element]:
    """Yield the large numbers, each with its definition and what is behind it."""
    words, shown, filters = visit.words, found.headline, found.filters
    yield _figure(visit, "open", shown.total, words("backlog.figure.open"), to_list(visit, filters))
    old = to_list(visit, filters, ages=OLD)
    yield _figure(visit, "age", shown.over_four_weeks, words("backlog.figure.old"), old)
    week = found.last_week
    if week is not None:
        period, came, went = week
        day = words.date(period.end)
        behind = came_and_went(visit, filters, period)
        for key, number, target in zip(("in", "out"), (came, went), behind, strict=True):
            text = words(f"backlog.figure.{key}", day=day)
            yield _figure(visit, "flow", number, text, target, key)
    for kind, count in _waiting(found):
        target = to_list(visit, filters, waiting=frozenset({WAITS[kind]}))
        yield _figure(visit, METRICS[kind], count, words(f"backlog.figure.{kind}"), target)
    if found.surge is not None and found.surge.told:
        yield _surge_figure(visit, found.surge)


def _surge_figure(visit: Visit, surge: SurgeView) -> Element:
    """Return how many surges there are, as one of the figures."""
    words, count = visit.words, len(surge.events)
    days = surge_words.when(visit, surge.days, words.date)
    return element(
        "div",
        element("dt", words("backlog.figure.surge", count=count, when=days)),
        element(
            "dd",
            element("a", words.number(count), href="#surge"),
            definition(words, visit.address, "surge"),
        ),
        class_="figure-warning" if count else None,
        key="surge",
    )


def _figure(
    visit: Visit, metric: str, number: int, text: str, target: Address, key: str = ""
) -> Element:
    """Return one large number, which leads to its list."""
    value = link(target, visit.words.number(number))
    return element(
        "div",
        element("dt", text),
        element("dd", value, definition(visit.words, visit.address, metric)),
        key=metric + key,
    )


def narrowing(visit: Visit, facets: Facets, by: tuple[str, ...] = NARROWED_BY) -> Element:
    """Return a short row of menus that narrow the screen to one agency, category, area, channel."""
    words = visit.words
    layers = [layer.id for layer in visit.profile.layers]
    dimensions = (*by, layers[-1]) if layers else by
    menus = [_menu(visit, facets, dimension) for dimension in dimensions]
    return element(
        "nav",
        menus,
        _own_page(visit),
        class_="narrowing no-print",
        aria_label=words("backlog.narrow"),
        key="narrow",
    )


def _own_page(visit: Visit) -> Element | None:
    """Return the way to the page of the agency, where one alone is chosen."""
    if len(visit.address.filters.agencies) != 1:
        return None
    (name,) = visit.address.filters.agencies
    text = visit.words("breakdown.agency_page", agency=visit.label("agency", name))
    return link(to_agency(visit, name), text, class_="button")


def _menu(visit: Visit, facets: Facets, dimension: str) -> Element | None:
    """Return the menu of one filter; an option leads to the screen of it alone."""
    facet = facets.facets.get(dimension)
    options = [option for option in facet.options if option.value] if facet else []
    if not options:
        return None
    items = [
        link(
            visit.address.only(dimension, option.value),
            element("span", visit.label(dimension, option.value, option.label)),
            element("span", visit.words.number(option.count), class_="count"),
            aria_current="true" if option.chosen else None,
        )
        for option in options
    ]
    return [*menu(visit.dimension(dimension), items, "menu narrow-menu")]


def nothing(visit: Visit, found: BacklogPage) -> Element | None:
    """Return that nothing is open under the filters, and how to loosen them."""
    if found.headline.total:
        return None
    words = visit.words
    loosened = [
        element("li", link(without, words("filters.clear")), key=key)
        for key, without in (("clear", visit.address.cleared()),)
        if visit.address.query != without.query
    ]
    text = element("p", words("backlog.nothing"))
    return notice("plain", words("none.title"), text, element("ul", loosened) if loosened else None)


def head(
    visit: Visit,
    found: BacklogPage,
    facets: Facets,
    scope: str,
    over_line: str,
    narrowed: Element,
) -> list[Element]:
    """Return everything above the first picture; `narrowed` are the ways on from here."""
    return tree(
        answer(visit, found, facets, scope, over_line),
        narrowed,
        nothing(visit, found),
        figures(visit, found),
    )
