"""What every feed of requests can do, whatever platform it speaks.

A feed is asked for a `Plan` (cheap), then for the pages of that plan. It keeps no state: where
it stands is a `FeedState`, which the store saves in the same transaction as the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from livemaps.model import Page, RequestRow

FeedState = str
"""Opaque JSON text, "" before the first refresh; only the feed that wrote it reads it."""

Progress = Callable[[int, int | None], None]
"""Called with (pages done, pages expected or None)."""


class PlanKind(StrEnum):
    """What a poll found to be necessary."""

    UNCHANGED = "unchanged"
    FIRST = "first"
    """Nothing is held yet: the open requests and the recent window."""
    CHANGES = "changes"
    """Only what changed since the cursor."""
    REWRITTEN = "rewritten"
    """The portal moved (nearly) every row: open and recent now, the rest through `catch_up`."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to fetch, and the state to save once all of it is stored."""

    kind: PlanKind
    state: FeedState
    """To save with the rows. For UNCHANGED it may be saved too: it only spares later requests."""
    rows_expected: int | None = None
    pages_expected: int | None = None
    published: datetime | None = None
    """When the portal last changed the data, aware UTC, if it says so."""
    note: str = ""
    """A sentence for the operator where something is remarkable, else empty."""
    query: str = ""
    """What `pages` fetches, in the feed's own terms; opaque to all but the feed."""


@dataclass(frozen=True, slots=True)
class CatchUp:
    """One bounded piece of background work (after a rewrite): its page, and the state after it."""

    page: Page
    state: FeedState
    done: bool
    left: int | None = None
    """About how many rows are still to come, None where that is not known."""


class Feed(Protocol):
    """A source of requests. Every method may raise any `FeedError`."""

    def plan(self, state: FeedState) -> Plan:
        """Find out what changed since `state`; when nothing did, this costs one small request."""
        ...

    def pages(self, plan: Plan) -> Iterator[Page]:
        """Yield the pages of a plan, each bounded by the page size; a row may come twice."""
        ...

    def catch_up(self, state: FeedState) -> CatchUp | None:
        """Fetch the next page that a rewrite left for later, or None when nothing is left."""
        ...

    def open_ids(self) -> Iterator[Sequence[str]]:
        """Yield the ids of all requests that the feed counts as open, in batches."""
        ...

    def existing(self, ids: Sequence[str]) -> Sequence[RequestRow]:
        """Return the rows that the feed still has among `ids` (any number; batched inside)."""
        ...

    def counts_by_month(self) -> Mapping[str, int]:
        """Return how many requests the feed has for each month of request, as {"2026-08": n}."""
        ...

    def ids_of_month(self, month: str) -> Iterator[Sequence[str]]:
        """Yield the ids of all requests requested in a month such as "2026-08", in batches."""
        ...

    def count_history(self, since: int, until: int) -> int:
        """Return how many requests were requested on the days from `since` until before `until`."""
        ...

    def history(self, since: int, until: int, position: str = "") -> Iterator[Page]:
        """Yield all requests requested from day `since` until before day `until`.

        `position` is the `Page.position` of the last page that was stored: pages after it
        follow. Day ranges let a backfill resume and go newest first.
        """
        ...
