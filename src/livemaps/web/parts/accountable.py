"""Who is accountable for a request, what else they have of the kind, and others like it nearby."""

from __future__ import annotations

from livemaps.model import Filters
from livemaps.views import Listing
from livemaps.views.request import RequestView
from livemaps.web.components import definition, link
from livemaps.web.elements import Child, Element, element
from livemaps.web.page import path_to
from livemaps.web.parts import area_words as say
from livemaps.web.parts.area_words import AREA
from livemaps.web.parts.behind import to_agency
from livemaps.web.parts.request_lines import request_lines
from livemaps.web.site import Visit
from livemaps.web.urlstate import Address


def card(visit: Visit, found: RequestView) -> Element:
    """Return the accountable agency and its record with this service."""
    words, request = visit.words, found.life.request
    agency = request.agency_responsible
    if not agency:
        text = element("p", words("request.no_agency"), class_="quiet-text")
        return element(
            "section", element("h2", words("request.accountable")), text, class_="card half"
        )
    return element(
        "section",
        element("h2", words("request.accountable")),
        element(
            "p", link(to_agency(visit, agency), element("strong", visit.label("agency", agency)))
        ),
        element(
            "ul", [element("li", fact, key=str(at)) for at, fact in enumerate(_facts(visit, found))]
        ),
        class_="card half",
    )


def _facts(visit: Visit, found: RequestView) -> list[list[Child]]:
    """Return what is known of the agency with this service."""
    words, request = visit.words, found.life.request
    listed = Filters(
        services=frozenset({request.service_name}),
        agencies=frozenset({request.agency_responsible}),
        set_apart=found.life.set_apart,
    )
    text = words("request.agency_open", count=found.agency.total)
    facts: list[list[Child]] = [[link(_listed(visit, listed), text)]]
    record = found.agency_record
    if record is not None and record.total.share is not None:
        share = say.share(visit, record.total.on_time, record.total.due)
        kind = "request.on_time_few" if record.total.due < say.FEW else "request.on_time"
        text = words(kind, share=share, count=record.total.due)
        facts.append([text, definition(words, visit.address, "on-time")])
    if record is not None and record.now.overdue:
        late = Filters(agencies=listed.agencies, waiting=frozenset({"overdue"}))
        text = words("request.overdue", count=record.now.overdue)
        facts.append(
            [link(_listed(visit, late), text), definition(words, visit.address, "overdue")]
        )
    if found.due is not None and found.due.standard is not None:
        standard = found.due.standard
        text = words(f"request.standard.{standard.counting}", count=standard.days)
        facts.append([text, definition(words, visit.address, "standards")])
    if record is None:
        facts.append([words("request.no_standard")])
    return facts


def similar(visit: Visit, found: RequestView) -> Element | None:
    """Return the open requests for the same service in the same area: has it been reported?"""
    if found.similar is None or found.area is None:
        return None
    words, (layer, key, name) = visit.words, found.area
    place = visit.label(layer, key, name)
    filters = Filters(
        services=frozenset({found.life.request.service_name}), set_apart=found.life.set_apart
    ).with_area(layer, frozenset({key}))
    return element(
        "section",
        element("h2", words("request.similar", place=place)),
        _others(visit, found.similar, _listed(visit, filters), place),
        element(
            "p",
            link(
                visit.address.page_link(path_to(AREA, layer, key)), words("area.about", area=place)
            ),
        ),
        class_="card half",
    )


def _others(visit: Visit, others: Listing, all_of_them: Address, place: str) -> list[Element]:
    """Return how many others there are, the newest of them, and the way to all on the map."""
    words = visit.words
    if not others.total:
        return [element("p", words("request.similar_none", place=place))]
    return [
        element("p", words("request.similar_count", count=others.total)),
        request_lines(visit, others.rows),
        element("p", link(all_of_them, words("request.similar_all"))),
    ]


def _listed(visit: Visit, filters: Filters) -> Address:
    """Return the address of the list on the first screen under some filters."""
    view = visit.address.view
    return Address(filters, type(view)(lang=view.lang, theme=view.theme, embed=view.embed))
