"""The pages of areas: side by side, one of them, its brief; whatever stands in the address."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from livemaps.errors import NoSnapshot
from livemaps.measures.contents import Measures
from livemaps.measures.families import FAMILIES
from livemaps.model import Stage
from livemaps.views.area import Moved, Movers
from livemaps.web import shell
from livemaps.web.parts import area_moved
from tests.measures.village import SQUARES, areas, measures_of, world_of
from tests.views.test_area import WORLD
from tests.views.town import TODAY, Row, snapshot_of
from tests.web.conftest import MeasuredTown, TextOf, Town


@pytest.fixture(scope="module")
def measures() -> Measures:
    slow = ("surge", "forecast")
    return measures_of(WORLD, [family for family in FAMILIES if family.name not in slow])


@pytest.fixture
def here(town: Town, measures: Measures) -> MeasuredTown:
    """The town with the random requests of a village, its figures, and its outlines."""
    folder = town.settings.data_dir / "areas"
    folder.mkdir()
    for layer in WORLD.snapshot.layers:
        features = [
            {
                "properties": {"key": key},
                "geometry": {"type": "Polygon", "coordinates": [ring(*at)]},
            }
            for key, at in SQUARES[layer.id].items()
        ]
        (folder / layer.areas_file).write_text(json.dumps({"features": features}))
    return MeasuredTown(town.profile, town.settings, WORLD.snapshot, town.catalogue, measures)


def ring(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def shown(town: Town, path: str, query: str = "?lang=en") -> list[Any]:
    """Return the elements of the page of an address."""
    site = town.site
    visit = site.visit(query, path)
    (region,) = site.page_of(path).layout(site, visit)
    tree: list[Any] = region.tree
    return tree


def links(node: Any) -> Iterator[str]:
    """Yield where the links of elements lead."""
    if isinstance(node, list):
        if len(node) > 1 and isinstance(node[1], dict) and "href" in node[1]:
            yield str(node[1]["href"])
        for child in node:
            yield from links(child)


PATHS = (
    "/ward",
    "/ward/1",
    "/ward/1/brief",
    "/community",
    "/community/BLN",
    "/community/BLN/brief",
)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_page_of_areas_is_drawn_and_says_that_reports_are_not_needs(
    here: MeasuredTown, text_of: TextOf, path: str, language: str
) -> None:
    text = text_of(shown(here, path, f"?lang={language}"))
    needs = {"en": "Reports are not needs", "fr": "Les signalements ne mesurent pas les besoins"}
    assert needs[language] in text
    assert re.search(r"\bNone\b|\bnan\b|\binf\b|\*\*|[{}]|worked out", text) is None


def test_the_answer_comes_first_and_leads_to_what_is_behind(
    here: MeasuredTown, text_of: TextOf
) -> None:
    tree = shown(here, "/ward/1")
    view = here.site.board.area("ward", "1")
    text = text_of(tree)
    assert text.index("Ward 1:") < text.index("than four weeks ago")
    assert f"{view.here.open}" in text_of(tree[:1])
    found = set(links(tree))
    assert "/?ward=1&lang=en" in found
    assert any("age=28-89" in href and "ward=1" in href for href in found)
    assert any(href.startswith("/community/") for href in found)
    assert {"/api/v1/areas/ward/1/parts.csv", "/api/v1/areas/ward/1/compare.csv"} <= found
    assert "/ward/1/brief?lang=en" in found


def test_the_brief_has_the_same_figures_as_the_screen(here: MeasuredTown, text_of: TextOf) -> None:
    screen, brief = (text_of(shown(here, path)) for path in ("/ward/1", "/ward/1/brief"))
    view = here.site.board.area("ward", "1")
    for number in (view.here.open, view.here.over_four_weeks, view.here.unattended):
        assert f" {number} " in screen
        assert f" {number} " in brief
    assert "Newest record" in brief
    assert "Checked" in brief
    assert here.profile.attribution in brief
    assert "/ward/1/brief?lang=en" in brief


def test_areas_stand_in_order_and_the_city_last(here: MeasuredTown, text_of: TextOf) -> None:
    text = text_of(shown(here, "/ward"))
    assert text.index("Ward 1") < text.index("Ward 2") < text.rindex("Calgary")
    assert "The 2 wards of Calgary" in text


@pytest.mark.parametrize("key", ["with", "compare"])
def test_another_area_stands_beside_by_either_key(
    here: MeasuredTown, text_of: TextOf, key: str
) -> None:
    beside = shown(here, "/ward/1", f"?lang=en&{key}=2")
    assert text_of(beside).count("Ward 2") > text_of(shown(here, "/ward/1")).count("Ward 2")
    assert f'"data-param": "{key}"' in json.dumps(beside)
    assert "/ward/1/brief?lang=en&with=2" in set(links(beside))
    sheet = shown(here, "/ward/1/brief", f"?lang=en&{key}=2")
    assert "Compared with the city, and with another area" in text_of(sheet)
    assert "/ward/1/brief?lang=en&with=2" in text_of(sheet)
    assert "/ward/1?lang=en&with=2" in set(links(sheet))


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("with=99", "no ward “99” to compare with"),
        ("compare=%3Cscript%3E&with=", "no ward “<script>” to compare with"),
        ("with=1", "is this ward itself"),
        ("wiht=2", "Did you mean “with”?"),
        ("wiht=2&crime=3", "2 parts of the address could not be used"),
    ],
)
def test_what_cannot_be_set_beside_is_told_in_words(
    here: MeasuredTown, text_of: TextOf, query: str, told: str
) -> None:
    for path in ("/ward/1", "/ward/1/brief"):
        text = text_of(shown(here, path, f"?lang=en&{query}"))
        assert told in text
        assert text.count("The rest of the address was kept.") == 1
        assert "Compared with the city" in text or path.endswith("brief")


def test_what_changed_in_four_weeks_is_answered_on_the_page_and_the_brief(
    here: MeasuredTown, text_of: TextOf
) -> None:
    for path in ("/ward/1", "/ward/1/brief", "/community/BLN"):
        text = text_of(shown(here, path))
        assert "What changed in four weeks:" in text
        assert re.search(r"Services: (most grown|none clearly)", text)
    view = here.site.board.area("ward", "1")
    assert view.parts
    assert "± four weeks" in text_of(shown(here, "/ward/1/brief"))


def test_names_cannot_write_marks_into_what_changed(here: MeasuredTown, text_of: TextOf) -> None:
    visit = here.site.visit("?lang=en", "/ward/1")
    view = here.site.board.area("ward", "1")
    moved = Movers((Moved("**a**[x]", "**a**[x]", 12),), (Moved("b", "b", -8),))
    told = area_moved.told(visit, replace(view, services_moved=moved, parts_moved=None))
    text = text_of(told)
    assert "Services: most grown a[x] +12 ; most shrunk b −8 ." in text
    assert "/?service=%2A%2Aa%2A%2A%5Bx%5D&ward=1&lang=en" in set(links(told))


def test_the_brief_says_which_day_it_is_of(here: MeasuredTown, text_of: TextOf) -> None:
    text = text_of(shown(here, "/ward/1/brief"))
    assert "Figures change daily; this sheet is of" in text
    assert "The same sheet with the newest figures" in text


@pytest.mark.parametrize("path", PATHS)
def test_figures_that_are_not_worked_out_yet_do_not_hold_the_page_up(
    here: MeasuredTown, text_of: TextOf, path: str
) -> None:
    tree = shown(replace(here, measures=None), path)
    text = text_of(tree)
    assert "open" in text
    assert "None" not in text
    # Of a file of theirs the interface would only answer that it is not there yet.
    files = ("/api/v1/areas/", "/api/v1/measures/")
    assert not [href for href in links(tree) if href.startswith(files)]
    assert text.count("More figures are being worked out") == 1


def polygon(coordinates: object) -> bytes:
    """Return a file with the outline of one ward."""
    geometry = {"type": "Polygon", "coordinates": coordinates}
    return json.dumps({"features": [{"properties": {"key": "1"}, "geometry": geometry}]}).encode()


@pytest.mark.parametrize(
    "content",
    [
        *(None, b"", b"{", b"[]", b"{}", b'{"features": null}', b"\xff\xfe\x00"),
        *(polygon(wrong) for wrong in (5, [["x", "y"]], [[[1]]], [[[None, None]]])),
    ],
)
def test_outlines_that_cannot_be_read_leave_the_rest(
    here: MeasuredTown, text_of: TextOf, content: bytes | None
) -> None:
    for path in (here.settings.data_dir / "areas").iterdir():
        path.unlink()
        if content is not None:
            path.write_bytes(content)
    assert "outlines of the areas cannot be read" in text_of(shown(here, "/ward"))
    for path_of_page, rest in (("/ward/1", "Who is accountable"), ("/ward/1/brief", "Checked")):
        text = text_of(shown(here, path_of_page))
        assert "on its way" not in text
        assert rest in text


@pytest.mark.parametrize(
    "features",
    [[], [{"properties": {"key": key}, "geometry": None} for key in ("1", "2", "BLN")]],
)
def test_areas_without_outlines_are_said_to_have_none(
    here: MeasuredTown, text_of: TextOf, features: list[object]
) -> None:
    for path in (here.settings.data_dir / "areas").iterdir():
        path.write_text(json.dumps({"features": features}))
    for path_of_page in PATHS:
        text = text_of(shown(here, path_of_page))
        # A sheet draws nothing where everything is as expected.
        assert "no outlines to draw" in text or "too few to say." in text
        assert "open" in text


@pytest.mark.parametrize(
    "area", ["99", "<script>alert(1)</script>", "unplaced:no_place", "é" * 300, "..", "%00"]
)
def test_an_area_that_the_city_does_not_have_gets_help(
    here: MeasuredTown, text_of: TextOf, area: str
) -> None:
    site = here.site
    visit = replace(site.visit("?lang=en", "/ward/1"), parameters={"layer": "ward", "area": area})
    for path in ("/ward/1", "/ward/1/brief"):
        page = site.page_of(path)
        assert "Calgary has no ward" in text_of(page.layout(site, visit)[0].tree)


@pytest.mark.parametrize("path", ["/parish", "/parish/1", "/ward/1/more", "/ward/1/brief/2"])
def test_only_the_layers_of_the_city_have_pages(here: MeasuredTown, path: str) -> None:
    assert here.site.page_of(path) is here.site.missing


def test_other_pages_go_before_those_of_layers(here: MeasuredTown) -> None:
    assert here.site.page_of("/status").name == "status"
    assert here.site.page_of("/ward").name == "areas"
    assert here.site.page_of("/ward/7/").name == "area"


def test_the_header_leads_to_the_containing_layer_and_marks_its_areas(
    here: MeasuredTown, text_of: TextOf
) -> None:
    header = shell.header(here.site, here.site.visit("?lang=en", "/ward/1"))
    assert "Wards" in text_of(header)
    assert "Communities" not in text_of(header)
    assert '"/ward?lang=en", "data-nav": "true", "aria-current": "true"' in json.dumps(header)


def test_title_and_preview_say_which_area_it_is(here: MeasuredTown) -> None:
    site = here.site
    visit = site.visit("?lang=en", "/ward/1")
    assert site.title(visit).startswith("Ward 1")
    assert "open requests" in site.summary(visit)
    assert "**" not in site.summary(visit)
    assert "ward=1" in site.feed(visit)
    assert site.title(site.visit("?lang=fr", "/ward")).startswith("Quartiers")


def test_an_empty_area_is_said_to_be_empty(here: MeasuredTown, text_of: TextOf) -> None:
    quiet = [
        Row(ward="2", community="BLN", requested=TODAY - 9),
        Row(ward="2", stage=Stage.RESOLVED, requested=TODAY - 40, closed=TODAY - 30),
    ]
    text = text_of(shown(replace(here, shown=snapshot_of(quiet), measures=None), "/ward/1"))
    assert "Ward 1: 0 open requests" in text
    assert "Nothing is open here" in text
    young = world_of(quiet, layers=areas())
    some = [family for family in FAMILIES if family.name in ("flow", "queues", "expected")]
    measured = replace(here, shown=young.snapshot, measures=measures_of(young, some))
    assert "too few to say" in text_of(shown(measured, "/ward/1"))


def test_before_the_first_data_it_is_said(here: MeasuredTown, text_of: TextOf) -> None:
    site = replace(here, shown=NoSnapshot("none")).site
    visit = site.visit("?lang=en", "/ward/1")
    for path in PATHS:
        content = site.page_of(path).layout(
            site, replace(visit, parameters=site.page_of(path).match(path) or {})
        )
        assert "on its way" in text_of(content[0].tree)
