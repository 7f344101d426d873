"""Surges, forecasts and shares on the managers' screens: what is told, and what is not."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from livemaps.model import Filters
from livemaps.views.measures.forecast import Forecast
from livemaps.views.measures.groups import Group
from livemaps.views.measures.surge import Part, SurgeNow
from livemaps.views.surge_events import SurgeEvent
from livemaps.web.parts import backlog_flow, promises, surges
from livemaps.web.parts.behind import linked
from livemaps.web.site import Site
from tests.views.town import TODAY
from tests.web.backlog.conftest import HOSTILE, links, shown, visit_of
from tests.web.conftest import TextOf


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
    ward = surge(level="ward", group=Group("2", "WARD 2"), observed=70)
    storm = replace(found, surge=replace(found.surge, events=(SurgeEvent(surge(), (ward,)),)))
    visit = visit_of(full)
    tree = surges.surges(visit, storm)
    text = text_of(tree)
    assert "1 surge on" in text
    assert "84 reported, about 30 expected (usually 20 to 41)." in text
    assert "Altadore (+36)" in text
    assert re.search(r"Also far above what was expected: Ward 2 +\(\+40\)", text)
    assert HOSTILE in text
    lists = [href for href in links(tree) if "measure=reported" in href]
    assert any("service=" in href for href in lists)
    assert any("ward=2" in href for href in lists)


def test_events_that_have_no_room_are_counted(full: Site, text_of: TextOf) -> None:
    found = full.board.backlog(Filters())
    assert found.surge is not None
    events = tuple(
        SurgeEvent(
            surge(group=Group(f"S{at}", f"S{at}")),
            tuple(surge(level="agency", group=Group(f"A{of}", f"A{of}")) for of in range(8)),
        )
        for at in range(9)
    )
    text = text_of(
        surges.surges(visit_of(full), replace(found, surge=replace(found.surge, events=events)))
    )
    assert "9 surges on" in text
    assert "S5" in text
    assert "S6" not in text
    assert "3 more are not shown." in text
    assert "2 more are not shown." in text


def test_a_day_that_is_still_filled_is_not_judged(full: Site, text_of: TextOf) -> None:
    found = full.board.backlog(Filters())
    assert found.surge is not None
    late = surge(
        told=None, word="incomplete", complete=False, first_day=TODAY - 1, last_day=TODAY - 1
    )
    windows = (*found.surge.windows[:7], late)
    text = text_of(
        surges.surges(visit_of(full), replace(found, surge=replace(found.surge, windows=windows)))
    )
    assert "reported so far" not in text
    assert "(so far) 84" in text
    assert "No surge" in text


def test_a_day_that_is_judged_while_it_is_filled_is_held_against_as_much_of_it(
    full: Site, text_of: TextOf
) -> None:
    found = full.board.backlog(Filters())
    assert found.surge is not None
    late = surge(told=0.25, complete=False, first_day=TODAY - 1, last_day=TODAY - 1)
    shown = replace(found, surge=replace(found.surge, events=(SurgeEvent(late),)))
    text = text_of(surges.surges(visit_of(full), shown))
    assert "84 reported so far, about 8 expected by then." in text
    assert "usually 20 to 41" not in text


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
    assert "About 231 requests are expected" in text
    assert "error was 71% of that" in text
    assert "79% of the days" in text


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("history too short", "too few days"),
        ("too few origins", "enough past days"),
        (
            "not better than last week's same day",
            "no better than using the same day of the week before",
        ),
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


@pytest.mark.parametrize(
    "query", ["?ward=1&channel=App", "?channel=App", "?agency=Mobility&category=Roads"]
)
def test_nothing_is_said_of_surges_that_were_not_judged(
    full: Site, text_of: TextOf, query: str
) -> None:
    text = text_of(shown(full, f"{query}&lang=en"))
    assert "No surge" not in text
    assert "Surges in the week" not in text
