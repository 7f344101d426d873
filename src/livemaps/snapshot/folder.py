"""The names in a folder of versions, and the locks by which its users do not harm each other.

What every such folder holds is told in `versions.py`; in `<data-dir>/snapshots` there are the
history bases too that snapshots refer to, as `base-<version>`.
"""

from __future__ import annotations

import fcntl
import os
import re
import weakref
from pathlib import Path

from livemaps.errors import NoSnapshot, SnapshotDamaged

SNAPSHOTS, AREAS = "snapshots", "areas"
POINTER, LEASE, PUBLISHING = "current", "lease", ".publishing"
UNFINISHED, BASE = ".tmp-", "base-"
VERSION = re.compile(r"\d{8}T\d{6}Z-(\d{6,})")

ROWS, META = "rows.columns", "meta.json"
VOCABULARIES, LAYERS = "vocabularies.json", "layers.json"


def read_pointer(snapshots: Path) -> str:
    """Return the version that is current.

    Raises:
        NoSnapshot: nothing was published yet.
        SnapshotDamaged: the pointer does not name a version.
    """
    try:
        version = (snapshots / POINTER).read_text("utf-8").strip()
    except FileNotFoundError as error:
        raise NoSnapshot(
            f"nothing was published in {snapshots} yet: the first refresh has not finished"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SnapshotDamaged(f"{snapshots / POINTER} cannot be read: {error}") from error
    if not VERSION.fullmatch(version):
        raise SnapshotDamaged(f"{snapshots / POINTER} names no version but {version[:40]!r}")
    return version


def versions(snapshots: Path) -> list[str]:
    """Return the versions that lie in the folder, oldest first."""
    names = [path.name for path in snapshots.iterdir() if VERSION.fullmatch(path.name)]
    return sorted(names, key=number)


def number(version: str) -> int:
    """Return the running number in a version."""
    found = VERSION.fullmatch(version)
    if found is None:
        raise ValueError(f"{version!r} is no version")
    return int(found[1])


class Lock:
    """A lock on a file, held until `release` is called or the object is forgotten.

    Locks are the system's (`flock`): they end with the process, however it ends.
    """

    def __init__(self, path: Path, *, exclusive: bool, create: bool = False) -> None:
        """Take the lock at once.

        Raises:
            FileNotFoundError: there is no such file.
            BlockingIOError: somebody else holds it.
        """
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT if create else os.O_RDONLY, 0o644)
        self.release = weakref.finalize(self, os.close, descriptor)
        try:
            kind = fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BaseException:
            self.release()
            raise
