"""The head of an area's page: the answer in words, the large figures, what can be done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from livemaps.model import Filters
from livemaps.views.area import AreaView, Figures, Measured
from livemaps.web.components import definition, link, rich
from livemaps.web.elements import Child, Element, element
from livemaps.web.page import heading, lagging
from livemaps.web.parts import area_words as say
from livemaps.web.parts.area_scope import keeping
from livemaps.web.parts.behind import OLD, UNATTENDED, to_list
from livemaps.web.site import Visit, feed_address

_Figure = tuple[list[Child], list[Child]]
"""What a large figure is called, and its value."""


def head(visit: Visit, view: AreaView) -> Element:
    """Return the answer first, then what can be done."""
    return element(
        "header",
        element("p", _where(visit, view), class_="over-line"),
        heading_of(visit, view),
        lede(visit, view),
        lagging(visit, view.basis.as_of),
        _actions(visit, view),
        class_="page-answer",
    )


def heading_of(visit: Visit, view: AreaView) -> Element:
    """Return which area, and how many are open."""
    name = say.name_of(visit, view.layer, view.here)
    text = visit.words("answer.open", scope=name, count=view.here.open)
    title = heading("", view.basis.meta.version)
    return [*title[:2], *rich(text), " ", definition(visit.words, visit.address, "open")]


def lede(visit: Visit, view: AreaView) -> Element:
    """Return the sentences of the answer."""
    told: list[Child] = [part for text in say.sentences(visit, view) for part in (*rich(text), " ")]
    needs = link(visit.address.page_link("/about", "expected"), visit.words("area.needs"))
    return element("p", told, needs, class_="lede")


def plain(visit: Visit, view: AreaView) -> str:
    """Return the answer without emphasis, for previews of a link."""
    name = say.name_of(visit, view.layer, view.here)
    first = visit.words("answer.open", scope=name, count=view.here.open)
    return ". ".join([first, " ".join(say.sentences(visit, view))]).replace("**", "")


def _where(visit: Visit, view: AreaView) -> list[Child]:
    """Return the way up: all areas of the layer, or the area that contains this one."""
    up = link(
        visit.address.page_link(f"/{view.layer}"), say.layer_name(visit, view.layer, plural=True)
    )
    if view.within is None:
        return [visit.profile.name, " › ", up]
    return [visit.profile.name, " › ", up, " › ", say.area_link(visit, *view.within)]


def _actions(visit: Visit, view: AreaView) -> Element:
    """Return what can be done: print the brief, see the map, follow, share."""
    words, key = visit.words, view.here.key
    filters = say.of_area(view.layer, key)
    brief = link(
        keeping(visit, say.area_path(visit, view.layer, key, say.BRIEF)),
        words("area.brief"),
        class_="button",
    )
    shown = link(to_list(visit, filters), words("area.map"), class_="button")
    items = (brief, shown, _follow(visit, filters), _share(visit))
    return element(
        "ul",
        [element("li", item, key=str(at)) for at, item in enumerate(items)],
        class_="actions no-print",
    )


def _follow(visit: Visit, filters: Filters) -> Element:
    """Return the link to the feed of the area."""
    return element(
        "a",
        visit.words("feed.follow"),
        href=feed_address(filters, visit.words.language),
        type="application/atom+xml",
        class_="button",
    )


def _share(visit: Visit) -> Element:
    """Return the button that hands the address on."""
    return element(
        "button",
        visit.words("request.share"),
        type="button",
        class_="button",
        data_action="share",
        data_done=visit.words("request.shared"),
    )


def figures(visit: Visit, view: AreaView) -> Element:
    """Return the large figures beside each other."""
    return element(
        "dl",
        [
            element("div", element("dt", name), element("dd", *values), key=str(at))
            for at, (name, values) in enumerate(_figures(visit, view))
        ],
        class_="figures area-figures",
    )


def _figures(visit: Visit, view: AreaView) -> Iterator[_Figure]:
    """Yield each figure: what it is, with its definition, and its value, with the list behind."""
    here, filters = view.here, say.of_area(view.layer, view.here.key)
    old, quiet = replace(filters, ages=OLD), replace(filters, waiting=UNATTENDED)
    yield _named(visit, "area.open", "open"), [_counted(visit, filters, here.open)]
    yield (
        _named(visit, "area.old", "age"),
        [_counted(visit, old, here.over_four_weeks), _aside(visit, here.over_four_weeks, here)],
    )
    yield (
        _named(visit, "area.unattended", "unattended"),
        [_counted(visit, quiet, here.unattended), _aside(visit, here.unattended, here)],
    )
    yield (
        _named(visit, "area.reported.name", "reported"),
        [_counted(visit, say.reported(view, filters), here.reported)],
    )
    if here.outflow is not None:
        yield _named(visit, "area.closed", "flow"), [visit.words.number(here.outflow)]
    yield from _pace(visit, here.measured)


def _pace(visit: Visit, measured: Measured | None) -> Iterator[_Figure]:
    """Yield what was on time; where no standard says so, within how long half are closed."""
    if measured and measured.record and measured.record.total.share is not None:
        total = measured.record.total
        share = say.share(visit, total.on_time, total.due)
        yield _named(visit, "area.on_time", "on-time"), [share]
    elif measured and measured.median_days is not None:
        days = visit.words.span(round(measured.median_days))
        yield _named(visit, "area.half_closed", "time-to-close"), [days]


def _named(visit: Visit, key: str, metric: str) -> list[Child]:
    """Return what a figure is called, with its definition."""
    return [visit.words(key), definition(visit.words, visit.address, metric)]


def _counted(visit: Visit, filters: Filters, count: int) -> Element:
    """Return a count, which leads to its list."""
    return link(to_list(visit, filters), visit.words.number(count))


def _aside(visit: Visit, count: int, here: Figures) -> Element | None:
    """Return a count's share of what is open."""
    if not here.open:
        return None
    if here.open < say.FEW:
        text = visit.words("share.of", whole=here.open)
    else:
        text = visit.words.percent(count / here.open)
    return element("small", " ", text, class_="quiet-text")
