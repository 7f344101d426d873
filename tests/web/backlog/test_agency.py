"""One agency's screen, and any that the address names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from livemaps.snapshot import Snapshot
from livemaps.web.page import drawn, path_to
from livemaps.web.pages import agency
from livemaps.web.site import Site
from tests.views.town import Row, snapshot_of
from tests.web.backlog.conftest import HOSTILE, links, shown
from tests.web.conftest import TextOf, Town, elements


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


def test_the_agency_page_needs_no_outlines_where_nothing_is_placed(
    town: Town, text_of: TextOf
) -> None:
    rows = [Row(community="unplaced:no_place", ward="unplaced:no_place")]
    here: Snapshot = snapshot_of(rows)
    text = text_of(shown(replace(town, shown=here).site, name="Mobility"))
    assert "Where its open requests are" not in text
