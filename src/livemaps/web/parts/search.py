"""The search box: an area, a service or a request's number."""

from __future__ import annotations

from collections.abc import Sequence

from livemaps.views import ListedRequest, Suggestion
from livemaps.web import ids
from livemaps.web.components import icon, link, request_link
from livemaps.web.elements import Element, element
from livemaps.web.site import Visit

REQUEST = "request"
"""The kind of a suggestion that is a request's number."""


def box(visit: Visit) -> list[Element]:
    """Return the field; what is typed is sent to the server after a short rest."""
    words = visit.words
    label = words("search.label")
    return [
        element("label", label, for_="search-field", class_="visually-hidden"),
        element(
            "div",
            icon("search"),
            element(
                "input",
                id="search-field",
                type="search",
                placeholder=label,
                autocomplete="off",
                aria_controls=ids.SEARCH_RESULTS,
                data_store=ids.SEARCH_TEXT,
                data_suggests=ids.SEARCH_RESULTS,
            ),
            class_="search-field large",
        ),
    ]


def results(visit: Visit, found: Sequence[Suggestion], text: str) -> list[Element]:
    """Return what was found as links, each with how many requests it would show."""
    words = visit.words
    named = [suggestion for suggestion in found if suggestion.kind != REQUEST]
    if not found:
        return [element("p", words("search.none", text=text.strip()), role="status")]
    count = words("search.found", count=len(found))
    return [
        element("p", count, role="status", class_="visually-hidden"),
        element("ul", [_suggestion(visit, suggestion) for suggestion in named]),
    ]


def _suggestion(visit: Visit, suggestion: Suggestion) -> Element:
    """Return one thing found; it becomes the only value of its filter."""
    kind = suggestion.kind
    return element(
        "li",
        link(
            visit.address.only(kind, suggestion.value),
            element(
                "span",
                visit.label(kind, suggestion.value, suggestion.label),
                class_="option-name",
            ),
            element("span", visit.dimension(kind), class_="kind"),
            element("span", visit.words.number(suggestion.count), class_="count"),
            data_suggestion=True,
        ),
        key=kind + suggestion.value,
    )


def found_request(visit: Visit, request: ListedRequest | None) -> list[Element]:
    """Return what is known of the request whose number was typed."""
    if request is None:
        return []
    words = visit.words
    number = request_link(visit.address, request.service_request_id)
    places = [visit.label(layer, key, name) for layer, key, name in request.areas]
    stage = words(f"stage.{request.stage.name.lower()}")
    facts = [
        request.service_name,
        words("list.comma").join(places),
        words("search.requested", day=words.day(request.requested_day)),
        words("search.stage", stage=stage, age=words.days(request.age)),
        request.agency_responsible,
    ]
    return [
        element(
            "article",
            element("h2", words("list.request"), " ", number),
            element(
                "ul", [element("li", fact, key=str(at)) for at, fact in enumerate(facts) if fact]
            ),
            role="status",
        )
    ]
