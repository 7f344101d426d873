"""A request in a short list: its number, how old it is and where it stands."""

from __future__ import annotations

from collections.abc import Iterable

from livemaps.views import ListedRequest
from livemaps.web.components import request_link
from livemaps.web.elements import Element, element
from livemaps.web.site import Visit


def request_lines(visit: Visit, rows: Iterable[ListedRequest]) -> Element:
    """Return a line for each request."""
    return element("ul", [_line(visit, row) for row in rows], class_="plain-list")


def _line(visit: Visit, row: ListedRequest) -> Element:
    words = visit.words
    return element(
        "li",
        request_link(visit.address, row.service_request_id),
        " ",
        words("request.other", day=words.day(row.requested_day), age=words.age(row.age)),
        " ",
        element("span", words(f"stage.{row.stage.name.lower()}"), class_="quiet-text"),
        key=row.service_request_id,
    )
