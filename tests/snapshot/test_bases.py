"""When the base is kept and when it is made anew."""

from __future__ import annotations

from dataclasses import replace

import pytest

from livemaps.snapshot import build
from livemaps.snapshot.source import COMPLETE_SINCE
from livemaps.store import backfill_lock
from tests.snapshot.hamlet import IN_C, RECENT_DAYS, TODAY, Hamlet, layers, profile, request


def test_the_recent_window_moves_with_the_day_in_the_city(hamlet: Hamlet) -> None:
    hamlet.apply(request("26-1", status="Closed", closed=TODAY - RECENT_DAYS))
    before = hamlet.published()
    assert before.recent.ids() == ["26-1"]
    later = hamlet.published(day=TODAY + 1)
    assert later.recent.rows == 0
    assert later.meta.base_id == before.meta.base_id
    assert hamlet.published(day=TODAY).recent.ids() == ["26-1"]


def test_a_window_that_reaches_further_back_needs_another_base(hamlet: Hamlet) -> None:
    hamlet.apply(request("26-1", status="Closed", closed=TODAY - RECENT_DAYS - 2))
    assert hamlet.published().recent.rows == 0
    assert hamlet.published(day=TODAY - 2).recent.ids() == ["26-1"]


def test_backfilled_rows_appear_once_the_backfill_is_over(hamlet: Hamlet) -> None:
    hamlet.apply(request("26-1"))
    hamlet.publish()
    assert hamlet.is_up_to_date()
    hamlet.apply(request("12-1", day=16_000, status="Closed", closed=16_009), bulk=True)
    assert not hamlet.is_up_to_date()
    snapshot = hamlet.published()
    assert snapshot.base.ids() == ["12-1", "26-1"]
    assert hamlet.is_up_to_date()


def test_while_a_backfill_runs_few_rows_of_it_do_not_rebuild_the_base(hamlet: Hamlet) -> None:
    hamlet.apply(request("26-1"))
    base = hamlet.published().meta.base_id
    with backfill_lock(hamlet.data_dir):
        hamlet.apply(request("12-1", day=16_000, status="Closed", closed=16_009), bulk=True)
        hamlet.apply(request("12-2", day=16_000), bulk=True)
        snapshot = hamlet.published()
        assert snapshot.meta.base_id == base
        assert snapshot.open.ids() == ["12-2", "26-1"]
        assert hamlet.is_up_to_date()
    assert hamlet.published().base.ids() == ["12-1", "12-2", "26-1"]


def test_many_changes_are_taken_into_a_new_base(
    hamlet: Hamlet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "FRESH_LIMIT", 2)
    hamlet.apply(request("26-1"))
    base = hamlet.published().meta.base_id
    hamlet.apply(request("26-2"), request("26-3"))
    assert hamlet.published().meta.base_id == base
    hamlet.apply(request("26-4"))
    snapshot = hamlet.published()
    assert snapshot.meta.base_id != base
    assert (snapshot.base.rows, snapshot.fresh.rows) == (4, 0)
    with hamlet.store.reading() as source:
        assert source.changed_count(0) == 0


def test_a_snapshot_is_up_to_date_until_rows_rules_areas_or_the_day_change(hamlet: Hamlet) -> None:
    assert not hamlet.is_up_to_date()
    hamlet.apply(request("26-1"))
    hamlet.publish()
    assert hamlet.is_up_to_date()
    assert not hamlet.is_up_to_date(day=TODAY + 1)
    assert not replace(hamlet, areas=layers(-0.01)).is_up_to_date()
    assert not replace(hamlet, city=profile(name="Village")).is_up_to_date()
    hamlet.apply(request("26-2", place=IN_C))
    assert not hamlet.is_up_to_date()


def test_a_snapshot_knows_from_which_day_on_it_holds_every_request(hamlet: Hamlet) -> None:
    hamlet.apply(request("26-1"))
    assert hamlet.published().meta.complete_since is None
    with hamlet.store.refreshing(hamlet.now) as writing:
        writing.set_meta(COMPLETE_SINCE, str(TODAY - 89))
    assert not hamlet.is_up_to_date()
    assert hamlet.published().meta.complete_since == TODAY - 89
    assert hamlet.is_up_to_date()


def test_what_a_backfill_brought_counts_as_held_once_it_is_in_the_columns(hamlet: Hamlet) -> None:
    with hamlet.store.refreshing(hamlet.now) as writing:
        writing.set_meta(COMPLETE_SINCE, str(TODAY - 89))
    hamlet.apply(request("26-1"))
    hamlet.publish()
    hamlet.apply(request("26-2", day=TODAY - 100, status="Closed"), bulk=True)
    with hamlet.store.refreshing(hamlet.now) as writing:
        writing.set_meta(COMPLETE_SINCE, str(TODAY - 120))
    with backfill_lock(hamlet.data_dir):
        waiting = hamlet.published().meta
    assert (waiting.counts.history, waiting.complete_since) == (1, TODAY - 89)
    whole = hamlet.published().meta
    assert (whole.counts.history, whole.complete_since) == (2, TODAY - 120)


def test_a_base_that_does_not_know_what_it_lacks_is_made_anew_when_a_backfill_brings_rows(
    hamlet: Hamlet,
) -> None:
    hamlet.apply(request("26-1"))
    hamlet.publish()
    hamlet.apply(request("26-2", day=TODAY - 100, status="Closed"), bulk=True)
    with hamlet.store.refreshing(hamlet.now) as writing:
        writing.set_meta(COMPLETE_SINCE, str(TODAY - 120))
    with backfill_lock(hamlet.data_dir):
        whole = hamlet.published().meta
    assert (whole.counts.history, whole.complete_since) == (2, TODAY - 120)
