"""What the pages say, asked through their callbacks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from livemaps import figures, web
from livemaps.demo.profile import demo_profile
from livemaps.errors import NoSnapshot, SnapshotDamaged
from livemaps.model import PlacePrecision, day_date
from livemaps.snapshot import Snapshot
from livemaps.status import Progress, State
from livemaps.web.parts import definitions, map_draft
from tests.views.town import TODAY, Row, snapshot_of
from tests.web.conftest import NOW, Town

TextOf = Callable[[Any], str]


def elements(node: Any, name: str) -> list[Any]:
    """Return all elements of a name in a tree, as (attributes, element)."""
    found = []
    if isinstance(node, list):
        if node and isinstance(node[0], str) and len(node) > 1 and isinstance(node[1], dict):
            found = [node] if node[0] == name else []
        for child in node:
            found += elements(child, name)
    return found


def test_the_document_speaks_the_language_and_theme_of_the_address(town: Town) -> None:
    page = town.client.get("/?lang=fr&theme=dark").get_data(as_text=True)
    assert '<html lang="fr" dir="ltr" data-theme="dark">' in page
    assert "Aller au contenu" in page
    assert '<a class="skip-link" href="#page">' in page


def test_the_document_speaks_the_browsers_language(town: Town) -> None:
    page = town.client.get("/", headers={"Accept-Language": "fr-CA,fr;q=0.9,en;q=0.5"})
    assert '<html lang="fr" dir="ltr">' in page.get_data(as_text=True)


def test_the_document_loads_nothing_from_another_host(town: Town) -> None:
    page = town.client.get("/").get_data(as_text=True)
    assert not re.search(r'src="(https?:)?//', page)
    assert not re.search(r'<link[^>]* href="(https?:)?//', page)


def test_an_address_cannot_put_markup_into_the_document(town: Town) -> None:
    page = town.client.get('/?lang="><script>alert(1)</script>&theme=<b>').get_data(as_text=True)
    assert "<script>alert(1)" not in page
    assert "<b>" not in page


def test_the_answer_comes_first_and_in_words(town: Town, text_of: TextOf) -> None:
    drawn = town.ask("answer", url="")
    assert text_of(drawn["answer"]["tree"]).startswith("Calgary: 3 open requests")


def test_the_answer_names_the_area_and_the_filters_that_are_in_force(
    town: Town, text_of: TextOf
) -> None:
    text = text_of(town.ask("answer", url="?ward=2&age=365-729")["answer"]["tree"])
    assert text.startswith("Ward 2: 1 open request")
    assert "Age: 1 to 2 years" in text
    assert "Clear all filters" in text


@pytest.mark.parametrize("chosen", ["?stage=received", "?age=365-729", "?from=2020-01-01"])
def test_the_week_is_told_only_where_it_is_under_the_same_filters(
    town: Town, text_of: TextOf, chosen: str
) -> None:
    assert "In the week to" in text_of(town.ask("answer", url="?ward=2")["answer"]["tree"])
    assert "In the week to" not in text_of(town.ask("answer", url=chosen)["answer"]["tree"])


def test_what_is_set_apart_and_what_is_not_counted_is_said(town: Town, text_of: TextOf) -> None:
    text = text_of(town.ask("answer", url="")["answer"]["tree"])
    assert "1 “311 Contact Us” request is left out" in text
    assert "1 duplicate is not counted" in text


def test_where_nothing_matches_the_filters_to_loosen_are_named(town: Town, text_of: TextOf) -> None:
    drawn = town.ask("answer", url="?ward=1&stage=resolved")["answer"]["tree"]
    text = text_of(drawn)
    assert "No requests match" in text
    assert "without Stage: Closed" in text
    assert "without Ward 1" in text
    assert {link[1]["href"] for link in elements(drawn, "a")} >= {"/?ward=1", "/?stage=resolved"}


def test_an_unknown_value_is_named_and_the_rest_kept(town: Town, text_of: TextOf) -> None:
    text = text_of(
        town.ask("answer", url="?ward=99&agency=Mobilty&community=BLN")["answer"]["tree"]
    )
    assert "“99” is not a known value of “ward”" in text
    assert "Did you mean “Mobility”?" in text
    assert "Beltline: 1 open request" in text


def test_every_option_has_its_count_beside_it(town: Town, text_of: TextOf) -> None:
    drawn = town.ask("answer", url="")
    stages = text_of(drawn["filters"]["tree"])
    assert "Received 2" in stages
    assert "In progress 1" in stages
    assert "Open now 3" in stages
    assert "Closed lately 1" in stages


def test_under_dates_each_choice_says_what_it_counts_in_them(town: Town, text_of: TextOf) -> None:
    since, until = day_date(TODAY - 12).isoformat(), day_date(TODAY).isoformat()
    drawn = town.ask("answer", url=f"?lang=en&measure=reported&from={since}&to={until}")
    counted = text_of(drawn["filters"]["tree"])
    for said in ("Open now, reported in these dates 2", "Closed in these dates 1", "Stage now"):
        assert said in counted
    assert "Reported in these dates 2" in counted


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        ("from={0}&to={1}", "2 requests reported from {0} to {1}"),
        ("from={1}&to={1}", "0 requests reported on {1}"),
        ("from={0}", "2 requests reported since {0}"),
        ("to={1}", "requests reported until {1}"),
    ],
)
def test_the_headline_says_which_days_it_counts(
    town: Town, text_of: TextOf, dates: str, said: str
) -> None:
    days = [TODAY - 12, TODAY]
    dates = dates.format(*(day_date(day).isoformat() for day in days))
    drawn = town.ask("answer", url=f"?lang=en&measure=reported&{dates}")["answer"]["tree"]
    words = town.site.words("en")
    assert said.format(*(words.day(day) for day in days)) in text_of(drawn)


@pytest.mark.parametrize(
    ("measure", "said"), [("open", "open request"), ("resolved", "request closed since")]
)
def test_the_headline_of_every_measure_says_its_days(
    town: Town, text_of: TextOf, measure: str, said: str
) -> None:
    since = day_date(TODAY - 12).isoformat()
    drawn = town.ask("answer", url=f"?lang=en&measure={measure}&from={since}")["answer"]["tree"]
    assert said in text_of(drawn)
    assert f"since {town.site.words('en').day(TODAY - 12)}" in text_of(drawn)


def test_options_of_folded_filters_are_drawn_once_they_are_unfolded(
    town: Town, text_of: TextOf
) -> None:
    folded = text_of(town.ask("more-filters", url="?ward=2")["more-filters"]["tree"])
    assert "Community" in folded
    assert "Beltline" not in folded
    assert "Ward 1 1 chosen" in folded
    drawn = town.ask("more-filters", url="", unfolded=["community"])["more-filters"]["tree"]
    assert "Beltline 1" in text_of(drawn)


def test_a_chosen_option_is_ticked(town: Town) -> None:
    drawn = town.ask("answer", url="?stage=received")
    boxes = {
        box[1]["value"]: box[1].get("checked", False)
        for box in elements(drawn["filters"]["tree"], "input")
        if box[1]["name"] == "stage"
    }
    assert boxes == {"received": True, "in_progress": False, "resolved": False}


def test_the_list_says_why_a_request_has_no_place(town: Town, text_of: TextOf) -> None:
    text = text_of(town.ask("answer", url="")["listing"]["tree"])
    assert "No place given" in text
    assert "Beltline" in text
    assert "26-00002" in text


def test_the_same_address_says_the_same_in_french(town: Town, text_of: TextOf) -> None:
    text = text_of(town.ask("answer", url="?lang=fr")["answer"]["tree"])
    assert text.startswith("Calgary : 3 demandes ouvertes")


@pytest.mark.parametrize("query", ["", "?measure=resolved", "?measure=reported&lang=fr"])
def test_every_measure_and_layer_is_drawn(town: Town, query: str) -> None:
    for layer in ("community", "ward"):
        address = f"{query or '?'}&layer={layer}"
        assert town.ask("answer", url=address)["answer"]["tree"]
        drawn = town.ask("map-legend", url=address, theme="dark")
        assert drawn["map"]["figure"]["data"][0]["locations"]


def test_a_second_drawing_of_the_same_map_sends_numbers_only(town: Town) -> None:
    first = town.ask("map-legend", url="", theme="light")
    again = town.ask(
        "map-legend",
        url="?agency=Mobility",
        theme="light",
        **{"map-shown": first["map-shown"]["data"]},
    )
    assert "map" not in again
    assert len(json.dumps(again["map-change"]["data"])) < 1_000
    assert "map-change" not in first
    assert "coordinates" not in json.dumps(first["map"]["figure"])


def test_no_page_answers_with_a_dash_patch() -> None:
    """One that arrives after its page was left is an error in the visitor's console."""
    sources = Path(web.__file__).parents[1]
    users = [
        path.name
        for path in sources.rglob("*.py")
        if re.search(r"import.*\bPatch\b|dash\.Patch\(", path.read_text(encoding="utf-8"))
    ]
    assert users == []


def test_the_table_twin_holds_what_the_map_shows(town: Town, text_of: TextOf) -> None:
    drawn = town.ask("map-legend", url="?table=1", theme="light")
    assert drawn["map-table"]["attributes"]["hidden"] is False
    text = text_of(drawn["map-table"]["tree"])
    for expected in ("Altadore 1", "Beltline 1", "Capitol Hill 0", "No place given 1"):
        assert expected in text
    assert "1 request lies in no area" in text_of(drawn["map-legend"]["tree"])


def test_an_area_on_the_map_counts_what_choosing_it_would_show(town: Town) -> None:
    figure = town.ask("map-legend", url="?community=ALT", theme="light")["map"]["figure"]
    by_key = dict(zip(figure["data"][0]["locations"], figure["data"][0]["customdata"], strict=True))
    assert by_key == {"ALT": 1, "BLN": 1, "CAP": 0, "DOV": 0}
    assert figure["data"][1]["locations"] == ["ALT"]


def test_downloads_carry_the_filters_of_the_page(town: Town) -> None:
    drawn = town.ask("answer", url="?agency=Mobility&lang=fr")
    hrefs = [link[1]["href"] for link in elements(drawn["listing"]["tree"], "a")]
    assert "/api/v1/requests.csv?agency=Mobility" in hrefs


def test_the_search_box_finds_areas_services_and_numbers(town: Town, text_of: TextOf) -> None:
    found = town.ask("search-results", **{"search-text": "belt"}, url="")
    assert "Beltline Community 1" in text_of(found["search-results"]["tree"])
    known = town.ask("search-request", **{"search-text": "26-00002"}, url="")
    assert "In progress, 1 day" in text_of(known["search-request"]["tree"])
    nothing = town.ask("search-results", **{"search-text": "zzz"}, url="")
    assert "No results for “zzz”" in text_of(nothing["search-results"]["tree"])


def test_that_areas_are_approximate_is_said_in_the_legend_and_not_in_their_name(
    town: Town, text_of: TextOf
) -> None:
    demo = replace(town, profile=demo_profile("http://127.0.0.1:8311"))
    for query, said in (("", "approximate"), ("?lang=fr", "approximatifs")):
        drawn = demo.ask("map-legend", url=query, theme="light")
        assert said in text_of(drawn["map-legend"]["tree"])
        assert "approx" not in text_of(drawn["map-head"]["tree"])


def test_services_are_searched_on_the_server(town: Town, text_of: TextOf) -> None:
    drawn = town.ask("services", url="", **{"service-text": "ECLAIRAGE"})
    assert "Éclairage - Rue" in text_of(drawn["services"]["tree"])


def test_the_freshness_line_has_two_ages_the_unplaced_and_the_precision(
    town: Town, text_of: TextOf
) -> None:
    drawn = town.ask("freshness", url="")["freshness"]["tree"]
    text = text_of(drawn)
    assert "Checked" in text
    assert "Newest record" in text
    assert "1 of 3 open in Calgary has no place" in text
    assert "A place is the centre of its community" in text
    assert elements(drawn, "time")[0][1]["dateTime"] == "2024-10-04T12:03:00+00:00"
    assert "Simulated" not in text


def test_simulated_data_says_so_on_every_page(town: Town, text_of: TextOf) -> None:
    town.profile = town.profile.model_copy(update={"simulated": True})
    assert "Simulated data" in text_of(town.ask("freshness", url="")["freshness"]["tree"])
    assert "simulated" in text_of(town.ask("header", url="")["footer"]["tree"])


def test_a_first_start_shows_how_far_it_is(town: Town, text_of: TextOf) -> None:
    town.shown = NoSnapshot("nothing yet")
    town.say(State.FIRST_START, progress=Progress(3, 12), last_checked=None, last_success=None)
    assert "Loading 3 of 12 pages" in text_of(town.ask("freshness", url="")["freshness"]["tree"])
    drawn = town.ask("answer", url="?ward=7")
    assert "first data for Calgary" in text_of(drawn["answer"]["tree"])
    assert town.client.get("/").status_code == 200


def test_a_failing_feed_says_why_since_when_and_when_it_is_tried_again(
    town: Town, text_of: TextOf
) -> None:
    town.say(
        State.FAILING,
        error="time-out",
        error_kind="FeedUnavailable",
        failing_since=NOW - timedelta(hours=2),
        next_check=NOW + timedelta(minutes=10),
    )
    text = text_of(town.ask("freshness", url="")["freshness"]["tree"])
    assert "The portal does not answer. You see the last good data." in text
    assert "Next try at 6:15" in text
    assert "Calgary: 3 open" in text_of(town.ask("answer", url="")["answer"]["tree"])


def test_data_past_its_limit_says_so_large(town: Town) -> None:
    town.say(last_success=NOW - timedelta(hours=9))
    notices = elements(town.ask("freshness", url="")["freshness"]["tree"], "div")
    assert any("notice-stale" in notice[1].get("className", "") for notice in notices)


def test_damaged_files_leave_the_page_standing(town: Town, text_of: TextOf) -> None:
    town.shown = SnapshotDamaged("rows.columns is not readable")
    assert town.client.get("/?ward=7").status_code == 200
    assert "first data" in text_of(town.ask("answer", url="?ward=7")["answer"]["tree"])


def test_marks_are_drawn_only_where_places_are_exact(town: Town) -> None:
    viewport = {"west": -115.0, "south": 50.0, "east": -113.0, "north": 52.0, "zoom": 9.0}
    assert not any("map-marks" in name for name in town.app.callback_map)
    town.profile = town.profile.model_copy(
        update={
            "precision": town.profile.precision.model_copy(update={"place": PlacePrecision.EXACT})
        }
    )
    town.shown = snapshot_of(
        [Row(requested=TODAY - 1)], places=[(-114.05, 51.03)], precision=PlacePrecision.EXACT
    )
    drawn = town.ask("map-marks", **{"map-viewport": viewport, "map-shown": {"layer": "community"}})
    assert drawn["map-marks"]["data"][str(figures.MARKS)]["customdata"] == [1]


def test_the_status_page_shows_each_refresh(town: Town, text_of: TextOf) -> None:
    text = text_of(town.ask("status", url="")["status"]["tree"])
    assert "Feed last checked" in text
    assert "Latest refreshes" in text


def test_the_about_page_defines_every_figure_that_pages_link_to(town: Town) -> None:
    drawn = [town.ask("answer", url=""), town.ask("map-legend", url="", theme="light")]
    hrefs = [link[1]["href"] for link in elements([list(a.values()) for a in drawn], "a")]
    hrefs += re.findall(r"/about#[a-z_]+", json.dumps(drawn))
    linked = {href.partition("#")[2] for href in hrefs if href.startswith("/about")}
    assert linked
    assert linked <= {*definitions.METRICS, "precision"}


def test_the_about_page_names_sources_and_licences(town: Town, text_of: TextOf) -> None:
    text = text_of(town.ask("sources", url="")["sources"]["tree"])
    assert "Open Government Licence – City of Calgary" in text
    assert "iahh-g8bj" in text


def test_the_about_page_says_which_areas_straddle_and_where_their_requests_count(
    town: Town, text_of: TextOf
) -> None:
    assert isinstance(town.shown, Snapshot)
    community, *others = town.shown.layers
    shares = (0.67, *community.parent_shares[1:])
    town.shown = replace(town.shown, layers=(replace(community, parent_shares=shares), *others))
    text = text_of(town.ask("sources", url="")["sources"]["tree"])
    assert "lies in more than one ward" in text
    assert "(67% in Ward 1)" in text


def test_a_page_that_does_not_exist_says_so(town: Town) -> None:
    drawn = town.ask("page", route={"path": "/nowhere", "lang": "en"}, url="")
    assert "This page does not exist" in json.dumps(drawn["page"])
    assert drawn["title"]["data"]["title"].startswith("Not found")


def test_a_new_version_is_shown_at_once(town: Town, text_of: TextOf) -> None:
    before = text_of(town.ask("answer", url="")["answer"]["tree"])
    town.shown = snapshot_of([*[Row()] * 9], version="20241004T130000Z-000002")
    after = text_of(town.ask("answer", url="")["answer"]["tree"])
    assert before != after
    assert "9 open requests" in after


def test_two_sites_in_one_process_share_nothing(town: Town, text_of: TextOf) -> None:
    other = replace(town, shown=NoSnapshot("nothing yet"))
    assert "3 open" in text_of(town.ask("answer", url="")["answer"]["tree"])
    assert "first data" in text_of(other.ask("answer", url="")["answer"]["tree"])


@pytest.fixture
def outlined(town: Town, tmp_path: Path) -> Town:
    """The town with outlines: two squares beside each other, ALT in ward 1 and BLN in ward 2."""
    areas = tmp_path / "areas"
    areas.mkdir()
    features = [
        {
            "properties": {"key": key},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[at, 0], [at + 1, 0], [at + 1, 1], [at, 0]]],
            },
        }
        for at, key in enumerate(("ALT", "BLN"))
    ]
    layer = town.site.board.snapshot().layers[0]
    (areas / layer.areas_file).write_text(json.dumps({"features": features}))
    return town


def test_the_maps_first_picture_has_the_areas_in_their_colours(outlined: Town) -> None:
    (drawing,) = map_draft.draft(outlined.site, outlined.site.visit(""))
    shades = [path[1]["className"] for path in drawing[2:]]
    assert len(shades) == 2
    assert all(shade.startswith("shade-") for shade in shades)


def test_the_maps_first_picture_shows_what_is_chosen(outlined: Town) -> None:
    def width(query: str) -> float:
        (drawing,) = map_draft.draft(outlined.site, outlined.site.visit(query))
        return float(drawing[1]["viewBox"].split()[2])

    assert width("?community=ALT") == pytest.approx(width("") / 2)


@pytest.mark.parametrize(
    ("query", "codes"),
    [("", []), ("?community=CAP", [2]), ("?ward=2", [1, 3]), ("?ward=2&community=CAP", [2])],
)
def test_what_lies_in_a_chosen_area_is_in_sight(town: Town, query: str, codes: list[int]) -> None:
    layer = replace(town.site.board.snapshot().layers[0], parents=("1", "2", "1", "2"))
    assert map_draft.in_sight(town.site.visit(query), layer) == codes


def test_without_outlines_or_data_the_page_does_without_the_first_picture(town: Town) -> None:
    visit = town.site.visit("")
    assert map_draft.draft(town.site, visit) == []
    town.shown = NoSnapshot("nothing was published yet")
    assert map_draft.draft(town.site, visit) == []


def test_the_maps_colours_are_written_down_once() -> None:
    sheet = map_draft.palette()
    for theme, colours in figures.SCALES.items():
        assert all(colour in sheet for colour in colours), theme
