"""Whatever happens to requests: every count of a snapshot equals a plain recount."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from livemaps.model import SECONDS_PER_DAY, Place, RequestRow
from livemaps.snapshot import (
    NO_DAY,
    Snapshot,
    Table,
    reported_by,
    reported_by_service_and,
    reported_per_day,
    row_of,
)
from tests.snapshot.hamlet import PLACES, RECENT_DAYS, TODAY, Hamlet, hamlet_in, request

AREAS = ("A", "B", "C", "D", "unplaced:no_place", "unplaced:unknown_code", "unplaced:outside")
WARDS = {"A": "1", "B": "2", "C": "1", "D": "2"}
AREA_OF: Mapping[Place, str] = dict(zip(PLACES, AREAS, strict=True))
IDS = [f"26-{number}" for number in range(8)] + ["É-9"]
DAYS = [3, TODAY - 8_000, *range(TODAY - 70, TODAY + 1), TODAY + 3_000]
"""Days that portals publish: some of them typing errors, beyond what the cubes cover."""

rows = st.builds(
    request,
    st.sampled_from(IDS),
    day=st.sampled_from(DAYS),
    updated=st.none() | st.integers(TODAY - 80, TODAY),
    closed=st.none() | st.integers(TODAY - 2 * RECENT_DAYS, TODAY),
    status=st.sampled_from(["Open", "Closed", "Closed", "Duplicate (Open)", "TO BE DELETED"]),
    service=st.sampled_from(["Roads - Pothole", "Trees", "Contact"]),
    agency=st.sampled_from(["Mobility", "Water", ""]),
    place=st.sampled_from(PLACES),
)


@dataclass(frozen=True)
class Step:
    """What happens before one publication."""

    rows: tuple[RequestRow, ...]
    gone: frozenset[str]
    days: int
    full: bool


steps = st.lists(
    st.builds(
        Step,
        st.lists(rows, max_size=6).map(tuple),
        st.frozensets(st.sampled_from(IDS), max_size=2),
        st.integers(0, 2),
        st.booleans() | st.just(False),
    ),
    min_size=1,
    max_size=5,
)


def in_words(snapshot: Snapshot, table: Table) -> list[tuple[object, ...]]:
    """Return the rows of a table, spelled out."""
    keys = {code: key for key, code in snapshot.layer("community").code_of.items()}
    words = [
        [snapshot.vocab.of(name).names[code] for code in table[name].tolist()]
        for name in ("status", "service", "agency", "channel")
    ]
    areas = [keys[code] for code in table["area_community"].tolist()]
    days = [table[f"{name}_day"].tolist() for name in ("requested", "updated", "closed")]
    return list(zip(table.ids(), *days, *words, areas, strict=True))


def expected(row: RequestRow) -> tuple[object, ...]:
    """Return a request as `in_words` should give it."""
    days = (row.requested_datetime, row.updated_datetime, row.closed_datetime)
    return (
        row.service_request_id,
        *(NO_DAY if day is None else day // SECONDS_PER_DAY for day in days),
        row.status,
        row.service_name,
        row.agency_responsible,
        row.channel,
        AREA_OF[row.place],
    )


def check(snapshot: Snapshot, held: Mapping[str, RequestRow], today: int) -> None:
    """Compare a snapshot with the requests that are held."""
    unresolved = {name: row for name, row in held.items() if row.status != "Closed"}
    since = (today - RECENT_DAYS) * SECONDS_PER_DAY
    recent = [
        row
        for row in held.values()
        if row.status == "Closed" and (row.closed_datetime or 0) >= since
    ]
    by_day = sorted(
        unresolved.values(), key=lambda row: (row.requested_datetime, row.service_request_id)
    )
    by_closed = sorted(recent, key=lambda row: (row.closed_datetime, row.service_request_id))
    assert in_words(snapshot, snapshot.open) == [expected(row) for row in by_day]
    assert in_words(snapshot, snapshot.recent) == [expected(row) for row in by_closed]
    everything = Counter(in_words(snapshot, snapshot.base))
    everything.subtract(in_words(snapshot, snapshot.superseded))
    everything.update(in_words(snapshot, snapshot.fresh))
    assert +everything == Counter(map(expected, held.values()))
    assert min(everything.values(), default=0) >= 0
    assert snapshot.meta.counts.history == len(held)
    backlog = [row for row in unresolved.values() if row.status == "Open"]
    assert snapshot.meta.counts.open == len(backlog)
    for name in IDS:
        assert (row_of(snapshot, name) is not None) == (name in held)


def check_cubes(snapshot: Snapshot, held: Iterable[RequestRow], since: int, until: int) -> None:
    """Compare what the cubes answer with a plain recount."""
    counting = [
        (row.service_name, AREA_OF[row.place], row.requested_datetime // SECONDS_PER_DAY)
        for row in held
        if row.status in ("Open", "Closed")
    ]
    within = [row for row in counting if since <= row[2] <= until]
    services, community = snapshot.vocab.service.names, snapshot.layer("community")
    ward = snapshot.layer("ward")
    by_service = reported_by(snapshot, "service", since, until)
    assert by_service.tolist() == [sum(row[0] == name for row in within) for name in services]
    by_area = reported_by(snapshot, "area_community", since, until)
    counted = Counter(row[1] for row in within)
    assert {
        key: by_area[code] for key, code in community.code_of.items() if by_area[code]
    } == counted
    crossed = reported_by_service_and(snapshot, "area_ward", since, until)
    pairs = Counter((row[0], WARDS.get(row[1], row[1])) for row in within)
    assert crossed.sum() == len(within)
    for (service, key), count in pairs.items():
        assert crossed[snapshot.vocab.service.codes[service], ward.code_of[key]] == count
    everything = reported_by(snapshot, "service")
    assert everything.sum() == len(counting)
    start = max(since, until - 400)
    chosen = np.array([snapshot.vocab.service.codes.get("Trees", 0)])
    daily = Counter(row[2] for row in counting if row[0] == "Trees")
    assert reported_per_day(snapshot, "service", chosen, start, until).tolist() == [
        daily[day] if chosen[0] else 0 for day in range(start, until + 1)
    ]
    every_day = Counter(row[2] for row in counting)
    assert reported_per_day(snapshot, "service", None, start, until).tolist() == [
        every_day[day] for day in range(start, until + 1)
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    steps,
    st.tuples(
        st.sampled_from([0, TODAY - 8_001, *range(TODAY - 70, TODAY)]), st.integers(-1, 9_000)
    ),
)
def test_a_snapshot_equals_a_recount_after_any_history(
    history: list[Step], days: tuple[int, int]
) -> None:
    held: dict[str, RequestRow] = {}
    today, base = TODAY, ""
    with tempfile.TemporaryDirectory() as folder, hamlet_in(Path(folder)) as hamlet:
        for step in history:
            today += step.days
            take(hamlet, held, step)
            hamlet.publish(day=today, full=step.full)
            snapshot = hamlet.snapshot()
            check(snapshot, held, today)
            check_cubes(snapshot, held.values(), days[0], days[0] + days[1])
            # A base that did not add up would have been replaced, and its fault hidden.
            assert step.full or base in ("", snapshot.meta.base_id)
            base = snapshot.meta.base_id
            assert snapshot.meta.counts.open == hamlet.store.open_count()
            assert snapshot.meta.counts.history == hamlet.store.total()


def take(hamlet: Hamlet, held: dict[str, RequestRow], step: Step) -> None:
    """Let a step happen to the store, and to what is expected of it."""
    hamlet.apply(*step.rows)
    held.update({row.service_request_id: row for row in step.rows})
    hamlet.vanish(*step.gone)
    for name in step.gone:
        held.pop(name, None)
