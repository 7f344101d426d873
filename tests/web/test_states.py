"""What pages say of the data's age, of a first start and of trouble."""

from __future__ import annotations

from datetime import timedelta

from livemaps.errors import NoSnapshot, SnapshotDamaged
from livemaps.status import Progress, State
from tests.views.town import Row, snapshot_of
from tests.web.conftest import NOW, TextOf, Town, named


def test_the_freshness_line_has_two_ages_the_unplaced_and_the_precision(
    town: Town, text_of: TextOf
) -> None:
    drawn = town.ask("freshness", url="")["freshness"]["tree"]
    text = text_of(drawn)
    assert "Checked" in text
    assert "Newest record" in text
    assert "1 of 3 open in Calgary has no place" in text
    assert "A place is the centre of its community" in text
    assert named(drawn, "time")[0][1]["dateTime"] == "2024-10-04T12:03:00+00:00"
    assert "Simulated" not in text


def test_simulated_data_says_so_on_every_page(town: Town, text_of: TextOf) -> None:
    town.profile = town.profile.model_copy(update={"simulated": True})
    assert "Simulated data" in text_of(town.ask("freshness", url="")["freshness"]["tree"])
    assert "simulated" in text_of(town.ask("header", url="")["footer"]["tree"])


def test_a_first_start_shows_how_far_it_is(town: Town, text_of: TextOf) -> None:
    town.shown = NoSnapshot("nothing yet")
    town.say(State.FIRST_START, progress=Progress(3, 12), last_checked=None, last_success=None)
    assert "Loading 3 of 12 pages" in text_of(town.ask("freshness", url="")["freshness"]["tree"])
    drawn = town.ask("answer", url="?ward=7")
    assert "first data for Calgary" in text_of(drawn["answer"]["tree"])
    assert town.client.get("/").status_code == 200


def test_a_failing_feed_says_why_since_when_and_when_it_is_tried_again(
    town: Town, text_of: TextOf
) -> None:
    town.say(
        State.FAILING,
        error="time-out",
        error_kind="FeedUnavailable",
        failing_since=NOW - timedelta(hours=2),
        next_check=NOW + timedelta(minutes=10),
    )
    text = text_of(town.ask("freshness", url="")["freshness"]["tree"])
    assert "The portal does not answer. You see the last good data." in text
    assert "Next try at 6:15" in text
    assert "Calgary: 3 open" in text_of(town.ask("answer", url="")["answer"]["tree"])


def test_data_past_its_limit_says_so_large(town: Town) -> None:
    town.say(last_success=NOW - timedelta(hours=9))
    notices = named(town.ask("freshness", url="")["freshness"]["tree"], "div")
    assert any("notice-stale" in notice[1].get("className", "") for notice in notices)


def test_damaged_files_leave_the_page_standing(town: Town, text_of: TextOf) -> None:
    town.shown = SnapshotDamaged("rows.columns is not readable")
    assert town.client.get("/?ward=7").status_code == 200
    assert "first data" in text_of(town.ask("answer", url="?ward=7")["answer"]["tree"])


def test_a_new_version_is_shown_at_once(town: Town, text_of: TextOf) -> None:
    before = text_of(town.ask("answer", url="")["answer"]["tree"])
    town.shown = snapshot_of([*[Row()] * 9], version="20241004T130000Z-000002")
    after = text_of(town.ask("answer", url="")["answer"]["tree"])
    assert before != after
    assert "9 open requests" in after
