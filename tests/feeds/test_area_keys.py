"""One spelling of an area's key, whatever type a file gave it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livemaps.feeds.area_keys import area_key, natural_order


@pytest.mark.parametrize("value", [5, 5.0, "5", "5.0", "5.", " 5 ", "5.000"])
def test_a_number_is_the_same_key_as_text_integer_and_float(value: object) -> None:
    assert area_key(value) == "5"


@pytest.mark.parametrize("code", ["01B", "03", "12E", "1E5", "09P", "Métis", "5.5", "N/A", "1.0a"])
def test_text_keeps_letters_and_leading_zeros(code: str) -> None:
    assert area_key(code) == code


@pytest.mark.parametrize("blank", [None, "", "  ", math.nan, math.inf, True])
def test_what_is_no_key_is_none(blank: object) -> None:
    assert area_key(blank) is None


def test_keys_sort_numbers_by_value_then_text() -> None:
    keys = ["10", "B", "2", "01B", "a1", "9A", "1", "10A"]
    assert sorted(keys, key=natural_order) == ["1", "01B", "2", "9A", "10", "10A", "a1", "B"]


@given(st.lists(st.text("0123456789abAB .é²", max_size=5), unique=True))
def test_the_order_is_total_so_that_ties_always_fall_alike(keys: list[str]) -> None:
    assert len({natural_order(key) for key in keys}) == len(keys)


@given(st.integers(-(10**6), 10**6))
def test_every_whole_number_has_one_key(number: int) -> None:
    assert {area_key(number), area_key(float(number)), area_key(f"{number}.0")} == {str(number)}
