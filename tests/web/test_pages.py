"""What the pages say, asked through their callbacks."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from livemaps import web
from livemaps.errors import NoSnapshot
from livemaps.model import day_date
from livemaps.snapshot import Snapshot
from livemaps.web.parts import definitions
from tests.views.town import TODAY
from tests.web.conftest import TextOf, Town, named


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
    assert {link[1]["href"] for link in named(drawn, "a")} >= {"/?ward=1", "/?stage=resolved"}


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
        for box in named(drawn["filters"]["tree"], "input")
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


def test_no_page_answers_with_a_dash_patch() -> None:
    """One that arrives after its page was left is an error in the visitor's console."""
    sources = Path(web.__file__).parents[1]
    users = [
        path.name
        for path in sources.rglob("*.py")
        if re.search(r"import.*\bPatch\b|dash\.Patch\(", path.read_text(encoding="utf-8"))
    ]
    assert users == []


def test_downloads_carry_the_filters_of_the_page(town: Town) -> None:
    drawn = town.ask("answer", url="?agency=Mobility&lang=fr")
    hrefs = [link[1]["href"] for link in named(drawn["listing"]["tree"], "a")]
    assert "/api/v1/requests.csv?agency=Mobility" in hrefs


def test_the_search_box_finds_areas_services_and_numbers(town: Town, text_of: TextOf) -> None:
    found = town.ask("search-results", **{"search-text": "belt"}, url="")
    assert "Beltline Community 1" in text_of(found["search-results"]["tree"])
    known = town.ask("search-request", **{"search-text": "26-00002"}, url="")
    assert "In progress, 1 day" in text_of(known["search-request"]["tree"])
    nothing = town.ask("search-results", **{"search-text": "zzz"}, url="")
    assert "No results for “zzz”" in text_of(nothing["search-results"]["tree"])


def test_services_are_searched_on_the_server(town: Town, text_of: TextOf) -> None:
    drawn = town.ask("services", url="", **{"service-text": "ECLAIRAGE"})
    assert "Éclairage - Rue" in text_of(drawn["services"]["tree"])


def test_the_status_page_shows_each_refresh(town: Town, text_of: TextOf) -> None:
    text = text_of(town.ask("status", url="")["status"]["tree"])
    assert "Feed last checked" in text
    assert "Latest refreshes" in text


def test_the_about_page_defines_every_figure_that_pages_link_to(town: Town) -> None:
    drawn = [town.ask("answer", url=""), town.ask("map-legend", url="", theme="light")]
    hrefs = [link[1]["href"] for link in named([list(a.values()) for a in drawn], "a")]
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


def test_two_sites_in_one_process_share_nothing(town: Town, text_of: TextOf) -> None:
    other = replace(town, shown=NoSnapshot("nothing yet"))
    assert "3 open" in text_of(town.ask("answer", url="")["answer"]["tree"])
    assert "first data" in text_of(other.ask("answer", url="")["answer"]["tree"])
