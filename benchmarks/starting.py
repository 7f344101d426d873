"""How soon a web worker answers, and how much memory it takes, with all of the history at hand."""

from __future__ import annotations

import statistics
import subprocess
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import psutil
import requests

from benchmarks.serving import serving
from benchmarks.table import Figure, Section, megabytes, milliseconds, seconds_of
from benchmarks.viewing import random_filters
from benchmarks.world import World, settings_for
from livemaps.main import create_board
from livemaps.model import Filters
from livemaps.snapshot import SnapshotReader

STARTS = 5
ANSWERS = 200


def measure(world: World) -> Section:
    """Open the snapshot in new processes; then load two workers and look at their memory."""
    with TemporaryDirectory() as folder:
        parquet = _history_as_parquet(world, Path(folder))
        figures = (_cold_start(world, parquet), _first_screen(world), _memory(world, parquet))
    return Section(
        "A web worker",
        figures,
        "Memory is the proportional share (PSS) after answering screens: what two workers share "
        "is counted half to each. The mapped history is the kernel's to drop at any time.",
    )


def _cold_start(world: World, parquet: Path) -> Figure:
    ours = f"from livemaps.snapshot import SnapshotReader as R; R(Path({str(world.data_dir)!r})).latest()"
    theirs = f"import pandas as pd; pd.read_parquet({str(parquet)!r})"
    return Figure(
        f"opening {world.rows:,} requests in a new process, imports not counted",
        milliseconds(_opening("from livemaps.snapshot import SnapshotReader as R", ours)),
        milliseconds(_opening("import pandas as pd", theirs)),
        "pandas reading the same columns from Parquet",
        "40 ms",
    )


def _opening(imports: str, statement: str) -> float:
    """Return the median seconds of a statement in new processes, after its imports."""
    script = (
        f"import time; from pathlib import Path; {imports}; started = time.perf_counter(); "
        f"{statement}; print(time.perf_counter() - started)"
    )
    return statistics.median(
        float(subprocess.check_output([sys.executable, "-c", script])) for _ in range(STARTS)
    )


def _first_screen(world: World) -> Figure:
    """Measure the very first screen of a board, nothing remembered and nothing paged in."""
    boards = [create_board(settings_for(world.data_dir), world.profile) for _ in range(STARTS)]
    seconds = [seconds_of(partial(board.home, Filters())) for board in boards]
    return Figure("the first screen after opening", milliseconds(statistics.median(seconds)))


def _memory(world: World, parquet: Path) -> Figure:
    with serving(world) as url:
        board = create_board(settings_for(world.data_dir), world.profile)
        for filters in random_filters(board.snapshot(), ANSWERS):
            requests.get(f"{url}/api/v1/facets?{board.query(filters)}", timeout=60)
            requests.get(f"{url}/", timeout=60)
        workers = _workers(world)
        ours = max(worker.memory_full_info().pss for worker in workers)
    script = f"import pandas as pd, psutil; f = pd.read_parquet({str(parquet)!r}); print(psutil.Process().memory_full_info().pss)"
    theirs = int(subprocess.check_output([sys.executable, "-c", script]))
    return Figure(
        f"memory of a worker over {world.rows:,} requests, {len(workers)} workers",
        megabytes(ours),
        megabytes(theirs),
        "a process that holds the same columns in pandas",
        "250 MB",
    )


def _workers(world: World) -> list[psutil.Process]:
    """Return the worker processes of the server that serves a world."""
    masters = [
        process
        for process in psutil.Process().children(recursive=False)
        if str(world.data_dir) in process.cmdline()
    ]
    return [worker for master in masters for worker in master.children()]


def _history_as_parquet(world: World, folder: Path) -> Path:
    """Write the history base as Parquet, names instead of codes as a plain program would."""
    snapshot = SnapshotReader(world.data_dir).latest()
    base, vocab = snapshot.base, snapshot.vocab
    frame = pd.DataFrame(
        {
            "service": _named(base["service"], vocab.service.names),
            "agency": _named(base["agency"], vocab.agency.names),
            "channel": _named(base["channel"], vocab.channel.names),
            "requested_day": np.asarray(base["requested_day"]),
            "closed_day": np.asarray(base["closed_day"]),
            "community": np.asarray(base["area_community"]),
            "ward": np.asarray(base["area_ward"]),
        }
    )
    path = folder / "history.parquet"
    frame.to_parquet(path)
    return path


def _named(codes: np.ndarray, names: tuple[str, ...]) -> pd.Categorical[str]:
    return pd.Categorical.from_codes(codes.astype(np.int32), pd.Index(list(names)))
