"""What an address shows that no page has."""

from __future__ import annotations

from typing import Any

import dash

from livemaps.web.components import link, rich
from livemaps.web.elements import Region, element
from livemaps.web.page import Page
from livemaps.web.site import Site, Visit


def layout(_site: Site, visit: Visit) -> list[Any]:
    """Return that there is no such page, and the way to the map."""
    words, address = visit.words, visit.address
    tree = [
        element("h1", words("missing.title"), tabindex=-1),
        element("p", rich(words("missing.text", path=address.path))),
        element("p", link(address.page_link("/"), words("missing.home"), class_="button")),
    ]
    return [Region(tree=tree, name="article", attributes={"className": "prose"})]


def register(_app: dash.Dash, _site: Site) -> None:
    """Nothing on it ever changes."""


PAGE = Page("", "missing", layout, register)
