"""What an address of a page of areas asks for besides, and what of it does not hold there."""

from __future__ import annotations

from livemaps.model import Filters, Measure
from livemaps.web.components import link, notice
from livemaps.web.elements import Element, element
from livemaps.web.parts.answer import problems
from livemaps.web.parts.behind import to_list
from livemaps.web.site import Visit


def told(visit: Visit, here: Filters) -> Element | None:
    """Return what of the address is not known, and which of its filters this page leaves out.

    `here` are the filters for what the page is about: those hold. None where all is well.
    """
    names = left_out(visit, here)
    found = [*problems(visit), *([_left_out(visit, here, names)] if names else [])]
    return element("div", found, class_="no-print", key="scope") if found else None


def left_out(visit: Visit, here: Filters) -> list[str]:
    """Return the filters of an address that a page does not apply, as they read, each once."""
    found = [] if visit.address.filters.measure is Measure.OPEN else ["measure"]
    found += [key for key, value, _ in visit.address.in_force() if value not in here.area(key)]
    return list(dict.fromkeys(_read(visit, key) for key in found))


def _read(visit: Visit, key: str) -> str:
    """Return what a filter is called."""
    if key == "apart":
        return visit.words("chip.apart", services=visit.words.listed(visit.apart))
    return visit.words("areas.days") if key in ("from", "to") else visit.dimension(key)


def _left_out(visit: Visit, here: Filters, names: list[str]) -> Element:
    """Return the notice, with the way to the map, where all of the address holds."""
    words, filters = visit.words, visit.address.filters
    for layer, keys in here.areas:
        filters = filters.with_area(layer, keys)
    shown = link(to_list(visit, filters), words("areas.left_out.map"))
    text = words("areas.left_out.text", count=len(names), filters=words.listed(names))
    return notice("plain", text, element("p", shown))
