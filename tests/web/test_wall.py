"""The wall: its address, its views, what is always in sight, and the signs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from livemaps.errors import NoSnapshot
from livemaps.measures.contents import Measures
from livemaps.measures.families import FAMILIES
from livemaps.model import Stage
from livemaps.settings import Settings
from livemaps.status import Progress, State
from livemaps.views import Board
from livemaps.web.page import drawn
from livemaps.web.pages import wall
from livemaps.web.site import Site, Visit
from livemaps.web.wall.head import head, signs
from livemaps.web.wall.options import VIEWS, options
from tests.measures.village import areas, measures_of, world_of
from tests.views.town import TODAY, Row, snapshot_of
from tests.web.conftest import NOW, TextOf, Town, twice

HOSTILE = "=Finance"
ROWS = [
    *(Row(requested=TODAY - 5 - at % 300, ward=str(1 + at % 2)) for at in range(600)),
    *(
        Row(requested=TODAY - 60 - at, closed=TODAY - 40 - at, stage=Stage.RESOLVED)
        for at in range(300)
    ),
    Row(requested=TODAY - 900, agency=HOSTILE),
]


class Measured:
    """Measures that are always there."""

    def __init__(self, measures: Measures) -> None:
        self._measures = measures

    def latest(self) -> Measures:
        return self._measures


def visit(town: Town, query: str = "?lang=en") -> tuple[Site, Visit]:
    site = town.site
    return site, site.visit(query, "/wall")


def shown(town: Town, query: str = "?lang=en") -> list[Any]:
    return drawn(wall.content, *visit(town, query))


def views_of(tree: Any) -> list[str]:
    """Return the names of the views in a tree, in order."""
    found: list[str] = []
    if isinstance(tree, list):
        if len(tree) > 1 and isinstance(tree[1], dict) and "data-wall-view" in tree[1]:
            found.append(tree[1]["data-wall-view"])
        for child in tree:
            found += views_of(child)
    return found


def board_of(town: Town, measures: Measures) -> Board:
    return Board(town, town.profile, town.settings, lambda: NOW, Measured(measures))


@pytest.fixture(scope="module")
def measured() -> Measures:
    return measures_of(world_of(ROWS, layers=areas()), FAMILIES)


@pytest.fixture
def full(town: Town, measured: Measures) -> Site:
    """A site whose every measure is worked out."""
    here = replace(town, shown=snapshot_of(ROWS))
    return replace(here.site, board=board_of(here, measured))


@pytest.mark.parametrize(
    ("query", "views", "every", "shift", "notes"),
    [
        ("", VIEWS, 20, 6, 0),
        ("?views=backlog,map&every=30&shift=0", ("backlog", "map"), 30, 0, 0),
        ("?views=MAP,%20map,backlog", ("map", "backlog"), 20, 6, 0),
        ("?views=map,weather", ("map",), 20, 6, 1),
        ("?views=weather", VIEWS, 20, 6, 1),
        ("?every=1", VIEWS, 5, 6, 1),
        ("?every=99999999999999999999", VIEWS, 600, 6, 1),
        ("?every=-5&shift=abc", VIEWS, 20, 6, 2),
        ("?every=²&shift=١", VIEWS, 20, 6, 2),
        ("?shift=500", VIEWS, 20, 20, 1),
        ("?ward=99", VIEWS, 20, 6, 1),
        ("?views=" + ",".join("abcdefghij"), VIEWS, 20, 6, 3),
        ("?views=,,,", VIEWS, 20, 6, 0),
    ],
)
def test_whatever_the_address_asks_for_there_is_something_to_show(
    town: Town, query: str, views: tuple[str, ...], every: int, shift: int, notes: int
) -> None:
    asked = options(visit(town, query)[1])
    assert (asked.views, asked.every, asked.shift) == (views, every, shift)
    assert len(asked.notes) == notes


def test_an_unknown_view_is_named_on_the_wall_in_words(town: Town, text_of: TextOf) -> None:
    text = text_of(head(*visit(town, "?lang=en&views=map,%3Cb%3Eweather")))
    assert "There is no view “<b>weather”" in text


def test_only_the_first_view_is_seen_before_scripts_run(town: Town) -> None:
    tree = shown(town, "?views=backlog,map")
    views = tree[0][2:]
    assert [view[1]["data-wall-view"] for view in views] == ["backlog", "map"]
    assert [view[1].get("hidden", False) for view in views] == [False, True]


def test_filters_hold_for_every_view_and_are_named(town: Town, text_of: TextOf) -> None:
    here = replace(town, shown=snapshot_of([Row(ward="1"), Row(ward="2"), Row(ward="2")]))
    text = text_of(shown(here, "?views=map,backlog,oldest&ward=1&lang=en"))
    assert "open request 1 " in text
    assert "open requests 2 " not in text
    assert "Ward 1" in text_of(head(*visit(here, "?ward=1&lang=en")))


def test_what_a_wall_does_not_follow_is_said(town: Town, text_of: TextOf) -> None:
    assert "ignored here" in text_of(shown(town, "?stage=received&lang=en"))
    assert "ignored here" not in text_of(shown(town, "?ward=1&lang=en"))


def test_what_has_nothing_to_show_makes_room_and_is_told_where_it_was_asked_for(
    town: Town, text_of: TextOf
) -> None:
    """Without measures there are no queues, surges, standards and forecasts yet."""
    assert views_of(shown(town)) == ["map", "backlog", "oldest", "unattended"]
    asked = shown(town, "?views=map,forecast&lang=en")
    assert views_of(asked) == ["map"]
    assert "Forecast: These figures are being worked out" in text_of(asked)
    alone = shown(town, "?views=forecast&lang=en")
    assert views_of(alone) == ["forecast"]
    assert "These figures are being worked out" in text_of(alone)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_view_has_an_answer_and_no_code(full: Site, text_of: TextOf, language: str) -> None:
    for name in VIEWS:
        address = full.visit(f"?views={name}&lang={language}", "/wall")
        tree = drawn(wall.content, full, address)
        text = text_of(tree)
        assert views_of(tree) == [name]
        assert twice(tree) == []
        assert "nan" not in text.lower().split()
        assert language == "en" or "None" not in text


def test_the_views_of_measures_tell_what_they_are_about(full: Site, text_of: TextOf) -> None:
    def told(name: str, query: str = "") -> str:
        address = full.visit(f"?views={name}&lang=en{query}", "/wall")
        return text_of(drawn(wall.content, full, address))

    assert "services shrink" in told("queues")
    assert "reported" in told("surge")
    assert "Surges are told of the whole city, or of one" in told("surge", "&channel=App")
    assert "Surges are told of the whole city" in told("surge", "&ward=1&agency=Mobility")
    assert "publishes no service standards" in told("standards")
    assert "forecast" in told("forecast", "&ward=1").lower()
    assert HOSTILE in told("oldest")
    assert "of all that is open" in told("unattended")


def test_a_filter_that_nothing_passes_leaves_a_wall_that_says_so(
    full: Site, text_of: TextOf
) -> None:
    address = full.visit("?views=map,backlog,oldest,unattended&community=DOV&lang=en", "/wall")
    assert "No requests match" in text_of(drawn(wall.content, full, address))


def test_both_ages_and_that_it_is_simulated_are_always_in_sight(
    town: Town, text_of: TextOf
) -> None:
    simulated = replace(town, profile=town.profile.model_copy(update={"simulated": True}))
    text = text_of(head(*visit(simulated)))
    assert "Simulated data" in text
    assert "Checked" in text
    assert "Newest record" in text
    assert "Simulated" not in text_of(head(*visit(town)))


def test_a_failing_feed_is_said_beside_the_ages(town: Town, text_of: TextOf) -> None:
    town.say(State.FAILING)
    assert "Portal not answering" in text_of(head(*visit(town)))


def test_the_sign_of_old_data_stands_over_the_last_good_data(town: Town, text_of: TextOf) -> None:
    assert "This data is old" not in text_of(signs(*visit(town)))
    late = replace(town, settings=Settings(data_dir=town.settings.data_dir, stale_after_seconds=1))
    late.say(last_success=NOW.replace(hour=1))
    text = text_of(signs(*visit(late)))
    assert "This data is old" in text
    assert "has not been read for a long time" in text
    assert views_of(shown(late)) == ["map", "backlog", "oldest", "unattended"]


def test_a_first_start_says_how_far_it_is(town: Town, text_of: TextOf) -> None:
    waiting = replace(town, shown=NoSnapshot("nothing yet"))
    waiting.say(State.FIRST_START, progress=Progress(3, 12))
    assert shown(waiting) == []
    text = text_of(signs(*visit(waiting)))
    assert "The first data for Calgary is on its way" in text
    assert "Loading 3 of 12 pages" in text
    assert "Calgary" in text_of(head(*visit(waiting)))


def test_the_sign_of_a_lost_connection_is_there_before_the_connection_is_lost(
    town: Town, text_of: TextOf
) -> None:
    assert "No connection" in text_of(signs(*visit(town)))
    assert "Pas de connexion" in text_of(signs(*visit(town, "?lang=fr")))


def test_a_view_says_what_it_was_drawn_from(town: Town) -> None:
    version = town.site.board.snapshot().version
    assert shown(town)[0][1]["data-version"] == f"{version} "


def test_the_ages_are_told_anew_with_every_check_and_only_on_a_wall(town: Town) -> None:
    answer = town.ask("wall-head", url="?lang=en", live={})
    assert answer == {}
