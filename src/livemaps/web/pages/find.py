"""A request by its number: what was typed leads to it, to those that may be meant, or to help."""

from __future__ import annotations

from livemaps.views.numbers import example
from livemaps.web.elements import Element, element, tree
from livemaps.web.page import heading, screen
from livemaps.web.parts import unfound
from livemaps.web.site import Site, Visit


def content(site: Site, visit: Visit) -> list[Element]:
    """Return the requests that a number means; without one, the field for it."""
    words, typed = visit.words, visit.address.option(unfound.NUMBER).strip()
    snapshot = site.board.snapshot()
    found = [site.board.find(number) for number in site.board.numbers(typed)] if typed else []
    if typed and not found:
        return unfound.request(site, visit, typed)
    shown, sample = [one for one in found if one is not None], example(snapshot)
    title = words("find.found", count=len(shown)) if shown else words("find.title")
    return tree(
        element(
            "header",
            heading(title, snapshot.version),
            element("p", words("find.lede", example=sample), class_="lede") if sample else None,
            unfound.number_form(visit, typed),
            class_="page-answer",
        ),
        element(
            "section",
            element("ul", [unfound.one(visit, one) for one in shown], class_="plain-list"),
            class_="card",
        )
        if shown
        else None,
    )


PAGE = screen(unfound.FIND_REQUEST, "find", content, options=(unfound.NUMBER,))
