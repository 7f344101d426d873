"""The list of requests: newest or oldest first, paged."""

from __future__ import annotations

from livemaps.model import Measure, Order, Stage
from livemaps.views import ListedRequest, Listing
from livemaps.web.components import icon, link, menu, radios, request_link
from livemaps.web.elements import Child, Element, element
from livemaps.web.parts.downloads import requests_downloads
from livemaps.web.site import Visit


def listing(visit: Visit, values: Listing) -> list[Element]:
    """Return the list with its order, its pages and its downloads."""
    words = visit.words
    head = element(
        "div",
        element("h2", words("list.title", count=values.total)),
        element(
            "div",
            radios(
                "order",
                words("list.order"),
                [(order.value, words(f"order.{order.value}")) for order in Order],
                values.order.value,
            ),
            menu([icon("download"), words("download.label")], requests_downloads(visit)),
            class_="card-tools",
        ),
        class_="card-head",
    )
    if not values.rows:
        return [head, element("p", words("list.none"), class_="quiet-text")]
    return [head, _table(visit, values), _pages(visit, values)]


def _table(visit: Visit, values: Listing) -> Element:
    """Return the requests as a table; on narrow screens each becomes a card."""
    words = visit.words
    day = day_column(visit)
    columns = ("request", "service", "place", "agency", day, "age", "status")
    head = element(
        "tr",
        [
            element(
                "th",
                words(f"list.{name}"),
                scope="col",
                class_="number" if name == "age" else None,
                key=name,
            )
            for name in columns
        ],
    )
    return element(
        "table",
        element("caption", words("list.caption"), class_="visually-hidden"),
        element("thead", head),
        element("tbody", [_row(visit, row) for row in values.rows]),
        class_="list-table",
    )


def _row(visit: Visit, row: ListedRequest) -> Element:
    """Return one request."""
    words = visit.words
    stage = row.stage.name.lower()
    status: list[Child] = [
        element("span", class_=f"swatch stage-{stage}", aria_hidden=True),
        words(f"stage.{stage}"),
    ]
    cells: list[tuple[str, Child | list[Child]]] = [
        ("service", _service(visit, row)),
        ("place", _places(visit, row)),
        ("agency", visit.label("agency", row.agency_responsible)),
        (day_column(visit), _day(visit, row)),
        ("age", words.age(row.age, closed=row.stage is Stage.RESOLVED)),
        ("status", status),
    ]
    return element(
        "tr",
        element("th", request_link(visit.address, row.service_request_id), scope="row"),
        [
            element(
                "td",
                cell,
                data_label=words(f"list.{name}"),
                class_="number" if name == "age" else f"cell-{name}",
                key=name,
            )
            for name, cell in cells
        ],
        key=row.service_request_id,
        class_="resolved" if row.stage is Stage.RESOLVED else None,
    )


def _service(visit: Visit, row: ListedRequest) -> list[Child]:
    """Return the service in two lines: its category small, then what is wanted."""
    separator, category = visit.profile.category_separator, visit.label("category", row.category)
    service = visit.label("service", row.service_name)
    # A translation may begin with the translated category, the published one, or neither.
    beginning = next(
        (name for name in (category, row.category) if service.startswith(name + separator)), None
    )
    if beginning is None:
        return [service]
    rest = service.removeprefix(beginning + separator)
    return [element("span", category, class_="over-line"), element("span", rest)]


def _places(visit: Visit, row: ListedRequest) -> list[Child]:
    """Return the areas that a request lies in, finest first, or why it lies in none."""
    labels = [visit.label(layer, key, name) for layer, key, name in row.areas]
    if row.areas and row.areas[0][1].startswith("unplaced:"):
        return [element("span", labels[0], class_="quiet-text")]
    coarser = visit.words("list.comma").join(labels[1:])
    return [
        element("span", labels[0]) if labels else None,
        element("span", coarser, class_="under-line") if coarser else None,
    ]


def day_column(visit: Visit) -> str:
    """Return which day the list is sorted by: of closing for what is resolved, else of request."""
    return "closed" if visit.address.filters.measure is Measure.RESOLVED else "requested"


def _day(visit: Visit, row: ListedRequest) -> Element:
    """Return the day that a request is sorted by."""
    day = row.closed_day if day_column(visit) == "closed" else row.requested_day
    return element("span", "" if day is None else visit.words.day(day), class_="nowrap")


def _pages(visit: Visit, values: Listing) -> Element:
    """Return the way to the other pages, and what lies beyond the last."""
    words, address = visit.words, visit.address
    first = (values.page - 1) * values.size + 1
    reach = None
    if values.reachable < values.total:
        reach = element("p", words("list.reachable", count=values.reachable), class_="quiet-text")
    return element(
        "nav",
        element(
            "p",
            words("list.range", first=first, last=first + len(values.rows) - 1, count=values.total),
        ),
        element(
            "ul",
            [
                _page_link(visit, words(f"list.{name}"), number, name)
                for name, number in (("previous", values.page - 1), ("next", values.page + 1))
                if 1 <= number <= values.pages
            ],
        ),
        reach,
        aria_label=words("list.pages"),
        class_="pages",
        data_page=str(address.view.page),
    )


def _page_link(visit: Visit, text: str, number: int, name: str) -> Element:
    """Return a link to another page of the list."""
    return element(
        "li", link(visit.address.shown(page=number), text, class_="button", rel=name[:4]), key=name
    )
