"""Snapshots: immutable, versioned columns between the one refresher and any number of readers.

What is exported here is the readers' side and needs nothing but numpy. The refresher's side is
`livemaps.snapshot.build`.
"""

from livemaps.snapshot.columns import NO_DAY, Change, Table, decode_id, encode_id
from livemaps.snapshot.contents import (
    UNPLACED_KEYS,
    Changes,
    Counts,
    Places,
    Snapshot,
    SnapshotLayer,
    SnapshotMeta,
    Vocabularies,
    Vocabulary,
)
from livemaps.snapshot.cubes import (
    Cube,
    Cubes,
    reported_by,
    reported_by_service_and,
    reported_per_day,
)
from livemaps.snapshot.read import SnapshotReader, row_of

__all__ = [
    "NO_DAY",
    "UNPLACED_KEYS",
    "Change",
    "Changes",
    "Counts",
    "Cube",
    "Cubes",
    "Places",
    "Snapshot",
    "SnapshotLayer",
    "SnapshotMeta",
    "SnapshotReader",
    "Table",
    "Vocabularies",
    "Vocabulary",
    "decode_id",
    "encode_id",
    "reported_by",
    "reported_by_service_and",
    "reported_per_day",
    "row_of",
]
