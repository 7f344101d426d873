"""Where the tables of the pages of areas can be taken away, each as it is seen."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from livemaps.views.area import AreaView, LayerView
from livemaps.web.elements import Element, element
from livemaps.web.parts.areas_shown import Shown
from livemaps.web.site import Visit

AREAS = "/api/v1/areas"


def side_by_side_file(visit: Visit, view: LayerView, shown: Shown) -> Element:
    """Return the link to the table of all areas of a layer, or of those within chosen ones."""
    query = urlencode([(layer, area.key) for layer, area in shown.within])
    return _file(visit, f"{AREAS}/{view.layer}.csv", query)


def area_file(visit: Visit, view: AreaView, name: str, beside: str = "") -> Element:
    """Return the link to one of the tables of the page of an area (`AREA_TABLES`)."""
    path = f"{AREAS}/{view.layer}/{quote(view.here.key, safe='')}/{name}.csv"
    return _file(visit, path, urlencode({"with": beside}) if beside else "")


def _file(visit: Visit, path: str, query: str) -> Element:
    href = f"{path}?{query}" if query else path
    return element("a", visit.words("download.csv"), href=href, download=True)
