"""Turn rows of SQLite into columns of numpy, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np

from livemaps.store.records import NO_TIME, RowBatch

_TIMES = ("updated", "closed", "expected")
_CODES = ("status", "service", "agency", "channel", "place")


def selection() -> str:
    """Return the columns that `batch_of` takes, of `requests AS r`."""
    times = (f"ifnull(r.{name}, {NO_TIME})" for name in _TIMES)
    codes = (f"r.{name}" for name in _CODES)
    return ", ".join(
        ("service_request_id", "r.requested", *times, *codes, "r.vanished IS NOT NULL")
    )


def batch_of(rows: Sequence[tuple[Any, ...]]) -> RowBatch:
    """Return rows of `selection()` as columns."""
    ids, *numbers = zip(*rows, strict=True)
    flat = np.fromiter(chain.from_iterable(numbers), np.int64, len(numbers) * len(rows))
    columns = flat.reshape(len(numbers), len(rows))
    return RowBatch._make((ids, *columns[:-1], columns[-1].astype(bool)))
