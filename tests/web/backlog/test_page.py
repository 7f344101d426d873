"""The city's backlog in words, tables and links."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from livemaps.measures.families import FAMILIES
from livemaps.views import Board
from livemaps.web.site import Site
from tests.measures.village import areas, measures_of, world_of
from tests.views.town import TODAY, Row, snapshot_of
from tests.web.backlog.conftest import HOSTILE, ROWS, links, shown
from tests.web.conftest import NOW, Always, TextOf, Town, elements


def test_the_answer_comes_first_and_each_number_leads_to_what_is_behind_it(
    full: Site, text_of: TextOf
) -> None:
    tree = shown(full)
    text = text_of(tree)
    assert "Calgary: 152 open, 74 of them for four weeks or more" in text
    assert "The backlog is growing in 1 service and shrinking in 0" in text
    assert "are overdue" in text
    title = next(node for node in elements(tree) if node[0] == "h1")
    assert links(title) == [
        "/?lang=en",
        "/?age=28-89&age=365-729&age=730-&age=90-364&lang=en",
    ]
    lede = next(node for node in elements(tree) if node[1].get("className") == "lede")
    ids = {node[1]["id"] for node in elements(tree) if "id" in node[1]}
    anchors = {href.removeprefix("#") for href in links(lede) if href.startswith("#")}
    assert {"growing", "shrinking", "surge"} == anchors
    assert anchors <= ids
    lists = {"/?waiting=overdue&lang=en", "/?waiting=unattended&lang=en"}
    assert lists == {href for href in links(lede) if href.startswith("/")}


def test_every_table_and_chart_can_be_taken_away(full: Site) -> None:
    client = full
    files = {href for href in links(shown(client)) if href.startswith("/api/")}
    lists = {href for href in files if href.startswith("/api/v1/requests.csv")}
    assert lists == {"/api/v1/requests.csv?waiting=unattended"}
    names = {re.split(r"[/.]", href)[4] for href in files - lists}
    assert names == {"flow", "backlog", "queues", "standards", "unattended", "surge", "forecast"}


def test_text_never_shows_what_only_programs_say(full: Site, text_of: TextOf) -> None:
    for language in ("en", "fr"):
        for name in (None, "Mobility", HOSTILE):
            text = text_of(shown(full, f"?lang={language}", name))
            assert not re.search(r"\b(None|nan|inf|Infinity)\b|\*\*|\{\w+\}", text)


def test_pending_figures_do_not_hold_the_rest_up(town: Town, text_of: TextOf) -> None:
    here = replace(town, shown=snapshot_of(ROWS))
    text = text_of(shown(here.site))
    assert "152 open" in text
    assert "These figures are being worked out" in text
    assert "Open by agency" in text
    assert "no update for four weeks" in text


def test_before_the_first_data_the_page_says_so(town: Town, text_of: TextOf) -> None:
    from livemaps.errors import NoSnapshot

    here = replace(town, shown=NoSnapshot("nothing was published yet"))
    for tree in (shown(here.site), shown(here.site, name="Mobility")):
        assert "on its way" in text_of(tree)


@pytest.mark.parametrize(
    "query",
    [
        "?sort=growth",
        "?sort=old&all=agency",
        "?sort=%27%3B--&all=everything",
        "?sort=open&sort=old",
        "?ward=99&agency=Nobody",
        "?ward=1&agency=Mobility&channel=App",
        "?channel=App",
        "?category=Roads",
        "?community=unplaced:no_place",
        "?from=2024-01-01&stage=received&age=0-6",
        "?measure=resolved",
        "?apart=1",
        "?service=Waste%20-%20Cart&channel=Phone",
    ],
)
def test_whatever_the_address_says_the_page_is_drawn(
    full: Site, text_of: TextOf, query: str
) -> None:
    text = text_of(shown(full, f"{query}&lang=en"))
    assert " open" in text
    assert "How to read this" in text


def test_filters_narrow_every_part_and_can_be_taken_away(full: Site, text_of: TextOf) -> None:
    tree = shown(full, "?agency=Mobility&lang=en")
    assert "Mobility, Calgary: 150 open" in text_of(tree)
    chips = next(node for node in elements(tree) if node[1].get("className") == "chips")
    assert "/backlog?lang=en" in links(chips)
    files = [href for href in links(tree) if href.startswith("/api/v1/measures/")]
    assert all("agency=Mobility" in href for href in files)


def test_every_file_behind_a_figure_can_be_asked_for(full: Site) -> None:
    queries = (
        "",
        "?agency=Mobility",
        "?ward=1",
        "?channel=App",
        "?category=Roads",
        "?ward=1&channel=App",
    )
    for query in queries:
        for href in links(shown(full, query)):
            if not href.startswith("/api/v1/measures/"):
                continue
            name, _, asked = href.removeprefix("/api/v1/measures/").partition(".csv?")
            name = name.removesuffix(".csv")
            options = dict(
                pair.split("=") for pair in asked.split("&") if pair.split("=")[0] in OWN
            )
            filters = full.board.parse(asked, OWN).filters
            assert full.board.measure(name, filters, options).fields


OWN = ("by", "step", "period", "day", "word")


def test_nothing_open_under_the_filters_says_so_and_how_to_go_on(
    full: Site, text_of: TextOf
) -> None:
    tree = shown(full, "?service=Roads%20-%20Potholes&agency=%3CX%3E&channel=Phone&lang=en")
    assert "No requests match" in text_of(tree)
    assert "/backlog?lang=en" in links(tree)


def test_stage_age_and_dates_are_said_to_be_left_aside(full: Site, text_of: TextOf) -> None:
    assert "ignored here" in text_of(shown(full, "?age=0-6&lang=en"))
    assert "ignored here" not in text_of(shown(full, "?agency=Mobility&lang=en"))


def test_without_standards_the_usual_time_stands_in_and_is_called_none(
    town: Town, text_of: TextOf
) -> None:
    rows = [replace(row, expected=Row().expected) for row in ROWS]
    here = replace(town, shown=snapshot_of(rows))
    measures = measures_of(world_of(rows, layers=areas()), FAMILIES)
    board = Board(here, here.profile, here.settings, lambda: NOW, Always(measures))
    text = text_of(shown(replace(here.site, board=board)))
    assert "publishes no service standard" in text
    assert "longer than usual" in text
    assert "overdue" not in text.lower()


def test_queues_that_cannot_be_told_yet_are_not_guessed(town: Town, text_of: TextOf) -> None:
    world = world_of(ROWS, complete_since=TODAY - 90, layers=areas())
    here = replace(town, shown=world.snapshot)
    measures = measures_of(world, FAMILIES)
    board = Board(here, here.profile, here.settings, lambda: NOW, Always(measures))
    text = text_of(shown(replace(here.site, board=board)))
    assert "would be a guess" in text
    assert "The backlog is" not in text


def test_the_screens_speak_french(full: Site, text_of: TextOf) -> None:
    for name in (None, "Mobility"):
        text = text_of(shown(full, "?lang=fr", name))
        assert "Signalées et fermées" in text
        assert not re.search(r"\b(open|[Nn]o update|overdue|[Bb]acklog)\b", text)


def test_previews_of_links_say_the_answer(full: Site) -> None:
    city = full.summary(full.visit("?lang=en", "/backlog"))
    own = full.summary(full.visit("?lang=en", "/agency/Mobility"))
    assert city.startswith("Calgary: 152 open, 74 of them for four weeks or more.")
    assert own.startswith("Mobility: 150 open")
    assert "**" not in city + own
