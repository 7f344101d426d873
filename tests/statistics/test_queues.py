"""Growing, shrinking, steady, too few; and by when a queue would be empty."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livemaps.statistics.flow import daily_flow
from livemaps.statistics.queues import Clearing, Word, clearing, queues_of, words

weekly = st.lists(st.integers(0, 40), min_size=8, max_size=8)


def word(inflow: list[int], outflow: list[int]) -> Word:
    return Word(int(words(np.array([inflow]), np.array([outflow]))[0]))


def naive(inflow: list[int], outflow: list[int]) -> Word:
    """The rule, said again in plain Python."""
    nets = [came - went for came, went in zip(inflow[-4:], outflow[-4:], strict=True)]
    events, net = sum(inflow[-4:]) + sum(outflow[-4:]), sum(nets)
    if events < 20:
        return Word.TOO_FEW
    if abs(net) < max(5, 2 * math.sqrt(events)):
        return Word.STEADY
    same = sum((week > 0) == (net > 0) and week != 0 for week in nets)
    if same < 3:
        return Word.STEADY
    return Word.GROWING if net > 0 else Word.SHRINKING


@given(weekly, weekly)
def test_the_word_follows_the_rule(inflow: list[int], outflow: list[int]) -> None:
    assert word(inflow, outflow) is naive(inflow, outflow)


@given(weekly, weekly)
def test_what_goes_in_and_what_goes_out_are_treated_alike(
    inflow: list[int], outflow: list[int]
) -> None:
    mirror = {Word.GROWING: Word.SHRINKING, Word.SHRINKING: Word.GROWING}
    there = word(inflow, outflow)
    assert word(outflow, inflow) is mirror.get(there, there)


@pytest.mark.parametrize(
    ("inflow", "outflow", "expected"),
    [
        ([9, 9, 9, 9], [4, 4, 4, 4], Word.GROWING),
        ([60, 4, 4, 4], [4, 4, 4, 4], Word.STEADY),  # one week is no trend
        ([9, 9, 9, 4], [2, 2, 2, 5], Word.GROWING),  # three weeks of four are
        ([100, 100, 100, 100], [95, 95, 95, 95], Word.STEADY),  # 20 is less than chance
        ([100, 100, 100, 100], [85, 85, 85, 85], Word.GROWING),
        ([3, 3, 3, 3], [1, 1, 1, 1], Word.TOO_FEW),
        ([0, 0, 0, 0], [0, 0, 0, 0], Word.TOO_FEW),
        ([4, 4, 4, 4], [9, 9, 9, 9], Word.SHRINKING),
    ],
)
def test_words_of_plain_cases(inflow: list[int], outflow: list[int], expected: Word) -> None:
    assert word(inflow, outflow) is expected


def test_with_fewer_than_four_weeks_nothing_is_said() -> None:
    assert word([90, 90, 90], [1, 1, 1]) is Word.TOO_FEW


def test_the_weeks_are_counted_back_from_the_last_day() -> None:
    requested = np.repeat(np.arange(44, 100), 2)
    done = requested < 72  # what came in first is closed the same day
    found = queues_of(daily_flow(requested, requested, done, requested * 0, 1, 44, 99))
    assert found.inflow.tolist() == [[14] * 8]
    assert found.outflow.tolist() == [[14] * 4 + [0] * 4]
    assert found.backlog.tolist() == [56]
    assert found.net.tolist() == [56]
    assert found.words.tolist() == [Word.GROWING]


def cleared(backlog: int, inflow: list[int], outflow: list[int]) -> Clearing:
    counts = np.array(inflow), np.array(outflow)
    return clearing(word(inflow, outflow), backlog, *counts)


def test_a_shrinking_queue_is_cleared_at_the_rate_of_eight_weeks() -> None:
    assert cleared(100, [10] * 8, [20] * 8) == (70, None)
    assert cleared(101, [10] * 8, [20] * 8) == (71, None)  # rounded up to whole days


@pytest.mark.parametrize(
    ("backlog", "inflow", "outflow", "reason"),
    [
        (0, [10] * 8, [20] * 8, "nothing open"),
        (50, [1] * 8, [2] * 8, "too few"),
        (50, [20] * 8, [10] * 8, "not shrinking"),
        (50, [20] * 8, [20] * 8, "not shrinking"),
        (50, [90] * 4 + [10] * 4, [10] * 4 + [20] * 4, "not shrinking"),  # over eight weeks
        (9_000, [10] * 8, [20] * 8, "more than five years"),
    ],
)
def test_where_no_day_is_given_the_reason_is(
    backlog: int, inflow: list[int], outflow: list[int], reason: str
) -> None:
    assert cleared(backlog, inflow, outflow) == (None, reason)


def test_less_than_eight_weeks_are_too_few_for_a_rate() -> None:
    assert cleared(50, [10] * 7, [20] * 7) == (None, "too few")
