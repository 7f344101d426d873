"""Has it been reported already? Of one service in one area: how many are open, and how long it takes."""

from __future__ import annotations

from livemaps.errors import MeasuresPending, UnknownValue
from livemaps.model import Filters
from livemaps.snapshot import Snapshot
from livemaps.views import Listing
from livemaps.views.measures.time_to_close import UsualTime, usual
from livemaps.web.components import definition, link, rich
from livemaps.web.elements import Element, element
from livemaps.web.parts.lifetime import usual_sentence
from livemaps.web.parts.request_lines import request_lines
from livemaps.web.site import Site, Visit

MOST_LISTED = 3


def card(site: Site, visit: Visit) -> list[Element]:
    """Return the answer once one service and one area are chosen; a hint with only one of them.

    Raises:
        SnapshotError: there is no data.
    """
    service, area = chosen(visit)
    if service is None and area is None:
        return []
    if service is None or area is None:
        missing = "service" if service is None else "area"
        return [element("p", visit.words(f"reported.choose_{missing}"), class_="quiet-text hint")]
    found = site.board.listing(
        Filters(services=frozenset({service}), set_apart=True).with_area(
            area[0], frozenset({area[1]})
        ),
        size=MOST_LISTED,
    )
    where = visit.label(*area, _published(site.board.snapshot(), *area))
    told = _usual(site, service, area)
    return [_answer(visit, found, visit.label("service", service), where, told)]


def asked(visit: Visit) -> bool:
    """Return whether the address asks just this: one service in one area, and nothing else."""
    filters, (service, area) = visit.address.filters, chosen(visit)
    if service is None or area is None:
        return False
    plain = Filters(services=filters.services, areas=filters.areas, set_apart=filters.set_apart)
    return filters == plain


def chosen(visit: Visit) -> tuple[str | None, tuple[str, str] | None]:
    """Return the one service and the one area that are chosen, None for none or several."""
    filters = visit.address.filters
    services = list(filters.services)
    areas = [(layer, key) for layer, keys in filters.areas for key in keys]
    named = [(layer, key) for layer, key in areas if not key.startswith("unplaced:")]
    return (
        services[0] if len(services) == 1 else None,
        named[0] if len(areas) == 1 and named else None,
    )


def _usual(site: Site, service: str, area: tuple[str, str]) -> UsualTime | None:
    """Return how long such requests take there; None while it is not known."""
    try:
        return usual(site.board.measures(), service=service, area=area)
    except (MeasuresPending, UnknownValue):
        return None


def _answer(
    visit: Visit,
    found: Listing,
    service: str,
    where: str,
    told: UsualTime | None,
) -> Element:
    words = visit.words
    counted = words("reported.open", count=found.total, service=service, place=where)
    if not found.total:
        counted = words("reported.none", service=service, place=where)
    how_long = None
    if told is not None:
        mark = definition(words, visit.address, "time-to-close")
        how_long = element("p", rich(usual_sentence(visit, told)), mark)
    return element(
        "section",
        element("h2", words("reported.title")),
        element("p", rich(counted)),
        request_lines(visit, found.rows) if found.rows else None,
        how_long,
        _report(visit, found.total),
        None if found.total else _elsewhere(visit, service, where),
        class_="card reported",
    )


def _published(snapshot: Snapshot, layer: str, key: str) -> str | None:
    """Return the published name of an area, which no request has to lie in."""
    names = (
        dict(zip(known.keys, known.area_names, strict=True))
        for known in snapshot.layers
        if known.id == layer
    )
    return next(names, {}).get(key)


def _elsewhere(visit: Visit, service: str, where: str) -> Element:
    """Return where to look instead: at the service in the whole city, at all of the area."""
    words, filters = visit.words, visit.address.filters
    everywhere = visit.address.filtered(areas=())
    everything = visit.address.filtered(services=frozenset())
    whole = words("reported.whole_city", service=service, city=visit.profile.name)
    return element(
        "ul",
        element("li", link(everywhere, whole, class_="button")) if filters.areas else None,
        element("li", link(everything, words("reported.everything", place=where), class_="button")),
        class_="actions",
    )


def _report(visit: Visit, count: int) -> Element | None:
    """Return the way to the city's own page for a report, after what is known already."""
    href = visit.profile.links.report_a_problem
    if not href:
        return None
    report = element("a", visit.words("footer.report"), href=href, rel="external")
    return element("p", visit.words("reported.not_among") if count else None, " ", report)
