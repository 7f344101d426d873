"""A reader that looks at every snapshot as fast as it can, and says what it saw.

    python -m tests.snapshot.watching DATA_DIR    until DATA_DIR/stop exists

In these snapshots the n-th version holds the requests 26-0001 to 26-n; anything else that a
reader sees is a fault.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from livemaps.snapshot import Snapshot, SnapshotReader, reported_by, row_of
from livemaps.snapshot.folder import number


def name_of(count: int) -> str:
    """Return the id of the n-th request."""
    return f"26-{count:04}"


def faults(snapshot: Snapshot) -> list[str]:
    """Return what is wrong with a snapshot."""
    count = number(snapshot.version)
    expected = [name_of(at) for at in range(1, count + 1)]
    found = {
        "ids": snapshot.open.ids() == expected,
        "columns": all(len(column) == count for column in snapshot.current.values()),
        "places": bool((snapshot.places.points(snapshot.current["place"])[1] > 51).all()),
        "count": snapshot.meta.counts.open == count,
        "cubes": int(reported_by(snapshot, "service").sum()) == count,
        "newest": row_of(snapshot, name_of(count)) is not None,
    }
    return [f"{snapshot.version}: {name}" for name, holds in found.items() if not holds]


def watch(data_dir: Path) -> tuple[int, list[str]]:
    """Look until told to stop; returns how many versions were seen, and the faults."""
    reader, seen, wrong = SnapshotReader(data_dir), set(), []
    while not (data_dir / "stop").exists():
        snapshot = reader.latest()
        seen.add(snapshot.version)
        wrong += faults(snapshot)
    return len(seen), wrong


def watch_anew(data_dir: Path) -> tuple[int, list[str]]:
    """Like `watch`, with a new reader for each look, as processes that come and go."""
    seen, wrong = set(), []
    while not (data_dir / "stop").exists():
        snapshot = SnapshotReader(data_dir).latest()
        seen.add(snapshot.version)
        wrong += faults(snapshot)
    return len(seen), wrong


if __name__ == "__main__":
    versions, found = watch_anew(Path(sys.argv[1]))
    heavy = [name for name in ("pandas", "geopandas", "shapely", "pyarrow") if name in sys.modules]
    sys.stdout.write(json.dumps({"versions": versions, "faults": found, "heavy": heavy}))
