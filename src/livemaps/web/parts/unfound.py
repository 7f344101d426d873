"""Help for a request or an area that the data does not have: what may be wrong, where to go on."""

from __future__ import annotations

from livemaps.views import ListedRequest
from livemaps.views.numbers import LONGEST_NUMBER
from livemaps.views.unfound import AreaHelp, NumberHelp, area_help, number_help
from livemaps.web.components import icon, link, request_link, rich
from livemaps.web.elements import Child, Element, element, tree
from livemaps.web.page import heading
from livemaps.web.parts import area_words as say
from livemaps.web.parts.areas_shown import FIND
from livemaps.web.site import Site, Visit
from livemaps.web.urlstate import SCOPE, Address

FIND_REQUEST = "/request"
"""The page that looks for a request's number."""

NUMBER = "number"
"""The key of the number in its address."""


def request(site: Site, visit: Visit, number: str) -> list[Element]:
    """Return the help for a number that no request of the data has.

    Raises:
        SnapshotError: there is no data.
    """
    words, helped = visit.words, number_help(site.board.snapshot(), number)
    known = helped.well_formed or not helped.example or any(letter.isdecimal() for letter in number)
    title = words(f"unknown.{'request' if known else 'no_number'}", number=shortened(number))
    return tree(
        element(
            "header",
            element("p", way_up(visit), class_="over-line"),
            heading(title, helped.version),
            element("p", rich(_form_of(visit, helped)), class_="lede") if helped.example else None,
            number_form(visit, number),
            class_="page-answer",
        ),
        element("div", _near(visit, helped), _reasons(visit, helped), class_="screen-grid"),
    )


def way_up(visit: Visit) -> list[Child]:
    """Return the way from a request to all of them."""
    return [
        visit.profile.name,
        " › ",
        link(visit.address.page_link("/"), visit.words("unknown.requests")),
    ]


def _form_of(visit: Visit, helped: NumberHelp) -> str:
    """Return how the city's numbers are written; first of all where this one is written otherwise."""
    key = "form" if helped.well_formed else "other_form"
    return visit.words(f"unknown.{key}", example=helped.example)


def looking_for(visit: Visit, number: str) -> Address:
    """Return the address of the page that looks for a number."""
    view = visit.address.view
    kept = type(view)(lang=view.lang, theme=view.theme, embed=view.embed)
    return Address(view=kept, path=FIND_REQUEST).with_option(NUMBER, number)


def shortened(text: str) -> str:
    """Return what was asked for no longer than any number is."""
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_NUMBER else f"{text[:LONGEST_NUMBER]}…"


def number_form(visit: Visit, number: str) -> Element:
    """Return the field for a request's number; it works without scripts too."""
    words, view = visit.words, visit.address.view
    kept = {name: getattr(view, name) for name in SCOPE}
    return element(
        "form",
        [
            element("input", type="hidden", name=name, value=str(value), key=name)
            for name, value in kept.items()
            if isinstance(value, str)
        ],
        element(
            "label",
            element("span", words("unknown.field")),
            element(
                "span",
                icon("search"),
                element(
                    "input",
                    type="search",
                    name=NUMBER,
                    value=shortened(number).rstrip("…"),
                    autocomplete="off",
                    spellcheck="false",
                ),
                class_="search-field large",
            ),
        ),
        element("button", words("unknown.search"), type="submit", class_="button"),
        action=FIND_REQUEST,
        method="get",
        role="search",
        class_="find-form no-print",
    )


def _near(visit: Visit, helped: NumberHelp) -> Element | None:
    """Return the requests that may have been meant."""
    if not helped.near:
        return None
    return element(
        "section",
        element("h2", visit.words("unknown.near", count=len(helped.near))),
        element("ul", [one(visit, found) for found in helped.near], class_="plain-list"),
        class_="card half",
    )


def one(visit: Visit, found: ListedRequest) -> Element:
    """Return a request as its caller knows it again: number, what it is about, where, and when."""
    words = visit.words
    places = [visit.label(*area) for area in found.areas if not area[1].startswith("unplaced:")]
    facts = [
        visit.label("service", found.service_name),
        *places,
        words("search.requested", day=words.day(found.requested_day)),
        words(f"stage.{found.stage.name.lower()}"),
    ]
    return element(
        "li",
        element("strong", request_link(visit.address, found.service_request_id)),
        element("br"),
        element("span", words("list.comma").join(facts), class_="quiet-text"),
        key=found.service_request_id,
    )


def _reasons(visit: Visit, helped: NumberHelp) -> Element:
    """Return why a number may not be here, each reason with what to do next."""
    words, report = visit.words, visit.profile.links.report_a_problem
    reasons: list[Child | list[Child]] = []
    if helped.newest_day is not None:
        newest, again = words.day(helped.newest_day), words.day(helped.complete_on)
        key = "unknown.too_new" if helped.delay_days else "unknown.too_new_at_once"
        reasons.append(rich(words(key, count=helped.delay_days, newest=newest, again=again)))
    if helped.complete_since is not None:
        reasons.append(rich(words("unknown.too_old", day=words.day(helped.complete_since))))
    reasons.append(rich(words("unknown.written")))
    if report:
        way = element("a", words("unknown.ask_city"), href=report, rel="external")
        reasons.append([*rich(words("unknown.ask")), " ", way])
    return element(
        "section",
        element("h2", words("unknown.why")),
        element("ul", [element("li", reason, key=str(at)) for at, reason in enumerate(reasons)]),
        element("p", link(visit.address.page_link("/"), words("missing.home"), class_="button")),
        class_="card half reasons",
    )


def area(site: Site, visit: Visit) -> list[Element]:
    """Return the help for an address whose layer has no such area: those that it has.

    Raises:
        SnapshotError: there is no data.
        UnknownValue: there is no such layer.
    """
    layer, key = visit.parameters["layer"], visit.parameters["area"]
    words, helped = visit.words, area_help(site.board.snapshot(), layer, key)
    name, plural = (say.layer_name(visit, layer, many) for many in (False, True))
    title = words("unknown.area", city=visit.profile.name, layer=name.lower(), area=shortened(key))
    all_of_them = words("unknown.areas", areas=plural.lower())
    up = link(visit.address.page_link(f"/{layer}"), plural)
    return tree(
        element(
            "header",
            element("p", visit.profile.name, " › ", up, class_="over-line"),
            heading(title, helped.version),
            [_elsewhere(visit, other) for other in helped.elsewhere],
            class_="page-answer",
        ),
        _areas(visit, helped, plural),
        element(
            "ul",
            _way(_list_of(visit, layer, "" if helped.whole else key), all_of_them),
            _way(visit.address.page_link("/"), words("missing.home")),
            class_="actions",
        ),
    )


def _elsewhere(visit: Visit, found: tuple[str, str, str]) -> Element:
    """Return an area of another layer that is called just so."""
    layer, key, _ = found
    name = say.layer_name(visit, layer).lower()
    told = element("span", visit.words("unknown.elsewhere", layer=name), " ")
    return element("p", told, say.area_link(visit, *found), class_="lede", key=layer + key)


def _areas(visit: Visit, helped: AreaHelp, plural: str) -> Element | None:
    """Return the areas that may have been meant, as links."""
    if not helped.near:
        return None
    words = visit.words
    title = plural if helped.whole else words("unknown.near_area", areas=plural.lower())
    links = [element("li", say.area_link(visit, *found), key=found[1]) for found in helped.near]
    return element(
        "section", element("h2", title), element("ul", links, class_="area-links"), class_="card"
    )


def _list_of(visit: Visit, layer: str, text: str) -> str:
    """Return the address of a layer's table, with a text to look for in it."""
    view = visit.address.view
    kept = type(view)(lang=view.lang, theme=view.theme, embed=view.embed)
    address = Address(view=kept, path=f"/{layer}")
    return str(address.with_option(FIND, shortened(text).rstrip("…")) if text else address)


def _way(href: str, text: str) -> Element:
    return element("li", link(href, text, class_="button"), key=text)
