"""Walking over a set of rows page by page, so that no row is lost while rows change underneath.

Pages are cut by key, not by offset: a row that is inserted or deleted before the current place
shifts nothing. By `:updated_at` with `:id` as tie-break for what changed (a row that changes
during the walk moves to the end), by `:id` alone for sets. `$offset` is the last resort for
servers whose rows have no key.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from livemaps.errors import FeedMalformed, FeedRefused
from livemaps.feeds.portal import SYSTEM_FIELDS, Format, Portal
from livemaps.feeds.socrata_state import Position, Walk
from livemaps.feeds.soql import both, quoted
from livemaps.feeds.tables import Table

log = logging.getLogger(__name__)


class Step(NamedTuple):
    """One page of a walk, and where it ends."""

    table: Table
    position: Position


class Walker:
    """Takes walks over one dataset."""

    def __init__(self, portal: Portal, id_column: str, page_size: int) -> None:
        """`id_column` is the request's own id, the key of plain walks."""
        self._portal = portal
        self._id_column = id_column
        self._page_size = page_size

    def steps(
        self, walk: Walk, columns: Sequence[str], forms: Sequence[Format] = ("json",)
    ) -> Iterator[Step]:
        """Yield the pages of a walk from its position to its end.

        Args:
            walk: what to fetch; `expected` spares the call that finds an empty last page.
            columns: the columns to fetch besides the keys.
            forms: formats in the order of preference; the next is taken for good where one
                is not offered or cannot be read.

        Raises:
            FeedError: a page could not be fetched; what was yielded before it stands.
        """
        position, end, formats = walk.position, _End(self._page_size, walk.expected), list(forms)
        while True:
            step = self._first_readable(walk, position, columns, formats)
            if step.position == position and step.table.received:
                raise FeedMalformed(
                    f"{self._portal.source} answers with the same rows again: its paging stands still"
                )
            if step.table.received:
                yield step
            if end.reached(step.table.received):
                if not end.complete:
                    self.confirm_end(walk, step.position)
                return
            position = step.position

    def confirm_end(self, walk: Walk, position: Position) -> None:
        """Make sure that nothing follows an empty page: a portal in trouble sends them too.

        Raises:
            FeedMalformed: the portal counts rows after the position that it does not send.
        """
        left = self._portal.count(both(walk.where, self._beyond(walk, position))) - position.offset
        if left > 0:
            raise FeedMalformed(
                f"{self._portal.source} sends no more rows although it counts {left:,} more"
            )

    def _first_readable(
        self, walk: Walk, position: Position, columns: Sequence[str], forms: list[Format]
    ) -> Step:
        """Fetch a page in the first format that works, dropping those that do not."""
        while len(forms) > 1:
            try:
                return self.step(walk, position, columns, forms[0])
            except (FeedRefused, FeedMalformed) as error:
                log.info("going on with %s instead of %s: %s", forms[1], forms[0], error)
                del forms[0]
        return self.step(walk, position, columns, forms[0])

    def step(
        self, walk: Walk, position: Position, columns: Sequence[str], form: Format = "json"
    ) -> Step:
        """Fetch the page after a position; without system fields it goes by the request's id."""
        try:
            table = self._fetch(walk, position, columns, form)
        except FeedRefused as error:
            if walk.by_update or position.plain or error.column not in SYSTEM_FIELDS:
                raise
            position = msgspec.structs.replace(position, plain=True)
            table = self._fetch(walk, position, columns, form)
        return Step(table, self._after(position, table))

    def _fetch(self, walk: Walk, position: Position, columns: Sequence[str], form: Format) -> Table:
        keys = self._keys(position)
        where = both(walk.where, self._beyond(walk, position))
        query = {
            "$order": ", ".join(_order(walk, keys)),
            "$limit": str(self._page_size),
            **({"$where": where} if where else {}),
            **({"$offset": str(position.offset)} if position.offset else {}),
        }
        return self._portal.rows(tuple(dict.fromkeys([*keys, *columns])), query, form)

    def _keys(self, position: Position) -> tuple[str, ...]:
        return (self._id_column,) if position.plain else SYSTEM_FIELDS

    def _beyond(self, walk: Walk, position: Position) -> str:
        """Return the condition for rows after a position, empty at the start."""
        time = quoted(position.updated) if walk.by_update and position.updated else ""
        if position.id is None:
            return f":updated_at > {time}" if time else ""
        key = self._id_column if position.plain else ":id"
        further = f"{key} > {quoted(position.id)}"
        # The first part says nothing new, but lets a server walk its index.
        return f":updated_at >= {time} and (:updated_at > {time} or {further})" if time else further

    def _after(self, position: Position, table: Table) -> Position:
        """Return the position after a page; rows without a key are counted instead."""
        if not table.received:
            return position
        key = table.last(self._id_column if position.plain else ":id")
        updated = None if position.plain else table.last(":updated_at")
        if key is None or table.strangers:
            return msgspec.structs.replace(position, offset=position.offset + table.received)
        return Position(id=str(key), updated=updated and str(updated), plain=position.plain)


def _order(walk: Walk, keys: Sequence[str]) -> Sequence[str]:
    return (":updated_at", ":id") if walk.by_update else keys[:1]


class _End:
    """Tells the end of a walk.

    Servers may cap `$limit` below what was asked, so a short page alone proves nothing; nor does
    the count alone, since rows may have been inserted meanwhile. One short page that also
    completes the count is the end; after that only an empty page is.
    """

    def __init__(self, page_size: int, expected: int | None) -> None:
        self._page_size = page_size
        self._expected = expected
        self._seen = 0
        self._short_pages = 0

    def reached(self, received: int) -> bool:
        """Note a page of so many rows; return whether it was the last."""
        self._seen += received
        self._short_pages += received < self._page_size
        return received == 0 or (
            received < self._page_size and self._short_pages == 1 and self.complete
        )

    @property
    def complete(self) -> bool:
        """Whether as many rows came as were counted."""
        return self._expected is not None and self._seen >= self._expected
