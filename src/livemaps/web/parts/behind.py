"""What is behind a figure: the list that it counts, the file that it comes from, its definition."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from livemaps.model import AGE_BANDS, Filters, Measure
from livemaps.views.measures.flow import Period
from livemaps.views.query import to_query
from livemaps.web.components import definition, link
from livemaps.web.elements import Child, Children, Element, element
from livemaps.web.page import path_to
from livemaps.web.site import Visit
from livemaps.web.urlstate import Address

OLD = frozenset(band.key for band in AGE_BANDS if band.least >= 28)
"""The age bands of what is four weeks old or older."""

UNATTENDED = frozenset({"unattended"})
"""The filter on waiting for those of which nothing was heard."""

AGENCY = "/agency/<agency>"


def linked(sentence: str, *targets: Address | str | None) -> list[Child]:
    """Return a sentence whose parts between `**` are links, one target after the other.

    Where there is no target (None, or fewer than parts) the part is made strong.
    """
    parts = re.split(r"\*\*(.+?)\*\*", sentence)
    given = dict(enumerate(targets))
    return [
        part if not at % 2 else _strong(part, given.get(at // 2)) for at, part in enumerate(parts)
    ]


def _strong(text: str, target: Address | str | None) -> Element:
    strong = element("strong", text)
    if target is None:
        return strong
    if isinstance(target, str) and target.startswith("#"):
        return element("a", strong, href=target)
    return link(target, strong)


def to_list(visit: Visit, filters: Filters, **changes: object) -> Address:
    """Return the address of the list of what filters choose, on the first screen.

    `changes` are fields of the filters to replace.
    """
    view = visit.address.view
    kept = type(view)(lang=view.lang, theme=view.theme, embed=view.embed)
    return Address(replace(filters, **changes), kept)  # type: ignore[arg-type]


def to_waiting(visit: Visit, filters: Filters, kind: str, count: int) -> Address | None:
    """Return the address of the list of those that wait in a way; None where there are none.

    `kind` is a name of `Waiting` as addresses have it.
    """
    return to_list(visit, filters, waiting=frozenset({kind})) if count else None


def came_and_went(visit: Visit, filters: Filters, period: Period) -> tuple[Address, Address]:
    """Return the addresses of the lists of what came in and of what was closed in a period.

    Flow counts services that are set apart where they are named, so the lists do.
    """
    apart = filters.set_apart or bool(filters.services)
    within = replace(filters, since=period.start, until=period.end, set_apart=apart)
    came, went = (
        to_list(visit, within, measure=one) for one in (Measure.REPORTED, Measure.RESOLVED)
    )
    return came, went


def to_agency(visit: Visit, name: str) -> str:
    """Return the address of an agency's own page."""
    return visit.address.page_link(path_to(AGENCY, name))


def list_file(visit: Visit, filters: Filters) -> Element:
    """Return the link to the requests themselves under some filters, as a file."""
    href = f"/api/v1/requests.csv?{to_query(filters)}".rstrip("?")
    text = visit.words("backlog.list_file")
    return element("a", text, href=href, download=True, class_="no-print", key=href)


def measure_file(visit: Visit, name: str, filters: Filters, **options: str) -> Element:
    """Return the link to a measure's table under some filters."""
    query = "&".join(part for part in (to_query(filters), urlencode(options)) if part)
    href = f"/api/v1/measures/{name}.csv?{query}".rstrip("?")
    return element(
        "a", visit.words("download.csv"), href=href, download=True, class_="no-print", key=href
    )


def card(
    visit: Visit,
    name: str,
    title: str,
    metric: str,
    *content: Children,
    files: Sequence[Element] = (),
    width: str = "half",
) -> Element:
    """Return a part of a screen under `#name`: its title and definition, and the files behind."""
    return element(
        "section",
        element(
            "div",
            element("h2", title, definition(visit.words, visit.address, metric)),
            element("div", files, class_="card-tools") if files else None,
            class_="card-head",
        ),
        *content,
        class_=f"card {width}",
        id=name,
        key=name,
    )


def quiet(text: str | Sequence[Child], key: str | None = None) -> Element:
    """Return a paragraph that is not the main thing."""
    return element("p", text, class_="quiet-text", key=key)
