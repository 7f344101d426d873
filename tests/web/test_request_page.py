"""The page of one request: where it stands, what is usual, who is accountable, others like it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from livemaps.model import Stage, Standing
from livemaps.views.life import Step
from livemaps.views.measures.due import RequestDue
from livemaps.views.measures.groups import Group
from livemaps.views.measures.time_to_close import Speaker, UsualTime, Wait
from livemaps.web.page import drawn, path_to
from livemaps.web.pages import request as page
from livemaps.web.parts import lifetime, timeline
from livemaps.web.site import Site, Visit
from tests.views.town import TODAY, Row, snapshot_of
from tests.web.conftest import TextOf, Town


def shown(town: Town, number: str, query: str = "?lang=en") -> list[Any]:
    """Return the elements of a request's page."""
    site: Site = town.site
    visit: Visit = site.visit(query, path_to(page.PAGE.path, number))
    return drawn(page.content, site, visit)


def number_of(town: Town, row: int = 0) -> str:
    return str(town.site.board.snapshot().base.ids()[row])


def with_rows(town: Town, *rows: Row) -> Town:
    return replace(town, shown=snapshot_of(rows))


def test_the_page_says_where_a_request_stands_who_has_it_and_what_is_like_it(
    town: Town, text_of: TextOf
) -> None:
    here = with_rows(
        town, Row(requested=TODAY - 6, updated=TODAY - 6), Row(requested=TODAY - 9), Row()
    )
    text = text_of(shown(here, number_of(here, 1)))
    assert "6 days ago" in text
    assert "Mobility" in text
    assert "Similar requests in" in text
    assert "2 other similar requests are open here" in text
    assert "None" not in text


@pytest.mark.parametrize(
    ("row", "others", "said"),
    [
        (Row(), [Row(ward="2", community="CAP")], "No other request like it is open in"),
        (Row(), [Row(standing=Standing.DUPLICATE)], "No other request like it is open in"),
        (Row(), [Row()], "1 other similar request is open here"),
        (Row(stage=Stage.RESOLVED, closed=TODAY), [Row()], "1 other similar request is open here"),
        (Row(standing=Standing.DUPLICATE), [Row()], "1 other similar request is open here"),
        (Row(), [Row()] * 9, "9 other similar requests are open here"),
    ],
)
def test_others_like_it_are_never_the_request_itself(
    town: Town, text_of: TextOf, row: Row, others: list[Row], said: str
) -> None:
    here = with_rows(town, replace(row, requested=TODAY - 300), *others)
    board = here.site.board
    numbers = [str(number) for number in board.snapshot().base.ids()]
    own = next(
        one for one in numbers if (found := board.find(one)) and found.requested_day == TODAY - 300
    )
    tree = shown(here, own)
    assert said in text_of(tree)
    assert f"'/request/{own}" not in repr(tree)


def test_figures_that_are_not_worked_out_yet_do_not_hold_the_page_up(
    town: Town, text_of: TextOf
) -> None:
    here = with_rows(town, Row())
    text = text_of(shown(here, number_of(here)))
    assert "These figures are being worked out" in text
    assert "Where it stands" in text


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (Row(stage=Stage.RESOLVED, requested=TODAY - 20, closed=TODAY - 10), "after 10 days"),
        (
            Row(stage=Stage.RESOLVED, requested=TODAY - 9, closed=TODAY - 9),
            "the day it was reported",
        ),
        (Row(standing=Standing.DUPLICATE), "duplicate"),
        (Row(closed=TODAY - 1), "re-opened"),
        (Row(stage=Stage.RESOLVED, closed=TODAY - 30), "contradict"),
        (Row(service="311 Contact Us"), "information only, with no field work"),
        (Row(community="unplaced:no_place", ward="unplaced:no_place"), "Received"),
    ],
)
def test_what_is_odd_about_a_request_is_said(
    town: Town, text_of: TextOf, row: Row, said: str
) -> None:
    here = with_rows(town, row)
    assert said in text_of(shown(here, number_of(here)))


@pytest.mark.parametrize("number", ["99-1", "<script>alert(1)</script>", "%00", "é" * 500, "../x"])
def test_a_number_that_the_feed_does_not_have_gets_help(
    town: Town, text_of: TextOf, number: str
) -> None:
    text = text_of(shown(town, number))
    assert "There is no request" in text or "not a request number" in text
    assert "Too new?" in text


def test_the_stage_of_now_is_marked_by_a_word_and_what_was_inferred_before_is_kept(
    town: Town, text_of: TextOf
) -> None:
    here = with_rows(town, Row(stage=Stage.RESOLVED, requested=TODAY - 9, closed=TODAY - 1))
    visit = here.site.visit("?lang=en")
    found = here.site.board.life(number_of(here))
    assert found is not None
    worked = Step(Stage.IN_PROGRESS, True, TODAY - 4, None, "inferred")
    kept = replace(found, timeline=(found.timeline[0], worked, found.timeline[2]))
    text = text_of(timeline.card(here.site, visit, kept))
    assert visit.words.day(TODAY - 4) in text
    assert "Inferred here while it was open" in text
    assert "Closed now" in text
    assert "In progress now" not in text


def test_the_number_is_the_heading_and_the_place_leads_to_its_pages(
    town: Town, text_of: TextOf
) -> None:
    here = with_rows(town, Row(community="BLN", updated=TODAY - 2, requested=TODAY - 9))
    number = number_of(here)
    tree = shown(here, number)
    assert f"'Request {number}'" in repr(tree[0])
    assert "Beltline" in text_of(tree)
    assert "2 days ago" in text_of(tree)
    for path in ("/community/BLN?lang=en", "/ward/1?lang=en"):
        assert f"'{path}'" in repr(tree[0])


def test_the_page_speaks_french(town: Town, text_of: TextOf) -> None:
    here = with_rows(town, Row())
    text = text_of(shown(here, number_of(here), "?lang=fr"))
    assert "Où elle en est" in text
    assert "Where it stands" not in text


def test_title_and_preview_say_which_request_it_is(town: Town) -> None:
    here = with_rows(town, Row(requested=TODAY - 6))
    site, number = here.site, number_of(here)
    visit = site.visit("?lang=en", path_to(page.PAGE.path, number))
    assert number in site.title(visit)
    assert "6 days ago" in site.summary(visit)
    assert "**" not in site.summary(visit)


POTHOLES = Speaker("service", Group("Potholes", "Potholes"), "history", True)
ROADS = Speaker("category", Group("Roads", "Roads"), "recent", False)


@pytest.mark.parametrize(
    ("speaker", "median", "p80", "said"),
    [
        (POTHOLES, 300, 650, "another 50 days, 8 of 10 within another"),
        (POTHOLES, 300, None, "half are closed within another 50 days."),
        (POTHOLES, None, None, "most stay open longer than can be told"),
        (ROADS, 300, 650, "For this service alone, too few stayed open that long."),
    ],
)
def test_a_wait_names_the_requests_that_tell_it_and_since_when(
    town: Town, speaker: Speaker, median: int | None, p80: int | None, said: str
) -> None:
    visit = town.site.visit("?lang=en")
    told = " ".join(lifetime._still(visit, Wait(250, speaker, 41, TODAY - 1500, median, p80, 900)))
    named = f"the 41 requests for {speaker.group.name} reported since"
    assert f"{named} {visit.words.day(TODAY - 1500)} and still open after 8 months" in told
    assert said in told
    assert ("too few stayed open" in told) is not speaker.own


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (Row(requested=TODAY - 255), "Received** 8 months ago. That is **longer than usual**."),
        (Row(requested=TODAY - 5), "Received** 5 days ago. That is within the usual time."),
        (
            Row(stage=Stage.RESOLVED, requested=TODAY - 20, closed=TODAY - 10),
            "after 10 days. That is **longer than usual**.",
        ),
    ],
)
def test_what_a_caller_asks_comes_first_whether_that_is_usual(
    town: Town, row: Row, said: str
) -> None:
    here = with_rows(town, row)
    found = here.site.board.request(number_of(here))
    assert found is not None
    usual = UsualTime(POTHOLES, 121, TODAY - 700, 1, 5, 700, ((0, 0.1), (5, 0.8)), None)
    told = " ".join(lifetime._sentences(here.site.visit("?lang=en"), replace(found, usual=usual)))
    assert said in told
    assert told.index("usual") < told.index("similar")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_standard_of_one_day_is_told_of_one(town: Town, language: str) -> None:
    words = town.site.words(language)
    for counting, days in (("calendar", ("day.", "jour.")), ("business", ("day.", "ouvrable."))):
        assert words(f"request.standard.{counting}", count=1).endswith(days)
        assert not words(f"request.standard.{counting}", count=2).endswith(days)


@pytest.mark.parametrize(
    ("last", "said"),
    [(2, ["0", "2 days"]), (16, ["0", "10", "20 days"]), (40, ["0", "20", "40 days"])],
)
def test_the_axis_of_the_chart_has_room_on_a_phone_and_its_unit_once(
    town: Town, last: int, said: list[str]
) -> None:
    _, feet = lifetime.axis(town.site.words("en"), last)
    assert [foot for foot in feet if foot] == said


@pytest.mark.parametrize(
    ("left", "said"), [(-717, "**24 months overdue**"), (-3, "**3 days overdue**")]
)
def test_a_long_delay_is_told_in_months(town: Town, left: int, said: str) -> None:
    here = with_rows(town, Row(requested=TODAY - 800))
    found = here.site.board.request(number_of(here))
    assert found is not None
    due = RequestDue(TODAY + left, False, None, "overdue", left)
    told = " ".join(lifetime._sentences(here.site.visit("?lang=en"), replace(found, due=due)))
    assert said in told


@pytest.mark.parametrize("last", [1, 7, 15, 40, 400, 3_000])
def test_no_day_of_the_chart_is_told_twice(town: Town, last: int) -> None:
    days, feet = lifetime.axis(town.site.words("en"), last)
    assert days == sorted(set(days))
    assert days[-1] >= last
    assert len(feet) == len(days)
