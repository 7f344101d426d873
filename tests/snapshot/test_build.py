"""What a snapshot says of the requests in the store."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace

import brotli
import numpy as np
import pytest

from livemaps.errors import NoSnapshot
from livemaps.model import Stage, Standing
from livemaps.snapshot import NO_DAY, Change, Changes, Snapshot, build, row_of
from livemaps.snapshot.read import read_meta
from livemaps.snapshot.source import COMPLETE_SINCE
from livemaps.store import backfill_lock
from tests.snapshot.hamlet import (
    BY_POINT,
    IN_A,
    IN_B,
    IN_C,
    NEW_CODE,
    NOWHERE,
    OUTSIDE,
    RECENT_DAYS,
    SQUARES,
    TODAY,
    Hamlet,
    area_of,
    layers,
    profile,
    request,
)


def flags(snapshot: Snapshot, table: str = "current") -> dict[str, int]:
    """Return the flags of the requests that have any."""
    rows = getattr(snapshot, table)
    flagged = np.flatnonzero(rows["flags"])
    return dict(zip(rows.ids(flagged), rows["flags"][flagged].tolist(), strict=True))


def stages(snapshot: Snapshot) -> dict[str, tuple[Stage, Standing]]:
    rows = snapshot.current
    pairs = zip(rows["stage"].tolist(), rows["standing"].tolist(), strict=True)
    return dict(
        zip(
            rows.ids(),
            ((Stage(stage), Standing(standing)) for stage, standing in pairs),
            strict=True,
        )
    )


def test_before_the_first_publication_there_is_no_snapshot(hamlet: Hamlet) -> None:
    with pytest.raises(NoSnapshot):
        hamlet.snapshot()
    assert read_meta(hamlet.data_dir) is None


def test_a_store_without_requests_is_published_as_an_empty_city(hamlet: Hamlet) -> None:
    snapshot = hamlet.published()
    assert (snapshot.current.rows, snapshot.base.rows, snapshot.fresh.rows) == (0, 0, 0)
    assert snapshot.meta.newest_day is None
    assert snapshot.meta.counts.history == 0


def test_current_is_what_is_not_resolved_and_then_what_was_resolved_recently(
    hamlet: Hamlet,
) -> None:
    hamlet.apply(
        request("open", day=TODAY - 900),
        request("newer", day=TODAY - 3),
        request("same day", day=TODAY - 3),
        request("first recent", status="Closed", closed=TODAY - RECENT_DAYS),
        request("just too old", status="Closed", closed=TODAY - RECENT_DAYS - 1),
        request("closed later", day=TODAY - 800, status="Closed", closed=TODAY - 1),
        request("closed without a day", status="Closed"),
    )
    snapshot = hamlet.published()
    assert snapshot.current.ids() == [
        "open", "newer", "same day", "first recent", "closed later",
    ]  # fmt: skip
    assert snapshot.open_rows == 3
    assert snapshot.open.ids() == ["open", "newer", "same day"]
    assert snapshot.recent.ids() == ["first recent", "closed later"]
    assert snapshot.meta.counts.history == 7


def test_status_decides_never_the_closed_date(hamlet: Hamlet) -> None:
    hamlet.apply(request("reopened", closed=TODAY - 2))
    snapshot = hamlet.published()
    assert snapshot.open.ids() == ["reopened"]
    assert snapshot.current["closed_day"].tolist() == [TODAY - 2]


def test_stage_and_standing_follow_the_status_map_and_the_days(hamlet: Hamlet) -> None:
    day = TODAY - 5
    hamlet.apply(
        request("received", updated=day),
        request("touched later", updated=day + 1),
        request("never touched"),
        request("closed", updated=day + 1, status="Closed", closed=day + 1),
        request("duplicate", status="Duplicate (Open)"),
        request("deleted", status="TO BE DELETED"),
        request("unheard of", status="On hold"),
    )
    assert stages(hamlet.published()) == {
        "received": (Stage.RECEIVED, Standing.COUNTS),
        "touched later": (Stage.IN_PROGRESS, Standing.COUNTS),
        "never touched": (Stage.RECEIVED, Standing.COUNTS),
        "closed": (Stage.RESOLVED, Standing.COUNTS),
        "duplicate": (Stage.RECEIVED, Standing.DUPLICATE),
        "deleted": (Stage.RECEIVED, Standing.DELETED),
        "unheard of": (Stage.RECEIVED, Standing.COUNTS),
    }


def test_nothing_is_inferred_where_the_profile_does_not_say_so(hamlet: Hamlet) -> None:
    hamlet.city = profile(infer_in_progress=False)
    hamlet.apply(request("touched later", updated=TODAY))
    assert stages(hamlet.published())["touched later"][0] is Stage.RECEIVED


def test_every_request_is_in_one_area_of_each_layer_or_unplaced_for_a_reason(
    hamlet: Hamlet,
) -> None:
    places = {
        "code": IN_A,
        "other code": IN_B,
        "point": BY_POINT,
        "nothing": NOWHERE,
        "new code": NEW_CODE,
        "far": OUTSIDE,
    }
    hamlet.apply(*(request(name, place=place) for name, place in places.items()))
    hamlet.apply(request("duplicate", place=NOWHERE, status="Duplicate (Open)"))
    snapshot = hamlet.published()
    reasons = {
        "nothing": "unplaced:no_place",
        "new code": "unplaced:unknown_code",
        "far": "unplaced:outside",
        "duplicate": "unplaced:no_place",
    }
    assert area_of(snapshot, "community") == {
        "code": "A", "other code": "B", "point": "D", **reasons,
    }  # fmt: skip
    assert area_of(snapshot, "ward") == {"code": "1", "other code": "2", "point": "2", **reasons}
    one_each = {"no_place": 1, "unknown_code": 1, "outside": 1}
    assert snapshot.meta.unplaced == {"community": one_each, "ward": one_each}


def test_places_that_came_after_the_base_are_placed_too(hamlet: Hamlet) -> None:
    hamlet.apply(request("26-1", place=IN_A))
    hamlet.publish()
    hamlet.apply(request("26-2", place=BY_POINT))
    snapshot = hamlet.published()
    assert area_of(snapshot, "community") == {"26-1": "A", "26-2": "D"}
    long, lat = snapshot.places.points(snapshot.current["place"])
    assert long.tolist() == [IN_A.long, BY_POINT.long]
    assert lat.tolist() == [IN_A.lat, BY_POINT.lat]


def test_a_request_without_a_point_has_none(hamlet: Hamlet) -> None:
    hamlet.apply(request("26-1", place=NEW_CODE))
    snapshot = hamlet.published()
    assert np.isnan(snapshot.places.points(snapshot.current["place"])).all()


def test_words_are_held_once_and_rows_refer_to_them(hamlet: Hamlet) -> None:
    hamlet.apply(
        request("26-1", service="Roads - Pothole", agency="Mobility", channel="App"),
        request("26-2", service="Éclairage", agency="", channel="Phone"),
        request("26-3", service="Contact - Mail"),
    )
    snapshot = hamlet.published()
    vocab, rows = snapshot.vocab, snapshot.current
    services = [vocab.service.names[code] for code in rows["service"].tolist()]
    assert services == ["Roads - Pothole", "Éclairage", "Contact - Mail"]
    assert [vocab.agency.names[code] for code in rows["agency"].tolist()] == [
        "Mobility", "", "Mobility",
    ]  # fmt: skip
    assert vocab.service.codes["Éclairage"] == rows["service"][1]
    categories = vocab.service_category[rows["service"]].tolist()
    assert [vocab.category.names[code] for code in categories] == ["Roads", "Éclairage", "Contact"]
    assert vocab.service_apart[rows["service"]].tolist() == [False, False, True]
    assert snapshot.meta.counts.set_apart_open == 1


def test_words_that_came_after_the_base_widen_the_codes(hamlet: Hamlet) -> None:
    hamlet.apply(request("26-0"))
    base = hamlet.published().meta.base_id
    hamlet.apply(*(request(f"26-{i:03}", agency=f"Agency {i}") for i in range(1, 301)))
    snapshot = hamlet.published()
    assert snapshot.meta.base_id == base
    agencies = [snapshot.vocab.agency.names[code] for code in snapshot.current["agency"].tolist()]
    assert agencies == ["Mobility", *(f"Agency {i}" for i in range(1, 301))]


def test_days_are_whole_days_of_the_city_and_absent_ones_are_marked(hamlet: Hamlet) -> None:
    late = request("26-1")
    hamlet.apply(late._replace(requested_datetime=late.requested_datetime + 86_399))
    row = hamlet.published().current
    assert row["requested_day"].tolist() == [TODAY - 5]
    assert [row[f"{name}_day"].tolist() for name in ("updated", "closed", "expected")] == [
        [NO_DAY], [NO_DAY], [NO_DAY],
    ]  # fmt: skip
    assert "requested_time" not in row


def test_times_of_day_are_kept_where_the_feed_has_them(hamlet: Hamlet) -> None:
    hamlet.city = profile(precision={"time": "second", "place": "exact"})
    asked = request("26-1")
    hamlet.apply(asked._replace(requested_datetime=asked.requested_datetime + 3_661))
    row = hamlet.published().current
    assert (row["requested_day"][0], row["requested_time"][0]) == (TODAY - 5, 3_661)


def test_the_newest_day_is_not_in_the_future(hamlet: Hamlet) -> None:
    hamlet.apply(
        request("typo", day=TODAY + 4_000),
        request("newest", day=TODAY - 1, status="Closed", closed=TODAY - 1),
        request("older", day=TODAY - 2),
    )
    assert hamlet.published().meta.newest_day == TODAY - 1
    hamlet.vanish("newest")
    assert hamlet.published().meta.newest_day == TODAY - 2
    hamlet.apply(request("fresh", day=TODAY))
    assert hamlet.published().meta.newest_day == TODAY


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


def test_new_boundaries_move_every_request_and_are_no_change_of_it(hamlet: Hamlet) -> None:
    by_point = IN_A._replace(codes=(None,), long=-114.105)
    hamlet.apply(request("26-1", place=by_point))
    before = hamlet.published()
    assert area_of(before, "community") == {"26-1": "A"}
    hamlet.areas = layers(-0.01)
    after = hamlet.published()
    assert area_of(after, "community") == {"26-1": "B"}
    assert area_of(after, "ward") == {"26-1": "2"}
    assert after.meta.base_id != before.meta.base_id
    assert after.meta.changes == Changes()


def test_layers_say_what_readers_need(hamlet: Hamlet) -> None:
    community, ward = hamlet.published().layers
    assert (community.keys, ward.keys) == (("A", "B", "C", "D"), ("1", "2"))
    assert community.area_names == ("Area A", "Area B", "Area C", "Area D")
    assert community.parents == ("1", "2", "1", "2")
    assert community.within == "ward"
    assert community.called(0, "fr") == "Area A"
    assert [ward.called(1, language) for language in ("en", "fr", "de")] == [
        "Ward 2", "Quartier 2", "Ward 2",
    ]  # fmt: skip
    assert community.code_of["unplaced:outside"] == 6
    assert community.codes == 7
    west, south, east, north = SQUARES["community"]["A"]
    assert west < community.long[0] < east
    assert south < community.lat[0] < north


def test_the_polygons_are_published_compressed_under_a_name_of_their_content(
    hamlet: Hamlet,
) -> None:
    file = hamlet.published().layers[0].areas_file
    areas = hamlet.data_dir / "areas"
    plain = (areas / file).read_bytes()
    assert [feature["id"] for feature in json.loads(plain)["features"]] == ["A", "B", "C", "D"]
    assert brotli.decompress((areas / f"{file}.br").read_bytes()) == plain
    assert gzip.decompress((areas / f"{file}.gz").read_bytes()) == plain
    hamlet.areas = layers(-0.01)
    assert hamlet.published().layers[0].areas_file != file


@pytest.mark.parametrize("name", ["26-00000001", "É-ß-東京", "x" * 500, "é" * 300, " ", "a\tb"])
def test_a_request_is_found_by_its_id_whatever_it_looks_like(hamlet: Hamlet, name: str) -> None:
    hamlet.apply(request(name), request("x" * 499 + "y"), request("0"))
    snapshot = hamlet.published()
    found = row_of(snapshot, name)
    assert found is not None
    table, row = found
    assert table == "base"
    assert snapshot.base.ids()[row] == name or len(name) > 64
    hamlet.apply(request(name, agency="Water"))
    assert row_of(hamlet.published(), name) == ("fresh", 0)
    hamlet.vanish(name)
    assert row_of(hamlet.published(), name) is None
    assert row_of(hamlet.snapshot(), "no such") is None


def test_an_id_longer_than_any_in_the_base_is_held_beside_it(hamlet: Hamlet) -> None:
    hamlet.apply(request("1"))
    hamlet.publish()
    hamlet.apply(request("1-and-more"))
    assert hamlet.published().current.ids() == ["1", "1-and-more"]


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
