"""Nobody with a number or an area in hand is left at a dead end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from livemaps.errors import NoSnapshot
from tests.views.town import TODAY, Row, snapshot_of
from tests.web.conftest import TextOf, Town, twice


def shown(town: Town, path: str, query: str = "?lang=en") -> list[Any]:
    """Return the elements of the page at a path."""
    visit = town.site.visit(query, path)
    (region,) = town.site.page_of(path).layout(town.site, visit)
    tree: list[Any] = region.tree
    assert twice(tree) == []
    return tree


def hrefs(tree: Any) -> list[str]:
    if not isinstance(tree, list):
        return []
    own = (
        [tree[1]["href"]]
        if len(tree) > 1 and isinstance(tree[1], dict) and "href" in tree[1]
        else []
    )
    return own + [href for child in tree for href in hrefs(child)]


def test_a_number_that_is_not_here_gets_its_reasons_each_with_a_next_step(
    town: Town, text_of: TextOf
) -> None:
    here = replace(town, shown=snapshot_of([Row(requested=TODAY - at) for at in range(9)]))
    tree = shown(here, "/request/25-00004")
    text = text_of(tree)
    assert "There is no request “25-00004” here" in text
    assert "Did you mean this one?" in text
    assert "Too new?" in text
    assert "Mistyped?" in text
    assert "ask the city" in text
    assert "/request/26-00004?lang=en" in hrefs(tree)
    assert here.profile.links.report_a_problem in hrefs(tree)


def test_what_is_no_number_is_told_how_numbers_look(town: Town, text_of: TextOf) -> None:
    text = text_of(shown(town, "/request/hello"))
    assert "“hello” is not a request number" in text
    assert "look like 26-0000" in text


def test_the_field_holds_what_was_typed_and_keeps_the_language(town: Town, text_of: TextOf) -> None:
    tree = str(shown(town, "/request/hello", "?lang=fr&theme=dark"))
    assert "'value': 'hello'" in tree
    assert "'name': 'lang', 'value': 'fr'" in tree
    assert "n’est pas un numéro de demande" in tree


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("26-00001", "1 request has this number"),
        ("0001", "1 request has this number"),
        ("", "Find a request by its number"),
        ("99-99999", "There is no request “99-99999” here"),
        ("<b>x</b>", "is not a request number"),
        ("%00", "is not a request number"),
        ("5" * 400, "There is no request “5555"),
    ],
)
def test_the_page_for_numbers_finds_them_or_helps(
    town: Town, text_of: TextOf, typed: str, says: str
) -> None:
    assert says in text_of(shown(town, "/request", f"?lang=en&number={typed}"))


def test_without_any_request_no_number_is_made_up(town: Town, text_of: TextOf) -> None:
    here = replace(town, shown=snapshot_of([]))
    text = text_of(shown(here, "/request/26-00001"))
    assert "There is no request" in text
    assert "look like" not in text


@pytest.mark.parametrize("path", ["/request/1", "/request", "/ward/99", "/ward/99/brief"])
def test_before_any_data_the_page_says_that_it_is_on_its_way(
    town: Town, text_of: TextOf, path: str
) -> None:
    here = replace(town, shown=NoSnapshot())
    text = text_of(shown(here, path, "?lang=en&number=26-1"))
    assert "on its way" in text


@pytest.mark.parametrize("path", ["/ward/99", "/ward/99/brief"])
def test_a_ward_that_is_not_here_gets_the_wards(town: Town, text_of: TextOf, path: str) -> None:
    tree = shown(town, path)
    assert "Calgary has no ward “99”" in text_of(tree)
    assert {"/ward/1?lang=en", "/ward/2?lang=en", "/ward?lang=en"} <= set(hrefs(tree))


def test_a_community_in_the_place_of_a_ward_is_found(town: Town, text_of: TextOf) -> None:
    tree = shown(town, "/ward/Beltline")
    assert "There is such a community" in text_of(tree)
    assert "/community/BLN?lang=en" in hrefs(tree)


@pytest.mark.parametrize("key", ["<script>", "%00", "é" * 500, "..", "half%ED%A0%80"])
def test_a_hostile_area_gets_the_same_help(town: Town, text_of: TextOf, key: str) -> None:
    text = text_of(shown(town, f"/community/{key}", "?lang=fr"))
    assert "Calgary n’a pas de communauté" in text
