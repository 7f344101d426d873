"""What is read in bulk: columns in bounded batches, changes since a transaction, the log."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from livemaps.model import Outcome, Place, Refresh
from livemaps.store import NO_TIME, Reading, Store
from livemaps.store.vocabulary import PlaceCodes
from tests.store.samples import AUGUST_20, NOON, put, row


def ids_in(source: Reading, after: int) -> list[str]:
    return [name for batch in source.changed_rows(after) for name in batch.ids]


def test_all_rows_come_in_bounded_batches_in_the_order_of_ids(store: Store) -> None:
    put(store, *(row(number) for number in (5, 3, 9, 1, 7)))
    batches = list(store.all_rows(batch=2))
    assert [len(batch.ids) for batch in batches] == [2, 2, 1]
    ids = [name for batch in batches for name in batch.ids]
    assert ids == [row(number).service_request_id for number in (1, 3, 5, 7, 9)]


def test_columns_hold_wall_seconds_and_codes_and_no_time_where_there_is_none(store: Store) -> None:
    put(store, row(1, expected_datetime=AUGUST_20 + 7), row(2, updated_datetime=None))
    (batch,) = store.all_rows()
    assert batch.requested.tolist() == [AUGUST_20, AUGUST_20]
    assert batch.updated.tolist() == [AUGUST_20 + 86_400, NO_TIME]
    assert batch.expected.tolist() == [AUGUST_20 + 7, NO_TIME]
    assert batch.closed.tolist() == [NO_TIME, NO_TIME]
    assert batch.requested.dtype == np.int64
    assert [store.vocabulary("service")[code] for code in batch.service.tolist()] == [
        "Roads - Pothole"
    ] * 2
    assert dict(store.places())[int(batch.place[0])] == row(1).place
    assert not batch.vanished.any()


def test_an_empty_store_has_no_batches(store: Store) -> None:
    assert list(store.all_rows()) == []
    assert list(store.changed_rows(0)) == []
    assert (store.total(), store.open_count(), store.sequence) == (0, 0, 0)


def test_changed_rows_are_those_written_or_vanished_after_a_transaction(store: Store) -> None:
    put(store, row(1), row(2), row(3))
    first = store.sequence
    put(store, row(2, channel="App"), row(3))
    with store.refreshing(NOON) as writing:
        writing.vanish([row(1).service_request_id])

    assert ids_in(store, first) == [row(1).service_request_id, row(2).service_request_id]
    (batch,) = store.changed_rows(first)
    assert batch.vanished.tolist() == [True, False]
    assert store.changed_count(first) == 2
    assert ids_in(store, store.sequence) == []


def test_changes_that_a_history_base_holds_are_forgotten(store: Store) -> None:
    put(store, row(1))
    put(store, row(2, status="Closed"), bulk=True)
    base = store.sequence
    put(store, row(3))
    store.forget_changes(until=base)
    assert ids_in(store, 0) == [row(3).service_request_id]
    assert (store.changed_count(0), store.bulk_count(0)) == (1, 0)


def test_months_are_counted_by_the_day_of_request(store: Store) -> None:
    put(store, row(1), row(2), row(3, requested_datetime=AUGUST_20 - 30 * 86_400))
    with store.refreshing(NOON) as writing:
        writing.vanish([row(1).service_request_id])
    assert store.counts_by_month() == {"2026-07": 1, "2026-08": 1}
    day = AUGUST_20 // 86_400
    assert list(store.ids_of_days(day, day + 1)) == [row(2).service_request_id]
    assert list(store.ids_of_days(day + 1, day + 2)) == []


def test_the_log_gives_refreshes_back_as_they_were_newest_first(store: Store) -> None:
    first = Refresh(Outcome.FAILED, NOON, NOON + timedelta(seconds=2), error="the portal is away")
    second = Refresh(Outcome.OK, NOON, NOON, received=7, open=3, snapshot="v1", trouble=("a", "b"))
    store.log(first)
    number = store.log(Refresh(Outcome.OK, NOON, NOON, received=7, open=3))
    store.amend(number, second)
    assert store.refreshes(5) == (second, first)
    assert store.refreshes(1) == (second,)


def test_a_log_line_alone_is_no_change(store: Store) -> None:
    store.log(Refresh(Outcome.UNCHANGED, NOON, NOON))
    assert store.sequence == 0


def test_places_are_remembered_up_to_a_limit_and_keep_their_codes(store: Store) -> None:
    codes = PlaceCodes(store._connection, ("community", "ward"), remembered=3)
    places = [Place((str(number), None), None, -114.0, 51.0) for number in range(10)]
    given = {place: codes.of([place])[place] for place in places}
    assert list(given.values()) == list(range(1, 11))
    assert codes.of(places) == given
    assert len(codes._known) <= 3


def test_places_that_differ_in_anything_have_codes_of_their_own(store: Store) -> None:
    places = [
        Place(("01B", None), None, None, None),
        Place((None, "01B"), None, None, None),
        Place((None, None), "01B", None, None),
        Place((None, None), None, 1.0, None),
        Place((None, None), None, None, 1.0),
    ]
    assert len(
        set(PlaceCodes(store._connection, ("community", "ward")).of(places).values())
    ) == len(places)
