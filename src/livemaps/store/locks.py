"""Locks between processes: one refresher, one backfill. The system frees a dead holder's lock."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from livemaps.errors import StoreError, StoreLocked

REFRESHER = "refresher.lock"
BACKFILL = "backfill.lock"


@contextmanager
def hold(data_dir: Path, name: str) -> Iterator[None]:
    """Hold a lock (`REFRESHER` or `BACKFILL`) over a data folder while the block runs.

    Raises:
        StoreLocked: another process, named by its number, holds it.
        StoreError: the folder cannot be made or written.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(data_dir / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StoreError(f"the data folder {data_dir} cannot be used: {error}") from error
    try:
        _take(descriptor, data_dir / name)
        # On a full disk nobody learns the number; what the disk is too full for says so itself.
        with suppress(OSError):
            os.truncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def refresher_lock(data_dir: Path) -> AbstractContextManager[None]:
    """Be the only refresher of a data folder; StoreLocked names the process that is."""
    return hold(data_dir, REFRESHER)


def backfill_lock(data_dir: Path) -> AbstractContextManager[None]:
    """Be the only backfill of a data folder; StoreLocked names the process that is."""
    return hold(data_dir, BACKFILL)


def is_held(data_dir: Path, name: str) -> bool:
    """Whether some process holds a lock now."""
    try:
        descriptor = os.open(data_dir / name, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        # A shared lock, so that two processes that only look do not see each other.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _take(descriptor: int, path: Path) -> None:
    """Lock an open file or say who holds it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(descriptor, 20, 0).decode("ascii", "replace") or "unknown"
        what = path.stem
        raise StoreLocked(
            f"another {what} (process {holder}) works on {path.parent}: only one may; stop it, "
            "or choose another folder with --data-dir"
        ) from error
