"""One agency: what it has open and where, what grows, its record, what will come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from livemaps.figures import Scale
from livemaps.model import Filters
from livemaps.views import AreaValues
from livemaps.views.backlog_page import BacklogPage, closest
from livemaps.web.components import link, rich
from livemaps.web.elements import Element, element, tree
from livemaps.web.page import path_to, screen, unknown
from livemaps.web.parts import backlog_answer, backlog_flow, open_groups, promises, surges
from livemaps.web.parts.behind import AGENCY, card, quiet, to_list
from livemaps.web.parts.help import how_to_read
from livemaps.web.plan import PlanArea, key, plan
from livemaps.web.site import Site, Visit, feed_address

SHADES = 5
"""Of a plan, besides that of none."""

METRICS = ("backlog-by", "flow", "queues", "on-time", "unattended", "surge", "forecast")


def content(site: Site, visit: Visit) -> list[Element]:
    """Return the same as for the city, of one agency, and where its open requests are."""
    name = visit.parameters["agency"]
    if name not in site.board.snapshot().vocab.agency.codes:
        return _unknown(site, visit, name)
    found = site.board.backlog(own(visit))
    # The agency is what the page is of, not a filter that could be taken away.
    facets = site.board.facets(visit.address.filters)
    return tree(
        backlog_answer.head(
            visit, found, facets, name, visit.words("filter.agency"), _actions(visit, found)
        ),
        element("div", _parts(site, visit, found), class_="screen-grid", key="parts"),
        how_to_read(visit, "backlog", *METRICS),
    )


def own(visit: Visit) -> Filters:
    """Return the filters of the address, of this agency alone."""
    return replace(visit.address.filters, agencies=frozenset({visit.parameters["agency"]}))


def _parts(site: Site, visit: Visit, found: BacklogPage) -> list[Element | None]:
    """Return the cards of the screen in their order."""
    return [
        backlog_flow.flow(visit, found),
        backlog_flow.path(visit, found),
        _places(site, visit, found),
        promises.promises(visit, found),
        open_groups.open_groups(visit, found, found.services),
        open_groups.queues(visit, found),
        surges.surges(visit, found),
        backlog_flow.forecast(visit, found),
        promises.unattended(visit, found),
    ]


def _actions(visit: Visit, found: BacklogPage) -> Element:
    """Return the ways on: the list on the map, the feed, all agencies."""
    words = visit.words
    follow = element(
        "a",
        words("feed.follow"),
        href=feed_address(found.filters, words.language),
        type="application/atom+xml",
        class_="button",
    )
    ways = (
        link(to_list(visit, found.filters), words("backlog.agency.list"), class_="button"),
        link(visit.address.page_link("/backlog"), words("backlog.agency.all"), class_="button"),
        follow,
    )
    items = [element("li", way, key=str(at)) for at, way in enumerate(ways)]
    return element("ul", items, class_="actions no-print", key="actions")


def _places(site: Site, visit: Visit, found: BacklogPage) -> Element | None:
    """Return a plan of where the agency's open requests are."""
    layer = visit.profile.finest.id
    values = site.board.area_values(found.filters, layer)
    if not any(values.counts):
        return None
    words, name = visit.words, visit.profile.finest.called(visit.words.language).lower()
    scale = _scale(values.counts)
    title = words("backlog.agency.places", layer=name)
    areas = [_area(visit, found, values, scale, code) for code in range(len(values.keys))]
    entries = [("class-0", words.number(0))] + [
        (f"class-{at}", _range(visit, low, high)) for at, (low, high) in enumerate(scale.ranges, 1)
    ]
    return card(
        visit,
        "places",
        title,
        "classes",
        plan(site.board.outlines(layer), areas, title, f"{visit.profile.id}-agency"),
        key(entries),
        _unplaced(visit, found, values),
        quiet(rich(words("limits.reports"))),
    )


def _unplaced(visit: Visit, found: BacklogPage, values: AreaValues) -> Element | None:
    """Return how many of the requests lie in no area, with the list of them."""
    count = values.unplaced_total
    if not count:
        return None
    reasons = frozenset(reason for reason, held in values.unplaced.items() if held)
    filters = found.filters.with_area(values.layer, reasons)
    return quiet([link(to_list(visit, filters), visit.words("map.unplaced", count=count))])


def _scale(counts: Sequence[int]) -> Scale:
    """Return classes of amounts, at most as many as a plan has shades."""
    return Scale(Scale.of(counts).bounds[-SHADES:])


def _range(visit: Visit, low: int, high: int) -> str:
    """Return the amounts of a class."""
    if low == high:
        return visit.words.number(low)
    return visit.words("legend.range", low=low, high=high)


def _area(
    visit: Visit, found: BacklogPage, values: AreaValues, scale: Scale, code: int
) -> PlanArea:
    """Return one area of the plan; where there is any, it leads to the list."""
    count, area = values.counts[code], values.keys[code]
    name = visit.label(values.layer, area, values.names[code])
    label = visit.words("backlog.agency.area", name=name, count=count)
    if not count:
        return PlanArea(code, label, "class-0")
    filters = found.filters.with_area(values.layer, frozenset({area}))
    return PlanArea(code, label, f"class-{scale.classify(count)}", to_list(visit, filters))


def _unknown(site: Site, visit: Visit, name: str) -> list[Element]:
    """Return help where the city has no such agency: those that are called most like it."""
    words, alike = visit.words, closest(site.board.snapshot(), name)
    items = [
        element("li", link(visit.address.page_link(path_to(AGENCY, one)), one), key=one)
        for one in alike
    ]
    others = link(visit.address.page_link("/backlog"), words("backlog.agency.all"), class_="button")
    return tree(
        unknown(visit, name),
        element(
            "div",
            element("p", words("backlog.agency.meant")) if items else None,
            element("ul", items) if items else None,
            element("p", others),
            class_="page-answer",
        ),
    )


def _title(_site: Site, visit: Visit) -> str:
    return visit.parameters["agency"]


def _summary(site: Site, visit: Visit) -> str:
    found = site.board.backlog(own(visit))
    return backlog_answer.plain(visit, found, visit.parameters["agency"])


def _feed(_site: Site, visit: Visit) -> str:
    return feed_address(own(visit), visit.words.language)


PAGE = screen(
    AGENCY,
    "agency",
    content,
    title=_title,
    summary=_summary,
    feed=_feed,
    options=open_groups.OPTIONS,
)
