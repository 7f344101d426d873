"""Files of columns: several arrays in one file, mapped into memory without being read.

Layout: the magic bytes, the length of the header (8 bytes, little endian), the header as JSON
(the size of what follows; type, shape and offset of each array), then the arrays, each at a
multiple of 64 bytes. One file for many arrays keeps a publication at a handful of `fsync`s.
"""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from livemaps.errors import SnapshotDamaged
from livemaps.snapshot.columns import Column

MAGIC = b"livemap1"
ALIGNMENT = 64
CHUNK_ROWS = 500_000


@dataclass(frozen=True)
class Gathered:
    """`column[order]`, worked out piece by piece while it is written, never as a whole."""

    column: Column
    order: Column

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the values."""
        return self.column.dtype

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the whole."""
        return (len(self.order),)

    def pieces(self) -> Iterator[Column]:
        """Yield the values in pieces of at most `CHUNK_ROWS`."""
        for start in range(0, len(self.order), CHUNK_ROWS):
            yield self.column[self.order[start : start + CHUNK_ROWS]]


def write_arrays(path: Path, arrays: Mapping[str, Column | Gathered]) -> None:
    """Write arrays to a new file; an OSError leaves a part of it behind."""
    described: dict[str, dict[str, Any]] = {}
    end = 0
    for name, array in arrays.items():
        offset = _aligned(end)
        described[name] = {"dtype": array.dtype.str, "shape": array.shape, "offset": offset}
        end = offset + int(np.prod(array.shape, dtype=np.int64)) * array.dtype.itemsize
    header = json.dumps({"size": end, "arrays": described}).encode()
    start = _aligned(len(MAGIC) + 8 + len(header))
    with path.open("wb") as file:
        file.write(MAGIC + len(header).to_bytes(8, "little") + header)
        _fill(file, start)
        for name, array in arrays.items():
            _fill(file, start + described[name]["offset"])
            _write(file, array)


def _aligned(offset: int) -> int:
    return offset + -offset % ALIGNMENT


def _fill(file: BinaryIO, offset: int) -> None:
    """Write zeros up to an offset."""
    file.write(b"\0" * (offset - file.tell()))


def _write(file: BinaryIO, array: Column | Gathered) -> None:
    pieces = array.pieces() if isinstance(array, Gathered) else iter((array,))
    file.writelines(np.ascontiguousarray(piece).reshape(-1).view(np.uint8).data for piece in pieces)


def read_arrays(path: Path) -> dict[str, Column]:
    """Map a file of columns into memory and return its arrays, which cannot be written.

    Raises:
        FileNotFoundError: there is no such file.
        SnapshotDamaged: the file is cut short or is not one of ours.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size < len(MAGIC) + 8:
            raise SnapshotDamaged(f"{path} is cut short: it has {size} bytes")
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    try:
        return _arrays(mapped, size)
    except (ValueError, KeyError, TypeError) as error:
        raise SnapshotDamaged(f"{path} is not a readable file of columns: {error}") from error


def _arrays(mapped: mmap.mmap, size: int) -> dict[str, Column]:
    if mapped[: len(MAGIC)] != MAGIC:
        raise ValueError("it begins with other bytes")
    end = len(MAGIC) + 8
    end += int.from_bytes(mapped[len(MAGIC) : end], "little")
    header = json.loads(mapped[len(MAGIC) + 8 : end])
    start = _aligned(end)
    if start + header["size"] > size:
        raise ValueError(f"it has {size} bytes of {start + header['size']}")
    return {name: _array(mapped, start, known) for name, known in header["arrays"].items()}


def _array(mapped: mmap.mmap, start: int, described: dict[str, Any]) -> Column:
    dtype, shape = np.dtype(described["dtype"]), tuple(described["shape"])
    count = int(np.prod(shape, dtype=np.int64))
    if not count:
        return np.empty(shape, dtype)
    return np.frombuffer(mapped, dtype, count, start + described["offset"]).reshape(shape)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that under its name there is either nothing, the old one, or all of it."""
    draft = path.with_name(f".tmp-{os.getpid()}-{path.name}")
    draft.write_bytes(content)
    sync(draft)
    draft.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Have the disk hold a file, or a folder's list of names, before anything is built on it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """`sync` every file of a folder, then the folder."""
    for path in sorted(folder.iterdir()):
        sync(path)
    sync(folder)
