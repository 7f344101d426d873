"""A surge is told once and alike: tile, headline and card of `/backlog`, and the wall."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from livemaps.measures.families import Family
from livemaps.measures.surge import surges
from livemaps.model import Filters
from livemaps.views import Board
from livemaps.views.measures.groups import Group
from livemaps.views.measures.surge import Part, SurgeNow
from livemaps.views.surge_events import SurgeEvent, SurgeView
from livemaps.web.page import drawn
from livemaps.web.pages import backlog, wall
from livemaps.web.parts import surge_words
from livemaps.web.site import Site, Visit
from livemaps.web.wall.told import surge_view
from tests.measures.village import areas, measures_of, world_of
from tests.views.town import COMMUNITIES, SERVICES, TODAY, WARDS, Row
from tests.web.conftest import NOW, Always, TextOf, Town, elements, outlines

COMPLETE = TODAY - 3
"""The newest complete day: the newest request is of two days ago."""


def made(service: int, area: int, day: int) -> Row:
    return Row(
        service=SERVICES[service],
        agency="Mobility" if service < 2 else "Waste & Recycling",
        community=COMMUNITIES[area],
        ward=WARDS[area % 2],
        requested=day,
    )


USUAL = [
    made(at % 3, at // 3 % 4, day)
    for day in range(TODAY - 200, TODAY - 1)
    for at in range(20 + day % 5)
]
"""Ordinary days, of 20 to 24 requests."""

STORM = [made(1, 2, COMPLETE) for _ in range(60)]
SCRAWLS = [made(2, 1, COMPLETE) for _ in range(60)]
"""Two causes on one day: a service in an area each."""

EARLIER = [made(0, 3, COMPLETE - 3) for _ in range(200)]
"""A surge of the week, that is over on its last day."""

CALM: Sequence[Row] = ()
ONE, TWO, BOTH = STORM, STORM + SCRAWLS, STORM + EARLIER


@dataclass
class Screens:
    """What the two screens say of surges, from the same data, in one language."""

    site: Site
    language: str
    query: str
    text_of: TextOf

    def visit(self, path: str, extra: str = "") -> Visit:
        return self.site.visit(f"?lang={self.language}{self.query}{extra}", path)

    def part(self, **attributes: str) -> str:
        """Return the text of the one element of `/backlog` that has some attributes."""
        tree = drawn(backlog.content, self.site, self.visit("/backlog"))
        found = [
            node
            for node in elements(tree)
            if all(node[1].get(name) == value for name, value in attributes.items())
        ]
        assert len(found) == 1, attributes
        return flat(self.text_of(found[0]))

    def tile(self) -> str:
        tree = drawn(backlog.content, self.site, self.visit("/backlog"))
        (link,) = [node for node in elements(tree) if is_tile(node)]
        return flat(self.text_of(link))

    def wall(self) -> str:
        tree = drawn(wall.content, self.site, self.visit("/wall", "&views=surge"))
        return flat(self.text_of(tree))

    @property
    def surge(self) -> SurgeView:
        found = self.site.board.backlog(self.visit("/backlog").address.filters).surge
        assert found is not None
        return found


def is_tile(node: Any) -> bool:
    """Tell whether an element is a figure that leads to the card of surges."""
    if node[0] != "div" or not any(child and child[0] == "dd" for child in node[2:]):
        return False
    return any(inner[1].get("href") == "#surge" for inner in elements(node))


def flat(text: str) -> str:
    return re.sub(r"\s|\*\*", "", text)


def screens_of(
    town: Town,
    rows: Sequence[Row],
    text_of: TextOf,
    language: str = "en",
    query: str = "",
    board: type[Board] = Board,
    **known: Any,
) -> Screens:
    """Return the screens over some rows beside the usual ones; `known` describes the world."""
    world = world_of([*USUAL, *rows], layers=areas(), **known)
    measures = Always(measures_of(world, (Family("surge", surges),)))
    here = replace(town, shown=world.snapshot)
    outlines(here)
    site = replace(here.site, board=board(here, here.profile, here.settings, lambda: NOW, measures))
    return Screens(site, language, query, text_of)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    ("rows", "query", "count"),
    [
        (CALM, "", 0),
        (CALM, "&ward=2", 0),
        (ONE, "", 1),
        (ONE, "&ward=1", 1),
        (ONE, "&ward=2", 0),
        (TWO, "", 2),
        (TWO, "&agency=Mobility", 1),
        (BOTH, "", 2),
    ],
)
def test_tile_headline_card_and_wall_tell_the_same_surges(
    town: Town, text_of: TextOf, rows: Sequence[Row], query: str, count: int, language: str
) -> None:
    screens = screens_of(town, rows, text_of, language, query)
    surge, visit = screens.surge, screens.visit("/backlog")
    words = visit.words
    assert len(surge.events) == count
    verdict = flat(surge_words.verdict(visit, surge))
    lede, card = screens.part(className="lede"), screens.part(id="surge")
    hung = screens.wall()
    for place in (lede, card, hung):
        assert verdict in place
    days = surge_words.when(visit, surge.days, words.date)
    dated = flat(words("backlog.figure.surge", count=count, when=days))
    assert screens.tile().startswith(f"{dated}{count}")
    for event in surge.events:
        name = flat(surge_words.name(visit, event.told))
        number = str(event.told.observed)
        against = flat(surge_words.against(visit, event.told))
        for place in (card, hung):
            assert name in place
            assert number in place
            assert against in place
        assert (name in lede) is (event is surge.events[0])
    assert (flat(words("surge.none", when="")) in lede + card + hung) is (count == 0)


@pytest.mark.parametrize("query", ["&channel=App", "&ward=1&agency=Mobility"])
def test_where_nothing_is_judged_no_screen_tells_of_surges(
    town: Town, text_of: TextOf, query: str
) -> None:
    screens = screens_of(town, ONE, text_of, query=query)
    assert not screens.surge.told
    hung, card = screens.wall(), screens.part(id="surge")
    assert "Surgesaretoldofthewholecity" in hung
    assert "Surgescanbeshownforthewholecity" in card
    for place in (hung, card, screens.part(className="lede")):
        assert not re.search(r"[Nn]osurge|\dsurge", place)


def test_too_short_a_past_is_said_on_the_wall(town: Town, text_of: TextOf) -> None:
    screens = screens_of(town, CALM, text_of, complete_since=TODAY - 9)
    assert not screens.surge.told
    assert "Toolittleisknownofthepasttotellsurges" in screens.wall()
    assert "Nothingisfarabove" not in screens.wall()
    assert "toofewtosay" in screens.part(id="surge")


class Surging(Board):
    """A board that shows surges of a day that the feed still fills, as a store's delay allows."""

    def backlog(self, filters: Filters) -> Any:
        found = super().backlog(filters)
        late = SurgeNow(
            level="service",
            group=Group(SERVICES[1], SERVICES[1]),
            window="day",
            first_day=COMPLETE + 1,
            last_day=COMPLETE + 1,
            observed=31,
            corrected=62.0,
            expected=30.0,
            low=20,
            high=40,
            told=0.5,
            complete=False,
            p=0.0,
            q=0.0,
            word="surge",
            areas=(Part("ALT", "ALTADORE", 20, 4.0, 0.8),),
        )
        assert found.surge is not None
        return replace(found, surge=replace(found.surge, events=(SurgeEvent(late),)))


def test_a_surge_after_the_newest_complete_day_is_on_every_screen(
    town: Town, text_of: TextOf
) -> None:
    late = screens_of(town, CALM, text_of, board=Surging)
    day = flat(late.visit("/").words.day(COMPLETE + 1))
    assert (
        f"Therewas1surgeon{day}:Roads-Signs(31reportedsofar,about15expectedbythen,aboveallinAltadore)."
        in (late.part(className="lede"))
    )
    assert f"1surgeon{day}" in late.wall()
    assert "about15expectedbythen,aboveallinAltadore" in late.wall()
    assert "31reportedsofar,about15expectedbythen." in late.part(id="surge")


def test_many_surges_take_the_room_of_the_chart_on_a_wall(town: Town, text_of: TextOf) -> None:
    screens = screens_of(town, TWO, text_of)
    visit, page = screens.visit("/wall"), screens.site.board.backlog(Filters())
    surge = screens.surge
    many = replace(page, surge=replace(surge, events=surge.events * 2))
    chart = flat(visit.words("wall.surge.days"))
    for shown, drawn_too in ((page, True), (many, False)):
        text = flat(text_of(list(surge_view(screens.site, visit, shown).body)))
        assert (chart in text) is drawn_too
