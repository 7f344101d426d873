"""All areas of a boundary layer side by side, such as the wards; in order, never ranked."""

from __future__ import annotations

from livemaps.views.area import LayerView
from livemaps.web.components import link, rich
from livemaps.web.elements import Child, Element, element, tree
from livemaps.web.page import heading, path_to, pending, screen
from livemaps.web.parts import area_plan, areas_table
from livemaps.web.parts import area_words as say
from livemaps.web.parts.help import how_to_read
from livemaps.web.site import Site, Visit

METRICS = ("expected", "open", "age", "queues", "unattended", "on-time")


def content(site: Site, visit: Visit) -> list[Element]:
    """Return what is true of all areas in words, the table of them, and the plan."""
    view = site.board.layer(visit.parameters["layer"])
    codes = site.board.snapshot().layer(view.layer).code_of
    areas = say.layer_name(visit, view.layer, plural=True).lower()
    text = visit.words("areas.title", areas=areas, count=len(view.areas), city=visit.profile.name)
    return tree(
        element(
            "header",
            heading(text, view.version),
            element("p", _lede(visit, view), class_="lede"),
            class_="page-answer",
        ),
        pending(visit) if view.pending else None,
        element(
            "div",
            areas_table.table_card(visit, view),
            area_plan.layer_card(
                visit,
                view,
                area_plan.outlines_of(site, view.layer),
                [codes[area.key] for area in view.areas],
            ),
            class_="areas-grid",
        ),
        how_to_read(visit, "areas", *METRICS),
    )


def _lede(visit: Visit, view: LayerView) -> list[Child]:
    """Return how many are open in the city, and of how many areas more or fewer is said."""
    words = visit.words
    told = [words("areas.open", count=view.city.open)]
    change = view.city.measured.change if view.city.measured else None
    told += say.changed(visit, change, None) if change else []
    said = [area.measured.word.word for area in view.areas if area.measured and area.measured.word]
    if view.until is not None and set(said) - {"too_few"}:
        more, fewer = said.count("more"), said.count("fewer")
        key = "areas.said" if more or fewer else "areas.as_expected"
        day = words.day(view.until)
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


PAGE = screen(say.AREAS, "areas", content, title=title, entries=entries)
