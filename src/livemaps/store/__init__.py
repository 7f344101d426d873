"""The store: every request by its id, what was observed of it, and the log of refreshes.

SQLite in WAL mode: one writer, readers undisturbed. Read `database.py` first, then `writing.py`.
"""

from livemaps.store.database import Store
from livemaps.store.locks import backfill_lock, refresher_lock
from livemaps.store.reading import Reading
from livemaps.store.records import (
    NO_TIME,
    Applied,
    Arrival,
    City,
    Event,
    KeptReject,
    Kind,
    RowBatch,
    StoredRequest,
)
from livemaps.store.writing import Writing

__all__ = [
    "NO_TIME",
    "Applied",
    "Arrival",
    "City",
    "Event",
    "KeptReject",
    "Kind",
    "Reading",
    "RowBatch",
    "Store",
    "StoredRequest",
    "Writing",
    "backfill_lock",
    "refresher_lock",
]
