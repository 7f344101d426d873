"""Tables of columns, and ids in them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livemaps.snapshot import Table, decode_id, encode_id
from livemaps.snapshot.columns import ID_LIMIT, code_type, encode_ids, find_ids

names = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=90
)


def test_a_table_cannot_be_changed() -> None:
    column = np.arange(3)
    table = Table({"day": column})
    with pytest.raises(ValueError, match="read-only"):
        table["day"][0] = 7
    with pytest.raises(TypeError):
        table["other"] = column  # type: ignore[index]
    column[0] = 5
    assert column.flags.writeable, "the caller's own array stays as it was"


def test_columns_of_different_lengths_are_no_table() -> None:
    with pytest.raises(ValueError, match=r"differ in length: \[1, 2\]"):
        Table({"a": np.zeros(1), "b": np.zeros(2)})


def test_rows_are_taken_by_index_mask_and_slice() -> None:
    table = Table(
        {"a": np.arange(5), "service_request_id": np.array([b"v", b"w", b"x", b"y", b"z"])}
    )
    assert table.take(np.array([4, 0])).ids() == ["z", "v"]
    assert table.take(table["a"] > 2)["a"].tolist() == [3, 4]
    assert table.take(slice(1, 3)).rows == 2
    assert table.ids(slice(2)) == ["v", "w"]


@given(names)
def test_an_id_of_usual_length_comes_back_as_it_was(name: str) -> None:
    encoded = encode_id(name)
    assert len(encoded) <= ID_LIMIT
    if len(name.encode()) <= ID_LIMIT:
        assert decode_id(encoded) == name
    else:
        assert "~" in decode_id(encoded)


@given(st.lists(names, min_size=2, unique=True))
def test_different_ids_stay_different(ids: list[str]) -> None:
    assert len(set(encode_ids(ids).tolist())) == len(ids)


@given(st.lists(names, unique=True), st.lists(names))
def test_ids_are_found_where_they_are_and_nowhere_else(held: list[str], wanted: list[str]) -> None:
    column = encode_ids(held)
    rows = find_ids(column, np.argsort(column), encode_ids(held + wanted)).tolist()
    assert rows[: len(held)] == list(range(len(held)))
    assert rows[len(held) :] == [held.index(name) if name in held else -1 for name in wanted]


@pytest.mark.parametrize(
    ("count", "kind"), [(0, "u1"), (256, "u1"), (257, "u2"), (65_536, "u2"), (65_537, "u4")]
)
def test_codes_take_the_smallest_type_that_holds_them(count: int, kind: str) -> None:
    assert code_type(count) == np.dtype(kind)
