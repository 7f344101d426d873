"""The map of a page, its first picture and its twin, asked through their callbacks."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from livemaps import figures
from livemaps.demo.profile import demo_profile
from livemaps.errors import NoSnapshot
from livemaps.model import PlacePrecision
from livemaps.web.parts import map_draft
from tests.views.town import TODAY, Row, snapshot_of
from tests.web.conftest import TextOf, Town


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


def test_that_areas_are_approximate_is_said_in_the_legend_and_not_in_their_name(
    town: Town, text_of: TextOf
) -> None:
    demo = replace(town, profile=demo_profile("http://127.0.0.1:8311"))
    for query, said in (("", "approximate"), ("?lang=fr", "approximatifs")):
        drawn = demo.ask("map-legend", url=query, theme="light")
        assert said in text_of(drawn["map-legend"]["tree"])
        assert "approx" not in text_of(drawn["map-head"]["tree"])


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
