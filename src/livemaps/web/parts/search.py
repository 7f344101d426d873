"""The search box: an area, a service or a request's number."""

from __future__ import annotations

from collections.abc import Sequence

from livemaps.views import ListedRequest, Suggestion
from livemaps.views.addresses import FoundAddress
from livemaps.web import ids
from livemaps.web.components import icon, link, request_link
from livemaps.web.elements import Element, element, tree
from livemaps.web.page import path_to
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


def results(
    visit: Visit, found: Sequence[Suggestion], text: str, addresses: bool = False
) -> list[Element]:
    """Return what was found as links, each with how many requests it would show.

    With `addresses` the last of them looks the text up as an address.
    """
    words = visit.words
    button = _ask_for_address(visit, text.strip()) if addresses else None
    if not found:
        none = element("p", words("search.none", text=text.strip()), role="status")
        return tree(none, button)
    count = words("search.found", count=len(found))
    return tree(
        element("p", count, role="status", class_="visually-hidden"),
        element("ul", [_suggestion(visit, suggestion) for suggestion in found]),
        button,
    )


def _ask_for_address(visit: Visit, text: str) -> Element:
    """Return the button that has the text looked up as an address; `controls.js` makes it work."""
    return element(
        "button",
        icon("locate"),
        visit.words("search.address.ask", text=text),
        type="button",
        class_="button quiet",
        data_action="address",
        data_store=ids.ADDRESS_TEXT,
        data_text=text,
        data_suggestion=True,
    )


def addresses(visit: Visit, found: Sequence[FoundAddress], text: str) -> list[Element]:
    """Return the areas around what an address may be; each becomes the only one of its filter."""
    words, geocoder = visit.words, visit.profile.geocoder
    if not found:
        return no_address(visit, "search.address.none", text)
    source = geocoder.attribution if geocoder else None
    return tree(
        element("p", words("search.address.found"), role="status"),
        element("ul", [_address(visit, address) for address in found]),
        element("p", source, class_="quiet-text") if source else None,
    )


def _address(visit: Visit, found: FoundAddress) -> Element:
    layer, key, _ = found.areas[0]
    places = [visit.label(*area) for area in found.areas]
    return element(
        "li",
        link(
            visit.address.only(layer, key),
            element("span", found.label, class_="option-name"),
            element("span", visit.words("list.comma").join(places), class_="kind"),
            data_suggestion=True,
        ),
        key=found.label,
    )


def no_address(visit: Visit, sentence: str, text: str) -> list[Element]:
    """Return why there is no area for an address, and what to do instead."""
    return [element("p", visit.words(sentence, text=text), role="status")]


def _suggestion(visit: Visit, suggestion: Suggestion) -> Element:
    """Return one thing found: a request leads to its page, others become a filter's only value."""
    kind, words = suggestion.kind, visit.words
    if kind == REQUEST:
        path = path_to("/request/<service_request_id>", suggestion.value)
        target, name, called = (
            visit.address.page_link(path),
            suggestion.label,
            words("list.request"),
        )
    else:
        target = str(visit.address.only(kind, suggestion.value))
        name, called = visit.label(kind, suggestion.value, suggestion.label), visit.dimension(kind)
    return element(
        "li",
        link(
            target,
            element("span", name, class_="option-name"),
            element("span", called, class_="kind"),
            element("span", words.number(suggestion.count), class_="count")
            if kind != REQUEST
            else None,
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
        visit.label("service", request.service_name),
        words("list.comma").join(places),
        words("search.requested", day=words.day(request.requested_day)),
        words("search.stage", stage=stage, age=words.days(request.age)),
        visit.label("agency", request.agency_responsible) if request.agency_responsible else "",
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
