"""What a Socrata feed remembers between polls, and what a plan and a page position hold.

All are JSON text to everybody else. A state that cannot be read, or that another dataset left,
is no state: the poll starts afresh and says so.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec

Kept = TypeVar("Kept", bound=msgspec.Struct)


class Position(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a walk over rows stands: the last row seen.

    `plain` walks go by the request's own id, for servers without system fields; `offset` counts
    rows since the last row that had a key, for servers whose rows lack one.
    """

    id: str | None = None
    updated: str | None = None
    offset: int = 0
    plain: bool = False


class Walk(msgspec.Struct, frozen=True, omit_defaults=True):
    """A set of rows to fetch: its `$where`, and whether by `:updated_at` or by `:id` alone."""

    where: str = ""
    by_update: bool = False
    expected: int | None = None
    position: Position = Position()


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a poll left behind for the next."""

    source: str
    """Address and dataset, so that a changed profile is noticed."""
    rows_updated_at: int | None = None
    """The portal's own stamp of the data, in epoch seconds; None where it has none."""
    settled: bool = False
    """False where the stamp's second had not ended when it was read: a change in the rest of
    that second would leave the same stamp, so the next poll looks closer."""
    cursor: str | None = None
    """The largest `:updated_at` when the plan was made; None without system fields."""
    since: str | None = None
    """From where the next poll reads: the cursor less the overlap."""
    number: int | None = None
    """How many rows lay after `since`; known only where a later poll will compare."""
    etag: str | None = None
    """Of the question for `number`, where the portal has no stamp."""
    catch_up: Walk | None = None
    """What a rewrite left for later."""


def write(kept: msgspec.Struct) -> str:
    """Return a state, a walk or a position as text."""
    return msgspec.json.encode(kept).decode()


def read(text: str, kind: type[Kept]) -> Kept | None:
    """Return what `write` wrote, None where the text is empty or something else."""
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.DecodeError:
        return None


def moment(timestamp: str) -> datetime | None:
    """Read an `:updated_at`, with Z or without, as an aware datetime; None where unreadable."""
    try:
        found = datetime.fromisoformat(timestamp)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def earlier(timestamp: str, seconds: float) -> str:
    """Return an `:updated_at` that lies some seconds before another, written the same way."""
    found = moment(timestamp)
    if found is None:
        return timestamp
    text = (found - timedelta(seconds=seconds)).astimezone(UTC).replace(tzinfo=None)
    zone = "Z" if timestamp[-1:] in "Zz" or "+" in timestamp else ""
    return text.isoformat(timespec="milliseconds") + zone


def latest(first: str | None, second: str | None) -> str | None:
    """Return the later of two `:updated_at`, either of which may be None."""
    if first is None or second is None:
        return first or second
    one, other = moment(first), moment(second)
    if one is None or other is None:
        return max(first, second)
    return first if one >= other else second
