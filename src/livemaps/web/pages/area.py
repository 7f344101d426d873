"""One area, of whichever boundary layer: a ward for its councillor, a community for its residents."""

from __future__ import annotations

from livemaps.errors import UnknownValue
from livemaps.views.area import AreaView
from livemaps.web.elements import Element, element, tree
from livemaps.web.page import screen
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
from livemaps.web.parts.help import how_to_read
from livemaps.web.parts.tables import stack
from livemaps.web.site import Site, Visit, feed_address

METRICS = ("expected", "open", "age", "unattended", "re-reported", "compare")


def content(site: Site, visit: Visit) -> list[Element]:
    """Return the answer in words, the plan and the trend, the tables, and another area beside."""
    try:
        view = view_of(site, visit)
    except UnknownValue:
        return unfound.area(site, visit)
    return tree(
        area_scope.told(visit, say.of_area(view.layer, view.here.key)),
        area_scope.not_beside(visit, view),
        area_answer.head(visit, view),
        area_moved.told(visit, view),
        area_answer.figures(visit, view),
        say.pending(visit, view.basis),
        element(
            "div",
            _places(site, visit, view),
            _record(visit, view),
            area_tables.oldest_card(visit, view),
            class_="area-grid",
        ),
        how_to_read(visit, "area", *METRICS),
    )


def _places(site: Site, visit: Visit, view: AreaView) -> Element:
    """Return where the requests are and what they are about.

    It is one of two columns of about one height; each is two beside each other where there is
    room.
    """
    outlines = area_plan.outlines_of(site, view.parts_layer)
    return element(
        "div",
        stack(area_plan.parts_card(visit, view, outlines), area_tables.parts_card(visit, view)),
        stack(area_tables.services_card(visit, view)),
        class_="area-column",
    )


def _record(visit: Visit, view: AreaView) -> Element:
    """Return how the area compares and how it has gone, and who is accountable for what."""
    return element(
        "div",
        stack(area_compare.compare_card(visit, view), area_trend.trend_card(visit, view)),
        stack(area_tables.agencies_card(visit, view), area_record.record_card(visit, view)),
        class_="area-column",
    )


def view_of(site: Site, visit: Visit) -> AreaView:
    """Return what is told of the area of an address, beside another one where that is known.

    Raises:
        UnknownValue: the layer has no such area.
    """
    layer, key = visit.parameters["layer"], visit.parameters["area"]
    view = site.board.area(layer, key)
    beside = area_scope.beside(visit)
    return site.board.area(layer, key, beside) if beside in dict(view.others) else view


def title(site: Site, visit: Visit) -> str:
    """Return what the area is called."""
    view = view_of(site, visit)
    return say.name_of(visit, view.layer, view.here)


def summary(site: Site, visit: Visit) -> str:
    """Return the answer in words."""
    return area_answer.plain(visit, view_of(site, visit))


def feed(site: Site, visit: Visit) -> str:
    """Return the feed of the area's requests."""
    view = view_of(site, visit)
    return feed_address(say.of_area(view.layer, view.here.key), visit.words.language)


PAGE = screen(
    say.AREA,
    "area",
    content,
    title=title,
    summary=summary,
    feed=feed,
    options=area_scope.BESIDE,
)
