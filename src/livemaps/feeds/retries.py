"""When to try again: exponential backoff with full jitter, and `Retry-After`.

Full jitter (a random part of the whole backoff) spreads clients best that failed together:
https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from livemaps.errors import FeedError, FeedThrottled

FIRST_BACKOFF = 1.0
MOST_BACKOFF = 30.0
MOST_PATIENCE = 60.0
"""A `Retry-After` up to this many seconds is waited for; beyond it the scheduler takes over."""


def pause_before(attempt: int, error: FeedError, random: Callable[[], float]) -> float | None:
    """Return the seconds to wait before try number `attempt` (from 2), None to give up.

    A portal that names a time gets it, plus jitter, so that not all come back at once.
    """
    backoff = min(MOST_BACKOFF, FIRST_BACKOFF * 2.0 ** (attempt - 2))
    if isinstance(error, FeedThrottled) and error.retry_after is not None:
        if error.retry_after > MOST_PATIENCE:
            return None
        return error.retry_after + random() * FIRST_BACKOFF
    return random() * backoff


def retry_after_seconds(retry_after: str | None, now: datetime) -> float | None:
    """Read a `Retry-After` header: seconds, or an HTTP date; None where absent or unreadable."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    until = http_date(text)
    return None if until is None else max(0.0, (until - now).total_seconds())


def http_date(text: str | None) -> datetime | None:
    """Read a date as in the `Date` header, aware; None where absent or unreadable."""
    try:
        moment = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
