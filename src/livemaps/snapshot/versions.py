"""Folders of immutable versions, as snapshots and measures are kept.

A version is written aside, made current by a rename, and removed once it is neither new nor read.

    <folder>/current       the version that is current, replaced by rename
    <folder>/<version>/    its files; `lease` in it is locked while it is read
    <folder>/.tmp-*        unfinished, or about to be removed
    <folder>/.publishing   locked by the one that publishes
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from livemaps.errors import SnapshotDamaged, SnapshotError
from livemaps.snapshot import folder as names
from livemaps.snapshot.files import sync, sync_folder, write_whole
from livemaps.snapshot.folder import Lock, number, read_pointer, versions

KEPT = 2
"""How many of the newest versions stay even if nobody reads them."""

ATTEMPTS = 50
PAUSE = 0.01
"""Seconds between attempts: a publication that a reader runs into is over much sooner."""

_log = logging.getLogger(__name__)

Opened = TypeVar("Opened")


@contextlib.contextmanager
def publishing(folder: Path, what: str) -> Iterator[None]:
    """Be the only one to publish in a folder of versions; `what` names one, such as "snapshot".

    Removes what an interrupted publication left behind.

    Raises:
        SnapshotError: another process is publishing, or the disk does not take what is written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = Lock(folder / names.PUBLISHING, exclusive=True, create=True)
    except BlockingIOError as error:
        raise SnapshotError(f"another process is publishing in {folder}") from error
    except OSError as error:
        raise SnapshotError(f"{folder} cannot be used: {error}") from error
    try:
        _remove_unfinished(folder)
        yield
    except OSError as error:
        raise SnapshotError(
            f"no {what} could be written in {folder}: {error}; the last one stays in use"
        ) from error
    finally:
        lock.release()


def next_version(folder: Path, now: datetime) -> str:
    """Return a version that sorts after all others, even if the clock was set back."""
    taken = versions(folder)
    with contextlib.suppress(SnapshotError):
        taken.append(read_pointer(folder))
    stamps = [version.split("-")[0] for version in taken]
    stamp = max([*stamps, now.strftime("%Y%m%dT%H%M%SZ")])
    return f"{stamp}-{max(map(number, taken), default=0) + 1:06}"


def publish(folder: Path, version: str, write: Callable[[Path], None]) -> None:
    """Have `write` fill a new version, and make it current.

    Until the last step nobody sees it; then all of it.
    """
    draft = folder / f"{names.UNFINISHED}{version}"
    draft.mkdir()
    try:
        write(draft)
        (draft / names.LEASE).touch()
        sync_folder(draft)
        draft.rename(folder / version)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    sync(folder)
    write_whole(folder / names.POINTER, f"{version}\n".encode())


def prune(folder: Path) -> None:
    """Remove the versions that are neither new, nor current, nor in use. OSError where it fails."""
    for version in versions(folder)[:-KEPT]:
        if version != read_pointer(folder):
            _remove_unless_read(folder / version)


def remove(folder: Path) -> None:
    """Remove a folder so that it is there whole or not at all."""
    doomed = folder.with_name(f"{names.UNFINISHED}removed-{folder.name}")
    folder.rename(doomed)
    shutil.rmtree(doomed)


def open_current(folder: Path, opener: Callable[[str], Opened], what: str) -> Opened:
    """Open the current version, again if another is published meanwhile.

    `opener` takes a version, and the lease of it first; it raises FileNotFoundError or
    BlockingIOError where the version is being removed.

    Raises:
        NoSnapshot: nothing was published yet.
        SnapshotDamaged: published files are missing or unreadable.
    """
    failure: OSError | None = None
    for attempt in range(ATTEMPTS):
        version = read_pointer(folder)
        try:
            return opener(version)
        except (FileNotFoundError, BlockingIOError) as error:
            failure = error
            if attempt and version == read_pointer(folder):
                time.sleep(PAUSE)
        except OSError as error:
            raise SnapshotDamaged(f"{folder / version} cannot be read: {error}") from error
    raise SnapshotDamaged(f"the {what} {version} lacks a file: {failure}") from failure


class Latest(Generic[Opened]):
    """Keeps the current version of a folder open. One for a process; safe between threads."""

    def __init__(self, folder: Path, opener: Callable[[], Opened], what: str) -> None:
        self._folder = folder
        self._opener = opener
        self._what = what
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._latest: Opened | None = None

    def get(self) -> Opened:
        """Return the current version: the same object until another is published.

        Costs one `stat` when nothing changed. Where the new one is damaged, the one before stays
        until yet another is published.

        Raises:
            NoSnapshot, SnapshotDamaged: it cannot be opened, and none was opened before.
        """
        latest, seen = self._latest, self._stat()
        if latest is not None and seen == self._seen:
            return latest
        with self._lock:
            seen = self._stat()
            if self._latest is None or seen != self._seen:
                self._latest = self._open_or_keep()
                self._seen = seen
            return self._latest

    def _open_or_keep(self) -> Opened:
        """Open the current version; where it is damaged, return the good one that is open."""
        try:
            return self._opener()
        except SnapshotDamaged as error:
            if self._latest is None:
                raise
            _log.error("the new %s cannot be shown, the one before stays: %s", self._what, error)
            return self._latest

    def _stat(self) -> tuple[int, int] | None:
        """Return what is different once the pointer was replaced."""
        try:
            pointer = (self._folder / names.POINTER).stat()
        except FileNotFoundError:
            return None
        return pointer.st_ino, pointer.st_mtime_ns


def _remove_unless_read(version: Path) -> None:
    """Remove a version, at once for all who look, unless somebody holds its lease."""
    try:
        lock = Lock(version / names.LEASE, exclusive=True)
    except BlockingIOError:
        return
    except FileNotFoundError:
        remove(version)
        return
    try:
        remove(version)
    finally:
        lock.release()


def _remove_unfinished(folder: Path) -> None:
    for path in folder.glob(f"{names.UNFINISHED}*"):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
