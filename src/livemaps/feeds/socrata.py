"""The feed of a Socrata portal (SODA 2.1). `docs/feeds.md` tells what each poll costs.

A poll asks the portal for the stamp of its data; where that is the one of last time, it is over.
Otherwise what changed is counted before it is fetched, so that a rewrite of the whole table is
noticed: then what is open or recent is fetched at once, and the rest page by page by `catch_up`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec

from livemaps.errors import FeedRefused
from livemaps.feeds.base import CatchUp, FeedState, Plan
from livemaps.feeds.cells import FIRST_YEAR, LAST_YEAR
from livemaps.feeds.datasets import fetch_geojson
from livemaps.feeds.decode import RowDecoder
from livemaps.feeds.http import HttpClient
from livemaps.feeds.planning import Planner
from livemaps.feeds.portal import Portal
from livemaps.feeds.profile import Profile
from livemaps.feeds.socrata_state import Position, State, Walk, read, write
from livemaps.feeds.soql import Conditions, quoted
from livemaps.feeds.walking import Step, Walker
from livemaps.model import Clock, Page, RequestRow, day_number
from livemaps.settings import Settings

log = logging.getLogger(__name__)

LONGEST_ID_LIST = 4000
"""Characters of ids in one call: addresses beyond 8 KB are refused by many servers."""


class SocrataFeed:
    """Requests of one dataset of a Socrata portal; implements `livemaps.feeds.base.Feed`.

    It keeps nothing between calls but readings of cells. Use one in each thread.
    """

    def __init__(
        self, profile: Profile, http: HttpClient, settings: Settings, *, clock: Clock
    ) -> None:
        """`clock` decides which day is today in the city, and so what is recent."""
        fields = profile.fields
        self._decoder = RowDecoder(profile)
        self._http = http
        self._address = profile.feed.address
        self._portal = Portal(
            http,
            profile.feed.address,
            profile.feed.dataset,
            mapped=self._decoder.columns,
            required=(
                fields.service_request_id,
                fields.requested_datetime,
                fields.status,
                fields.service_name,
            ),
        )
        self._conditions = Conditions(profile)
        self._walker = Walker(self._portal, fields.service_request_id, settings.page_size)
        self._fields = fields
        self._settings = settings
        self._zone = ZoneInfo(profile.time_zone)
        self._clock = clock

    def plan(self, state: FeedState) -> Plan:
        """Find out what changed since `state`; when nothing did, this costs one small request.

        Raises:
            SchemaChanged: mapped columns are gone from the dataset.
            FeedError: see `HttpClient.get`.
        """
        today = day_number(self._clock().astimezone(self._zone).date())
        live = self._conditions.live(today - self._settings.recent_days)
        return Planner(self._portal, self._settings, live, self._clock).plan(state)

    def pages(self, plan: Plan) -> Iterator[Page]:
        """Yield the pages of a plan, each of at most `page_size` rows; a row may come twice."""
        walk = read(plan.query, Walk)
        if walk is not None:
            yield from map(self._page, self._walker.steps(walk, self._decoder.columns))

    def catch_up(self, state: FeedState) -> CatchUp | None:
        """Fetch the next page that a rewrite left for later, or None when nothing is left."""
        held = read(state, State)
        if held is None or held.catch_up is None:
            return None
        walk = held.catch_up
        step = self._walker.step(walk, walk.position, self._decoder.columns)
        received = step.table.received
        if not received:
            self._walker.confirm_end(walk, step.position)
        left = max(0, (walk.expected or 0) - received)
        rest = msgspec.structs.replace(walk, position=step.position, expected=left)
        done = received == 0
        after = msgspec.structs.replace(held, catch_up=None if done else rest)
        return CatchUp(self._page(step), write(after), done, left)

    def open_ids(self) -> Iterator[Sequence[str]]:
        """Yield the ids of the backlog as the feed has it, in batches."""
        return self._ids(self._conditions.open())

    def ids_of_month(self, month: str) -> Iterator[Sequence[str]]:
        """Yield the ids of all requests requested in a month such as "2026-08", in batches."""
        return self._ids(self._conditions.requested_in(month))

    def _ids(self, where: str) -> Iterator[Sequence[str]]:
        columns = (self._fields.service_request_id,)
        for step in self._walker.steps(Walk(where), columns):
            yield self._decoder.ids(step.table)

    def existing(self, ids: Sequence[str]) -> Sequence[RequestRow]:
        """Return the rows that the feed still has among `ids`."""
        rows: list[RequestRow] = []
        for batch in _batches(ids):
            walk = Walk(self._conditions.among(batch), expected=len(batch))
            for step in self._walker.steps(walk, self._decoder.columns):
                rows += self._decoder.decode(step.table).rows
        return rows

    def counts_by_month(self) -> Mapping[str, int]:
        """Return how many requests the feed has for each month of request, as {"2026-08": n}."""
        try:
            rows = self._portal.grouped(self._fields.requested_datetime, "date_trunc_ym")
        except FeedRefused as error:
            log.info("counting month by month, the portal does not group by it: %s", error)
            return self._counts_between(FIRST_YEAR * 12, (LAST_YEAR + 1) * 12)
        return {
            str(row["period"])[:7]: int(row["number"])
            for row in rows
            if row.get("period") is not None
        }

    def _counts_between(self, first: int, end: int) -> dict[str, int]:
        """Count by halves, down to single months; both are months since the year 0."""
        number = self.count_history(_first_day(first), _first_day(end))
        if not number:
            return {}
        if end - first == 1:
            return {f"{first // 12:04}-{first % 12 + 1:02}": number}
        middle = (first + end) // 2
        return self._counts_between(first, middle) | self._counts_between(middle, end)

    def count_history(self, since: int, until: int) -> int:
        """Return how many requests were requested on the days from `since` until before `until`."""
        return self._portal.count(self._conditions.requested(since, until))

    def history(self, since: int, until: int, position: str = "") -> Iterator[Page]:
        """Yield all requests requested from day `since` until before day `until`.

        They come as CSV where the portal offers it: see `livemaps.feeds.tables`.
        """
        where = self._conditions.requested(since, until)
        resumed = read(position, Position)
        walk = (
            Walk(where, position=resumed)
            if resumed
            else Walk(where, expected=self._portal.count(where))
        )
        steps = self._walker.steps(walk, self._decoder.columns, ("csv", "json"))
        yield from map(self._page, steps)

    def fetch_dataset(self, dataset: str, format: str = "geojson") -> bytes:  # noqa: A002
        """Return a whole dataset of the portal, such as boundaries, as GeoJSON.

        Raises:
            ValueError: a format other than "geojson".
            FeedError: see `fetch_geojson`.
        """
        if format != "geojson":
            raise ValueError(f"datasets are fetched as 'geojson', not as {format!r}")
        return fetch_geojson(self._http, self._address, dataset)

    def fetch_url(self, url: str) -> bytes:
        """Return what is at a web address, such as a boundary file; bounded like every answer."""
        return self._http.get(url).body

    def _page(self, step: Step) -> Page:
        decoded = self._decoder.decode(step.table)
        return Page(decoded.rows, decoded.rejects, decoded.defects, write(step.position))


def _first_day(month: int) -> int:
    """Return the first day of a month since the year 0, as a day number."""
    return day_number(date(month // 12, month % 12 + 1, 1))


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield ids in batches whose list fits into an address."""
    batch: list[str] = []
    length = 0
    for one in dict.fromkeys(ids):
        size = len(quote(quoted(one) + ", ", safe=""))
        if batch and length + size > LONGEST_ID_LIST:
            yield batch
            batch, length = [], 0
        batch.append(one)
        length += size
    if batch:
        yield batch
