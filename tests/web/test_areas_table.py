"""The table of all areas of a layer: narrowed, found by name, sorted, in pages, by the address."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest

from livemaps.views.area_tables import SORTED, number
from livemaps.web.parts import areas_shown
from livemaps.web.site import Site
from tests.views.town import Row
from tests.web.conftest import MeasuredTown, TextOf
from tests.web.test_area_pages import here, links, measures, shown

__all__ = ["here", "measures"]


WAY = "See the list and the map under these filters"


def told(site: Site, query: str, layer: str = "community") -> areas_shown.Shown:
    """Return the areas that an address asks for."""
    visit = site.visit(query, f"/{layer}")
    return areas_shown.shown(site, visit, site.board.layer(layer))


def keys(found: areas_shown.Shown) -> list[str]:
    return [area.key for area in found.rows]


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take three areas for many."""
    monkeypatch.setattr(areas_shown, "MOST_AREAS", 2)
    monkeypatch.setattr(areas_shown, "ON_A_PAGE", 2)


def test_an_area_is_found_by_part_of_its_name_without_accents_or_case(here: MeasuredTown) -> None:
    whole = told(here.site, "")
    name = whole.areas[0].name
    assert whole.areas[0] in told(here.site, f"?find={name[1:4].upper()}").found
    assert told(here.site, "?find=%20").found == whole.found
    assert told(here.site, "?find=no-such-name").found == ()


def test_areas_of_a_containing_one_stand_alone_with_it_below(
    here: MeasuredTown, text_of: TextOf
) -> None:
    site = here.site
    layer = site.board.snapshot().layer("community")
    expected = {key for key in layer.keys if layer.parents[layer.code_of[key]] == "1"}
    assert set(keys(told(site, "?ward=1"))) == expected
    tree = shown(here, "/community", "?lang=en&ward=1")
    text = text_of(tree)
    assert "in Ward 1" in text
    assert "are open in Ward 1" in text or "is open in Ward 1" in text
    assert "/api/v1/areas/community.csv?ward=1" in set(links(tree))
    assert "not applied" not in text


@pytest.mark.parametrize("column", SORTED)
def test_a_column_sorts_both_ways_and_what_has_no_figure_stands_last(
    here: MeasuredTown, column: str
) -> None:
    for order, falling in ((column, True), (f"-{column}", False)):
        values = [number(area, column) for area in told(here.site, f"?sort={order}").rows]
        known = [value for value in values if value is not None]
        assert known == sorted(known, reverse=falling)
        assert values[: len(known)] == known


@pytest.mark.parametrize("query", ["?sort=nonsense", "?sort=--open", "?sort=key", "?sort="])
def test_an_unknown_order_is_that_of_names(here: MeasuredTown, query: str) -> None:
    assert keys(told(here.site, query)) == keys(told(here.site, ""))


def test_wards_stand_in_the_order_of_numbers_and_codes_after_names(here: MeasuredTown) -> None:
    assert keys(told(here.site, "", "ward")) == ["1", "2"]
    names = [area.name for area in told(here.site, "").rows]
    assert names == sorted(names)


@pytest.mark.usefixtures("long")
def test_many_areas_come_page_by_page_without_small_lines(
    here: MeasuredTown, text_of: TextOf
) -> None:
    first, second = told(here.site, ""), told(here.site, "?page=2")
    assert first.paged
    assert keys(first) + keys(second) == [area.key for area in first.found][:4]
    assert told(here.site, "?page=999").page == first.pages
    tree = shown(here, "/community")
    assert "sparkline" not in json.dumps(tree)
    assert any("page=2" in href for href in links(tree))
    assert "1 to 2 of" in text_of(tree)
    assert "sparkline" in json.dumps(shown(here, "/ward"))


def test_the_form_keeps_the_rest_of_the_address_and_starts_on_the_first_page(
    here: MeasuredTown,
) -> None:
    tree = shown(here, "/community", "?lang=fr&ward=1&sort=open&find=a&page=3")
    (form,) = [node for node in nodes(tree) if node[0] == "form"]
    fields = {node[1]["name"]: node[1]["value"] for node in nodes(form) if node[0] == "input"}
    assert fields == {"lang": "fr", "ward": "1", "sort": "open", "find": "a"}
    assert form[1]["action"] == "/community"


def test_the_heading_says_what_is_sorted_by_and_the_menu_turns_it_round(
    here: MeasuredTown, text_of: TextOf
) -> None:
    tree = shown(here, "/community", "?lang=en&sort=open")
    assert [node[1]["aria-sort"] for node in nodes(tree) if "aria-sort" in node[1]] == [
        "descending"
    ]
    assert any("sort=-open" in href for href in links(tree))
    assert "Open, highest first" in text_of(tree)


def test_what_is_looked_for_in_vain_is_said_as_it_was_typed(
    here: MeasuredTown, text_of: TextOf
) -> None:
    text = text_of(shown(here, "/community", "?lang=en&find=%3Cscript%3E{count}**"))
    assert "No results for “<script>{count}**”" in text


@pytest.mark.parametrize(
    ("path", "query", "names"),
    [
        ("/ward/1", urlencode({"service": Row().service}), "Service"),
        ("/ward/1", "age=730-&from=2024-01-01&to=2024-02-01", "Age and Days"),
        ("/ward/1", "measure=resolved", "What is counted"),
        ("/ward/1", "ward=2", "Ward"),
        ("/community", urlencode({"ward": 1, "agency": Row().agency}), "Agency"),
        ("/ward/1/brief", "stage=received", "Stage"),
    ],
)
def test_filters_that_do_not_hold_on_a_page_are_said_with_the_way_to_where_they_do(
    here: MeasuredTown, text_of: TextOf, path: str, query: str, names: str
) -> None:
    tree = shown(here, path, f"?lang=en&{query}")
    assert re.search(rf"address \({names}\) (is|are) not applied", text_of(tree))
    (way,) = [node for node in nodes(tree) if node[2:3] == [WAY]]
    visit = here.site.visit(way[1]["href"].removeprefix("/"))
    assert not visit.problems
    asked = here.site.visit(f"?{query}", path).address.filters
    areas = (("ward", frozenset({"1"})),)
    assert visit.address.filters == replace(asked, areas=areas)


@pytest.mark.parametrize("path", ["/ward/1", "/ward", "/community", "/ward/1/brief"])
def test_what_of_the_address_is_not_known_is_said(
    here: MeasuredTown, text_of: TextOf, path: str
) -> None:
    assert "<b>" in text_of(shown(here, path, "?lang=en&service=%3Cb%3E"))
    assert "not applied" not in text_of(shown(here, path, "?lang=en"))


def nodes(tree: Any) -> list[Any]:
    """Return all elements of a tree."""
    if not isinstance(tree, list):
        return []
    own = [tree] if len(tree) > 1 and isinstance(tree[1], dict) else []
    return own + [node for child in tree for node in nodes(child)]
