"""What an address of a page of areas asks for besides, and what of it does not hold there."""

from __future__ import annotations

from urllib.parse import urlencode

from livemaps.model import Filters, Measure
from livemaps.views.area import AreaView
from livemaps.views.query import printable
from livemaps.web.components import link, notice
from livemaps.web.elements import Element, element
from livemaps.web.parts import area_words as say
from livemaps.web.parts.answer import problems
from livemaps.web.parts.behind import to_list
from livemaps.web.site import Visit

WITH = "with"
"""The key of the address that names the area to compare with."""

BESIDE = (WITH, "compare")
"""Under which it is understood: the second is what one guesses."""


def told(visit: Visit, here: Filters) -> Element | None:
    """Return what of the address is not known, and which of its filters this page leaves out.

    `here` are the filters for what the page is about: those hold. None where all is well.
    """
    names = left_out(visit, here)
    found = [*problems(visit), *([_left_out(visit, here, names)] if names else [])]
    return element("div", found, class_="no-print", key="scope") if found else None


def asked_by(visit: Visit) -> str:
    """Return the key under which the address names the area to compare with."""
    return next((key for key in BESIDE if visit.address.option(key)), WITH)


def beside(visit: Visit) -> str:
    """Return the key of the area to compare with, empty where none is asked for."""
    return visit.address.option(asked_by(visit))


def keeping(visit: Visit, path: str) -> str:
    """Return the address of a page of the same area with the same one beside it."""
    asked = beside(visit)
    if not asked:
        return path
    return f"{path}{'&' if '?' in path else '?'}{urlencode({WITH: asked})}"


def not_beside(visit: Visit, view: AreaView) -> Element | None:
    """Return that there is no area of the name to compare with, None where all is well."""
    asked = beside(visit)
    if not asked or asked in dict(view.others):
        return None
    area, layer = say.layer_name(visit, view.layer).lower(), view.layer
    same = asked == view.here.key
    kind = "itself" if same else "unknown"
    text = visit.words(
        f"area.beside.{kind}",
        value=printable(visit.label(layer, asked) if same else asked),
        layer=area,
        city=visit.profile.name,
    )
    return notice("warning", text, element("p", visit.words("problem.kept")))


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
