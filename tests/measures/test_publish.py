"""Measures come and go whole, and never under a reader's hands."""

from __future__ import annotations

import errno
import gc
import logging
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from livemaps.errors import MeasuresPending, SnapshotDamaged, SnapshotError
from livemaps.measures.contents import FamilyResult
from livemaps.measures.families import Family
from livemaps.measures.read import MeasuresReader, read_meta
from livemaps.snapshot import versions
from tests.measures.small import COUNTING, NOTHING, measured
from tests.snapshot.hamlet import Hamlet, request
from tests.snapshot.test_readers_and_crashes import DISK


def folders(hamlet: Hamlet) -> list[str]:
    return sorted(path.name for path in (hamlet.data_dir / "measures").iterdir() if path.is_dir())


def rows_of(hamlet: Hamlet) -> int:
    """Return the number of rows that the current measures were computed of."""
    return int(MeasuresReader(hamlet.data_dir).latest().family("counting").facts["rows"])


def test_before_the_first_computation_the_measures_are_pending(hamlet: Hamlet) -> None:
    with pytest.raises(MeasuresPending, match="not computed yet"):
        MeasuresReader(hamlet.data_dir).latest()
    assert read_meta(hamlet.data_dir) is None


def test_a_reader_gives_the_same_measures_until_others_are_published(hamlet: Hamlet) -> None:
    first = measured(hamlet)
    reader = MeasuresReader(hamlet.data_dir)
    found = reader.latest()
    assert reader.latest() is found
    second = measured(hamlet)
    assert first.id < second.id
    assert reader.latest().meta == second == read_meta(hamlet.data_dir)


def test_ids_sort_by_publication_even_if_the_clock_is_set_back(hamlet: Hamlet) -> None:
    first = measured(hamlet)
    hamlet.now -= timedelta(days=3)
    assert first.id < measured(hamlet).id


def test_measures_in_use_stay_until_they_are_let_go(hamlet: Hamlet) -> None:
    first = measured(hamlet)
    held = MeasuresReader(hamlet.data_dir).latest()
    later = [measured(hamlet).id for _ in range(4)]
    assert folders(hamlet) == [first.id, *later[-2:]]
    assert held.family("counting").arrays["by_service"].sum() == 3
    del held
    gc.collect()
    last = measured(hamlet)
    assert folders(hamlet) == [later[-1], last.id]


def full_disk(path: Path, *_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device", str(path))


@pytest.mark.parametrize(
    "step",
    [
        "measures.publish.write_arrays",
        "measures.publish.write_description",
        "snapshot.versions.sync_folder",
        "snapshot.versions.write_whole",
    ],
)
def test_a_full_disk_leaves_the_last_measures_in_use(
    hamlet: Hamlet, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    first = measured(hamlet)
    with monkeypatch.context() as patched:
        patched.setattr(f"livemaps.{step}", full_disk)
        with pytest.raises(SnapshotError, match=r"no measures could be written.*No space left"):
            measured(hamlet)
    assert MeasuresReader(hamlet.data_dir).latest().meta == first
    assert measured(hamlet).id > first.id
    assert not [name for name in folders(hamlet) if name.startswith(".tmp")]


def test_only_one_publishes_measures_at_a_time(hamlet: Hamlet) -> None:
    with (
        versions.publishing(hamlet.data_dir / "measures", "measures"),
        pytest.raises(SnapshotError, match="another process is publishing"),
    ):
        measured(hamlet)


def cut_arrays(folder: Path) -> None:
    for path in folder.glob("2*/arrays.columns"):
        path.write_bytes(path.read_bytes()[:-1])


def garble_facts(folder: Path) -> None:
    for path in folder.glob("2*/facts.json"):
        path.write_text("[]")


def remove_meta(folder: Path) -> None:
    for path in folder.glob("2*/meta.json"):
        path.unlink()


def remove_all(folder: Path) -> None:
    for path in folder.glob("2*"):
        shutil.rmtree(path)


def garble_pointer(folder: Path) -> None:
    (folder / "current").write_text("../../etc\n")


DAMAGES = [cut_arrays, garble_facts, remove_meta, remove_all, garble_pointer]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_damage_is_told_to_new_readers_kept_from_old_ones_and_mended_by_the_next_computation(
    hamlet: Hamlet,
    damage: Callable[[Path], None],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("livemaps.snapshot.versions.PAUSE", 0.0)
    measured(hamlet)
    reader = MeasuresReader(hamlet.data_dir)
    good = reader.latest()
    measured(hamlet)
    damage(hamlet.data_dir / "measures")
    with pytest.raises(SnapshotDamaged):
        MeasuresReader(hamlet.data_dir).latest()
    with caplog.at_level(logging.ERROR):
        assert [reader.latest() for _ in range(3)] == [good] * 3
    assert "the new measures cannot be shown" in caplog.text
    mended = measured(hamlet)
    assert reader.latest().meta == MeasuresReader(hamlet.data_dir).latest().meta == mended


def test_readers_see_whole_measures_while_others_are_published(hamlet: Hamlet) -> None:
    stop = threading.Event()

    def watch() -> set[int]:
        reader, seen = MeasuresReader(hamlet.data_dir), set()
        while not stop.is_set():
            counting = reader.latest().family("counting")
            assert counting.arrays["by_service"].sum() == counting.facts["rows"]
            seen.add(counting.facts["rows"])
        return seen

    measured(hamlet)
    with ThreadPoolExecutor(2) as threads:
        watching = [threads.submit(watch) for _ in range(2)]
        try:
            for number in range(4, 12):
                hamlet.apply(request(f"26-{number}"))
                hamlet.publish()
                measured(hamlet, COUNTING, NOTHING)
        finally:
            stop.set()
        assert all(found.result(60) <= set(range(3, 12)) for found in watching)
    assert rows_of(hamlet) == 11


def numbered(number: int) -> Family:
    """Return a family whose arrays and facts say which computation it was."""
    result = FamilyResult({"by_service": np.full(3, number)}, {"number": number})
    return Family("numbered", lambda _: result)


def number_of(data_dir: Path) -> int:
    """Return which computation the current measures are, all of whose files must say the same."""
    found = MeasuresReader(data_dir).latest().family("numbered")
    number = int(found.facts["number"])
    assert found.arrays["by_service"].tolist() == [number] * 3
    return number


def measure_and_die(hamlet: Hamlet, family: Family, *, at: int) -> bool:
    """Compute in a process that is killed before its `at`-th touch of a file; False if it ended."""
    child = os.fork()
    if child == 0:
        try:
            touched = count(1)

            def die(event: str, _: tuple[object, ...]) -> None:
                if event.startswith(DISK) and next(touched) == at:
                    os.kill(os.getpid(), signal.SIGKILL)

            sys.addaudithook(die)
            measured(hamlet, family)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.mark.slow
def test_a_computation_killed_at_any_step_leaves_the_old_measures_or_the_new(
    hamlet: Hamlet,
) -> None:
    measured(hamlet, numbered(0))
    outcomes = set()
    for step in count(1):
        killed = measure_and_die(hamlet, numbered(step), at=step)
        found = number_of(hamlet.data_dir)
        assert found in (step - 1, step)
        outcomes.add(found - step + 1)
        measured(hamlet, numbered(step))
        assert number_of(hamlet.data_dir) == step
        assert not [name for name in folders(hamlet) if name.startswith(".tmp")]
        if not killed:
            break
    assert outcomes == {0, 1}
    assert step > 20
