"""The list of requests: sorted, paged, and bounded in how far it can be turned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livemaps.model import Filters, Order, Stage
from livemaps.snapshot import (
    NO_DAY,
    UNPLACED_KEYS,
    Snapshot,
    SnapshotLayer,
    Table,
    Vocabulary,
    row_of,
)
from livemaps.views.ages import ages
from livemaps.views.masks import Part, Rows, parts, sieve
from livemaps.views.totals import total
from livemaps.views.values import ListedRequest, Listing

LARGEST_PAGE = 100
MOMENTS = ("requested", "updated", "closed", "expected")
MOST_REACHABLE = 10_000
"""How far the pages reach: beyond it nobody turns, and robots would."""


@dataclass(frozen=True)
class Ranked:
    """Rows in the order of the list: which of the parts each is in, and its row there."""

    parts: tuple[Part, ...]
    part: NDArray[np.uint8]
    row: Rows

    def __len__(self) -> int:
        return len(self.row)

    def __getitem__(self, chosen: slice) -> Ranked:
        """Return some of the rows."""
        return Ranked(self.parts, self.part[chosen], self.row[chosen])


def listing(
    snapshot: Snapshot,
    filters: Filters,
    order: Order = Order.NEWEST,
    page: int = 1,
    size: int = 25,
    counted: int | None = None,
) -> Listing:
    """Return one page of the requests under the filters.

    Of the backlog and of reports the requested day decides, of the resolved the closed day.
    `size` is at most `LARGEST_PAGE`; a page past the last one is the last one. `counted` is the
    total under the filters where it is at hand.
    """
    size = min(max(size, 1), LARGEST_PAGE)
    found = total(snapshot, filters) if counted is None else counted
    reachable = min(found, MOST_REACHABLE)
    pages = max(1, -(-reachable // size))
    page = min(max(page, 1), pages)
    end = min(page * size, reachable)
    shown = ranked(snapshot, filters, order, end)[(page - 1) * size : end]
    return Listing(
        version=snapshot.version,
        order=order,
        rows=tuple(requests_of(snapshot, shown)),
        total=found,
        page=page,
        pages=pages,
        size=size,
        reachable=reachable,
    )


def ranked(snapshot: Snapshot, filters: Filters, order: Order, most: int) -> Ranked:
    """Return the first rows of the list under the filters, at most `most`, in order.

    Within a day the order is that of the parts and of their rows: the same for every page.
    """
    looked = parts(snapshot, filters)
    found = sieve(snapshot, filters)
    backwards = order is Order.NEWEST
    rows = [_first(part, found.passing, backwards, most) for part in looked]
    numbers = np.repeat(np.arange(len(rows), dtype=np.uint8), [len(some) for some in rows])
    days = np.concatenate(
        [part.table[part.day_column][some] for part, some in zip(looked, rows, strict=True)]
    )
    together = np.concatenate(rows)
    by_day = np.lexsort((together, numbers, days))
    chosen = (by_day[::-1] if backwards else by_day)[:most]
    return Ranked(looked, numbers[chosen], together[chosen])


def _first(part: Part, passing: Callable[[Part, slice], Rows], backwards: bool, most: int) -> Rows:
    """Return the rows of a part that pass, in their order: the first or last `most` of them.

    A part that is not sorted by day is gone through as a whole and gives all of them.
    """
    found: list[Rows] = []
    enough = most if part.is_sorted else part.end
    left = enough
    for rows in part.chunks(backwards):
        if left <= 0:
            break
        found.append(passing(part, rows))
        left -= len(found[-1])
    together = np.concatenate([np.zeros(0, np.intp), *(found[::-1] if backwards else found)])
    return together[max(0, len(together) - enough) :] if backwards else together[:enough]


def find(snapshot: Snapshot, service_request_id: str) -> ListedRequest | None:
    """Return one request by its number, whatever its standing; None where there is none."""
    at = row_of(snapshot, service_request_id.encode("utf-8", "replace").decode())
    if at is None:
        return None
    tables = {"current": snapshot.current, "fresh": snapshot.fresh, "base": snapshot.base}
    return _requests(snapshot, tables[at[0]], np.array([at[1]], np.intp))[0]


def requests_of(snapshot: Snapshot, rows: Ranked) -> Iterator[ListedRequest]:
    """Yield the requests at some ranked rows, in their order."""
    by_part = [
        iter(_requests(snapshot, part.table, rows.row[rows.part == number]))
        for number, part in enumerate(rows.parts)
    ]
    return (next(by_part[number]) for number in rows.part.tolist())


def _requests(snapshot: Snapshot, table: Table, rows: Rows) -> list[ListedRequest]:
    """Return the requests at some rows of a table."""
    words, services = snapshot.vocab, table["service"][rows]
    long, lat = snapshot.places.points(table["place"][rows])
    columns: dict[str, Sequence[Any]] = {
        "service_request_id": table.ids(rows),
        "status": _names(words.status, table["status"][rows]),
        "stage": [Stage(stage) for stage in table["stage"][rows].tolist()],
        "service_name": _names(words.service, services),
        "category": _names(words.category, words.service_category[services]),
        "agency_responsible": _names(words.agency, table["agency"][rows]),
        "channel": _names(words.channel, table["channel"][rows]),
        "age": ages(table, rows, snapshot.meta.as_of_day).tolist(),
        "areas": _areas(snapshot.layers, table, rows),
        "long": _or_none(long, np.isnan(long)),
        "lat": _or_none(lat, np.isnan(lat)),
    }
    for moment in MOMENTS:
        days = table[f"{moment}_day"][rows]
        columns[f"{moment}_day"] = _or_none(days, days == NO_DAY)
        times = table.get(f"{moment}_time")
        absent = [None] * len(rows)
        columns[f"{moment}_time"] = (
            absent if times is None else _or_none(times[rows], days == NO_DAY)
        )
    columns["requested_day"] = table["requested_day"][rows].tolist()
    names = tuple(columns)
    return [
        ListedRequest(**dict(zip(names, values, strict=True)))
        for values in zip(*columns.values(), strict=True)
    ]


def _names(vocabulary: Vocabulary, codes: NDArray[Any]) -> list[str]:
    """Return the names behind some codes."""
    return [vocabulary.names[code] for code in codes.tolist()]


def _or_none(values: NDArray[Any], absent: NDArray[np.bool_]) -> list[Any]:
    """Return values as a list, None where they are absent."""
    return [
        None if missing else value
        for value, missing in zip(values.tolist(), absent.tolist(), strict=True)
    ]


def _areas(
    layers: Sequence[SnapshotLayer], table: Table, rows: Rows
) -> list[tuple[tuple[str, str, str], ...]]:
    """Return for each row its area in every layer."""
    by_layer = []
    for layer in layers:
        reasons = [(layer.id, key, "") for key in UNPLACED_KEYS.values()]
        areas = zip(layer.keys, layer.area_names, strict=True)
        known = [*((layer.id, key, name) for key, name in areas), *reasons]
        by_layer.append([known[code] for code in table[layer.column][rows].tolist()])
    return list(zip(*by_layer, strict=True)) if by_layer else [()] * len(rows)
