"""How the parts are put together, in this process, on a portal of its own."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask

from livemaps.errors import ConfigurationError, SettingError, StoreDamaged, StoreLocked
from livemaps.feeds.profile import load_profile
from livemaps.main import city_calendar, create_app, create_feed, refresher, refreshing
from livemaps.model import Outcome, Refresh, day_date
from livemaps.settings import Settings
from livemaps.status import read_status
from tests.quadville import OPEN, Quadville, eventually, quadville


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Quadville]:
    with quadville(tmp_path) as running:
        yield running


@pytest.fixture
def settings(city: Quadville) -> Settings:
    return Settings.from_environment(city.environment)


def test_an_application_without_a_feed_starts_and_opens_nothing(settings: Settings) -> None:
    threads = threading.active_count()
    client = create_app(settings).server.test_client()

    assert client.get("/").status_code == 200
    assert client.get("/readyz").status_code == 503
    assert threading.active_count() == threads
    assert not settings.data_dir.exists()


def test_the_first_requests_of_a_new_application_may_all_come_at_once(settings: Settings) -> None:
    document = create_app(settings).server.test_client().get("/").get_data(as_text=True)
    scripts = re.findall(r'src="(/_dash-component-suites/[^"]+)"', document)[:4]
    assert len(scripts) == 4

    for _ in range(3):
        server = create_app(settings).server
        together = threading.Barrier(len(scripts))

        def asked(script: str, server: Flask = server, together: Barrier = together) -> int:
            together.wait()
            return server.test_client().get(script).status_code

        with ThreadPoolExecutor(len(scripts)) as clients:
            assert list(clients.map(asked, scripts)) == [200] * len(scripts)


def test_an_application_with_a_feed_has_data_at_once(settings: Settings) -> None:
    feed = create_feed(settings, load_profile(settings.city))
    client = create_app(settings, feed=feed).server.test_client()

    assert client.get("/readyz").status_code == 200
    assert client.get("/api/v1/status").get_json()["counts"]["open"] == OPEN


def test_two_applications_in_one_process_do_not_disturb_each_other(
    settings: Settings, tmp_path: Path
) -> None:
    feed = create_feed(settings, load_profile(settings.city))
    full = create_app(settings, feed=feed).server.test_client()
    empty = create_app(replace(settings, data_dir=tmp_path / "other")).server.test_client()

    assert full.get("/readyz").status_code == 200
    assert empty.get("/readyz").status_code == 503


def test_a_city_that_does_not_exist_is_told_before_anything_starts(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="atlantis"):
        create_app(replace(settings, city="atlantis"))


def test_refreshing_goes_on_in_the_background_and_ends_with_the_block(
    city: Quadville, settings: Settings
) -> None:
    seen: list[Refresh] = []
    often = replace(settings, refresh_seconds=1.0)
    with refreshing(often, load_profile(settings.city), on_refresh=seen.append):
        eventually(lambda: len(seen) >= 2)

    assert [result.outcome for result in seen[:2]] == [Outcome.OK, Outcome.UNCHANGED]
    assert "refresher" not in {thread.name for thread in threading.enumerate()}
    assert city.refresh()["outcome"] == "unchanged"


def test_only_one_refresher_works_on_a_folder(settings: Settings) -> None:
    profile = load_profile(settings.city)
    with (
        refresher(settings, profile),
        pytest.raises(StoreLocked, match="process"),
        refresher(settings, profile),
    ):
        pass


def test_a_database_that_is_damaged_at_the_start_is_told_on_the_pages(
    city: Quadville, settings: Settings
) -> None:
    shown = city.refresh()["snapshot"]
    (settings.data_dir / "requests.sqlite").write_bytes(b"no database at all" * 500)
    with (
        pytest.raises(StoreDamaged, match="is damaged"),
        refresher(settings, load_profile(settings.city)),
    ):
        pass

    status = create_app(settings).server.test_client().get("/api/v1/status").get_json()
    assert (status["state"], status["error_kind"]) == ("failing", "StoreDamaged")
    assert "requests.sqlite is damaged" in status["error"]
    assert (status["version"], status["consecutive_failures"]) == (shown, 1)


def test_who_is_turned_away_says_nothing_on_the_pages_of_others(
    city: Quadville, settings: Settings
) -> None:
    city.refresh()
    before = read_status(settings.data_dir)
    profile = load_profile(settings.city)
    other = profile.model_copy(update={"id": "elsewhere"})
    with pytest.raises(SettingError, match="quadville"), refresher(settings, other):
        pass
    with (
        refresher(settings, profile),
        pytest.raises(StoreLocked),
        refresher(settings, profile),
    ):
        pass

    assert before is not None
    assert read_status(settings.data_dir) == before


def test_the_block_ends_soon_while_the_portal_keeps_a_refresh_waiting(
    city: Quadville, settings: Settings
) -> None:
    city.portal.troubles.throttle(retry_after="30")
    patient = replace(settings, attempts=5)
    with refreshing(patient, load_profile(settings.city)):
        eventually(lambda: len(city.portal.log) > 0)

    known = read_status(settings.data_dir)
    assert known is None or known.version is None
    city.portal.troubles.clear()
    assert city.refresh()["open"] == OPEN


def test_today_is_the_day_in_the_city_whatever_the_day_in_greenwich_is() -> None:
    calgary = load_profile("calgary")
    just_after_midnight_utc = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
    today = city_calendar(calgary, lambda: just_after_midnight_utc)()

    assert day_date(today).isoformat() == "2026-11-20"
