"""What a resident asks of the first screen: is it reported, what changed, follow, share, embed."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from livemaps.feeds.profile import Translation
from livemaps.views.addresses import FoundAddress
from livemaps.web.parts import search
from livemaps.web.parts.help import how_to_read
from tests.views.town import Row, snapshot_of
from tests.web.conftest import TextOf, Town

SERVICE = Row().service


def answer(town: Town, query: str) -> Any:
    return town.ask("answer", url=query)


def test_one_service_and_one_area_answer_whether_it_is_reported(
    town: Town, text_of: TextOf
) -> None:
    here = replace(town, shown=snapshot_of([Row(), Row(), Row(ward="2")]))
    text = text_of(answer(here, f"?lang=en&ward=1&service={SERVICE}")["answer"]["tree"])
    assert "Has it been reported already?" in text
    assert f"2 requests are open for {SERVICE} in Ward 1" in text
    assert "26-00000" in text


def test_none_is_an_answer_with_the_area_s_name_and_where_to_look_instead(
    town: Town, text_of: TextOf
) -> None:
    here = replace(town, shown=snapshot_of([Row()]))
    tree = answer(here, f"?lang=en&community=BLN&service={SERVICE}")["answer"]["tree"]
    text = text_of(tree)
    assert f"None is open for {SERVICE} in Beltline. Nobody seems to have reported it" in text
    assert "No requests match" not in text
    assert "BLN" not in text
    links = [one["href"] for one in attributes(tree, "href")]
    assert "/?service=Roads+-+Potholes&lang=en" in links
    assert "/?community=BLN&lang=en" in links


def test_with_another_filter_too_nothing_says_which_to_loosen_by_name(
    town: Town, text_of: TextOf
) -> None:
    here = replace(town, shown=snapshot_of([Row()]))
    query = f"?lang=en&community=BLN&age=0-6&service={SERVICE}"
    text = text_of(answer(here, query)["answer"]["tree"])
    assert "No requests match" in text
    assert "BLN" not in text


@pytest.mark.parametrize(
    ("query", "hint"),
    [(f"service={SERVICE}", "Choose your area too"), ("ward=1", "Search for what it is about")],
)
def test_with_half_of_the_question_the_other_half_is_asked_for(
    town: Town, text_of: TextOf, query: str, hint: str
) -> None:
    assert hint in text_of(answer(town, f"?lang=en&{query}")["answer"]["tree"])


@pytest.mark.parametrize("query", ["", "ward=1&ward=2", "ward=unplaced:no_place"])
def test_without_a_question_there_is_no_answer(town: Town, text_of: TextOf, query: str) -> None:
    text = text_of(answer(town, f"?lang=en&{query}")["answer"]["tree"])
    assert "reported already" not in text


def attributes(node: Any, name: str) -> list[dict[str, Any]]:
    """Return the attributes of every element that has one of this name."""
    found = []
    if isinstance(node, list):
        if len(node) > 1 and isinstance(node[1], dict) and name in node[1]:
            found.append(node[1])
        for child in node:
            found += attributes(child, name)
    return found


def test_the_last_visit_is_told_in_all_plurals_of_the_view_that_is_looked_at(town: Town) -> None:
    tree = answer(town, "?lang=fr&ward=1")["changes"]["tree"]
    (place,) = attributes(tree, "data-last-visit")
    assert place["data-last-visit"] == "ward=1"
    assert place["hidden"] is True
    assert int(place["data-open"]) <= int(place["data-reported"])
    assert json.loads(place["data-sentences"])["new"]["one"] == "{count} nouvelle"


def test_under_filters_of_stage_or_days_only_the_open_are_compared(town: Town) -> None:
    tree = answer(town, "?stage=received")["changes"]["tree"]
    (place,) = attributes(tree, "data-last-visit")
    assert "data-reported" not in place


def test_every_page_tells_readers_of_feeds_what_follows_it(town: Town) -> None:
    for path, feed in (
        ("/?ward=1&lang=en", "/api/v1/requests.atom?ward=1&amp;lang=en"),
        ("/request/26-00000?lang=fr", "/api/v1/requests/26-00000.atom?lang=fr"),
        ("/request/no-such?lang=fr", "/api/v1/requests.atom?lang=fr"),
    ):
        page = town.client.get(path).get_data(as_text=True)
        assert 'type="application/atom+xml" title="' in page
        assert f'href="{feed}"' in page


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/?lang=en", "Calgary 311 live map"),
        ("/request/26-00000?lang=en", "26-00000, "),
        ("/ward/1?lang=en", "Ward 1"),
    ],
)
def test_a_link_s_preview_names_what_it_shows(town: Town, path: str, title: str) -> None:
    page = town.client.get(path).get_data(as_text=True)
    found = re.search(r'property="og:title" content="([^"]*)"', page)
    described = re.search(r'property="og:description" content="([^"]*)"', page)
    assert found
    assert described
    assert title in found.group(1)
    assert len(described.group(1)) > 20


def test_the_preview_of_a_filtered_view_tells_its_answer(town: Town) -> None:
    page = town.client.get("/?ward=1&lang=en").get_data(as_text=True)
    assert 'property="og:title" content="Ward 1' in page
    assert re.search(r'og:description" content="Ward 1: [0-9]+ open request', page)


def test_an_embedded_page_opens_its_links_elsewhere(town: Town) -> None:
    page = town.client.get("/?embed=1").get_data(as_text=True)
    assert " data-embed>" in page
    assert '<base target="_blank">' in page
    assert "<base" not in town.client.get("/").get_data(as_text=True)


def test_a_profile_s_translations_are_read_on_the_page_and_never_in_addresses(
    town: Town, text_of: TextOf
) -> None:
    told = Translation(services={SERVICE: "Voirie - Nids-de-poule"}, categories={"Roads": "Voirie"})
    profile = town.profile.model_copy(update={"translations": {"fr": told}})
    here = replace(town, profile=profile)
    found = answer(here, "?lang=fr")
    text = text_of([part["tree"] for part in found.values()])
    assert "Nids-de-poule" in text
    links = " ".join(link["href"] for link in attributes(found["breakdown"]["tree"], "href"))
    assert "Voirie" not in links


def test_help_unfolds_to_sentences_and_definitions(town: Town, text_of: TextOf) -> None:
    visit = town.site.visit("?lang=en")
    help_text = text_of(how_to_read(visit, "map", "open"))
    assert "How to read this" in help_text
    assert "open requests" in help_text


def results(town: Town, text: str, query: str = "?lang=en") -> Any:
    return town.ask("search-results", url=query, **{"search-text": text})["search-results"]["tree"]


def test_a_service_in_an_area_chooses_both_and_keeps_the_other_filters(
    town: Town, text_of: TextOf
) -> None:
    tree = results(town, "pothole beltline", "?lang=en&channel=App&ward=1")
    link = attributes(tree, "data-suggestion")[0]
    for part in ("service=Roads+-+Potholes", "community=BLN", "channel=App", "ward=1"):
        assert part in link["href"]
    assert f"{SERVICE} in Beltline" in text_of(tree)


def test_a_street_is_told_that_there_are_none_and_where_to_go_on(
    town: Town, text_of: TextOf
) -> None:
    tree = results(town, "17 Avenue SW")
    text = text_of(tree)
    assert "Streets and addresses are not known here" in text
    assert "Type the name of your community" in text
    assert "(approximate)" not in text
    assert "use your location" in text
    assert "#map" in [one["href"] for one in attributes(tree, "href")]


def test_a_number_that_is_not_known_leads_to_its_help(town: Town, text_of: TextOf) -> None:
    tree = results(town, "99-12345678", "?lang=fr&ward=1")
    (link,) = attributes(tree, "data-suggestion")
    assert link["href"] == "/request?lang=fr&number=99-12345678"
    assert "Il n’y a pas de demande « 99-12345678 » ici" in text_of(tree)


@pytest.mark.parametrize("text", ["<b>x</b>", "é" * 600, "\0", "\ud800 half", "9" * 600])
def test_hostile_text_in_the_search_box_is_only_text(
    town: Town, text_of: TextOf, text: str
) -> None:
    assert len(text_of(results(town, text))) < 400


def test_the_button_for_the_own_location_stands_at_the_search_field(town: Town) -> None:
    (button,) = attributes(search.box(town.site.visit("?lang=en")), "data-action")
    assert button["data-action"] == "locate"
    assert button["data-layer"] == "community"
    assert "stays in your browser" in button["data-asking"]


def test_an_address_leads_to_its_area(town: Town, text_of: TextOf) -> None:
    visit = town.site.visit("?lang=en&service=" + SERVICE)
    found = [FoundAddress("1 Main St", (("community", "BLN", "BELTLINE"), ("ward", "1", "")))]
    tree = search.addresses(visit, found, "main")
    (link,) = attributes(tree, "data-suggestion")
    assert "community=BLN" in link["href"]
    assert "service=" in link["href"]
    assert "1 Main St" in text_of(tree)
    assert "found no “main”" in text_of(search.addresses(visit, [], "main"))
