"""Readers while versions come and go, and publications that die at every step."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from livemaps.snapshot import Snapshot, SnapshotReader
from tests.snapshot.hamlet import Hamlet, hamlet_in, request
from tests.snapshot.watching import name_of, watch, watch_anew

ROOT = Path(__file__).parents[2]
PUBLICATIONS = 24
DISK = ("open", "os.", "fcntl.", "mmap.", "shutil.")
"""The beginnings of the names of the interpreter's audit events that touch files."""


@contextmanager
def reader_process(data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a reader in a process of its own."""
    command = [sys.executable, "-W", "error", "-m", "tests.snapshot.watching", str(data_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            yield process
        finally:
            if process.poll() is None and not (data_dir / "stop").exists():
                process.kill()


@pytest.mark.slow
def test_readers_see_every_version_whole_while_many_are_published(hamlet: Hamlet) -> None:
    hamlet.apply(request(name_of(1)))
    hamlet.publish()
    with (
        reader_process(hamlet.data_dir) as one,
        reader_process(hamlet.data_dir) as other,
        ThreadPoolExecutor(2) as threads,
    ):
        try:
            kept = threads.submit(watch, hamlet.data_dir)
            anew = threads.submit(watch_anew, hamlet.data_dir)
            for number in range(2, PUBLICATIONS + 2):
                hamlet.apply(request(name_of(number)))
                hamlet.publish(full=number % 7 == 0)
        finally:
            (hamlet.data_dir / "stop").touch()
        seen = [json.loads(process.communicate(timeout=60)[0]) for process in (one, other)]
        in_threads = [kept.result(60), anew.result(60)]
    assert [faults for _, faults in in_threads] == [[], []]
    assert [result["faults"] for result in seen] == [[], []]
    assert min(versions for versions, _ in in_threads) > 1
    assert len([name for name in hamlet.folders() if name[0].isdigit()]) <= 4


def test_readers_need_no_heavy_library(hamlet: Hamlet) -> None:
    hamlet.apply(request(name_of(1)))
    hamlet.publish()
    with reader_process(hamlet.data_dir) as process:
        (hamlet.data_dir / "stop").touch()
        assert json.loads(process.communicate(timeout=60)[0])["heavy"] == []


def publish_and_die(data_dir: Path, *, at: int, full: bool) -> bool:
    """Publish in a process that is killed before its `at`-th touch of a file; False if it ended."""
    child = os.fork()
    if child == 0:
        touched = count(1)

        def die(event: str, arguments: tuple[object, ...]) -> None:
            if event.startswith(DISK) and next(touched) == at:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            with hamlet_in(data_dir) as hamlet:
                sys.addaudithook(die)
                hamlet.publish(full=full)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.mark.slow
@pytest.mark.parametrize("full", [False, True], ids=["on the same base", "with a new base"])
def test_a_publication_killed_at_any_step_shows_the_old_state_or_the_new(
    tmp_path: Path, full: bool
) -> None:
    with hamlet_in(tmp_path) as hamlet:
        hamlet.apply(request(name_of(1)))
        hamlet.publish()
    outcomes = set()
    for step in count(1):
        with hamlet_in(tmp_path) as hamlet:
            hamlet.apply(request(name_of(step + 1)))
        killed = publish_and_die(tmp_path, at=step, full=full)
        found = SnapshotReader(tmp_path).latest()
        assert _requests(found) in (step, step + 1)
        outcomes.add(_requests(found) - step)
        del found
        with hamlet_in(tmp_path) as hamlet:
            assert _requests(hamlet.published()) == step + 1
            assert not [name for name in hamlet.folders() if name.startswith(".tmp")]
        if not killed:
            break
    assert outcomes == {0, 1}
    assert step > 30


def _requests(snapshot: Snapshot) -> int:
    """Return how many requests a snapshot has, having looked at all of it."""
    number = snapshot.meta.counts.open
    assert snapshot.open.ids() == [name_of(at) for at in range(1, number + 1)]
    history = snapshot.base.rows - snapshot.superseded.rows + snapshot.fresh.rows
    assert history == number == len(snapshot.current["area_ward"])
    return number
