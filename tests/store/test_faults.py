"""Pulled plugs and full disks: a transaction is there whole, or it never was."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from livemaps.errors import StoreError, StoreFull, StoreLocked
from livemaps.model import Outcome, Refresh
from livemaps.store import Store, database
from livemaps.store.connection import translated
from tests.store.samples import NOON, assert_sound, calgary, put, row

WRITER = """
import sys
from pathlib import Path
from livemaps.store import Store
from tests.store.samples import NOON, calgary, row

folder, pages = Path(sys.argv[1]), int(sys.argv[2])
store = Store.open(folder, calgary())
store._connection.execute("PRAGMA cache_size = 10")  # So that pages go to the disk early.
with store.refreshing(NOON) as writing:
    for page in range(pages):
        first = page * 1_000
        writing.apply([row(n, status="Closed") for n in range(first, first + 1_000)])
        print(page, flush=True)
        sys.stdin.readline()
    writing.save_feed_state("second")
    print("written", flush=True)
    sys.stdin.readline()
"""


@pytest.mark.parametrize("killed_after", [1, 3, 6, 7])
def test_kill_9_in_a_transaction_leaves_the_last_good_state(
    tmp_path: Path, killed_after: int
) -> None:
    with Store.open(tmp_path, calgary()) as store, store.refreshing(NOON) as writing:
        writing.apply([row(number) for number in range(3_000)])
        writing.save_feed_state("first")

    kill_writer(tmp_path, pages=6, after_lines=killed_after)

    with Store.open(tmp_path, calgary()) as store:
        assert_sound(store)
        assert (store.total(), store.open_count()) == (3_000, 3_000)
        assert (store.feed_state(), store.sequence) == ("first", 1)
        applied = put(store, *(row(number, status="Closed") for number in range(6_000)))
        assert (applied.updated, applied.inserted) == (3_000, 3_000)
        assert store.open_count() == 0


def kill_writer(folder: Path, *, pages: int, after_lines: int) -> None:
    """Start a long transaction in a process, and kill it once it has said so many lines."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(pages)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONPATH": "."},
    ) as writer:
        assert writer.stdin is not None
        assert writer.stdout is not None
        for _ in range(after_lines):
            assert writer.stdout.readline()
            writer.stdin.write("\n")
            writer.stdin.flush()
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()


def test_a_full_disk_undoes_the_refresh_and_says_so(store: Store) -> None:
    put(store, row(1))
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages + 2}")

    with pytest.raises(StoreFull, match=r"no space.*last good state is intact"):
        put(store, *(row(number) for number in range(5_000)))
    assert_sound(store)
    assert (store.total(), store.open_count()) == (1, 1)

    store._connection.execute(f"PRAGMA max_page_count = {2**30}")
    put(store, *(row(number) for number in range(5_000)))
    assert store.total() == 5_000


def test_a_disk_too_full_to_open_the_database_is_told_from_a_broken_one(tmp_path: Path) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
    with pytest.raises(StoreFull, match="no space"), translated(tmp_path):
        raise error


def test_another_writer_is_waited_for_and_then_named_as_the_cause(tmp_path: Path) -> None:
    with (
        Store.open(tmp_path, calgary()) as holder,
        Store.open(tmp_path, calgary(), busy_seconds=0.05) as other,
        holder.refreshing(NOON),
        pytest.raises(StoreLocked, match="another process"),
    ):
        put(other, row(1))


def test_closing_while_another_thread_writes_leaves_the_file_to_the_end_of_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "CLOSE_SECONDS", 0.01)
    store = Store.open(tmp_path, calgary())
    begun, closed = threading.Event(), threading.Event()

    def write() -> None:
        with store.refreshing(NOON) as writing:
            begun.set()
            closed.wait(60)
            writing.apply([row(1)])

    thread = threading.Thread(target=write)
    thread.start()
    begun.wait(60)
    store.close()
    closed.set()
    thread.join()
    assert store.total() == 1
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.total()
    with pytest.raises(StoreError, match="closed"):
        store.amend(1, Refresh(Outcome.OK, NOON, NOON))


def test_readers_see_the_last_state_while_a_refresh_is_written(tmp_path: Path) -> None:
    with Store.open(tmp_path, calgary()) as writer, Store.open(tmp_path, calgary()) as reader:
        put(writer, row(1))
        with writer.refreshing(NOON) as writing:
            writing.apply([row(1, status="Closed"), row(2), row(3)])
            assert (reader.total(), reader.open_count()) == (1, 1)
        assert (reader.total(), reader.open_count()) == (3, 2)


def test_a_reading_stays_one_state_while_others_write(tmp_path: Path) -> None:
    with Store.open(tmp_path, calgary()) as writer, Store.open(tmp_path, calgary()) as reader:
        put(writer, row(1))
        with reader.reading() as state:
            assert state.open_count() == 1
            put(writer, row(2))
            assert (state.open_count(), state.total(), state.sequence) == (1, 1, 1)
        assert reader.open_count() == 2
