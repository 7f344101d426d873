"""What live refreshes would have noted of a history: on which day each request was first seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from livemaps.evaluation.history import History
from livemaps.store import Store
from livemaps.store.connection import connect
from livemaps.store.database import FILE


@contextmanager
def watched(history: History) -> Iterator[Path]:
    """Give a data folder whose store has noted every request as first seen on its day.

    It holds nothing else; worlds of all days may share it, since each looks only at what was
    seen by then.
    """
    with TemporaryDirectory(prefix="livemaps-evaluate-") as folder:
        data_dir = Path(folder)
        with Store.open(data_dir, history.frame.profile):
            pass
        with closing(connect(data_dir / FILE)) as connection, connection:
            connection.executemany("INSERT INTO arrivals VALUES (?, ?, ?)", _noted(history))
        yield data_dir


def _noted(history: History) -> Iterator[tuple[int, int, int]]:
    """Yield the day on which requests were first seen, that of their request, and how many."""
    lives = history.lives
    pairs = np.stack([lives["appears"] + 1, lives["requested"]], axis=1)
    days, counts = np.unique(pairs, axis=0, return_counts=True)
    for (seen, requested), rows in zip(days.tolist(), counts.tolist(), strict=True):
        yield seen, requested, rows
