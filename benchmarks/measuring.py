"""What computing all measures takes, family by family, and how fast they are looked up after."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
import pandas as pd
from flask import Flask
from flask.testing import FlaskClient

from benchmarks.table import Figure, Section, megabytes, quantile, seconds_of, spread
from benchmarks.world import World, offline_profile, settings_for
from livemaps.api import blueprint
from livemaps.errors import VisitorError
from livemaps.feeds.boundary_folder import BoundaryFolder
from livemaps.measures.compute import compute_measures
from livemaps.measures.days import days_of
from livemaps.measures.read import MeasuresReader
from livemaps.measures.world import World as Rows
from livemaps.model import Filters, utc_now
from livemaps.snapshot import SnapshotReader
from livemaps.views import Board
from livemaps.views.measures.registry import MEASURES
from livemaps.views.measures.values import MeasureView
from livemaps.views.query import to_query

QUESTIONS = 40
"""Look-ups of each measure, every one for the first time."""

A_PAGE = 25
"""Rows that a page shows at once."""

SAMPLE = 30
"""Services whose curves lifelines draws; all of them would take it minutes."""

SHARES = (0.5, 0.8, 0.9)


class Computing(msgspec.Struct, frozen=True):
    """What a process that computed the measures found out about itself. Memory is in bytes."""

    families: dict[str, float]
    seconds: float
    peak: int
    before: int
    """Its memory before it began: the interpreter and libraries."""
    failed: dict[str, str]


def measure(world: World) -> Section:
    """Compute all measures in a process of its own, then ask for them."""
    command = [sys.executable, "-m", "benchmarks.measuring", str(world.data_dir)]
    computing = msgspec.json.decode(subprocess.check_output(command), type=Computing)
    peers = _peers(world)
    figures = (
        Figure(
            f"all measures of {world.rows:,} requests",
            f"{computing.seconds:.1f} s",
            f"{peers['pandas']:.1f} s",
            "pandas: three quantiles of the closed ones by service, and nothing else",
            "60 s",
        ),
        Figure(
            "peak memory of the process that computes them",
            megabytes(computing.peak),
            megabytes(computing.before),
            "the same process before it began; files mapped into memory count too",
            "2,000 MB",
        ),
        *_families(computing, peers["lifelines"]),
        *_lookups(world),
    )
    failed = "".join(f" Failed: {name}: {why}." for name, why in computing.failed.items())
    note = (
        f"lifelines drew the curves of {SAMPLE} services, taken at random; its figure is that "
        "time for as many requests as there are, and for the median only. A look-up is asked for "
        f"the first time, by `Board.measure`; over HTTP it is a page of {A_PAGE} rows through "
        f"Flask, without a network.{failed}"
    )
    return Section("Measures", figures, note)


def _families(computing: Computing, lifelines: float) -> Iterator[Figure]:
    """Yield what each family took, beside what does the same."""
    for name, seconds in computing.families.items():
        same = name == "time-to-close"
        yield Figure(
            f"family `{name}`",
            f"{seconds:.1f} s",
            f"{lifelines:.0f} s" if same else "–",
            "lifelines: one curve for each service, extrapolated" if same else "",
        )


def _peers(world: World) -> Mapping[str, float]:
    """Return the seconds of pandas and of lifelines for what they can do, on the same rows."""
    frame = _frame(world)
    closed = frame[frame["resolved"]]
    pandas = seconds_of(lambda: closed.groupby("service")["days"].quantile(np.array(SHARES)))
    sizes = frame.groupby("service").size()
    chosen = random.Random(311).sample(sorted(sizes[sizes >= A_PAGE].index), SAMPLE)
    some = frame[frame["service"].isin(chosen)]
    share = len(some) / len(frame)
    return {"pandas": pandas, "lifelines": seconds_of(lambda: _curves(some)) / share}


def _curves(frame: pd.DataFrame) -> None:
    """Draw a Kaplan-Meier curve for each service with lifelines."""
    from lifelines import KaplanMeierFitter

    for _, rows in frame.groupby("service"):
        assert KaplanMeierFitter().fit(rows["days"], rows["resolved"]).median_survival_time_ >= 0


def _frame(world: World) -> pd.DataFrame:
    """Return every request's service, days until closed or the end of the data, and which."""
    snapshot = SnapshotReader(world.data_dir).latest()
    days = days_of(snapshot)
    assert days is not None
    rows = Rows(snapshot, offline_profile(), days)
    requested, closed, resolved = (
        rows.column("requested_day"),
        rows.column("closed_day"),
        rows.resolved,
    )
    ended = closed.copy()
    ended[~resolved] = days.data
    frame = pd.DataFrame(
        {"service": rows.column("service"), "days": ended - requested, "resolved": resolved}
    )
    return frame[frame["days"] >= 0]


def _lookups(world: World) -> Iterator[Figure]:
    """Yield how long each measure takes to answer what it was not asked before."""
    asked = {view.name: _questions(world, view) for view in MEASURES.values()}
    cold = {name: _cold(world, name, questions) for name, questions in asked.items()}
    client = _client(world)
    http = {name: _over_http(client, name, questions) for name, questions in asked.items()}
    yield Figure("look-up of a measure, all of them", _all(cold), bar="p50 2 ms")
    yield Figure("the same over HTTP, a page of it as JSON", _all(http), bar="p50 2 ms")
    for name, seconds in cold.items():
        yield Figure(f"look-up `{name}`; over HTTP", f"{spread(seconds)}; {_p50(http[name])}")


def _questions(world: World, view: MeasureView) -> Sequence[Filters]:
    """Return different filters that a measure takes: none, then one service or area each."""
    snapshot, rng = SnapshotReader(world.data_dir).latest(), random.Random(311)
    services = rng.sample(snapshot.vocab.service.names[1:], QUESTIONS)
    some = [Filters()]
    if "services" in view.filters:
        some += [Filters(services=frozenset({service})) for service in services]
    if "areas" in view.filters:
        layer = snapshot.layers[-1]
        some += [Filters().with_area(layer.id, frozenset({key})) for key in layer.keys]
    return [filters for filters in some if _is_taken(world, view.name, filters)][:QUESTIONS]


def _is_taken(world: World, name: str, filters: Filters) -> bool:
    """Whether a measure takes filters; some need a level that fits them."""
    try:
        _board(world).measure(name, filters)
    except VisitorError:
        return False
    return True


def _cold(world: World, name: str, questions: Sequence[Filters]) -> list[float]:
    """Return the seconds of each look-up by a process that remembers no answer."""
    board = _board(world)
    board.measures()
    return [seconds_of(partial(board.measure, name, filters)) for filters in questions]


def _over_http(client: FlaskClient, name: str, questions: Sequence[Filters]) -> list[float]:
    """Return the seconds of each answer through Flask."""
    address = f"/api/v1/measures/{name}?limit={A_PAGE}&"
    return [seconds_of(partial(client.get, address + to_query(filters))) for filters in questions]


def _board(world: World) -> Board:
    reader = SnapshotReader(world.data_dir)
    measured = MeasuresReader(world.data_dir)
    return Board(reader, world.profile, settings_for(world.data_dir), utc_now, measured)


def _client(world: World) -> FlaskClient:
    """Return a client of the interface that has answered once."""
    app = Flask(__name__)
    app.register_blueprint(blueprint(_board(world), settings_for(world.data_dir)))
    client = app.test_client()
    assert client.get("/api/v1/measures").status_code == 200
    return client


def _all(seconds: Mapping[str, Sequence[float]]) -> str:
    return spread([one for some in seconds.values() for one in some])


def _p50(seconds: Sequence[float]) -> str:
    return f"p50 {quantile(seconds, 0.5) * 1000:.2f} ms"


def main(folder: str) -> None:
    """Compute all measures of a data folder, and print what was measured as JSON."""
    data_dir, profile, before = Path(folder), offline_profile(), _peak()
    layers = BoundaryFolder(data_dir).load(profile)
    snapshot = SnapshotReader(data_dir).latest()
    compute = partial(compute_measures, snapshot, profile, layers, data_dir, clock=utc_now)
    seconds = seconds_of(compute)
    meta = MeasuresReader(data_dir).latest().meta
    families = {name: computed.seconds for name, computed in meta.families.items()}
    done = Computing(families, seconds, _peak(), before, dict(meta.failed))
    print(json.dumps(msgspec.to_builtins(done)))


def _peak() -> int:
    """Return the most memory that this process had, in bytes (see `backfilling._peak`)."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


if __name__ == "__main__":
    main(*sys.argv[1:])
