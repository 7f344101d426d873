"""All areas of a boundary layer side by side, such as the wards; in order, never ranked."""

from __future__ import annotations

from dataclasses import replace

from livemaps.model import Filters
from livemaps.views.area import LayerView
from livemaps.web.components import link, rich
from livemaps.web.elements import Child, Element, element, tree
from livemaps.web.page import heading, lagging, path_to, screen
from livemaps.web.parts import area_plan, area_scope, areas_shown, areas_table
from livemaps.web.parts import area_words as say
from livemaps.web.parts.help import how_to_read
from livemaps.web.site import Site, Visit

METRICS = ("expected", "open", "age", "queues", "unattended", "on-time")


def content(site: Site, visit: Visit) -> list[Element]:
    """Return what is true of all areas in words, the table of them, and the plan."""
    whole = site.board.layer(visit.parameters["layer"])
    shown = areas_shown.shown(site, visit, whole)
    view = replace(whole, areas=shown.areas)
    return tree(
        area_scope.told(visit, _filters(shown)),
        element(
            "header",
            heading(_title(visit, view, shown), view.basis.meta.version),
            element("p", _lede(visit, view, shown), class_="lede"),
            lagging(visit, view.basis.as_of),
            class_="page-answer",
        ),
        say.pending(visit, view.basis),
        element(
            "div",
            areas_table.table_card(site, visit, view, shown),
            area_plan.layer_card(visit, view, area_plan.outlines_of(site, view.layer)),
            class_="areas-grid",
        ),
        how_to_read(visit, "areas", *METRICS),
    )


def _filters(shown: areas_shown.Shown) -> Filters:
    """Return the filters for the containing areas that are chosen."""
    filters = Filters()
    for layer, area in shown.within:
        filters = filters.with_area(layer, filters.area(layer) | {area.key})
    return filters


def _title(visit: Visit, view: LayerView, shown: areas_shown.Shown) -> str:
    """Return how many areas there are, and of what."""
    words, count = visit.words, len(view.areas)
    areas = say.layer_name(visit, view.layer, plural=True).lower()
    names = [say.name_of(visit, layer, area) for layer, area in shown.within]
    if names:
        return words("areas.title_within", areas=areas, count=count, area=words.listed(names))
    return words("areas.title", areas=areas, count=count, city=visit.profile.name)


def _lede(visit: Visit, view: LayerView, shown: areas_shown.Shown) -> list[Child]:
    """Return how many are open in the whole, and of how many areas more or fewer is said."""
    words, told = visit.words, []
    for layer, area in shown.within or (("", view.city),):
        key = "areas.open" if area is view.city else "areas.open_within"
        told.append(words(key, count=area.open, area=say.name_of(visit, layer, area)))
        told += [say.changed(visit, area.change)] if area.change and len(shown.within) < 2 else []
    said = [area.measured.word.word for area in view.areas if area.measured and area.measured.word]
    if view.basis.until is not None and set(said) - {"too_few"}:
        more, fewer = said.count("more"), said.count("fewer")
        key = "areas.said" if more or fewer else "areas.as_expected"
        day = words.day(view.basis.until)
        told.append(words(key, more=more, fewer=fewer, count=len(said), day=day))
    needs = link(visit.address.page_link("/about", "expected"), words("area.needs"))
    return [*(part for text in told for part in (*rich(text), " ")), needs]


def title(_site: Site, visit: Visit) -> str:
    """Return what the layer's areas are called."""
    return say.layer_name(visit, visit.parameters["layer"], plural=True)


def entries(visit: Visit) -> list[tuple[str, str]]:
    """Return the layers that contain others, such as the wards; the only one where none does."""
    layers = visit.profile.layers
    containing = [layer.id for layer in layers if any(one.within == layer.id for one in layers)]
    return [
        (path_to(say.AREAS, layer), say.layer_name(visit, layer, plural=True))
        for layer in containing or [layers[0].id]
    ]


PAGE = screen(
    say.AREAS,
    "areas",
    content,
    title=title,
    entries=entries,
    options=(areas_shown.FIND, areas_shown.SORT),
)
