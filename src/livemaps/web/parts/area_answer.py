"""The head of an area's page: the answer in words, the large figures, what can be done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from livemaps.views.area import AreaView, Figures
from livemaps.web.components import definition, link, rich
from livemaps.web.elements import Child, Element, element
from livemaps.web.page import heading, lagging
from livemaps.web.parts import area_words as say
from livemaps.web.parts.area_scope import keeping
from livemaps.web.parts.behind import OLD, UNATTENDED, to_list
from livemaps.web.site import Visit, feed_address


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
    follow = element(
        "a",
        words("feed.follow"),
        href=feed_address(filters, words.language),
        type="application/atom+xml",
        class_="button",
    )
    share = element(
        "button",
        words("request.share"),
        type="button",
        class_="button",
        data_action="share",
        data_done=words("request.shared"),
    )
    items = (brief, shown, follow, share)
    return element(
        "ul",
        [element("li", item, key=str(at)) for at, item in enumerate(items)],
        class_="actions no-print",
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


def _figures(visit: Visit, view: AreaView) -> Iterator[tuple[list[Child], list[Child]]]:
    """Yield each figure: what it is, with its definition, and its value, with the list behind."""
    words, here = visit.words, view.here
    filters = say.of_area(view.layer, here.key)

    def named(key: str, metric: str) -> list[Child]:
        return [words(key), definition(words, visit.address, metric)]

    yield (
        named("area.open", "open"),
        [link(to_list(visit, filters), words.number(here.open))],
    )
    yield (
        named("area.old", "age"),
        [
            link(
                to_list(visit, replace(filters, ages=OLD)),
                words.number(here.over_four_weeks),
            ),
            _aside(visit, here.over_four_weeks, here),
        ],
    )
    yield (
        named("area.unattended", "unattended"),
        [
            link(
                to_list(visit, replace(filters, waiting=UNATTENDED)),
                words.number(here.unattended),
            ),
            _aside(visit, here.unattended, here),
        ],
    )
    yield (
        named("area.reported.name", "reported"),
        [link(to_list(visit, say.reported(view, filters)), words.number(here.reported))],
    )
    measured = here.measured
    if here.outflow is not None:
        yield named("area.closed", "flow"), [words.number(here.outflow)]
    if measured and measured.record and measured.record.total.share is not None:
        total = measured.record.total
        share = say.share(visit, total.on_time, total.due)
        yield named("area.on_time", "on-time"), [share]
    elif measured and measured.median_days is not None:
        days = words.span(round(measured.median_days))
        yield named("area.half_closed", "time-to-close"), [days]


def _aside(visit: Visit, count: int, here: Figures) -> Element | None:
    """Return a count's share of what is open."""
    if not here.open:
        return None
    if here.open < say.FEW:
        text = visit.words("share.of", whole=here.open)
    else:
        text = visit.words.percent(count / here.open)
    return element("small", " ", text, class_="quiet-text")
