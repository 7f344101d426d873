"""Pages: which addresses they answer, what they read of a query, what stands alone."""

from __future__ import annotations

from typing import Any

import pytest

from livemaps.errors import MeasuresPending, NoSnapshot, UnknownValue
from livemaps.web import shell
from livemaps.web.elements import Element, element
from livemaps.web.page import Page, drawn, path_to, screen
from livemaps.web.site import Site, Visit
from livemaps.web.urlstate import Address
from tests.web.conftest import Town


def empty(_site: Site, _visit: Visit) -> list[Element]:
    return [element("p", "here")]


WARD = screen("/ward/<area>", "ward", empty, options=("every",))


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("/ward/7", {"area": "7"}),
        ("/ward/7/", {"area": "7"}),
        ("/ward/a%2Fb", {"area": "a/b"}),
        ("/ward", None),
        ("/ward/7/more", None),
        ("/wardrobe/7", None),
    ],
)
def test_a_page_answers_the_addresses_of_its_pattern(path: str, parameters: Any) -> None:
    assert WARD.match(path) == parameters


def test_a_path_to_a_page_brings_its_parameters_back_whatever_they_hold() -> None:
    for value in ("7", "a/b", "Roads & signs?", "é", "<b>"):
        assert WARD.match(path_to(WARD.path, value)) == {"area": value}


def test_what_a_page_reads_itself_stays_in_its_links_and_is_no_mistake() -> None:
    address = Address(path="/wall", extra=(("every", "20"),))
    assert str(address) == "/wall?every=20"
    assert str(address.with_option("views", "map,backlog")) == "/wall?every=20&views=map,backlog"
    assert str(address.with_option("every", None)) == "/wall"
    assert address.option("every") == "20"
    assert address.option("views", "map") == "map"


def test_an_embedded_page_stays_embedded_on_the_way_and_has_a_way_out(town: Town) -> None:
    visit = town.site.visit("?embed=1&ward=1&lang=en")
    assert "embed=1" in visit.address.page_link("/about")
    (foot,) = shell.embedded(town.site, visit)
    (way_out,) = [child for child in foot[2:] if isinstance(child, list)]
    assert way_out[1]["href"] == "/?ward=1&lang=en"
    assert way_out[1]["rel"] == "noopener"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NoSnapshot("none"), "Calgary"),
        (MeasuresPending("none"), "worked out"),
        (UnknownValue("area", "<b>99", "choose another"), "<b>99"),
    ],
)
def test_what_stands_in_the_way_of_a_screen_is_said_on_it(
    town: Town, error: Exception, said: str
) -> None:
    def failing(_site: Site, _visit: Visit) -> list[Element]:
        raise error

    shown = drawn(failing, town.site, town.site.visit("?lang=en"))
    assert "'h1'" in repr(shown[0])
    assert said in repr(shown)


def test_a_title_that_cannot_be_told_yet_is_the_pages_own_name(town: Town) -> None:
    def unknown(_site: Site, _visit: Visit) -> str:
        raise NoSnapshot("none")

    page = Page("/status", "status", lambda *_: [], lambda *_: None, title=unknown, summary=unknown)
    site = Site(
        town.site.board, town.site.profile, town.site.settings, town.site.catalogue, (page,), page
    )
    visit = site.visit("?lang=en", "/status")
    assert site.title(visit).startswith("Status")
    assert "Calgary" in site.summary(visit)


def test_an_absurd_query_of_a_pages_own_keys_is_cut_not_failed(town: Town) -> None:
    site = Site(
        town.site.board, town.site.profile, town.site.settings, town.site.catalogue, (WARD,), WARD
    )
    visit = site.visit("?every=" + "9" * 100_000 + "&every=2", "/ward/1")
    assert len(visit.address.option("every")) <= 200
    assert site.visit("?" + "a=1&" * 10_000, "/ward/1").address.extra == ()


def test_every_id_that_a_callback_names_is_known_before_any_page_is_drawn(town: Town) -> None:
    app = town.app
    parts = app.validation_layout._traverse_ids()  # type: ignore[attr-defined]
    known = {part.id for part in parts}
    named = {
        part.rsplit(".", 1)[0].split("@")[0]
        for name in app.callback_map
        for part in name.strip(".").split("...")
    }
    assert named - known == set()
