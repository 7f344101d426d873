"""What a snapshot tells of changes since the one before."""

from __future__ import annotations

import pytest

from livemaps.snapshot import Change, Changes
from tests.snapshot.hamlet import TODAY, Hamlet, request
from tests.snapshot.looking import flags


def test_a_change_replaces_a_row_and_leaves_the_base_as_it_was(hamlet: Hamlet) -> None:
    hamlet.apply(request("26-1"), request("26-2"))
    before = hamlet.published()
    hamlet.apply(request("26-1", status="Closed", closed=TODAY), request("26-3"))
    after = hamlet.published()
    assert after.meta.base_id == before.meta.base_id
    assert after.base.ids() == ["26-1", "26-2"]
    assert after.superseded.ids() == ["26-1"]
    assert after.superseded["base_row"].tolist() == [0]
    assert after.fresh.ids() == ["26-1", "26-3"]
    assert after.open.ids() == ["26-2", "26-3"]
    assert after.recent.ids() == ["26-1"]
    assert after.meta.counts.history == 3


def test_what_vanished_counts_no_more(hamlet: Hamlet) -> None:
    hamlet.apply(request("26-1"), request("26-2"))
    hamlet.publish()
    hamlet.vanish("26-1")
    snapshot = hamlet.published()
    assert snapshot.current.ids() == ["26-2"]
    assert snapshot.superseded.ids() == ["26-1"]
    assert snapshot.fresh.rows == 0
    assert snapshot.meta.counts.history == 1
    assert snapshot.meta.changes == Changes(removed=1)


def test_the_first_snapshot_announces_nothing_as_new(hamlet: Hamlet) -> None:
    hamlet.apply(request("26-1"))
    snapshot = hamlet.published()
    assert snapshot.meta.changes == Changes()
    assert flags(snapshot) == {}


@pytest.mark.parametrize("full", [False, True], ids=["on the same base", "on a new base"])
def test_rows_say_what_changed_since_the_snapshot_before(hamlet: Hamlet, full: bool) -> None:
    hamlet.apply(
        request("same"),
        request("moves"),
        request("closes"),
        request("reopens", status="Closed", closed=TODAY - 1),
        request("goes"),
    )
    hamlet.publish()
    hamlet.apply(
        request("same"),
        request("moves", agency="Water"),
        request("closes", status="Closed", closed=TODAY - 1),
        request("reopens"),
        request("comes"),
        request("comes closed", status="Closed", closed=TODAY - 1),
    )
    hamlet.vanish("goes")
    hamlet.publish(full=full)
    snapshot = hamlet.snapshot()
    assert flags(snapshot) == {
        "moves": Change.CHANGED,
        "closes": Change.RESOLVED,
        "reopens": Change.REOPENED,
        "comes": Change.NEW,
        "comes closed": Change.NEW,
    }
    assert snapshot.meta.changes == Changes(
        inserted=2, updated=3, resolved=1, reopened=1, removed=1
    )


def test_flags_tell_of_the_last_snapshot_only(hamlet: Hamlet) -> None:
    hamlet.apply(request("26-1"))
    hamlet.publish()
    hamlet.apply(request("26-2"))
    hamlet.publish()
    hamlet.apply(request("26-1", agency="Water"))
    snapshot = hamlet.published()
    assert flags(snapshot) == flags(snapshot, "fresh") == {"26-1": Change.CHANGED}


def test_publishing_again_without_news_announces_none(hamlet: Hamlet) -> None:
    hamlet.apply(request("26-1"))
    hamlet.publish()
    hamlet.apply(request("26-2"))
    hamlet.publish()
    snapshot = hamlet.published(day=TODAY + 1)
    assert snapshot.meta.changes == Changes()
    assert flags(snapshot) == {}
