"""Re-reported from rows to answers, recounted with pandas."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from livemaps.errors import UnknownValue, VisitorError
from livemaps.measures.families import Family
from livemaps.measures.rereported import WINDOWS, rereported
from livemaps.measures.world import World
from livemaps.model import Filters, PlacePrecision, Stage, Standing, day_date
from livemaps.snapshot import Places, Table
from livemaps.statistics.rereported import AROUND_DAYS
from livemaps.statistics.standards import wilson
from livemaps.views.measures.rereported import (
    FEWEST_BY_CHANCE,
    FEWEST_CLOSINGS,
    VIEW,
    rereported_of,
)
from livemaps.views.measures.values import Answer
from tests.measures.village import answer_of, measures_of, profile, world_of
from tests.views.town import AGENCIES, COMMUNITIES, SERVICES, SET_APART, TODAY, UNPLACED, WARDS, Row

FAMILIES = (Family("re-reported", rereported),)
DONE = Stage.RESOLVED
COMPLETE = TODAY - 2
POINTS = ((-114.05001, 51.03), (-114.05002, 51.03), (-114.1, 51.08), (float("nan"), float("nan")))


def many(count: int = 1500) -> list[Row]:
    random = np.random.default_rng(12)

    def one_of(values: tuple[Any, ...]) -> Any:
        return values[random.integers(len(values))]

    rows = [Row(requested=TODAY - 1)]
    for _ in range(count):
        requested = TODAY - int(random.integers(0, 1000))
        closed = requested + int(random.geometric(0.1)) - 1
        rows.append(
            Row(
                service=one_of(SERVICES),
                agency=one_of(AGENCIES),
                community=one_of((*COMMUNITIES, *UNPLACED[:1])),
                ward=one_of(WARDS),
                stage=DONE if closed <= TODAY else Stage.RECEIVED,
                standing=one_of((Standing.COUNTS,) * 6 + (Standing.DUPLICATE,)),
                requested=requested,
                closed=closed if closed <= TODAY else -1,
                place=int(random.integers(len(POINTS))),
                held=one_of(("base", "base", "fresh", "changed")),
            )
        )
    return rows


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return many()


def world(rows: list[Row], exact: bool = False) -> World:
    precision = PlacePrecision.EXACT if exact else PlacePrecision.AREA_CENTRE
    found = world_of(rows, city=profile(), place_precision=precision)
    long, lat = zip(*POINTS, strict=True)
    points = Table({"long": np.array(long), "lat": np.array(lat)})
    none = Table({"long": np.zeros(0), "lat": np.zeros(0)})
    snapshot = replace(found.snapshot, places=Places(points, none))
    return replace(found, snapshot=snapshot, _columns={})


def recounted(rows: list[Row], by: str, place: str, window: int) -> pd.DataFrame:
    """Return closings, re-reported ones and what chance gives by group, as docs/metrics.md says."""
    frame = pd.DataFrame([{**{n: getattr(r, n) for n in Row.__dataclass_fields__}} for r in rows])
    frame = frame[frame.standing == Standing.COUNTS].reset_index(drop=True)
    frame["point"] = frame.place.map({0: "a", 1: "a", 2: "b"})
    frame = frame[frame[place].notna() & ~frame[place].astype(str).str.contains("unplaced")]
    until = COMPLETE - max(WINDOWS)
    first = max(until - 729, int(min(row.requested for row in rows)) + AROUND_DAYS)
    judged = []
    for _, group in frame.groupby(["service", place]):
        requested = group.requested.to_numpy()
        looked_at = (group.stage == DONE) & group.closed.between(first, until)
        for at in np.flatnonzero(looked_at):
            row = group.iloc[at]
            others = np.delete(requested, at) - row.closed
            after = min(AROUND_DAYS, COMPLETE - row.closed - window)
            around = (others >= -AROUND_DAYS) & (others < 0)
            around |= (others > window) & (others <= window + after)
            chance = 1 - (1 - window / (AROUND_DAYS + after)) ** around.sum()
            again = ((others >= 1) & (others <= window)).any()
            judged.append((row[by], row.service, again, chance))
    found = pd.DataFrame(judged, columns=["group", "service", "again", "chance"])
    if by != "service":
        found = found[found.service != SET_APART]
    sums: pd.DataFrame = found.groupby("group").agg(
        closings=("again", "size"), again=("again", "sum"), chance=("chance", "sum")
    )
    return sums


def table(answer: Answer) -> list[dict[str, Any]]:
    names = [field.name for field in answer.fields]
    return [dict(zip(names, row, strict=True)) for row in answer.rows]


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("by", ["service", "agency", "community"])
@pytest.mark.parametrize("exact", [False, True])
def test_answers_are_those_that_pandas_counts(
    rows: list[Row], by: str, exact: bool, window: int
) -> None:
    expected = recounted(rows, by, "point" if exact else "community", window)
    answer = answer_of(VIEW, world(rows, exact), FAMILIES, by=by, days=str(window))
    found = {row["key"]: row for row in table(answer)}
    assert set(found) == {key for key in expected.index if "unplaced" not in key}
    for key, row in found.items():
        closings, again, chance = expected.loc[key]
        assert row["closings"] == closings >= FEWEST_CLOSINGS
        assert (row["re_reported"], row["re_reported_share"]) == (again, again / closings)
        assert row["chance_share"] == pytest.approx(chance / closings)
        interval = wilson(int(again), int(closings)) if exact else (None, None)
        assert (row["re_reported_low"], row["re_reported_high"]) == interval
        assert row["ratio"] == pytest.approx(again / chance) if chance >= FEWEST_BY_CHANCE else None
    assert answer.facts["place"] == ("point" if exact else "community")


def test_places_without_a_point_or_area_are_counted_and_left_out(rows: list[Row]) -> None:
    for exact in (False, True):
        facts = answer_of(VIEW, world(rows, exact), FAMILIES).facts
        counts = [r for r in rows if r.standing is Standing.COUNTS and r.stage is DONE]
        first, last = (
            np.datetime64(facts[name]).astype(int) for name in ("closed_from", "closed_to")
        )
        within = [row for row in counts if first <= row.closed <= last]
        missing = [
            row for row in within if (row.place == 3 if exact else row.community in UNPLACED)
        ]
        assert facts["closings_without_place"] == len(missing)
        assert facts["closings"] == len(within) - len(missing)


def test_a_small_group_is_named_and_not_judged() -> None:
    rows = [Row(requested=TODAY - 900), Row(requested=TODAY - 1)]
    for at in range(FEWEST_CLOSINGS - 1):
        closed = TODAY - 100 - at
        rows.append(Row(requested=closed - 1, closed=closed, stage=DONE, agency=AGENCIES[1]))
    answer = answer_of(VIEW, world(rows), FAMILIES, by="agency")
    (row,) = table(answer)
    assert (row["closings"], row["suppressed"], row["re_reported"]) == (49, True, None)
    assert row["ratio"] is None
    assert (answer.facts["suppressed_groups"], answer.facts["suppressed_below_closings"]) == (1, 50)


def test_what_comes_again_far_more_often_than_by_chance_is_said() -> None:
    """Each closing is followed by one more request, and by nothing else for months."""
    rows = [Row(requested=TODAY - 900), Row(requested=TODAY - 1)]
    for service in SERVICES[:3]:
        for community in COMMUNITIES:
            for at in range(6):
                closed = TODAY - 100 - 100 * at
                usual = Row(service=service, community=community, stage=DONE)
                rows.append(replace(usual, requested=closed - 40, closed=closed))
                rows.append(replace(usual, requested=closed + 3, closed=closed + 50))
    (row,) = table(answer_of(VIEW, world(rows), FAMILIES, by="city", days="7"))
    assert (row["closings"], row["re_reported"]) == (144, 72)
    assert row["compared_with_chance"] in ("more often", None)


def test_one_group_is_looked_up_as_it_is_answered(rows: list[Row]) -> None:
    there = world(rows)
    measures = measures_of(there, FAMILIES)
    code = there.snapshot.vocab.service.codes[SERVICES[2]]
    found = rereported_of(measures, "service", code, 30)
    (row,) = table(
        answer_of(VIEW, there, FAMILIES, Filters(services=frozenset([SERVICES[2]])), days="30")
    )
    assert found is not None
    assert (found.again, found.ratio, found.compared) == (
        row["re_reported"],
        row["ratio"],
        row["compared_with_chance"],
    )
    assert rereported_of(measures, "service", 0) is None


def test_a_city_with_too_short_a_history_has_no_closings() -> None:
    rows = [Row(requested=TODAY - 20, closed=TODAY - 15, stage=DONE), Row(requested=TODAY - 1)]
    answer = answer_of(VIEW, world(rows), FAMILIES)
    assert (list(answer.rows), answer.facts["enough_history"]) == ([], False)


def test_closings_begin_when_the_days_before_are_held(rows: list[Row]) -> None:
    held = replace(world(rows).snapshot.meta, complete_since=TODAY - 300)
    assert held.complete_since == TODAY - 300
    there = world_of(rows, complete_since=TODAY - 300)
    facts = answer_of(VIEW, there, FAMILIES).facts
    assert facts["closed_from"] == str(day_date(TODAY - 300 + AROUND_DAYS))
    assert facts["closed_to"] == str(day_date(COMPLETE - 30))


def test_filters_that_are_not_about_the_groups_are_refused(rows: list[Row]) -> None:
    with pytest.raises(VisitorError, match="leave agency out, or ask with by=agency"):
        answer_of(VIEW, world(rows), FAMILIES, Filters(agencies=frozenset([AGENCIES[0]])))
    with pytest.raises(UnknownValue):
        answer_of(VIEW, world(rows), FAMILIES, by="service-ward")
