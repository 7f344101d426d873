"""Every number of the screens that leads to the list leads to a list of that length."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from livemaps.measures.contents import Measures
from livemaps.measures.families import FAMILIES
from livemaps.model import Filters, Stage
from livemaps.views import Board
from livemaps.web.page import drawn, path_to
from livemaps.web.pages import agency, area, areas, backlog
from livemaps.web.parts import answer, filters
from livemaps.web.site import Site
from tests.measures.village import areas as polygons
from tests.measures.village import measures_of, world_of
from tests.views.town import AGENCIES, COMMUNITIES, SERVICES, SET_APART, TODAY, Row, snapshot_of
from tests.web.conftest import NOW, Always, TextOf, Town, elements, outlines

NUMBER = re.compile(r"[0-9][0-9,]*")

CLOSED = [
    Row(requested=day, closed=day + 3, stage=Stage.RESOLVED, service=SERVICES[day % 3])
    for day in range(TODAY - 700, TODAY - 4)
]
OPEN = [
    Row(
        requested=TODAY - 2 - at * 3,
        updated=TODAY - 2 - at * 2 if at % 3 else -1,
        expected=TODAY - 10 + at % 20,
        service=SERVICES[at % 3],
        agency=AGENCIES[at % 3],
        community=COMMUNITIES[at % 4],
        ward="2" if at % 4 == 3 else "1",
        channel="Phone" if at % 2 else "App",
    )
    for at in range(40)
]
ODD = [Row(requested=TODAY - 90, agency=""), Row(requested=TODAY - 90, service=SET_APART)]
PROMISED = [*CLOSED, *OPEN, *ODD]
UNPROMISED = [replace(row, expected=-1) for row in PROMISED]

PAGES = {
    "backlog": (backlog.content, "/backlog"),
    "agency": (agency.content, path_to(agency.PAGE.path, AGENCIES[0])),
    "areas": (areas.content, "/ward"),
    "area": (area.content, "/ward/1"),
    "finest": (area.content, "/community/BLN"),
}


def measured(rows: list[Row]) -> Measures:
    return measures_of(world_of(rows, layers=polygons()), FAMILIES)


@pytest.fixture(scope="module")
def promised() -> Measures:
    return measured(PROMISED)


@pytest.fixture(scope="module")
def unpromised() -> Measures:
    return measured(UNPROMISED)


@pytest.fixture(params=["promised", "unpromised"])
def city(request: pytest.FixtureRequest, town: Town) -> Site:
    """A city whose feed expects dates, and one where nothing is promised."""
    rows = PROMISED if request.param == "promised" else UNPROMISED
    return site_of(town, rows, request.getfixturevalue(request.param))


def site_of(town: Town, rows: list[Row], known: Measures) -> Site:
    here = replace(town, shown=snapshot_of(rows))
    outlines(here)
    board = Board(here, here.profile, here.settings, lambda: NOW, Always(known))
    return replace(here.site, board=board)


def tree_of(site: Site, page: str, query: str = "?lang=en") -> list[Any]:
    content, path = PAGES[page]
    return drawn(content, site, site.visit(query, path))


def numbers(tree: Any, text_of: TextOf) -> Iterator[tuple[str, int]]:
    """Yield the address and the number of each link to the list that is a number."""
    for node in elements(tree):
        href = str(node[1].get("href", ""))
        text = text_of(node)
        if node[0] == "a" and href.startswith("/?") and NUMBER.fullmatch(text):
            yield href, int(text.replace(",", ""))


def length(site: Site, href: str) -> int:
    """Return how many requests the list of an address has; nothing in it may be left out."""
    parsed = site.board.parse(urlsplit(href).query)
    assert parsed.problems == (), href
    return site.board.listing(parsed.filters).total


@pytest.mark.parametrize("page", PAGES)
def test_a_number_is_the_length_of_its_list(city: Site, page: str, text_of: TextOf) -> None:
    found = list(numbers(tree_of(city, page), text_of))
    assert len(found) > 5
    assert [number for _, number in found] == [length(city, href) for href, _ in found]


@pytest.mark.parametrize("query", ["?lang=en&channel=Phone", "?lang=en&ward=1&category=Roads"])
def test_it_is_under_filters_too(city: Site, query: str, text_of: TextOf) -> None:
    found = list(numbers(tree_of(city, "backlog", query), text_of))
    assert any("waiting=unattended" in href for href, _ in found)
    assert [number for _, number in found] == [length(city, href) for href, _ in found]


@pytest.mark.parametrize("page", ["backlog", "agency"])
def test_what_waits_too_long_leads_to_its_list(
    town: Town, promised: Measures, unpromised: Measures, page: str, text_of: TextOf
) -> None:
    kept, silent = site_of(town, PROMISED, promised), site_of(town, UNPROMISED, unpromised)
    for site, kinds in ((kept, ("overdue", "due_this_week")), (silent, ("beyond_usual",))):
        found = dict(numbers(tree_of(site, page), text_of))
        asked = {kind for href in found for kind in site.board.parse(href[2:]).filters.waiting}
        assert asked == {*kinds, "unattended"}
        assert all(found.values())


def test_nothing_can_be_overdue_where_nothing_is_promised(
    town: Town, unpromised: Measures, text_of: TextOf
) -> None:
    site = site_of(town, UNPROMISED, unpromised)
    visit = site.visit("?waiting=overdue&lang=en")
    assert visit.address.filters == Filters()
    assert [problem.kind for problem in visit.problems] == ["no_due_days"]
    offered = [option.value for option in site.board.facets(Filters())["waiting"].options]
    assert offered == ["unattended", "beyond_usual"]


def test_until_usual_times_are_known_what_is_beyond_them_is_said_to_be_pending(town: Town) -> None:
    site = replace(town, shown=snapshot_of(PROMISED)).site
    visit = site.visit("?waiting=beyond_usual&waiting=overdue&lang=en")
    assert visit.address.filters.waiting == {"overdue"}
    assert [problem.kind for problem in visit.problems] == ["usual_pending"]


def test_the_panel_offers_what_is_told_and_a_chip_names_what_is_chosen(
    city: Site, text_of: TextOf
) -> None:
    query = "?waiting=unattended&waiting=due_this_week&lang=en"
    visit = city.visit(query)
    home = city.board.home(visit.address.filters)
    panel = text_of(filters.main_filters(visit, home))
    chips = text_of(answer.chips(visit, home.facets))
    assert "No update for four weeks" in panel
    assert "Waiting: No update for four weeks" in chips
    promised = "Overdue" in panel
    assert promised == ("Waiting: Due within a week" in chips) == (not visit.problems)
    said = text_of(answer.problems(visit))
    assert ("“Due within a week” was left out" in said) == (not promised)
    assert "due_this_week" not in panel + chips + said


def test_what_is_resolved_waits_no_more_and_is_not_asked_how(city: Site, text_of: TextOf) -> None:
    visit = city.visit("?measure=resolved&lang=en")
    panel = text_of(filters.main_filters(visit, city.board.home(visit.address.filters)))
    assert "Waiting" not in panel


def test_what_an_agency_has_without_a_place_is_a_list_too(town: Town, promised: Measures) -> None:
    lost = [replace(row, community="unplaced:outside") for row in OPEN[:3]]
    site = site_of(town, [*PROMISED[: -len(ODD)], *lost], promised)
    hrefs = [
        str(node[1]["href"])
        for node in elements(tree_of(site, "agency"))
        if "unplaced" in str(node[1].get("href", ""))
    ]
    mine = sum(row.agency == AGENCIES[0] for row in lost)
    assert [length(site, href) for href in hrefs] == [mine]
