"""What a refresh does to the requests: inserted, updated, unchanged, removed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from livemaps.model import Place, Reject
from livemaps.store import Applied, Kind, Store
from tests.store.samples import AUGUST_20, BELTLINE, NOON, NOWHERE, put, row


def test_new_requests_are_inserted_and_have_no_events(store: Store) -> None:
    assert put(store, row(1), row(2)) == Applied(inserted=2)
    assert store.total() == 2
    assert store.events(row(1).service_request_id) == ()


def test_the_same_rows_again_are_unchanged_and_write_nothing(store: Store) -> None:
    put(store, row(1), row(2))
    sequence = store.sequence

    assert put(store, row(1), row(2)) == Applied(unchanged=2)
    assert store.sequence == sequence


def test_a_changed_row_is_one_update_and_one_event(store: Store) -> None:
    put(store, row(1), row(2))
    later = NOON + timedelta(hours=5)

    applied = put(store, row(1, status="Closed", closed_datetime=AUGUST_20), row(2), at=later)

    assert applied == Applied(updated=1, unchanged=1, resolved=1)
    (event,) = store.events(row(1).service_request_id)
    assert event.kind is Kind.STATUS
    assert (event.from_status, event.to_status) == ("Open", "Closed")
    assert event.changed == ("closed_datetime", "status")
    assert event.from_updated == AUGUST_20 + 86_400
    assert event.seen_at == later.timestamp()


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"agency_responsible": "TRAN - Roads"}, Kind.AGENCY),
        ({"status": "Closed", "agency_responsible": "TRAN - Roads"}, Kind.STATUS),
        ({"service_name": "Roads - Sinkhole"}, Kind.DETAILS),
        ({"updated_datetime": None}, Kind.DETAILS),
        ({"place": NOWHERE}, Kind.DETAILS),
    ],
)
def test_an_event_is_named_for_the_first_thing_that_fits(
    store: Store, change: dict[str, object], kind: Kind
) -> None:
    put(store, row(1))
    put(store, row(1, **change))
    assert [event.kind for event in store.events(row(1).service_request_id)] == [kind]


def test_a_request_open_again_is_reopened_whatever_its_closed_date(store: Store) -> None:
    closed = row(1, status="Closed", closed_datetime=AUGUST_20)
    put(store, closed)

    assert put(store, closed._replace(status="Open")) == Applied(updated=1, reopened=1)
    assert [event.kind for event in store.events(closed.service_request_id)] == [Kind.REOPENED]
    assert store.open_count() == 1


class TestARowThatComesTwice:
    def test_counts_once_with_its_last_state(self, store: Store) -> None:
        assert put(store, row(1, channel="App"), row(1)) == Applied(inserted=1)
        held = store.request(row(1).service_request_id)
        assert held is not None
        assert held.channel == "Web"

    def test_on_two_pages_is_inserted_once_and_has_no_event(self, store: Store) -> None:
        with store.refreshing(NOON) as writing:
            writing.apply([row(1)])
            writing.apply([row(1, status="Closed")])
        assert writing.applied == Applied(inserted=1)
        assert store.events(row(1).service_request_id) == ()
        assert store.open_count() == 0

    def test_is_updated_once_from_what_it_was_before_the_refresh(self, store: Store) -> None:
        put(store, row(1))
        with store.refreshing(NOON) as writing:
            writing.apply([row(1, channel="App")])
            writing.apply([row(1, channel="App", status="Closed")])
        assert writing.applied == Applied(updated=1, resolved=1)
        (event,) = store.events(row(1).service_request_id)
        assert event.changed == ("status", "channel")

    def test_and_ends_as_it_began_is_unchanged(self, store: Store) -> None:
        put(store, row(1))
        with store.refreshing(NOON) as writing:
            writing.apply([row(1, status="Closed")])
            writing.apply([row(1)])
        assert writing.applied == Applied(unchanged=1)
        assert store.events(row(1).service_request_id) == ()
        assert store.open_count() == 1

    def test_unchanged_on_two_pages_is_unchanged_once(self, store: Store) -> None:
        put(store, row(1))
        with store.refreshing(NOON) as writing:
            writing.apply([row(1)])
            writing.apply([row(1)])
        assert writing.applied == Applied(unchanged=1)


class TestVanished:
    def test_requests_leave_every_count_and_keep_their_history(self, store: Store) -> None:
        put(store, row(1), row(2))
        with store.refreshing(NOON) as writing:
            writing.vanish([row(1).service_request_id])
        assert writing.applied == Applied(removed=1)
        assert (store.total(), store.open_count()) == (1, 1)
        held = store.request(row(1).service_request_id)
        assert held is not None
        assert held.vanished == NOON.timestamp()
        assert [event.kind for event in store.events(held.service_request_id)] == [Kind.VANISHED]

    def test_requests_that_come_again_have_returned(self, store: Store) -> None:
        put(store, row(1))
        with store.refreshing(NOON) as writing:
            writing.vanish([row(1).service_request_id])
        assert put(store, row(1)) == Applied(updated=1)
        assert (store.total(), store.open_count()) == (1, 1)
        kinds = [event.kind for event in store.events(row(1).service_request_id)]
        assert kinds == [Kind.VANISHED, Kind.RETURNED]

    def test_twice_or_unknown_counts_for_nothing(self, store: Store) -> None:
        put(store, row(1))
        for removed in (1, 0):
            with store.refreshing(NOON) as writing:
                writing.vanish([row(1).service_request_id, "never seen"])
            assert writing.applied.removed == removed


class TestBulk:
    def test_rows_leave_what_is_held_as_it_is(self, store: Store) -> None:
        put(store, row(1, status="Closed"))
        applied = put(store, row(1), row(2), bulk=True)
        assert applied == Applied(inserted=1, unchanged=1)
        assert store.events(row(1).service_request_id) == ()
        assert store.open_count() == 1

    def test_only_unresolved_rows_are_listed_as_changed(self, store: Store) -> None:
        put(store, row(1), row(2, status="Closed"), row(3, status="Duplicate (Open)"), bulk=True)
        ids = [name for batch in store.changed_rows(0) for name in batch.ids]
        assert ids == [row(1).service_request_id, row(3).service_request_id]
        assert store.bulk_count(0) == 3
        assert store.total() == 3


def test_a_request_is_given_back_in_the_words_of_the_feed(store: Store) -> None:
    put(store, row(1))
    held = store.request(row(1).service_request_id)
    assert held is not None
    assert held[:9] == row(1)[:9]
    assert held.place == BELTLINE
    assert held.is_open


def test_blank_words_and_places_are_kept_as_blank(store: Store) -> None:
    put(store, row(1, agency_responsible="", place=NOWHERE))
    held = store.request(row(1).service_request_id)
    assert held is not None
    assert held.agency_responsible == ""
    assert held.place[1:] == (None, None, None)
    assert dict(store.places()) == {}
    assert "" not in store.vocabulary("agency").values()


def test_an_exception_undoes_rows_events_rejects_and_the_state_of_the_feed(store: Store) -> None:
    put(store, row(1))

    def fail() -> None:
        with store.refreshing(NOON) as writing:
            writing.apply([row(1, status="Closed"), row(2, service_name="new", place=NOWHERE)])
            writing.reject([Reject("no id", "{}")])
            writing.save_feed_state("further")
            raise RuntimeError("the third page is bad")

    with pytest.raises(RuntimeError, match="third page"):
        fail()
    assert (store.total(), store.open_count(), store.feed_state()) == (1, 1, "")
    assert store.events(row(1).service_request_id) == ()
    assert store.rejects(10) == ()
    assert set(store.vocabulary("service").values()) == {"Roads - Pothole"}


def test_codes_given_in_what_was_undone_are_given_anew(store: Store) -> None:
    elsewhere = Place(("SUN", None), "SUNNYSIDE", None, None)

    def fail() -> None:
        with store.refreshing(NOON) as writing:
            writing.apply([row(1, place=elsewhere, service_name="Lost")])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    put(store, row(1), row(2, place=elsewhere, service_name="Lost"))
    first, second = (store.request(row(n).service_request_id) for n in (1, 2))
    assert first is not None
    assert second is not None
    assert (first.place, first.service_name) == (BELTLINE, "Roads - Pothole")
    assert (second.place, second.service_name) == (elsewhere, "Lost")


class TestRejects:
    def test_are_kept_with_when_they_came_and_counted_for_ever(self, store: Store) -> None:
        for number in (1, 2):
            with store.refreshing(NOON) as writing:
                writing.reject([Reject("no id", f'{{"a": {number}}}')])
        assert store.rejected_total() == 2
        assert store.rejects(1)[0] == (NOON.timestamp(), "no id", '{"a": 2}')

    def test_that_come_again_are_kept_and_counted_once(self, store: Store) -> None:
        first = Reject("no id", '{":id":"row-1",":updated_at":"2026-08-01","a":1}')
        rewritten = Reject("no id", '{":id":"row-9",":updated_at":"2026-08-09","a":1}')
        cut = Reject("no id", '{"a":"cut to the length that is ke')
        for _ in range(2):
            with store.refreshing(NOON) as writing:
                writing.reject([first, cut])
                writing.reject([rewritten])
        assert store.rejected_total() == 2
        assert [kept.row for kept in store.rejects(10)] == [cut.row, first.row]

    def test_for_another_reason_are_other_rows(self, store: Store) -> None:
        with store.refreshing(NOON) as writing:
            writing.reject([Reject("no id", "{}"), Reject("no requested date", "{}")])
        assert store.rejected_total() == 2

    def test_are_kept_up_to_ten_thousand(self, store: Store) -> None:
        with store.refreshing(NOON) as writing:
            writing.reject([Reject("no id", str(number)) for number in range(10_010)])
        kept = store.rejects(20_000)
        assert len(kept) == 10_000
        assert kept[0].row == "10009"
        assert store.rejected_total() == 10_010
