"""The SoQL of the SODA server: what it understands, and what it refuses by name."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livemaps.demo.row_ids import row_id, row_number
from livemaps.demo.soql_parser import (
    Between,
    Call,
    Compare,
    IsNull,
    Literal,
    Logic,
    Name,
    Not,
    Ordering,
    Selected,
    SoqlError,
    Star,
    Within,
    parse_group,
    parse_order,
    parse_select,
    parse_where,
)
from livemaps.feeds.soql import quoted


def test_columns_functions_stars_and_aliases_can_be_selected() -> None:
    assert parse_select(":*, *, status AS s, count(*), max(:updated_at) as newest") == (
        Selected(Star(system=True), None),
        Selected(Star(), None),
        Selected(Name("status"), "s"),
        Selected(Call("count", (Star(),)), None),
        Selected(Call("max", (Name(":updated_at"),)), "newest"),
    )


@pytest.mark.parametrize("operator", ["=", "!=", "<", "<=", ">", ">="])
def test_comparisons_are_understood(operator: str) -> None:
    compared = Compare(operator, Name("a"), Literal("x"))
    assert parse_where(f"a {operator} 'x'") == compared
    assert parse_where(f"a{operator}'x'") == compared


def test_and_binds_closer_than_or_and_not_closer_still() -> None:
    a, b, c = (Compare("=", Name(name), Literal(1.0)) for name in "abc")
    assert parse_where("a = 1 or not b = 1 and c = 1") == Logic("or", a, Logic("and", Not(b), c))
    assert parse_where("(a=1 OR b=1) AND c=1") == Logic("and", Logic("or", a, b), c)


def test_membership_ranges_patterns_and_nulls_are_understood() -> None:
    choices = (Literal("x"), Literal("y"))
    assert parse_where("a in('x','y')") == Within(Name("a"), choices)
    assert parse_where("a not in ('x', 'y')") == Not(Within(Name("a"), choices))
    assert parse_where("a between 1 and 2.5") == Between(Name("a"), Literal(1.0), Literal(2.5))
    assert parse_where("a not between -1 and 1") == Not(
        Between(Name("a"), Literal(-1.0), Literal(1.0))
    )
    assert parse_where("a like 'x%'") == Compare("like", Name("a"), Literal("x%"))
    assert parse_where("a is null") == IsNull(Name("a"))
    assert parse_where("a IS NOT NULL") == Not(IsNull(Name("a")))
    assert parse_where("a = true") == Compare("=", Name("a"), Literal(True))


def test_order_and_group_take_lists() -> None:
    assert parse_order(":updated_at DESC, :id, a asc") == (
        Ordering(Name(":updated_at"), True),
        Ordering(Name(":id"), False),
        Ordering(Name("a"), False),
    )
    assert parse_group("date_trunc_ym(d), `a`") == (
        Call("date_trunc_ym", (Name("d"),)),
        Name("a"),
    )


@pytest.mark.parametrize(
    "text",
    ["", "a =", "= 1", "a = 'x", "a in ()", "a in ('x'", "(a = 1", "a = 1)", "a b", "a not 1",
     "a between 1", "a is 1", "a = 1 and", "a ; b", "a = \"x\"", "(" * 1000],
)  # fmt: skip
def test_a_malformed_condition_is_refused(text: str) -> None:
    with pytest.raises(SoqlError, match=r"parse|nested") as caught:
        parse_where(text)
    assert caught.value.code == "query.compiler.malformed"


@given(st.text())
def test_a_quoted_text_comes_back_as_it_was(text: str) -> None:
    assert parse_where(f"a = {quoted(text)}") == Compare("=", Name("a"), Literal(text))


@given(st.text(alphabet="ab01'(),=<> .:*%-\"or"))
def test_any_text_is_a_condition_or_refused(text: str) -> None:
    with contextlib.suppress(SoqlError):
        assert parse_where(text) is not None


@given(st.integers(0, 2**59))
def test_row_ids_stand_for_one_number_each(number: int) -> None:
    assert row_number(row_id(number)) == number


def test_row_ids_are_not_in_the_order_of_their_numbers() -> None:
    ids = [row_id(number) for number in range(100)]
    assert ids != sorted(ids)
    assert len(set(ids)) == 100


@pytest.mark.parametrize("text", ["", "row-", "7", "row-1111.1111-1111", "row-k3m2.9xwe-p4d"])
def test_what_is_no_row_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no row id"):
        row_number(text)
