"""Flow, backlog and life of real rows, against pandas on the published files."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from livemaps.feeds.boundaries import load_layer
from livemaps.feeds.decode import RowDecoder
from livemaps.feeds.profile import Profile, load_profile, profile_from_mapping
from livemaps.feeds.tables import read_csv, read_json
from livemaps.measures.days import days_of
from livemaps.measures.families import Family
from livemaps.measures.flow import flow, flow_of
from livemaps.measures.life import COLUMNS, life
from livemaps.measures.world import World
from livemaps.model import Filters, RequestRow, day_number
from livemaps.snapshot import SnapshotReader
from livemaps.snapshot.build import build_snapshot
from livemaps.store import Store
from livemaps.views.measures.backlog import backlog_by
from livemaps.views.measures.unattended import unattended_by
from tests.measures.village import measures_of
from tests.snapshot import hamlet

pytestmark = pytest.mark.real_data

FAMILIES = (Family("flow", flow), Family("life", life))
NEW_YORK = Path(__file__).parents[1] / "fixtures" / "new_york" / "profile.toml"
FILES = ("requests_2026_streetlights_a.csv", "requests_2026_dispatch_sample_a.csv")


def world_of_rows(
    data_dir: Path, city: Profile, layers: Any, rows: list[RequestRow], today: int
) -> World:
    with Store.open(data_dir, city) as store:
        with store.refreshing(hamlet.NOW) as writing:
            writing.apply(rows)
        build_snapshot(
            store, city, layers, data_dir, as_of_day=today, now=hamlet.NOW, recent_days=90
        )
    snapshot = SnapshotReader(data_dir).latest()
    days = days_of(snapshot)
    assert days is not None
    return World(snapshot, city, days)


def day_of(text: pd.Series[str]) -> pd.Series[Any]:
    """Return calendar days as written, whatever the time of day."""
    return pd.to_datetime(text.str[:10]).dt.normalize()


def check(world: World, table: pd.DataFrame, today: str) -> None:
    """Compare flow and backlog by service with a table of id, service, requested, closed, done."""
    now = pd.Timestamp(today)
    possible = table[
        (table.requested <= now)
        & ~(table.done & (table.closed.isna() | (table.closed < table.requested)))
        & ~(table.done & (table.closed > now))
    ]
    measures = measures_of(world, FAMILIES)
    found = flow_of(measures, "service")
    path = found.backlog()
    days = pd.date_range(pd.Timestamp("1970-01-01") + pd.Timedelta(days=found.first), now)
    assert len(days) == path.shape[1]
    for service, mine in possible.groupby("service"):
        code = world.snapshot.vocab.service.codes[str(service)]
        came = mine.requested.value_counts().reindex(days, fill_value=0)
        went = mine[mine.done].closed.value_counts().reindex(days, fill_value=0)
        assert found.inflow[code].tolist() == came.tolist()
        assert found.outflow[code].tolist() == went.tolist()
        assert path[code].tolist() == (came - went).cumsum().tolist()
    city = measures.family("life").arrays["city"][0]
    numbers = dict(zip(COLUMNS, city.tolist(), strict=True))
    assert numbers["requests"] == len(table)
    assert numbers["open"] == (~table.done).sum() == path[:, -1].sum()
    assert numbers["resolved_without_a_closed_day"] == (table.done & table.closed.isna()).sum()
    assert numbers["reopened"] == (~table.done & table.closed.notna()).sum()
    rows = {row.group.key: row for row in backlog_by(world.snapshot, Filters(), "service")}
    for service, mine in table[~table.done].groupby("service"):
        ages = (now - mine.requested).dt.days
        assert rows[str(service)].backlog == len(mine)
        assert rows[str(service)].median_age == ages.median()
    newest = table.requested[table.requested <= now].max()
    waiting = table[~table.done]
    silent = (newest - waiting[["requested", "updated"]].max(axis=1)).dt.days >= 2
    by_service = unattended_by(world.snapshot, Filters(), "service", 2)
    told = {group.group.key: group.unattended for group in by_service if group.unattended}
    assert told == waiting[silent].groupby("service").size().to_dict()


def test_calgary(shared_data: Path, tmp_path: Path) -> None:
    city = load_profile("calgary")
    decoder = RowDecoder(city)
    rows: list[RequestRow] = []
    tables = []
    for name in FILES:
        path = shared_data / "calgary" / name
        rows += decoder.decode(read_csv(path.read_bytes(), decoder.columns, name)).rows
        tables.append(pd.read_csv(path, dtype=str))
    raw = pd.concat(tables).drop_duplicates("service_request_id", keep="last")
    table = pd.DataFrame(
        {
            "service": raw.service_name,
            "requested": day_of(raw.requested_date),
            "updated": day_of(raw.updated_date),
            "closed": day_of(raw.closed_date),
            "done": raw.status_description == "Closed",
        }
    )
    today = day_number(pd.Timestamp("2026-08-29").date())
    world = world_of_rows(tmp_path, city, hamlet.layers(), rows, today)
    counting = raw.status_description.isin(["Open", "Closed"])
    assert set(raw.status_description[~counting]) == {"Duplicate (Open)"}
    check(world, table[counting], "2026-08-29")


def test_new_york_with_times_of_day(shared_data: Path, tmp_path: Path) -> None:
    text = NEW_YORK.read_text(encoding="utf-8").replace("SHARED_DATA", shared_data.as_posix())
    city = profile_from_mapping(tomllib.loads(text))
    decoder = RowDecoder(city)
    path = shared_data / "new_york" / "soda_requests_2024-05.json"
    rows = decoder.decode(read_json(path.read_bytes(), decoder.columns, "new york")).rows
    raw = pd.DataFrame(json.loads(path.read_bytes()))
    table = pd.DataFrame(
        {
            "service": raw.complaint_type,
            "requested": day_of(raw.created_date),
            "updated": day_of(raw.resolution_action_updated_date),
            "closed": day_of(raw.closed_date),
            "done": raw.status == "Closed",
        }
    )
    spec = city.layers[0]
    areas = (shared_data / "new_york" / "community_districts.geojson").read_bytes()
    today = day_number(pd.Timestamp("2024-05-29").date())
    world = world_of_rows(tmp_path, city, (load_layer(spec, areas),), list(rows), today)
    check(world, table, "2024-05-29")
