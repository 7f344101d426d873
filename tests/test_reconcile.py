"""What a feed and a store do not agree on. What is done about it: test_upkeep.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from livemaps.reconcile import Differences, differences
from tests.fake_feed import TODAY, Town, closed, row, town_in


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with town_in(tmp_path) as made:
        made.feed.put(row(1), closed(2))
        made.refresher().run_once()
        yield made


def test_months_of_which_no_row_can_be_held_are_no_difference(town: Town) -> None:
    counts = town.feed.counts_by_month()
    impossible = {"9999-12": 1, "2900-01": 2, "1066-10": 1, "-0001-1": 1, "": 3}
    town.feed.counts_by_month = lambda: {**counts, **impossible}  # type: ignore[method-assign]
    assert differences(town.feed, town.store, TODAY - 89) == Differences()
    assert town.feed.calls["ids_of_month"] == 0


def test_what_either_side_lacks_is_told_apart_by_asking_the_feed_again(town: Town) -> None:
    town.feed.remove(1)
    missed = (closed(3), closed(4))
    town.feed.edit_silently(*missed)
    vanished = frozenset({"1"})
    assert differences(town.feed, town.store, None) == Differences((), vanished)
    assert differences(town.feed, town.store, TODAY - 89) == Differences(missed, vanished)
