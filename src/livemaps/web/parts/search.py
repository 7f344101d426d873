"""The search box: an area, a service or a request's number."""

from __future__ import annotations

from collections.abc import Sequence

from livemaps.model import Stage
from livemaps.views import ListedRequest, Suggestion
from livemaps.views.addresses import FoundAddress
from livemaps.views.numbers import meant
from livemaps.web import ids
from livemaps.web.components import icon, link, request_link
from livemaps.web.elements import Children, Element, element, tree
from livemaps.web.page import path_to
from livemaps.web.parts import area_words as say
from livemaps.web.parts import unfound
from livemaps.web.site import Visit
from livemaps.web.urlstate import Address

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
        element(
            "p",
            locate_button(visit),
            element("span", role="status", class_="locate-note"),
            class_="locate no-print",
        ),
    ]


def locate_button(visit: Visit) -> Element:
    """Return the button that chooses the visitor's own area; `assets/locate.js` makes it work."""
    words = visit.words
    return element(
        "button",
        icon("locate"),
        words("search.locate"),
        type="button",
        class_="button quiet",
        **locating(visit),
    )


def locating(visit: Visit) -> dict[str, str]:
    """Return what makes a button choose the visitor's area, with what it may have to say."""
    said = ("asking", "outside", "refused", "failed")
    texts = {f"data_{name}": visit.words(f"map.locate.{name}") for name in said}
    return {"data_action": "locate", "data_layer": visit.layer, **texts}


def results(
    visit: Visit, found: Sequence[Suggestion], text: str, addresses: bool = False
) -> list[Element]:
    """Return what was found as links, each with how many requests it would show.

    With `addresses` the last of them looks the text up as an address.
    """
    words = visit.words
    button = _ask_for_address(visit, text.strip()) if addresses else None
    if not found:
        return tree(_nothing(visit, text, addresses, button))
    count = words("search.found", count=len(found))
    return tree(
        element("p", count, role="status", class_="visually-hidden"),
        element("ul", [_suggestion(visit, suggestion) for suggestion in found]),
        button,
    )


def _nothing(visit: Visit, text: str, addresses: bool, address: Element | None) -> list[Children]:
    """Return that nothing is called so, and what helps: a number's own help, or a place."""
    words, text = visit.words, unfound.shortened(text)
    if meant(text):
        told = element("p", words("unknown.request", number=text), role="status")
        return [told, _suggested(unfound.looking_for(visit, text), words("unknown.help")), address]
    key = "search.instead" if addresses else "search.no_streets"
    advice = words(key, layer=say.layer_name(visit, visit.profile.finest.id).lower())
    on_map = element("a", icon("map"), words("search.on_map"), href="#map", class_="button quiet")
    return [
        element("p", words("search.none", text=text), " ", advice, role="status"),
        address,
        element("p", on_map, class_="instead"),
    ]


def _suggested(target: str | Address, *children: Children) -> Element:
    """Return a way on that the arrow keys and Enter lead to, as to a suggestion."""
    return link(target, element("span", *children, class_="option-name"), data_suggestion=True)


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
    if suggestion.within is not None:
        return _service_in_area(visit, suggestion, suggestion.within)
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
            _count(visit, None if kind == REQUEST else suggestion.count),
            data_suggestion=True,
        ),
        key=kind + suggestion.value,
    )


def _count(visit: Visit, count: int | None) -> Element | None:
    """Return how many requests a suggestion would show, where that is known."""
    return None if count is None else element("span", visit.words.number(count), class_="count")


def _service_in_area(visit: Visit, suggestion: Suggestion, place: tuple[str, str, str]) -> Element:
    """Return a service in an area; both become the only ones of their filters."""
    words, (layer, key, published) = visit.words, place
    service = visit.label(suggestion.kind, suggestion.value, suggestion.label)
    name = words("search.within", service=service, place=visit.label(layer, key, published))
    kinds = words("list.comma").join((visit.dimension(suggestion.kind), visit.dimension(layer)))
    return element(
        "li",
        link(
            visit.address.only(suggestion.kind, suggestion.value).only(layer, key),
            element("span", name, class_="option-name"),
            element("span", kinds, class_="kind"),
            _count(visit, suggestion.count),
            data_suggestion=True,
        ),
        key=f"{suggestion.value} {layer} {key}",
    )


def found_request(visit: Visit, request: ListedRequest | None) -> list[Element]:
    """Return what is known of the request whose number was typed."""
    if request is None:
        return []
    words = visit.words
    number = request_link(visit.address, request.service_request_id)
    places = [visit.label(layer, key, name) for layer, key, name in request.areas]
    stage = words(f"stage.{request.stage.name.lower()}")
    age = words.age(request.age, closed=request.stage is Stage.RESOLVED)
    facts = [
        visit.label("service", request.service_name),
        words("list.comma").join(places),
        words("search.requested", day=words.day(request.requested_day)),
        words("search.stage", stage=stage, age=age),
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
