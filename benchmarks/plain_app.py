"""The peer: the same map as one would write it in an afternoon with Dash, pandas and Plotly Express.

All open requests are one DataFrame in memory, the polygons travel inside the figure, and one
callback filters, groups and draws. It shows less than livemaps: no counts beside the filters, no
list, no live update. It runs under the same server with the same workers, and with compression.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import plotly.express as px
from dash import Dash, Input, Output, dcc, html
from plotly.graph_objects import Figure

from benchmarks.serving import THREADS, WORKERS, running
from benchmarks.viewing import open_frame
from benchmarks.world import World
from livemaps.serve import listening, run_workers
from livemaps.settings import Settings
from livemaps.snapshot import Snapshot, SnapshotReader

FILTERS = ("age", "channel", "service", "category", "agency", "community", "ward")
CHECKLISTS = frozenset({"age", "channel"})
"""Filters with few options; the others are dropdowns."""

AGES = ("0-6", "7-27", "28-89", "90-364", "365-729", "730-")
AGE_EDGES = (-1, 6, 27, 89, 364, 729, 100_000)
CENTRE = {"lat": 51.04, "lon": -114.06}
ROWS, POLYGONS = "open.parquet", "areas.geojson"


@contextmanager
def serving_plain(world: World) -> Iterator[str]:
    """Run the plain app over the open requests of a world; gives the server's address."""
    with TemporaryDirectory() as folder:
        _prepare(world, Path(folder))
        with running([sys.executable, "-m", "benchmarks.plain_app", folder]) as url:
            yield url


def _prepare(world: World, folder: Path) -> None:
    """Write what the app reads when it starts: the rows, and the areas as livemaps draws them."""
    snapshot = SnapshotReader(world.data_dir).latest()
    rows_with_age(snapshot).to_parquet(folder / ROWS)
    shutil.copy(world.data_dir / "areas" / snapshot.layers[0].areas_file, folder / POLYGONS)


def rows_with_age(snapshot: Snapshot) -> pd.DataFrame:
    """Return the open requests of a snapshot with the class of their age, one row each."""
    days = snapshot.meta.as_of_day - snapshot.current["requested_day"][: snapshot.open_rows]
    return open_frame(snapshot).assign(age=pd.cut(days, list(AGE_EDGES), labels=list(AGES)))


def create(frame: pd.DataFrame, polygons: Mapping[str, Any]) -> Dash:
    """Return the app over open requests (one row each) and a GeoJSON of communities."""
    app = Dash(__name__, title="Open requests", compress=True)
    app.layout = html.Div(
        [
            html.H1("Open 311 requests"),
            html.P(id="total"),
            html.Div([_choice(frame, name) for name in FILTERS], style={"columns": 4}),
            dcc.Graph(id="map", style={"height": "600px"}),
            dcc.Graph(id="services"),
        ]
    )

    @app.callback(
        Output("map", "figure"),
        Output("services", "figure"),
        Output("total", "children"),
        *(Input(name, "value") for name in FILTERS),
    )
    def _draw(*chosen: list[str] | None) -> tuple[Figure, Figure, str]:
        rows = filtered(frame, dict(zip(FILTERS, chosen, strict=True)))
        return area_map(rows, polygons), top_services(rows), f"{len(rows):,} open requests"

    return app


def _choice(frame: pd.DataFrame, name: str) -> html.Label:
    options = [str(option) for option in frame[name].cat.categories if option]
    if name in CHECKLISTS:
        return html.Label([name, dcc.Checklist(options, id=name)])
    return html.Label([name, dcc.Dropdown(options, id=name, multi=True)])


def filtered(frame: pd.DataFrame, chosen: Mapping[str, list[str] | None]) -> pd.DataFrame:
    """Return the rows that have one of the chosen values in each column with a choice."""
    for name, values in chosen.items():
        if values:
            frame = frame[frame[name].isin(values)]
    return frame


def area_map(rows: pd.DataFrame, polygons: Mapping[str, Any]) -> Figure:
    """Return how many rows each community has, as a map; the tiles' host is left out."""
    counts = rows.groupby("community", observed=False).size().reset_index(name="requests")
    figure = px.choropleth_map(
        counts,
        geojson=polygons,
        locations="community",
        color="requests",
        color_continuous_scale="Blues",
        map_style="white-bg",
        center=CENTRE,
        zoom=9,
    )
    return figure.update_layout(margin={"l": 0, "r": 0, "t": 0, "b": 0}, uirevision="map")


def top_services(rows: pd.DataFrame) -> Figure:
    """Return the services with most rows as bars."""
    counts = rows["service"].value_counts().head(15).rename_axis("service").reset_index()
    return px.bar(counts, x="count", y="service", orientation="h")


def main(folder: Path, port: int) -> None:
    """Serve the app over a prepared folder, as livemaps is served; does not return."""
    polygons = json.loads((folder / POLYGONS).read_bytes())
    app = create(pd.read_parquet(folder / ROWS), polygons)
    # Without this, some first visits fail: Dash prepares itself while others already ask.
    app.server.test_client().get("/_dash-dependencies")
    settings = replace(Settings(), workers=WORKERS, threads=THREADS)
    run_workers(app.server, listening("127.0.0.1", port), settings)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[3]))
