"""Columns that are gone, and boundaries."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import requests

from livemaps.demo.soda import SodaServer
from livemaps.demo.soda_answers import Manners
from livemaps.demo.soda_table import Column, SodaTable
from livemaps.errors import SchemaChanged
from livemaps.feeds.http import HttpClient
from livemaps.feeds.socrata import SocrataFeed
from livemaps.settings import Settings
from tests.feeds.contract import DATASET, Report, SocrataHarness, reports, served_by
from tests.feeds.socrata.conftest import fetched


@pytest.mark.parametrize("views", [True, False])
def test_a_renamed_column_is_named_whether_or_not_the_portal_lists_its_columns(
    portals: Callable[[Manners], SocrataHarness], views: bool
) -> None:
    portal = portals(Manners(views=views))
    portal.put(*reports(5))
    feed = portal.feed()
    _, state = fetched(feed, "")
    portal.clock.move(3600)
    portal.put(Report("26-new"))
    portal.table.rename_column("service_name", "service_type")
    with pytest.raises(SchemaChanged, match="service_name") as caught:
        fetched(feed, state)
    assert caught.value.columns == ("service_name",)
    assert DATASET in str(caught.value)


def test_several_columns_that_are_gone_are_all_named(portal: SocrataHarness) -> None:
    portal.put(*reports(5))
    portal.table.drop_column("service_name")
    portal.table.drop_column("comm_code")
    with pytest.raises(SchemaChanged, match="service_name, comm_code"):
        portal.feed().plan("")


def test_a_column_that_is_not_mapped_may_go(portal: SocrataHarness) -> None:
    portal.put(*reports(5))
    feed = portal.feed()
    _, state = fetched(feed, "")
    portal.table.drop_column("location_type")
    portal.clock.move(5)
    assert fetched(feed, state)


def square(name: str) -> dict[str, str | None]:
    ring = [[-114.1, 51.0], [-114.0, 51.0], [-114.0, 51.1], [-114.1, 51.0]]
    shape = {"type": "MultiPolygon", "coordinates": [[ring]]}
    return {"ward_num": name, "the_geom": json.dumps(shape)}


@pytest.mark.parametrize("most_rows", [None, 2])
def test_boundaries_are_fetched_whole_however_few_the_portal_sends_at_once(
    portal: SocrataHarness, most_rows: int | None
) -> None:
    table = SodaTable(
        [Column("ward_num"), Column("the_geom", "multipolygon")], key="ward_num", clock=portal.clock
    )
    table.upsert(square(str(number)) for number in range(1, 6))
    with SodaServer({"tz8z-hyaz": table}, manners=Manners(most_rows=most_rows)) as server:
        profile = served_by(portal.profile, server)
        with requests.Session() as session:
            settings = Settings()
            feed = SocrataFeed(profile, HttpClient(session, settings), settings, clock=portal.clock)
            collection = json.loads(feed.fetch_dataset("tz8z-hyaz", "geojson"))
            same = json.loads(feed.fetch_url(f"{server.address}/resource/tz8z-hyaz.geojson"))
    table.close()
    assert collection["type"] == "FeatureCollection"
    keys = [feature["properties"]["ward_num"] for feature in collection["features"]]
    assert sorted(keys) == ["1", "2", "3", "4", "5"]
    assert collection["features"][0]["geometry"]["type"] == "MultiPolygon"
    assert same["type"] == "FeatureCollection"
