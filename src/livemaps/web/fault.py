"""What stands in the place of a page whose own code fails."""

from __future__ import annotations

from livemaps.web.elements import Element, Region, element
from livemaps.web.page import heading
from livemaps.web.site import Site, Visit

STYLE = "prose"


def told(visit: Visit) -> list[Element]:
    """Return that the page cannot be shown, with nothing in it that might fail as well."""
    words, address = visit.words, visit.address
    return [
        heading(words("fault.title")),
        element("p", words("fault.text")),
        element(
            "p",
            # Both load a page anew: what would change this one in its place may be at fault.
            element("a", words("fault.again"), href=str(address), class_="button"),
            " ",
            element("a", words("missing.home"), href=address.page_link("/"), class_="button"),
        ),
    ]


def in_place(visit: Visit) -> list[Region]:
    """Return the same for the live site, where a page was to take another's place."""
    return [Region(tree=told(visit))]


def title(site: Site, visit: Visit) -> str:
    """Return the title of such a page."""
    return visit.words("site.title", page=visit.words("fault.title"), city=site.profile.name)
