"""The demo city, running: its server, its calendar and its troubles, from start to stop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import shapely

from livemaps.demo.births import Facts
from livemaps.demo.cells import Cell, community_cells, ward_cells
from livemaps.demo.city import HISTORY_DAYS, SHARE, SimulatedCity
from livemaps.demo.feed_rows import FEED_COLUMNS
from livemaps.demo.gazetteer import load_gazetteer
from livemaps.demo.mischief import Mischief
from livemaps.demo.profile import COMMUNITIES, REQUESTS, WARDS, demo_profile
from livemaps.demo.publication import Pace, Publisher
from livemaps.demo.services import load_services
from livemaps.demo.soda import SodaServer
from livemaps.demo.soda_table import Column, SodaTable
from livemaps.demo.trouble import PlannedTrouble
from livemaps.feeds.profile import Profile
from livemaps.model import Clock, day_date, day_number, utc_now
from livemaps.resources import data_folder

log = logging.getLogger(__name__)

GEOMETRY = "multipolygon"

NEWS_DAYS = 6
"""Days from the start of an ordered surge in which its requests reach the feed: one or two days
late, as all requests do, and some more for a machine that has other work as well."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What may be chosen of the demo."""

    seed: int = 311
    """Another number is another city life; the same one is always the same."""
    seconds_per_day: float = 20.0
    troubles: tuple[PlannedTrouble, ...] = ()
    share: float = SHARE
    """The city's size against the real one: 0.1 has 161,000 requests, 7,400 of them open."""
    history_days: int = HISTORY_DAYS
    """How many days before its start the city knows everything of."""
    pace: Pace = Pace()
    """How the calendar runs; its `seconds_per_day` is the one above."""


@dataclass(frozen=True)
class Demo:
    """A running demo."""

    profile: Profile
    """For the client: `simulated`, and its feed's address is the running server."""
    city: SimulatedCity
    server: SodaServer
    publisher: Publisher
    """Publishes by itself; `publish()` lets the next day pass at once."""
    mischief: Mischief

    @property
    def address(self) -> str:
        """The server's address, `http://127.0.0.1:<port>`."""
        return self.server.address

    @property
    def since(self) -> int:
        """The first day of the first month of which the feed has every request."""
        month_before = day_date(self.city.since - 1).replace(day=1)
        return day_number((month_before + timedelta(days=32)).replace(day=1))

    def today(self) -> int:
        """Return the city's day (a Calendar, for the refresher)."""
        return self.city.today()

    def clock(self) -> datetime:
        """Return noon of the city's day in UTC (a Clock, for what the feed takes as recent)."""
        return self.city.clock()

    def surge_is_news(self) -> bool:
        """Whether a surge that was ordered has just begun, and somebody waits to see it."""
        day = self.today()
        begun = (day - surge.first_day for surge in self.city.surges)
        return any(0 <= days <= NEWS_DAYS for days in begun)

    def trouble(self, kind: str, seconds: float) -> Mapping[str, object]:
        """Make trouble for a time; raises SettingError where there is no such kind."""
        return self.mischief.make(kind, seconds)


def load_facts() -> Facts:
    """Read the facts that the city is made from.

    Raises:
        ConfigurationError: the installation is not complete.
    """
    folder = data_folder()
    return Facts.of(load_gazetteer(folder), *load_services(folder))


@contextmanager
def running_demo(
    options: DemoOptions | None = None, *, port: int = 0, clock: Clock = utc_now, live: bool = True
) -> Iterator[Demo]:
    """Run the demo's server and calendar until the block ends.

    Args:
        options: what was chosen; the defaults where it is None.
        port: of the portal's server on loopback; 0 takes a free one.
        clock: the time of publications, as the portal tells it.
        live: False leaves the calendar to `demo.publisher.publish()`, for tests.

    Raises:
        ConfigurationError: the installation is not complete.
        OSError: the port is taken.
    """
    chosen = options or DemoOptions()
    facts = load_facts()
    city = SimulatedCity(facts, chosen.seed, share=chosen.share, history_days=chosen.history_days)
    with _tables(facts, clock) as tables:
        pace = replace(chosen.pace, seconds_per_day=chosen.seconds_per_day)
        publisher = Publisher(city, tables[REQUESTS], pace, clock=clock)
        publisher.load()
        with _served(city, publisher, tables, chosen, port, clock) as demo, _lived(demo, live):
            demo.mischief.plan(chosen.troubles)
            yield demo


@contextmanager
def _served(
    city: SimulatedCity,
    publisher: Publisher,
    tables: Mapping[str, SodaTable],
    options: DemoOptions,
    port: int,
    clock: Clock,
) -> Iterator[Demo]:
    """Serve the tables, and take orders for trouble."""
    server = SodaServer(tables, port=port, clock=clock)
    mischief = Mischief(city, publisher, tables[REQUESTS], server.troubles, options.seconds_per_day)
    server.control = mischief.make
    with server, closing(mischief):
        log.info("the demo city's portal answers at %s", server.address)
        yield Demo(demo_profile(server.address), city, server, publisher, mischief)


@contextmanager
def _lived(demo: Demo, live: bool) -> Iterator[None]:
    """Let the city's days pass in a thread of their own."""
    stop = threading.Event()
    thread = threading.Thread(
        target=demo.publisher.run, args=(stop,), name="demo-city", daemon=True
    )
    if live:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        if live:
            thread.join()


@contextmanager
def _tables(facts: Facts, clock: Clock) -> Iterator[Mapping[str, SodaTable]]:
    """Make the three datasets: requests (still empty), communities and wards."""
    requests = SodaTable(
        FEED_COLUMNS,
        key="service_request_id",
        name="311 Service Requests (simulated)",
        indexed=("requested_date",),
        clock=clock,
    )
    tables = {REQUESTS: requests, **boundary_tables(facts, clock)}
    try:
        yield tables
    finally:
        for table in tables.values():
            table.close()


def boundary_tables(facts: Facts, clock: Clock = utc_now) -> Mapping[str, SodaTable]:
    """Make the datasets of communities and wards, as a portal publishes boundaries."""
    communities = community_cells(facts.gazetteer)
    wards = ward_cells(communities)
    return {
        COMMUNITIES: _boundaries(communities, "comm_code", "Communities (approximate)", clock),
        WARDS: _boundaries(wards, "ward_num", "Wards (approximate)", clock),
    }


def _boundaries(cells: tuple[Cell, ...], key: str, name: str, clock: Clock) -> SodaTable:
    """Put areas into a table, as portals publish boundaries."""
    columns = [*map(Column, cells[0].properties), Column(GEOMETRY, "multipolygon")]
    table = SodaTable(columns, key=key, name=name, clock=clock)
    table.upsert({**cell.properties, GEOMETRY: shapely.to_geojson(cell.shape)} for cell in cells)
    return table
