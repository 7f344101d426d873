"""The JSON files of a snapshot: checked against the types of `contents` when they are read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

import msgspec
import numpy as np

from livemaps.errors import SnapshotDamaged

Described = TypeVar("Described")


def write_description(path: Path, value: object) -> None:
    """Write a frozen dataclass (or a tuple of them) as JSON."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(value, enc_hook=_listed), indent=1))


def read_description(path: Path, kind: type[Described]) -> Described:
    """Read what `write_description` wrote.

    Raises:
        FileNotFoundError: there is no such file.
        SnapshotDamaged: it is not what its type says.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind, dec_hook=_arrayed)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise SnapshotDamaged(f"{path} does not hold what it should: {error}") from error


def _listed(value: object) -> object:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def _arrayed(kind: Any, value: object) -> object:
    """Make the array that a field of type `NDArray[scalar]` takes."""
    if get_origin(kind) is not np.ndarray:
        raise TypeError(f"{kind} cannot be read from JSON")
    (scalar,) = get_args(get_args(kind)[1])
    array = np.array(value, dtype=scalar)
    array.flags.writeable = False
    return array
