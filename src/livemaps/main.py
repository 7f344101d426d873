"""How the parts are put together: a web application that reads, a refresher that writes.

    create_app()   snapshots of a data folder -> views -> pages and HTTP answers
    refreshing()   lock -> store -> feed -> refresher, called by the scheduler

The two share nothing but the data folder, in one process (`livemaps demo`) or in many. Read on in
`refresh.py`, what one refresh does, and in `web/pages/home.py`, what a visitor gets.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from livemaps.errors import SettingError, SnapshotError, StoreError
from livemaps.feeds.profile import Profile, load_profile
from livemaps.model import Calendar, Clock, Outcome, Refresh, day_number, utc_now
from livemaps.settings import PREFIX, Settings
from livemaps.snapshot import SnapshotReader
from livemaps.snapshot.read import read_meta
from livemaps.views import Board

if TYPE_CHECKING:
    from dash import Dash

    from livemaps.feeds.base import Progress
    from livemaps.feeds.socrata import SocrataFeed
    from livemaps.publication import CityFeed
    from livemaps.refresh import Refresher
    from livemaps.store import Store
    from livemaps.views.addresses import AddressSearch


def create_app(
    settings: Settings,
    *,
    profile: Profile | None = None,
    feed: CityFeed | None = None,
    clock: Clock = utc_now,
) -> Dash:
    """Return the web application over `settings.data_dir`; its `server` is the WSGI application.

    It reads what a refresher publishes, now and later, and opens nothing before the first
    request. `profile` is that of `settings.city` unless given. With a `feed`, one refresh runs
    and is measured before the application is returned, for tests and notebooks; to keep it
    current, use `refreshing` beside it.

    Raises:
        ConfigurationError: the profile or the installation cannot be used.
        StoreError: with a feed, another process writes to the folder or its database is damaged.
    """
    from livemaps import web
    from livemaps.api import blueprint
    from livemaps.text import Catalogue

    city = profile or load_profile(settings.city)
    if feed is not None:
        with refresher(settings, city, feed, clock=clock) as once:
            once.run_once()
            while once.measure(patient=False):
                pass
    board = create_board(settings, city, clock=clock)
    app = web.build(board, city, settings, Catalogue.load())
    app.server.register_blueprint(blueprint(board, settings, clock))
    _prepare(app)
    return app


def _prepare(app: Dash) -> None:
    """Let Dash prepare itself now, once for all workers.

    It would do so in the first request, and answer others that come meanwhile with errors: a
    browser asks a new worker for several scripts at once.
    """
    with app.server.test_request_context("/"):
        app.server.preprocess_request()


def create_board(settings: Settings, profile: Profile, *, clock: Clock = utc_now) -> Board:
    """Return what answers questions about the data folder: now and whenever it changes.

    Raises:
        SettingError: the folder holds another city.
    """
    check_city(settings.data_dir, profile)
    reader = SnapshotReader(settings.data_dir)
    return Board(reader, profile, settings, clock, addresses=_address_search(settings, profile))


def _address_search(settings: Settings, profile: Profile) -> AddressSearch | None:
    """Return what asks the city's address search, None where the profile names none."""
    if profile.geocoder is None:
        return None
    from livemaps.feeds.geocoder import Geocoding

    return Geocoding(profile.geocoder, settings)


def check_city(data_dir: Path, profile: Profile) -> None:
    """Make sure that no city is shown or measured under another's name.

    Raises:
        SettingError: the folder holds another city.
    """
    try:
        held = read_meta(data_dir)
    except SnapshotError:
        # It cannot be read, which those who ask for it are told.
        return
    if held is not None and held.city != profile.id:
        raise SettingError(
            f"{PREFIX}DATA_DIR",
            str(data_dir),
            f"it holds the city {held.city!r}, not {profile.id!r}: choose another folder or city",
        )


def city_calendar(profile: Profile, clock: Clock = utc_now) -> Calendar:
    """Return what tells today in the city: the day of its time zone, whatever the server's is."""
    zone = ZoneInfo(profile.time_zone)
    return lambda: day_number(clock().astimezone(zone).date())


def create_feed(
    settings: Settings,
    profile: Profile,
    *,
    clock: Clock = utc_now,
    stop: threading.Event | None = None,
) -> SocrataFeed:
    """Return a client of the portal that a profile names; use one for each thread.

    Once `stop` is set, it does not wait any more before it tries again.
    """
    import requests

    from livemaps.feeds.http import HttpClient
    from livemaps.feeds.platforms import open_feed

    http = HttpClient(requests.Session(), settings, sleep=(stop or threading.Event()).wait)
    return open_feed(profile, settings, clock=clock, http=http)


@contextmanager
def refresher(
    settings: Settings,
    profile: Profile,
    feed: CityFeed | None = None,
    *,
    clock: Clock = utc_now,
    today: Calendar | None = None,
    stop: threading.Event | None = None,
    on_progress: Progress | None = None,
    since: int | None = None,
    hurry: Callable[[], bool] = lambda: False,
) -> Iterator[Refresher]:
    """Yield the one refresher of the data folder, which holds its lock while the block runs.

    `feed` is the portal that the profile names unless given, `today` the city's day by `clock`.
    Once `stop` is set, a refresh under way ends as soon as it can and is rolled back. With a day
    `since`, everything that was requested from its month on is fetched after the first refresh and
    before anything is measured: for a portal that is near and a history that is small. While
    `hurry` says so, measures are computed again without a pause.

    Raises:
        StoreError: another process refreshes this folder, or its database cannot be used (then
            the pages say so).
        SettingError: the folder holds another city.
    """
    from livemaps.backfill import Backfill
    from livemaps.measures.families import FAMILIES
    from livemaps.refresh import Refresher
    from livemaps.store import refresher_lock

    with (
        refresher_lock(settings.data_dir),
        _open_store(settings, profile, clock) as store,
    ):
        asked = feed or create_feed(settings, profile, clock=clock, stop=stop)
        calendar, folder = today or city_calendar(profile, clock), settings.data_dir
        history = Backfill(asked, store, folder, clock=clock, today=calendar, stop=stop)
        yield Refresher(
            profile,
            asked,
            store,
            folder,
            settings,
            clock=clock,
            today=calendar,
            stop=stop,
            on_progress=on_progress,
            families=FAMILIES,
            history=None if since is None else partial(history.run, since),
            hurry=hurry,
        )


def _open_store(settings: Settings, profile: Profile, clock: Clock) -> Store:
    """Open the database; one that cannot be used is told like any refresh that failed."""
    from livemaps.health import Health
    from livemaps.store import Store

    started = clock()
    try:
        return Store.open(settings.data_dir, profile)
    except StoreError as error:
        failed = Refresh(Outcome.FAILED, started, clock(), error=str(error))
        Health(settings.data_dir, profile.name).failed(failed, error)
        raise


@contextmanager
def refreshing(
    settings: Settings,
    profile: Profile,
    feed: CityFeed | None = None,
    *,
    clock: Clock = utc_now,
    today: Calendar | None = None,
    on_refresh: Callable[[Refresh], None] | None = None,
    since: int | None = None,
    hurry: Callable[[], bool] = lambda: False,
) -> Iterator[None]:
    """Refresh now, and then again and again in the background, until the block ends.

    A refresh that is under way when the block ends is rolled back. For `since` and `hurry` see
    `refresher`.

    Raises:
        StoreError, SettingError: see `refresher`.
    """
    from livemaps.schedule import Scheduler

    stop = threading.Event()
    with refresher(
        settings, profile, feed, clock=clock, today=today, stop=stop, since=since, hurry=hurry
    ) as repeated:
        scheduler = Scheduler(repeated, settings, on_refresh=on_refresh)
        scheduler.start()
        try:
            yield
        finally:
            stop.set()
            scheduler.stop()
