"""What is open always equals a recount from scratch, whatever happened before."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from livemaps.feeds.profile import Profile, StatusMeaning
from livemaps.model import RequestRow, Stage, Standing
from livemaps.store import Store
from tests.store.samples import NOON, assert_sound, calgary, put, row

STATUSES = ("Open", "Closed", "Duplicate (Open)", "Duplicate (Closed)", "TO BE DELETED", "On Hold")
NAMES = [str(number) for number in range(6)]

rows = st.builds(
    row,
    st.sampled_from(NAMES),
    status=st.sampled_from(STATUSES),
    channel=st.sampled_from(["Web", "App"]),
)
steps = st.one_of(
    st.tuples(st.just("apply"), st.lists(rows, max_size=8)),
    st.tuples(st.just("bulk"), st.lists(rows, max_size=8)),
    st.tuples(st.just("vanish"), st.lists(st.sampled_from(NAMES), max_size=3)),
    st.tuples(st.just("undone"), st.lists(rows, max_size=8)),
)


RESOLVED = StatusMeaning(stage=Stage.RESOLVED)
OPEN = StatusMeaning(stage=Stage.RECEIVED)
DUPLICATE = StatusMeaning(stage=Stage.RECEIVED, standing=Standing.DUPLICATE)


class Undone(Exception):
    pass


def take(store: Store, seen: dict[str, RequestRow | None], step: tuple[str, list[Any]]) -> None:
    """Do a step to the store, and to a dict of all that was ever seen (None once vanished)."""
    kind, values = step
    if kind == "vanish":
        with store.refreshing(NOON) as writing:
            writing.vanish(values)
        seen.update(dict.fromkeys(seen.keys() & set(values)))
    elif kind == "undone":
        with suppress(Undone), store.refreshing(NOON) as writing:
            writing.apply(values)
            raise Undone
    else:
        put(store, *values, bulk=kind == "bulk")
        latest = {new.service_request_id: new for new in values}
        seen.update(latest if kind == "apply" else latest | seen)


def recount(store: Store, city: Profile) -> tuple[int, int]:
    """Count what is open, and what is held, from the rows and the words alone."""
    names = store.vocabulary("status")
    total = backlog = 0
    for batch in store.all_rows(batch=2):
        total += len(batch.ids)
        backlog += sum(city.is_open(names[code]) for code in batch.status.tolist())
    return backlog, total


@given(st.lists(steps, max_size=8))
@settings(max_examples=60, deadline=None)
def test_counts_equal_a_recount_from_scratch(history: list[tuple[str, list[Any]]]) -> None:
    city, seen = calgary(), dict[str, RequestRow | None]()
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder), city) as store:
        for step in history:
            take(store, seen, step)
            held = {name: new.status for name, new in seen.items() if new is not None}
            open_ids = {name for name, status in held.items() if city.is_open(status)}
            assert recount(store, city) == (store.open_count(), store.total())
            assert (store.open_count(), store.total()) == (len(open_ids), len(held))
            assert set(store.open_ids()) == open_ids
            assert store.open_count() == sum(store.open_by_status().values())
        assert_sound(store)


@given(st.lists(rows, max_size=12), st.lists(rows, max_size=12))
@settings(max_examples=30, deadline=None)
def test_another_status_map_is_as_if_it_had_always_been(
    before: list[RequestRow], after: list[RequestRow]
) -> None:
    city = calgary()
    other = city.model_copy(
        update={"statuses": {"On Hold": RESOLVED, "Closed": OPEN, "Open": DUPLICATE}}
    )
    with tempfile.TemporaryDirectory() as folder:
        with Store.open(Path(folder), city) as store:
            put(store, *before)
        with Store.open(Path(folder), other) as store:
            assert recount(store, other) == (store.open_count(), store.total())
            put(store, *after)
            assert recount(store, other) == (store.open_count(), store.total())
