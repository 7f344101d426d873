"""Files of columns and of JSON: what is written is read, what is damaged is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from livemaps.errors import SnapshotDamaged
from livemaps.snapshot import Vocabulary
from livemaps.snapshot.columns import Column
from livemaps.snapshot.description import read_description, write_description
from livemaps.snapshot.files import (
    ALIGNMENT,
    CHUNK_ROWS,
    Gathered,
    read_arrays,
    write_arrays,
    write_whole,
)

columns: st.SearchStrategy[dict[str, Column]] = st.dictionaries(
    st.text(max_size=20),
    arrays.arrays(
        st.sampled_from([np.dtype(name) for name in ("u1", "i4", "f8", "S7", "?")]),
        arrays.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=5),
    ),
    max_size=5,
)


@given(columns)
def test_arrays_are_read_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, written: dict[str, Column]
) -> None:
    path = tmp_path_factory.mktemp("arrays") / "a.columns"
    write_arrays(path, written)
    read = read_arrays(path)
    assert list(read) == list(written)
    for name, array in written.items():
        np.testing.assert_array_equal(read[name], array)
        assert read[name].dtype == array.dtype
        assert read[name].ctypes.data % ALIGNMENT == 0 or not array.size


def test_what_is_read_cannot_be_written(tmp_path: Path) -> None:
    write_arrays(tmp_path / "a.columns", {"a": np.arange(3)})
    with pytest.raises(ValueError, match="read-only"):
        read_arrays(tmp_path / "a.columns")["a"][0] = 1


def test_a_gathered_column_is_written_piece_by_piece(tmp_path: Path) -> None:
    column = np.arange(CHUNK_ROWS + 10, dtype=np.int32)
    order = column[::-1].astype(np.int64)
    write_arrays(tmp_path / "a.columns", {"a": Gathered(column, order)})
    np.testing.assert_array_equal(read_arrays(tmp_path / "a.columns")["a"], column[::-1])


@pytest.mark.parametrize("kept", [0, 10, 40, 200, 4_000])
def test_a_file_cut_short_is_told(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "a.columns"
    write_arrays(path, {"a": np.arange(1_000)})
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(SnapshotDamaged, match=r"a\.columns"):
        read_arrays(path)


@pytest.mark.parametrize(
    "content", [b"x" * 300, b"livemap1" + b"\xff" * 300, b"livemap1\2" + b"\0" * 7 + b"{}" * 99]
)
def test_another_file_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.columns"
    path.write_bytes(content)
    with pytest.raises(SnapshotDamaged):
        read_arrays(path)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"names": 5}', "\xff"])
def test_a_description_that_is_not_what_it_should_be_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "vocabulary.json"
    write_description(path, Vocabulary(("", "Pothole")))
    assert read_description(path, Vocabulary).codes["Pothole"] == 1
    path.write_text(content, encoding="latin-1")
    with pytest.raises(SnapshotDamaged, match=r"vocabulary\.json"):
        read_description(path, Vocabulary)


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    write_whole(tmp_path / "current", b"one")
    write_whole(tmp_path / "current", b"two")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("current", b"two")]
