"""Only one refresher and one backfill work on a data folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from livemaps.errors import StoreError, StoreLocked
from livemaps.store import Store, backfill_lock, refresher_lock

HOLDER = """
import sys, time
from pathlib import Path
from livemaps.store import refresher_lock
with refresher_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(300)
"""


def start_holder(folder: Path) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def take(folder: Path) -> None:
    with refresher_lock(folder):
        pass


def test_a_second_refresher_is_told_which_process_is_the_first(tmp_path: Path) -> None:
    with start_holder(tmp_path) as holder:
        try:
            with pytest.raises(StoreLocked, match=rf"process {holder.pid}\b.*--data-dir"):
                take(tmp_path)
        finally:
            holder.kill()


def test_a_dead_refresher_holds_nothing(tmp_path: Path) -> None:
    with start_holder(tmp_path) as holder:
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
    take(tmp_path)


def test_a_lock_that_was_given_back_can_be_taken_again(tmp_path: Path) -> None:
    take(tmp_path)
    take(tmp_path)


def test_a_refresher_and_a_backfill_do_not_exclude_each_other(tmp_path: Path) -> None:
    with refresher_lock(tmp_path), backfill_lock(tmp_path):
        pass


def test_the_store_knows_whether_a_backfill_runs(store: Store, tmp_path: Path) -> None:
    assert not store.bulk_active()
    with backfill_lock(tmp_path):
        assert store.bulk_active()
    assert not store.bulk_active()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="file/data cannot be used"):
        take(tmp_path / "file" / "data")
