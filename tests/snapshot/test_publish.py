"""How snapshots come and go: whole, and never under a reader's hands."""

from __future__ import annotations

import errno
import gc
import logging
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from livemaps.errors import SnapshotDamaged, SnapshotError
from livemaps.snapshot import Changes, SnapshotReader, files
from livemaps.snapshot import versions as version_module
from livemaps.snapshot.publish import publishing
from livemaps.snapshot.read import read_meta
from livemaps.store import Store
from tests.snapshot.hamlet import Hamlet, layers, request


def several(hamlet: Hamlet, count: int) -> list[str]:
    """Publish several versions, each with one more request."""
    published = []
    for _ in range(count):
        hamlet.apply(request(f"26-{hamlet.store.total() + 1}"))
        published.append(hamlet.publish().version)
    return published


def versions(hamlet: Hamlet) -> list[str]:
    return [name for name in hamlet.folders() if name[0].isdigit()]


def bases(hamlet: Hamlet) -> list[str]:
    return [name for name in hamlet.folders() if name.startswith("base-")]


def test_versions_sort_by_publication_even_if_the_clock_is_set_back(hamlet: Hamlet) -> None:
    first = several(hamlet, 2)
    hamlet.now -= timedelta(days=3)
    later = several(hamlet, 2)
    assert sorted(first + later) == first + later


def test_the_two_newest_snapshots_stay_and_older_ones_go(hamlet: Hamlet) -> None:
    published = several(hamlet, 5)
    assert versions(hamlet) == published[-2:]
    assert len(bases(hamlet)) == 1


def test_a_snapshot_in_use_stays_until_it_is_let_go(hamlet: Hamlet) -> None:
    held_version = several(hamlet, 1)[0]
    held = hamlet.snapshot()
    published = several(hamlet, 4)
    assert versions(hamlet) == [held_version, *published[-2:]]
    assert held.current.ids() == ["26-1"]
    del held
    gc.collect()
    last = several(hamlet, 1)
    assert versions(hamlet) == [published[-1], *last]


def test_bases_and_polygons_go_with_the_last_snapshot_that_refers_to_them(hamlet: Hamlet) -> None:
    several(hamlet, 1)
    old_base = bases(hamlet)[0]
    old_areas = {path.name for path in (hamlet.data_dir / "areas").iterdir()}
    hamlet.areas = layers(-0.01)
    several(hamlet, 1)
    assert old_base in bases(hamlet)
    several(hamlet, 1)
    assert old_base not in bases(hamlet)
    new_areas = {path.name for path in (hamlet.data_dir / "areas").iterdir()}
    assert len(new_areas) == len(old_areas) == 6
    assert not new_areas & old_areas


def test_a_reader_gives_the_same_snapshot_until_another_is_published(hamlet: Hamlet) -> None:
    several(hamlet, 1)
    reader = SnapshotReader(hamlet.data_dir)
    first = reader.latest()
    assert reader.latest() is first
    (version,) = several(hamlet, 1)
    second = reader.latest()
    assert second.version == version
    assert second.base is first.base, "so that what is counted on a base may be remembered"
    assert reader.latest() is second


def test_what_an_interrupted_publication_left_is_removed_by_the_next(hamlet: Hamlet) -> None:
    several(hamlet, 1)
    snapshots = hamlet.data_dir / "snapshots"
    (snapshots / ".tmp-20260101T000000Z-000009").mkdir()
    (snapshots / ".tmp-20260101T000000Z-000009" / "rows.columns").write_bytes(b"half")
    (snapshots / ".tmp-1-current").write_text("half")
    several(hamlet, 1)
    assert not [name for name in hamlet.folders() if name.startswith(".tmp")]


def test_only_one_publishes_at_a_time(hamlet: Hamlet) -> None:
    with (
        publishing(hamlet.data_dir),
        pytest.raises(SnapshotError, match="another process is publishing"),
    ):
        hamlet.publish()
    several(hamlet, 1)


def full_disk(path: Path, *_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device", str(path))


@pytest.mark.parametrize(
    "step",
    [
        "publish.write_arrays",
        "publish.write_description",
        "versions.sync_folder",
        "versions.write_whole",
    ],
)
def test_a_full_disk_leaves_the_last_snapshot_in_use(
    hamlet: Hamlet, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    (version,) = several(hamlet, 1)
    with monkeypatch.context() as patched:
        patched.setattr(f"livemaps.snapshot.{step}", full_disk)
        hamlet.apply(request("26-2"))
        with pytest.raises(SnapshotError, match="No space left"):
            hamlet.publish()
        assert hamlet.snapshot().version == version
    assert hamlet.published().current.ids() == ["26-1", "26-2"]
    assert not [name for name in hamlet.folders() if name.startswith(".tmp")]


def test_a_full_disk_while_building_a_base_leaves_nothing_of_it(
    hamlet: Hamlet, monkeypatch: pytest.MonkeyPatch
) -> None:
    several(hamlet, 1)
    before = hamlet.folders()
    with monkeypatch.context() as patched:
        patched.setattr("livemaps.snapshot.base.write_cubes", full_disk)
        with pytest.raises(SnapshotError, match="No space left"):
            hamlet.publish(full=True)
    assert hamlet.folders() == before


def remove_base(snapshots: Path) -> None:
    shutil.rmtree(next(snapshots.glob("base-*")))


def cut_base_rows(snapshots: Path) -> None:
    path = next(snapshots.glob("base-*")) / "rows.columns"
    path.write_bytes(path.read_bytes()[:-1])


def garble_base_meta(snapshots: Path) -> None:
    (next(snapshots.glob("base-*")) / "meta.json").write_text("{}")


def cut_rows(snapshots: Path) -> None:
    for path in snapshots.glob("2*/rows.columns"):
        path.write_bytes(path.read_bytes()[:-1])


def remove_version(snapshots: Path) -> None:
    for path in snapshots.glob("2*"):
        shutil.rmtree(path)


def garble_pointer(snapshots: Path) -> None:
    (snapshots / "current").write_text("../../etc\n")


DAMAGES = [
    remove_base,
    cut_base_rows,
    garble_base_meta,
    cut_rows,
    remove_version,
    garble_pointer,
]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_damage_is_told_to_readers_and_mended_by_the_next_publication(
    hamlet: Hamlet, damage: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livemaps.snapshot.versions.PAUSE", 0.0)
    several(hamlet, 3)
    damage(hamlet.data_dir / "snapshots")
    with pytest.raises(SnapshotDamaged):
        hamlet.snapshot()
    assert not hamlet.is_up_to_date()
    assert hamlet.published().current.ids() == ["26-1", "26-2", "26-3"]
    assert hamlet.is_up_to_date()


@pytest.mark.parametrize(
    "damage", [cut_rows, remove_version, garble_pointer], ids=lambda damage: damage.__name__
)
def test_who_reads_a_good_snapshot_keeps_it_while_the_new_one_is_damaged(
    hamlet: Hamlet,
    damage: Callable[[Path], None],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("livemaps.snapshot.versions.PAUSE", 0.0)
    several(hamlet, 1)
    reader = SnapshotReader(hamlet.data_dir)
    good = reader.latest()
    several(hamlet, 1)
    damage(hamlet.data_dir / "snapshots")
    with caplog.at_level(logging.ERROR, "livemaps.snapshot.versions"):
        assert [reader.latest() for _ in range(3)] == [good] * 3
    (record,) = (found for found in caplog.records if found.name == "livemaps.snapshot.versions")
    assert "the new snapshot cannot be shown" in record.getMessage()
    several(hamlet, 1)
    assert reader.latest().current.ids() == ["26-1", "26-2", "26-3"]


def test_a_base_that_does_not_add_up_is_built_anew_once(
    hamlet: Hamlet, caplog: pytest.LogCaptureFixture
) -> None:
    several(hamlet, 2)
    base = hamlet.snapshot().meta.base_id
    with hamlet.store.reading() as source:
        sequence = source.sequence
    hamlet.store.forget_changes(until=sequence)
    with caplog.at_level(logging.WARNING):
        snapshot = hamlet.published()
    assert "the columns hold 1 open requests and the store 2" in caplog.text
    assert snapshot.meta.base_id != base
    assert snapshot.current.ids() == ["26-1", "26-2"]


def test_columns_that_never_add_up_are_not_published(
    hamlet: Hamlet, monkeypatch: pytest.MonkeyPatch
) -> None:
    (version,) = several(hamlet, 1)
    monkeypatch.setattr("livemaps.store.reading.Reading.open_count", lambda _: 41)
    with pytest.raises(SnapshotError, match=r"1 open requests and the store 41, even when built"):
        hamlet.publish()
    meta = read_meta(hamlet.data_dir)
    assert meta is not None
    assert meta.version == version


@pytest.mark.parametrize("publications", [1, 3])
def test_another_store_in_the_same_folder_is_not_mixed_with_the_old_base(
    hamlet: Hamlet, tmp_path: Path, publications: int
) -> None:
    several(hamlet, publications)
    hamlet.store.close()
    for path in tmp_path.glob("requests.sqlite*"):
        path.unlink()
    with Store.open(tmp_path, hamlet.city) as store:
        hamlet.store = store
        rows = [request(f"new-{number}", service="Parks") for number in range(publications)]
        hamlet.apply(*rows)
        assert not hamlet.is_up_to_date(), "though both have as many rows and transactions"
        snapshot = hamlet.published()
    assert snapshot.current.ids() == [row.service_request_id for row in rows]
    assert snapshot.vocab.service.names == ("", "Parks")
    assert (snapshot.meta.counts.history, snapshot.meta.changes) == (publications, Changes())


def test_a_publication_syncs_few_files(hamlet: Hamlet, monkeypatch: pytest.MonkeyPatch) -> None:
    several(hamlet, 1)
    synced: list[Path] = []
    sync = files.sync

    def counted(path: Path) -> None:
        synced.append(path)
        sync(path)

    monkeypatch.setattr(files, "sync", counted)
    monkeypatch.setattr(version_module, "sync", counted)
    several(hamlet, 1)
    assert len(synced) <= 10


def test_a_snapshot_reads_nothing_of_the_base_into_memory(hamlet: Hamlet) -> None:
    several(hamlet, 1)
    snapshot = hamlet.snapshot()
    for column in (snapshot.base["stage"], snapshot.current["stage"], snapshot.id_order):
        owner: object = column
        while isinstance(owner, np.ndarray):
            owner = owner.base
        assert type(owner).__name__ in ("mmap", "memoryview")
