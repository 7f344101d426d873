"""The page within the document: what is seen before any script, and without scripts."""

from __future__ import annotations

import re
from html import unescape
from typing import Any, Never

import pytest

from livemaps.errors import NoSnapshot
from livemaps.views import Board
from livemaps.web import ids, shell
from livemaps.web.app import PAGES
from livemaps.web.first_view import first_view
from tests.web.conftest import Town

ADDRESSES = ["/", "/ward", "/ward/1", "/request/26-00001", "/backlog", "/status", "/about", "/no"]


def shown(town: Town, address: str) -> str:
    path, _, query = address.partition("?")
    return first_view(town.site, town.site.visit(f"?{query}", path))


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_document_holds_its_page_with_heading_ages_and_footer(town: Town, address: str) -> None:
    page = town.client.get(address).get_data(as_text=True)
    view = page.split('<div id="first-view">')[1]
    assert view.count("<h1") == 1
    for region in (ids.HEADER, ids.FRESHNESS, ids.PAGE, ids.FOOTER):
        assert re.search(rf'id="{region}"[^>]*>\s*<', view), region


def test_the_answer_the_filters_the_map_and_the_list_are_there_at_once(town: Town) -> None:
    view = unescape(shown(town, "/?ward=2&lang=en"))
    assert "Ward 2" in view
    assert 'data-param="age"' in view
    assert "legend-swatch" in view
    assert re.search(r'id="listing"[^>]*>.*<table', view)


def test_what_a_callback_draws_later_is_what_was_there_at_first(town: Town) -> None:
    from livemaps.web.markup import markup

    view = shown(town, "/?lang=en")
    for part, tree in town.ask(ids.ANSWER, url="?lang=en").items():
        assert markup(tree["tree"]) in view, part


def test_before_there_is_data_the_first_view_says_so(town: Town) -> None:
    town.shown = NoSnapshot("none")
    for address in ADDRESSES:
        assert "<h1" in shown(town, f"{address}?lang=en"), address
    assert "first data" in shown(town, "/?lang=en")


def test_a_wall_has_no_first_view_since_it_shows_one_of_its_views_at_a_time(town: Town) -> None:
    bare = [page for page in PAGES if page.bare]
    assert bare
    assert all(shown(town, page.path) == "" for page in bare)
    assert 'class="skeleton"' in town.client.get("/wall").get_data(as_text=True)


def broken(*_: object) -> Never:
    raise ZeroDivisionError("a fault of ours")


@pytest.mark.parametrize(
    ("place", "name", "path"),
    [(shell, "footer", "/ward"), (Board, "layer", "/ward"), (Board, "area", "/ward/1")],
)
def test_a_page_that_cannot_be_drawn_says_so_in_words_and_leaves_a_line_in_the_log(
    town: Town,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    place: Any,
    name: str,
    path: str,
) -> None:
    monkeypatch.setattr(place, name, broken)
    answer = town.client.get(f"{path}?lang=fr")
    page = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 500
    assert answer.headers["Cache-Control"] == "no-store"
    view = page.split('<div id="first-view">')[1]
    assert "Cette page ne peut pas être affichée pour le moment</h1>" in view
    assert f'href="{path}?lang=fr"' in view
    assert 'href="/?lang=fr"' in view
    assert "a fault of ours" not in page
    assert caplog.text.count(f"{path}?lang=fr cannot be drawn into its document") == 1
    assert "a fault of ours" in caplog.text
    # The scripts come along all the same: what can be drawn is drawn.
    assert 'id="react-entry-point"' in page


def test_a_page_that_cannot_take_the_place_of_another_says_so_and_leaves_a_line_in_the_log(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Board, "area", broken)
    answer = town.ask(ids.PAGE, **{ids.ROUTE: {"path": "/ward/1"}, ids.URL: "?lang=fr"})
    assert "Cette page ne peut pas être affichée" in str(answer[ids.PAGE]["children"])
    assert "Cette page ne peut pas être affichée" in answer[ids.TITLE]["data"]["title"]
    assert caplog.text.count("/ward/1?lang=fr cannot be drawn in place of another page") == 1


def test_within_another_page_the_first_view_has_no_header_either(town: Town) -> None:
    assert 'class="brand"' not in shown(town, "/?embed=1")
    assert 'class="brand"' in shown(town, "/")


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_what_stands_in_an_address_stays_text(town: Town, text: str) -> None:
    for address in ("/", "/ward/1", "/request/x", "/backlog"):
        page = town.client.get(address, query_string={"service": text, "ward": text, "q": text})
        assert text not in page.get_data(as_text=True)


def test_nothing_of_a_first_view_is_named_twice(town: Town) -> None:
    for address in ADDRESSES:
        named = re.findall(r'\sid="([^"]+)"', shown(town, address))
        assert sorted(named) == sorted(set(named)), address


def test_a_page_tells_what_it_was_drawn_from_so_that_nothing_is_drawn_again(town: Town) -> None:
    version = town.site.board.snapshot().version
    assert f'data-drawn="{version} "' in town.client.get("/ward").get_data(as_text=True)
    town.shown = NoSnapshot("none")
    assert 'data-drawn=""' in town.client.get("/ward").get_data(as_text=True)
