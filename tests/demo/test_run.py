"""The running demo, polled over HTTP by the client that polls real portals."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from livemaps.demo.profile import REQUESTS
from livemaps.demo.run import NEWS_DAYS, Demo, DemoOptions, running_demo
from livemaps.demo.trouble import DemoTrouble, PlannedTrouble
from livemaps.errors import (
    FeedError,
    FeedMalformed,
    FeedThrottled,
    FeedUnavailable,
    SchemaChanged,
    SettingError,
)
from livemaps.feeds.base import Plan, PlanKind
from livemaps.feeds.boundary_folder import BoundaryFolder
from livemaps.feeds.http import open_client
from livemaps.feeds.places import place_all
from livemaps.feeds.profile import Profile
from livemaps.feeds.socrata import SocrataFeed
from livemaps.model import RequestRow, Unplaced
from livemaps.settings import Settings

SETTINGS = Settings(attempts=1, overlap_seconds=0, page_size=5_000)
SMALL = DemoOptions(share=0.03, history_days=300)


class MovedClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def demo(clock: MovedClock) -> Iterator[Demo]:
    with running_demo(SMALL, clock=clock, live=False) as running:
        yield running


@pytest.fixture
def feed(demo: Demo) -> SocrataFeed:
    return SocrataFeed(demo.profile, open_client(SETTINGS), SETTINGS, clock=demo.clock)


def rows_of(feed: SocrataFeed, plan: Plan) -> dict[str, RequestRow]:
    return {row.service_request_id: row for page in feed.pages(plan) for row in page.rows}


def told(demo: Demo, query: str) -> Any:
    request = urllib.request.Request(f"{demo.address}/demo/trouble?{query}", method="POST")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def test_the_profile_is_the_real_citys_pointed_at_the_demo(demo: Demo) -> None:
    profile = demo.profile
    assert profile.simulated
    assert profile.feed.address == demo.address
    assert all("approximate" in (layer.noted("en") or "") for layer in profile.layers)
    assert not any("approximate" in layer.called_plural("en") for layer in profile.layers)
    assert "Open Government Licence – City of Calgary" in profile.attribution
    assert Profile.model_validate(profile.model_dump()) == profile


def test_every_row_is_read_without_a_reject_or_a_defect(demo: Demo, feed: SocrataFeed) -> None:
    pages = list(feed.pages(feed.plan("")))
    assert sum(len(page.rows) for page in pages) == len(list(demo.city.rows()))
    assert not [page.rejects or page.defects for page in pages if page.rejects or page.defects]


def test_a_publication_is_what_the_next_poll_brings(
    demo: Demo, feed: SocrataFeed, clock: MovedClock
) -> None:
    clock.pass_seconds(20)
    first = feed.plan("")
    held = rows_of(feed, first)
    assert feed.plan(first.state).kind is PlanKind.UNCHANGED
    publication = demo.publisher.publish()
    clock.pass_seconds(20)
    plan = feed.plan(first.state)
    changed = rows_of(feed, plan)
    assert plan.kind is PlanKind.CHANGES
    assert publication.changed <= len(changed) < len(held) / 10
    fresh = set(changed) - set(held)
    resolved = [name for name in changed if name in held and held[name].status != "Closed"]
    assert fresh
    assert any(changed[name].status == "Closed" for name in resolved)
    assert feed.plan(plan.state).kind is PlanKind.UNCHANGED


def test_areas_come_by_the_same_way_and_place_nearly_every_request(
    demo: Demo, feed: SocrataFeed, tmp_path: Path
) -> None:
    folder = BoundaryFolder(tmp_path)
    folder.fetch(demo.profile, feed)
    communities, wards = folder.load(demo.profile)
    assert (len(communities.areas), len(wards.areas)) == (307, 14)
    assert not (*communities.trouble, *wards.trouble)
    assert {area.parent for area in communities.areas} == {area.key for area in wards.areas}
    assert all((area.parent_share or 0) > 0.99 for area in communities.areas)
    places = list({row.place for row in rows_of(feed, feed.plan("")).values()})
    placed = place_all((communities, wards), places)
    reasons = {
        Unplaced(int(code) - 307): place.codes[0]
        for place, code in zip(places, placed.areas[:, 0], strict=True)
        if code >= 307
    }
    assert set(reasons) == set(Unplaced)
    assert reasons[Unplaced.NO_PLACE] is None
    assert reasons[Unplaced.OUTSIDE] == "RRC"


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("outage", FeedUnavailable),
        ("error", FeedUnavailable),
        ("429", FeedThrottled),
        ("truncated", FeedError),
        ("html", FeedMalformed),
        ("schema", SchemaChanged),
    ],
)
def test_trouble_reaches_the_client_and_ends(
    demo: Demo, feed: SocrataFeed, kind: str, error: type[FeedError]
) -> None:
    demo.trouble(kind, 3_600)
    with pytest.raises(error):
        rows_of(feed, feed.plan(""))
    demo.mischief.close()
    assert rows_of(feed, feed.plan(""))


def test_nothing_is_published_during_a_schema_change(wait_for: WaitFor) -> None:
    with running_demo(DemoOptions(share=0.01, history_days=300, seconds_per_day=0.05)) as demo:
        demo.trouble("schema", 3_600)
        names = [column.name for column in demo.server.tables[REQUESTS].columns]
        before = demo.today()
        assert "service_name" not in names
        assert not wait_for(lambda: demo.today() > before, seconds=0.3)
        demo.mischief.close()
        names = [column.name for column in demo.server.tables[REQUESTS].columns]
        assert "service_name" in names
        assert wait_for(lambda: demo.today() > before)


def test_a_rewrite_moves_every_row(demo: Demo, feed: SocrataFeed, clock: MovedClock) -> None:
    first = feed.plan("")
    clock.pass_seconds(20)
    demo.trouble("rewrite", 1)
    settings = Settings(attempts=1, overlap_seconds=0, full_rewrite_rows=1_000)
    cautious = SocrataFeed(demo.profile, open_client(settings), settings, clock=demo.clock)
    assert cautious.plan(first.state).kind is PlanKind.REWRITTEN


def test_trouble_can_be_ordered_over_http(demo: Demo, feed: SocrataFeed) -> None:
    made = told(demo, "kind=outage&seconds=3600")
    assert made["kind"] == "outage"
    assert "without an answer" in made["meaning"]
    with pytest.raises(FeedUnavailable):
        feed.plan("")


def test_a_surge_ordered_over_http_tells_its_truth(demo: Demo) -> None:
    surge = told(demo, "kind=surge&seconds=100")["surge"]
    assert surge["last_day"] - surge["first_day"] == 4
    assert surge["areas"]
    assert demo.city.surges[0].services == tuple(surge["services"])


def test_an_ordered_surge_is_news_from_its_first_day_until_it_can_be_seen(demo: Demo) -> None:
    told(demo, "kind=surge&seconds=400")
    surge = demo.city.surges[-1]
    news = []
    while demo.today() < surge.first_day + NEWS_DAYS + 2:
        news.append((demo.today() - surge.first_day, demo.surge_is_news()))
        demo.publisher.publish()
    assert [day for day, is_news in news if is_news] == list(range(NEWS_DAYS + 1))


@pytest.mark.parametrize(
    "query", ["kind=earthquake", "kind=outage&seconds=soon", "kind=slow&seconds=0"]
)
def test_trouble_that_cannot_be_made_is_refused_with_the_reason(demo: Demo, query: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        told(demo, query)
    with refused.value as answer:
        assert answer.code == 400
        assert json.load(answer)["message"]


def test_unknown_trouble_is_an_error_in_python_too(demo: Demo) -> None:
    with pytest.raises(SettingError, match="outage"):
        demo.trouble("earthquake", 1)


def test_planned_trouble_comes_by_itself(clock: MovedClock, wait_for: WaitFor) -> None:
    options = DemoOptions(
        share=0.01, history_days=300, troubles=(PlannedTrouble(DemoTrouble.ERROR, 0.0, 3_600),)
    )
    with running_demo(options, clock=clock, live=False) as demo:
        assert wait_for(lambda: demo.server.troubles.strike("/resource/x") is not None)


def test_trouble_ends_by_itself(demo: Demo, wait_for: WaitFor) -> None:
    demo.trouble("error", 0.05)
    assert wait_for(lambda: demo.server.troubles.strike("/resource/x") is None)


def test_the_calendar_runs_by_itself_and_stops_with_the_block(wait_for: WaitFor) -> None:
    with running_demo(DemoOptions(share=0.01, history_days=300, seconds_per_day=0.05)) as demo:
        start = demo.today()
        assert wait_for(lambda: demo.today() >= start + 2)
    after = demo.today()
    assert not wait_for(lambda: demo.today() > after, seconds=0.3)


WaitFor = Callable[..., bool]
