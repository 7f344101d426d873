"""Find requests that the feed no longer has, and changes that no poll brought.

A feed never says that a request vanished. What is open is compared id by id. Of the rest only the
number for each month is compared, and the ids of those months in which it differs. Whatever
differs is read again by its id: the feed still has it (a missed update) or not (it vanished).
Where those few numbers lack more than is likely, the feed is doubted before any id is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from livemaps.feeds.base import Feed
from livemaps.feeds.cells import FIRST_YEAR, LAST_YEAR
from livemaps.model import RequestRow, day_number
from livemaps.store import Store

MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)

FEWEST_DOUBTED = 100
"""Up to how many requests may vanish at once without a second look."""

SHARE_DOUBTED = 0.2
"""From which share of the backlog on its vanishing is doubted: a portal that is just filling a
table shows it half empty. What the next reconciliation finds again is believed."""


@dataclass(frozen=True, slots=True)
class Differences:
    """What the feed and the store do not agree on."""

    rows: tuple[RequestRow, ...] = ()
    """The feed's rows of requests that are held otherwise, or not at all."""
    vanished: frozenset[str] = frozenset()
    """Held requests that the feed does not have."""
    doubted: int = 0
    """How many it lacks, if so many that it is rather to be doubted; none is in `vanished` then."""


def differences(
    feed: Feed, store: Store, complete_since: int | None, *, believing: bool = False
) -> Differences:
    """Compare a feed with a store. From day `complete_since` on every request should be held.

    A feed that lacks more than is likely is doubted, unless `believing`. Holds in memory the ids
    of the backlog, those of one month, and those that differ.

    Raises:
        FeedError, StoreError: one of them could not be read.
    """
    there, backlog = feed.counts_by_month(), store.open_count()
    lacking = _lacking(there, store.counts_by_month())
    if not believing and _is_doubtful(lacking, backlog):
        return Differences(doubted=lacking)
    found = _differences_by_id(feed, store, there, complete_since)
    if not believing and _is_doubtful(len(found.vanished), backlog):
        return Differences(found.rows, doubted=len(found.vanished))
    return found


def _is_doubtful(missing: int, backlog: int) -> bool:
    """Whether so much is missing that the feed is rather to be doubted."""
    return missing > FEWEST_DOUBTED and missing > SHARE_DOUBTED * backlog


def _lacking(there: Mapping[str, int], here: Mapping[str, int]) -> int:
    """Return how many requests the feed lacks at least, over all months that are held."""
    return sum(max(0, held - there.get(month, 0)) for month, held in here.items())


def _differences_by_id(
    feed: Feed, store: Store, there: Mapping[str, int], complete_since: int | None
) -> Differences:
    """Compare the ids of the backlog, and of the months in which the numbers differ."""
    asked = _open_differences(feed, store)
    for month in _differing_months(there, store, complete_since):
        asked |= _month_differences(feed, store, month, complete_since)
    rows = tuple(feed.existing(sorted(asked)))
    found = {row.service_request_id for row in rows}
    missing = asked - found
    held = {name for name in missing if (kept := store.request(name)) and kept.vanished is None}
    return Differences(rows, frozenset(held))


def _open_differences(feed: Feed, store: Store) -> set[str]:
    """Return the ids that are open here and not there, or there and resolved or unknown here."""
    there = set(_flat(feed.open_ids()))
    here = set(store.open_ids())
    return (here - there) | (there - here - set(store.unresolved_ids()))


def _differing_months(
    there: Mapping[str, int], store: Store, complete_since: int | None
) -> Iterator[str]:
    """Yield the months that hold more than the feed has, or less where all should be held."""
    here = store.counts_by_month()
    for month in filter(_is_readable, sorted(there.keys() | here.keys())):
        held, had = here.get(month, 0), there.get(month, 0)
        if held > had or (held < had and _is_complete(month, complete_since)):
            yield month


def _is_readable(month: str) -> bool:
    """Whether rows of a month are held at all: dates of other years count as unreadable."""
    return bool(MONTH.fullmatch(month)) and FIRST_YEAR <= int(month[:4]) <= LAST_YEAR


def _month_differences(
    feed: Feed, store: Store, month: str, complete_since: int | None
) -> set[str]:
    """Return the ids of a month that only one side has."""
    there = set(_flat(feed.ids_of_month(month)))
    here = set(store.ids_of_days(*days_of(month)))
    return here ^ there if _is_complete(month, complete_since) else here - there


def _is_complete(month: str, complete_since: int | None) -> bool:
    """Whether every request of a month should be held."""
    return complete_since is not None and days_of(month)[0] >= complete_since


def days_of(month: str) -> tuple[int, int]:
    """Return the first day of a month such as "2026-08", and the first after it."""
    year, number = (int(part) for part in month.split("-"))
    following = date(year + number // 12, number % 12 + 1, 1)
    return day_number(date(year, number, 1)), day_number(following)


def _flat(batches: Iterable[Sequence[str]]) -> Iterator[str]:
    return (name for batch in batches for name in batch)


def sentence_of_doubt(lacking: int, backlog: int) -> str:
    """Say that more is missing than is likely, and what becomes of it."""
    return (
        f"the feed lacks {lacking:,} requests that are held ({backlog:,} are open): more "
        "than is likely, so they stay until the next reconciliation finds them missing again"
    )
