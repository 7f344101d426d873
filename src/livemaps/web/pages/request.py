"""One request: where it stands, how long such requests take, who is accountable for it."""

from __future__ import annotations

from urllib.parse import quote

from livemaps.errors import UnknownValue
from livemaps.views.request import RequestView
from livemaps.web.elements import Element, element, tree
from livemaps.web.page import heading, pending, screen
from livemaps.web.parts import accountable, lifetime, timeline, unfound
from livemaps.web.parts import area_words as say
from livemaps.web.parts.help import how_to_read
from livemaps.web.site import Site, Visit


def content(site: Site, visit: Visit) -> list[Element]:
    """Return the answer in words, the three stages, the usual time, the agency, others like it."""
    try:
        found = _found(site, visit)
    except UnknownValue as error:
        return unfound.request(site, visit, error.value)
    words = visit.words
    return tree(
        element(
            "header",
            element("p", unfound.way_up(visit), class_="over-line"),
            heading(words("request.number", number=_number(found)), found.life.version),
            element("p", element("strong", _service(visit, found)), class_="request-service"),
            element("p", lifetime.answer(visit, found), class_="lede"),
            timeline.notes(visit, found.life),
            _facts(visit, found),
            _actions(visit, found),
            class_="page-answer",
        ),
        element(
            "div",
            timeline.card(site, visit, found.life),
            pending(visit) if found.pending else lifetime.card(visit, found),
            accountable.card(visit, found),
            accountable.similar(visit, found),
            class_="screen-grid",
        ),
        how_to_read(visit, "request", "life", "time-to-close", "still-to-wait"),
    )


def _found(site: Site, visit: Visit) -> RequestView:
    """Return what is told of the request of the address. UnknownValue where there is none."""
    number = visit.parameters["service_request_id"]
    found = site.board.request(number)
    if found is None:
        remedy = "look at the number again; a new request appears a day or two after it was made"
        raise UnknownValue("service_request_id", number, remedy)
    return found


def _number(found: RequestView) -> str:
    return found.life.request.service_request_id


def _service(visit: Visit, found: RequestView) -> str:
    return visit.label("service", found.life.request.service_name)


def _facts(visit: Visit, found: RequestView) -> Element:
    """Return where it is, how it was reported, and when it was last heard of."""
    words, request = visit.words, found.life.request
    facts: list[tuple[str, Element | str]] = [
        (say.layer_name(visit, layer), _place(visit, layer, key, name))
        for layer, key, name in request.areas
    ]
    if request.channel:
        channel = visit.label("channel", request.channel)
        facts.append((visit.dimension("channel"), channel))
    if request.updated_day is not None:
        ago = words.ages(found.life.as_of_day - request.updated_day)
        heard = words("request.heard_on", day=words.day(request.updated_day), ago=ago)
        facts.append((words("request.heard"), heard))
    return element(
        "dl",
        [
            element("div", element("dt", name), element("dd", told), key=str(at))
            for at, (name, told) in enumerate(facts)
        ],
        class_="request-facts",
    )


def _place(visit: Visit, layer: str, key: str, name: str) -> Element | str:
    """Return an area, which leads to its page; of a request without place, why it has none."""
    if key.startswith("unplaced:"):
        return visit.label(layer, key)
    return say.area_link(visit, layer, key, name)


def _actions(visit: Visit, found: RequestView) -> Element:
    """Return what can be done with a request: follow, share, look at the city's own page, report."""
    words, links = visit.words, visit.profile.links
    number = _number(found)
    own = (
        links.request_page.format(service_request_id=quote(number, safe=""))
        if links.request_page
        else None
    )
    return element(
        "ul",
        _action(
            "a", words("feed.follow"), href=_feed_of(visit, number), type="application/atom+xml"
        ),
        _action(
            "button",
            words("request.share"),
            type="button",
            data_action="share",
            data_done=words("request.shared"),
        ),
        _action("a", words("request.own_page"), href=own, rel="external") if own else None,
        _action("a", words("footer.report"), href=links.report_a_problem, rel="external")
        if links.report_a_problem
        else None,
        class_="actions no-print",
    )


def _action(name: str, text: str, **attributes: object) -> Element:
    return element("li", element(name, text, class_="button", **attributes), key=text)


def _title(site: Site, visit: Visit) -> str:
    found = _found(site, visit)
    return visit.words("request.title", number=_number(found), service=_service(visit, found))


def _summary(site: Site, visit: Visit) -> str:
    return lifetime.plain_answer(visit, _found(site, visit))


def _feed(site: Site, visit: Visit) -> str:
    return _feed_of(visit, _number(_found(site, visit)))


def _feed_of(visit: Visit, number: str) -> str:
    return f"/api/v1/requests/{quote(number, safe='')}.atom?lang={visit.words.language}"


PAGE = screen(
    "/request/<service_request_id>",
    "request",
    content,
    title=_title,
    summary=_summary,
    feed=_feed,
)
