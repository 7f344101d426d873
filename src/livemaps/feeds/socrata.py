"""The feed of a Socrata portal (SODA 2.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from livemaps.feeds.base import CatchUp, FeedState, Plan
from livemaps.feeds.http import HttpClient
from livemaps.model import Clock, Page, RequestRow
from livemaps.settings import Settings

if TYPE_CHECKING:
    from livemaps.feeds.profile import Profile


class SocrataFeed:
    """Requests of one dataset of a Socrata portal; keeps no state between calls."""

    def __init__(
        self, profile: Profile, http: HttpClient, settings: Settings, *, clock: Clock
    ) -> None:
        """`clock` decides what is recent."""
        self._profile = profile
        self._http = http
        self._settings = settings
        self._clock = clock

    def plan(self, state: FeedState) -> Plan:
        """Find out what changed since `state`."""
        raise NotImplementedError

    def pages(self, plan: Plan) -> Iterator[Page]:
        """Yield the pages of a plan."""
        raise NotImplementedError

    def catch_up(self, state: FeedState) -> CatchUp | None:
        """Fetch the next page that a rewrite left for later."""
        raise NotImplementedError

    def open_ids(self) -> Iterator[Sequence[str]]:
        """Yield the ids of the open requests."""
        raise NotImplementedError

    def existing(self, ids: Sequence[str]) -> Sequence[RequestRow]:
        """Return the rows that the feed still has among `ids`."""
        raise NotImplementedError

    def counts_by_month(self) -> Mapping[str, int]:
        """Return how many requests there are for each month of request."""
        raise NotImplementedError

    def ids_of_month(self, month: str) -> Iterator[Sequence[str]]:
        """Yield the ids of the requests of a month such as "2026-08"."""
        raise NotImplementedError

    def count_history(self, since: int, until: int) -> int:
        """Return how many requests were requested on the days of a range."""
        raise NotImplementedError

    def history(self, since: int, until: int, position: str = "") -> Iterator[Page]:
        """Yield the requests of a range of days."""
        raise NotImplementedError

    def fetch_dataset(self, dataset: str, format: Literal["geojson", "csv"]) -> bytes:
        """Return a whole (small) dataset, such as boundaries."""
        raise NotImplementedError
