"""What a platform brings along to be put to the contract test: a portal that can be changed.

Add a platform by writing a harness and naming it in `HARNESSES`; every test in
`every_feed/` then runs on it.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, Self

import requests

from livemaps.demo.soda import SodaServer
from livemaps.demo.soda_answers import Manners
from livemaps.demo.soda_table import Column, SodaTable
from livemaps.demo.troubles import Kind, Troubles
from livemaps.feeds.base import Feed
from livemaps.feeds.http import HttpClient
from livemaps.feeds.profile import Profile, load_profile
from livemaps.feeds.socrata import SocrataFeed
from livemaps.settings import Settings

DATASET = "iahh-g8bj"
TODAY = datetime(2026, 8, 28, 18, 0, 0, tzinfo=UTC)


class MovedClock:
    """A clock that only a test moves."""

    def __init__(self, now: datetime = TODAY) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Report:
    """One request as a portal has it, whatever it calls its columns."""

    number: str
    requested: str = "2026-08-01"
    status: str = "Open"
    closed: str | None = None
    updated: str | None = None
    service: str = "Roads - Pothole Maintenance"
    agency: str = "OS - Mobility"
    channel: str | None = "App"
    area: str | None = "BLN"
    long: str | None = "-114.0625"
    lat: str | None = "51.0375"


class Harness(Protocol):
    """A platform's portal, and feeds on it."""

    profile: Profile
    clock: MovedClock
    troubles: Troubles
    slept: list[float]
    """How long the feeds waited between tries."""

    def put(self, *reports: Report, late_by: float = 0.0) -> None:
        """Publish new and changed requests, marked as changed so many seconds ago."""
        ...

    def remove(self, *numbers: str) -> None:
        """Delete requests."""
        ...

    def rewrite(self) -> None:
        """Publish every row anew without a change."""
        ...

    def lose_column(self) -> str:
        """Take a mapped column away; return its name."""
        ...

    def feed(self, **settings: Any) -> Feed:
        """Return a feed with other settings than the default."""
        ...

    def asked(self) -> list[int]:
        """Return the size in bytes of each answer since the last call of this."""
        ...

    def close(self) -> None:
        """Stop everything."""
        ...


class SocrataHarness:
    """A Socrata portal with Calgary's columns."""

    def __init__(self, manners: Manners | None = None, profile: Profile | None = None) -> None:
        self.clock = MovedClock()
        self.slept: list[float] = []
        self.table = calgary_table(self.clock)
        self.server = SodaServer({DATASET: self.table}, manners=manners, clock=self.clock)
        self.server.start()
        self.troubles = self.server.troubles
        self.profile = served_by(profile or load_profile("calgary"), self.server)
        self._open = ExitStack()
        self._open.callback(self.table.close)
        self._open.callback(self.server.stop)

    def put(self, *reports: Report, late_by: float = 0.0) -> None:
        marked = self.clock() - timedelta(seconds=late_by) if late_by else None
        self.table.upsert(map(calgary_row, reports), updated_at=marked)
        self.clock.move(1.0)

    def remove(self, *numbers: str) -> None:
        self.table.delete(numbers)
        self.clock.move(1.0)

    def rewrite(self) -> None:
        self.table.rewrite_all()
        self.clock.move(1.0)

    def lose_column(self) -> str:
        self.table.rename_column("agency_responsible", "business_unit")
        self.clock.move(1.0)
        return "agency_responsible"

    def feed(self, **settings: Any) -> SocrataFeed:
        chosen = Settings(**({"connect_timeout": 5.0, "read_timeout": 5.0} | settings))
        session = self._open.enter_context(requests.Session())
        http = HttpClient(session, chosen, sleep=self.slept.append, random=random.Random(1).random)
        return SocrataFeed(self.profile, http, chosen, clock=self.clock)

    def asked(self) -> list[int]:
        sizes = [asked.sent for asked in self.server.log.requests]
        self.server.log.clear()
        return sizes

    def close(self) -> None:
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


HARNESSES: Mapping[str, type[Harness]] = {"socrata": SocrataHarness}


def served_by(profile: Profile, server: SodaServer) -> Profile:
    """Return a profile whose portal is a server of this process."""
    feed = profile.feed.model_copy(update={"address": server.address})
    return profile.model_copy(update={"feed": feed})


def calgary_table(clock: MovedClock) -> SodaTable:
    """Return an empty dataset with Calgary's columns."""
    dates = ("requested_date", "updated_date", "closed_date")
    texts = (
        "status_description", "source", "service_name", "agency_responsible", "address",
        "comm_code", "comm_name", "location_type", "longitude", "latitude",
    )  # fmt: skip
    columns = [
        Column("service_request_id"),
        *(Column(name, "calendar_date") for name in dates),
        *map(Column, texts),
        Column("point", "point"),
    ]
    return SodaTable(columns, key="service_request_id", name="311 Service Requests", clock=clock)


def calgary_row(report: Report) -> dict[str, str | None]:
    """Return a request as a row of Calgary's dataset."""
    return {
        "service_request_id": report.number,
        "requested_date": report.requested,
        "updated_date": report.updated,
        "closed_date": report.closed,
        "status_description": report.status,
        "source": report.channel,
        "service_name": report.service,
        "agency_responsible": report.agency,
        "comm_code": report.area,
        "longitude": report.long,
        "latitude": report.lat,
    }


def reports(count: int, **alike: Any) -> Iterable[Report]:
    """Return so many requests, numbered from 26-00000000."""
    return (Report(f"26-{number:08}", **alike) for number in range(count))


SPOILING = (Kind.TRUNCATED, Kind.HTML, Kind.GARBAGE, Kind.WRONG_TYPE, Kind.ENDLESS)
"""Troubles in which something comes that is no answer."""
