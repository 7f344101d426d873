"""The managers' screens: the city's backlog and one agency's, in words, tables and links."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from livemaps.measures.contents import Measures
from livemaps.measures.families import FAMILIES
from livemaps.model import Filters, Stage
from livemaps.snapshot import Snapshot, Vocabulary
from livemaps.views import Board
from livemaps.views.measures.forecast import Forecast
from livemaps.views.measures.groups import Group
from livemaps.views.measures.surge import Part, SurgeNow
from livemaps.web.page import drawn, path_to
from livemaps.web.pages import agency, backlog
from livemaps.web.parts import backlog_flow, promises, surges
from livemaps.web.parts.behind import linked
from livemaps.web.site import Site, Visit
from tests.measures.village import areas, measures_of, world_of
from tests.views.town import TODAY, Row, snapshot_of
from tests.web.conftest import NOW, Town

TextOf = Callable[[Any], str]
HOSTILE = "<script>alert(1)</script> & / ? # %2F"
RENAMED = "=Finance"
"""The agency that has a hostile name here."""

ROWS = [
    *(
        Row(requested=day, closed=day + 3, stage=Stage.RESOLVED)
        for day in range(TODAY - 700, TODAY - 60)
        for _ in range(2)
    ),
    *(Row(requested=TODAY - 2 - at // 3, expected=TODAY - 1 - at % 9) for at in range(150)),
    Row(requested=TODAY - 900, agency=RENAMED, service="Waste - Cart"),
    Row(requested=TODAY - 901, agency=""),
]


def renamed(snapshot: Snapshot) -> Snapshot:
    """Return a snapshot with an agency that is called by every character that is trouble."""
    names = tuple(HOSTILE if name == RENAMED else name for name in snapshot.vocab.agency.names)
    return replace(snapshot, vocab=replace(snapshot.vocab, agency=Vocabulary(names)))


class Measured:
    """Measures that are always there."""

    def __init__(self, measures: Measures) -> None:
        self._measures = measures

    def latest(self) -> Measures:
        return self._measures


@pytest.fixture(scope="module")
def measured() -> Measures:
    world = world_of(ROWS, layers=areas())
    return measures_of(replace(world, snapshot=renamed(world.snapshot)), FAMILIES)


@pytest.fixture
def full(town: Town, measured: Measures) -> Site:
    """A site whose every measure is worked out."""
    here = replace(town, shown=renamed(snapshot_of(ROWS)))
    outlines(here)
    board = Board(here, here.profile, here.settings, lambda: NOW, Measured(measured))
    return replace(here.site, board=board)


def outlines(town: Town) -> None:
    """Keep the outlines of the areas where a refresh keeps them."""
    for layer in town.latest().layers:
        ring = [[-114.2, 51.0], [-114.1, 51.0], [-114.1, 51.1], [-114.2, 51.0]]
        features = [
            {"properties": {"key": key}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
            for key in layer.keys
        ]
        path = town.settings.data_dir / "areas" / layer.areas_file
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"features": features}), encoding="utf-8")


def shown(site: Site, query: str = "?lang=en", name: str | None = None) -> list[Any]:
    """Return the elements of the city's page, or of an agency's."""
    path = "/backlog" if name is None else path_to(agency.PAGE.path, name)
    content = backlog.content if name is None else agency.content
    return drawn(content, site, site.visit(query, path))


def visit_of(site: Site, query: str = "?lang=en") -> Visit:
    return site.visit(query, "/backlog")


def elements(node: Any) -> Iterator[list[Any]]:
    """Yield every element of a tree."""
    if isinstance(node, list):
        if len(node) > 1 and isinstance(node[0], str) and isinstance(node[1], dict):
            yield node
        for child in node:
            yield from elements(child)


def links(tree: Any) -> list[str]:
    return [str(node[1]["href"]) for node in elements(tree) if "href" in node[1]]


def test_the_answer_comes_first_and_each_number_leads_to_what_is_behind_it(
    full: Site, text_of: TextOf
) -> None:
    tree = shown(full)
    text = text_of(tree)
    assert "Calgary: 152 open, 74 of them four weeks old or older" in text
    assert "1 queue grows, 0 shrink" in text
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
    assert "Nothing was heard of" in text


def test_before_the_first_data_the_page_says_so(town: Town, text_of: TextOf) -> None:
    from livemaps.errors import NoSnapshot

    here = replace(town, shown=NoSnapshot("nothing was published yet"))
    for tree in (shown(here.site), shown(here.site, name="Mobility")):
        assert "on its way" in text_of(tree)


def test_an_agencys_page_is_about_it_alone(full: Site, text_of: TextOf) -> None:
    tree = shown(full, name="Mobility")
    text = text_of(tree)
    assert "Mobility: 150 open" in text
    assert "Open by service" in text
    assert "Open by agency" not in text
    assert "reports are not needs" in text.lower()
    assert all(
        "agency=Mobility" in href
        for href in links(next(node for node in elements(tree) if node[1].get("id") == "places"))
        if href.startswith("/?")
    )


def test_names_of_any_characters_lead_to_their_page_and_back(full: Site, text_of: TextOf) -> None:
    path = path_to(agency.PAGE.path, HOSTILE)
    assert any(href.startswith(path) for href in links(shown(full)))
    visit = full.visit("?lang=en", path)
    assert visit.parameters["agency"] == HOSTILE
    assert f"{HOSTILE}: 1 open" in text_of(drawn(agency.content, full, visit))
    assert HOSTILE in full.title(visit)


@pytest.mark.parametrize("name", ["Mobilty", "mobility", "<img src=x>", "%00", "x" * 5_000, " "])
def test_an_agency_that_the_city_does_not_have_gets_help(
    full: Site, text_of: TextOf, name: str
) -> None:
    tree = shown(full, name=name)
    assert "not known here" in text_of(tree)
    assert "/backlog?lang=en" in links(tree)
    if name.lower().startswith("mobil"):
        assert "/agency/Mobility?lang=en" in links(tree)


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
    assert "left aside" in text_of(shown(full, "?age=0-6&lang=en"))
    assert "left aside" not in text_of(shown(full, "?agency=Mobility&lang=en"))


def test_without_standards_the_usual_time_stands_in_and_is_called_none(
    town: Town, text_of: TextOf
) -> None:
    rows = [replace(row, expected=Row().expected) for row in ROWS]
    here = replace(town, shown=snapshot_of(rows))
    measures = measures_of(world_of(rows, layers=areas()), FAMILIES)
    board = Board(here, here.profile, here.settings, lambda: NOW, Measured(measures))
    text = text_of(shown(replace(here.site, board=board)))
    assert "publishes no service standard" in text
    assert "longer than usual" in text
    assert "overdue" not in text.lower()


def test_queues_that_cannot_be_told_yet_are_not_guessed(town: Town, text_of: TextOf) -> None:
    world = world_of(ROWS, complete_since=TODAY - 90, layers=areas())
    here = replace(town, shown=world.snapshot)
    measures = measures_of(world, FAMILIES)
    board = Board(here, here.profile, here.settings, lambda: NOW, Measured(measures))
    text = text_of(shown(replace(here.site, board=board)))
    assert "would be a guess" in text
    assert "Of the services" not in text


def test_the_screens_speak_french(full: Site, text_of: TextOf) -> None:
    for name in (None, "Mobility"):
        text = text_of(shown(full, "?lang=fr", name))
        assert "Entrées et clôtures" in text
        assert not re.search(r"\b(open|Unattended|overdue|queue)\b", text)


def test_previews_of_links_say_the_answer(full: Site) -> None:
    city = full.summary(full.visit("?lang=en", "/backlog"))
    own = full.summary(full.visit("?lang=en", "/agency/Mobility"))
    assert city.startswith("Calgary: 152 open, 74 of them four weeks old or older.")
    assert own.startswith("Mobility: 150 open")
    assert "**" not in city + own


def surge(**changes: Any) -> SurgeNow:
    usual = SurgeNow(
        level="service",
        group=Group(HOSTILE, HOSTILE),
        window="day",
        first_day=TODAY - 2,
        last_day=TODAY - 2,
        observed=84,
        corrected=84.0,
        expected=30.4,
        low=20,
        high=41,
        told=1.0,
        complete=True,
        p=0.0,
        q=0.0,
        word="surge",
        areas=(Part("ALT", "ALTADORE", 40, 4.0, 0.6),),
    )
    return replace(usual, **changes)


def test_a_surge_is_told_with_what_is_behind_it(full: Site, text_of: TextOf) -> None:
    found = full.board.backlog(Filters())
    assert found.surge is not None
    storm = replace(found, surge=replace(found.surge, found=(surge(),)))
    visit = visit_of(full)
    tree = surges.surges(visit, storm)
    text = text_of(tree)
    assert "84 came in, about 30 were expected (usually 20 to 41)." in text
    assert "Altadore (+36)" in text
    assert HOSTILE in text
    assert any("measure=reported" in href for href in links(tree))


def test_a_day_that_is_still_filled_is_not_judged(full: Site, text_of: TextOf) -> None:
    found = full.board.backlog(Filters())
    assert found.surge is not None
    late = surge(word="incomplete", complete=False, expected=None, low=None, high=None)
    text = text_of(
        surges.surges(visit_of(full), replace(found, surge=replace(found.surge, found=(late,))))
    )
    assert "incomplete, not judged" in text
    assert "84 came in so far." in text


def forecast(**changes: Any) -> Forecast:
    days = tuple(float(10 + at) for at in range(14))
    usual = Forecast(
        level="city",
        group=Group("city", "city"),
        first_day=TODAY - 1,
        shown=True,
        reason=None,
        forecast=days,
        low80=tuple(day - 4 for day in days),
        high80=tuple(day + 4 for day in days),
        low95=None,
        high95=None,
        relative_mase=0.71,
        coverage80=0.79,
        origins=73,
    )
    return replace(usual, **changes)


def test_a_forecast_is_shown_with_how_such_forecasts_did(full: Site, text_of: TextOf) -> None:
    found = replace(full.board.backlog(Filters()), forecast=forecast())
    text = text_of(backlog_flow.forecast(visit_of(full), found))
    assert "About 231 requests are to be expected" in text
    assert "error was 71% of that" in text
    assert "79% of the days" in text


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("history too short", "too few days"),
        ("too few origins", "enough past days"),
        ("not better than last week's same day", "not better than taking last week's same day"),
    ],
)
def test_a_forecast_that_is_not_shown_says_why(
    full: Site, text_of: TextOf, reason: str, said: str
) -> None:
    none = dict.fromkeys(("forecast", "low80", "high80"))
    held = forecast(shown=False, reason=reason, **none)
    found = replace(full.board.backlog(Filters()), forecast=held)
    assert said in text_of(backlog_flow.forecast(visit_of(full), found))


def test_a_share_of_too_few_is_not_said(full: Site, text_of: TextOf) -> None:
    found = full.board.backlog(Filters(agencies=frozenset({HOSTILE})))
    text = text_of(promises.promises(visit_of(full), found))
    assert "%" not in text.replace(HOSTILE, "")


def test_strong_parts_of_a_sentence_become_links_in_their_order() -> None:
    parts = linked("**1** of **2** and **3**", "#one", None)
    assert [part[0] if isinstance(part, list) else part for part in parts] == [
        "",
        "a",
        " of ",
        "strong",
        " and ",
        "strong",
        "",
    ]


def test_the_agency_page_needs_no_outlines_where_nothing_is_placed(
    town: Town, text_of: TextOf
) -> None:
    rows = [Row(community="unplaced:no_place", ward="unplaced:no_place")]
    here: Snapshot = snapshot_of(rows)
    text = text_of(shown(replace(town, shown=here).site, name="Mobility"))
    assert "Where its open requests are" not in text


@pytest.mark.parametrize(
    "query", ["?ward=1&channel=App", "?channel=App", "?agency=Mobility&category=Roads"]
)
def test_nothing_is_said_of_surges_that_were_not_judged(
    full: Site, text_of: TextOf, query: str
) -> None:
    text = text_of(shown(full, f"{query}&lang=en"))
    assert "No surge" not in text
    assert "Surge, week to" not in text
