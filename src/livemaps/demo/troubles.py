"""Trouble on demand: outages, errors, slowness and bad bodies, switched while a server runs."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from enum import StrEnum


class Kind(StrEnum):
    """What goes wrong."""

    OUTAGE = "outage"
    """The connection is closed without an answer."""
    ERROR = "error"
    """An error status with a JSON body."""
    THROTTLED = "throttled"
    """429, with `Retry-After` where the trouble has one."""
    SLOW = "slow"
    """The answer is right, and late."""
    TRUNCATED = "truncated"
    """The body breaks off in the middle."""
    HTML = "html"
    """A page for people, with status 200."""
    WRONG_TYPE = "wrong type"
    """The right body under the wrong content type."""
    GARBAGE = "garbage"
    """Bytes that are no JSON, under the right content type."""
    ENDLESS = "endless"
    """A body that does not end."""
    ERROR_BODY = "error body"
    """An error object where rows were asked for, with status 200."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One kind of trouble."""

    kind: Kind
    times: int | None = None
    """How many requests it strikes; None goes on until it is cleared."""
    status: int = 500
    seconds: float = 0.0
    retry_after: str | None = None
    path: str = ""
    """Strikes only addresses that contain this text."""


class Troubles:
    """What is wrong with a server now; safe to switch from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._active: list[Trouble] = []

    def make(
        self,
        kind: Kind,
        times: int | None = None,
        *,
        status: int = 500,
        seconds: float = 0.0,
        retry_after: str | None = None,
        path: str = "",
    ) -> None:
        """Add a trouble; the oldest that fits a request strikes it."""
        trouble = Trouble(kind, times, status, seconds, retry_after, path)
        with self._lock:
            self._active.append(trouble)

    def outage(self, times: int | None = None) -> None:
        """Close connections without an answer."""
        self.make(Kind.OUTAGE, times)

    def fail(self, times: int | None = None, status: int = 500) -> None:
        """Answer with an error status."""
        self.make(Kind.ERROR, times, status=status)

    def throttle(self, times: int | None = None, retry_after: str | None = "1") -> None:
        """Answer 429."""
        self.make(Kind.THROTTLED, times, status=429, retry_after=retry_after)

    def slow(self, seconds: float, times: int | None = None) -> None:
        """Answer late."""
        self.make(Kind.SLOW, times, seconds=seconds)

    def truncate(self, times: int | None = None) -> None:
        """Break bodies off."""
        self.make(Kind.TRUNCATED, times, path="/resource/")

    def end(self, kind: Kind) -> None:
        """End the troubles of one kind."""
        with self._lock:
            self._active = [trouble for trouble in self._active if trouble.kind is not kind]

    def clear(self) -> None:
        """End all troubles."""
        with self._lock:
            self._active.clear()

    def strike(self, path: str) -> Trouble | None:
        """Return the trouble that strikes a request, and count it down."""
        with self._lock:
            for place, trouble in enumerate(self._active):
                if trouble.path in path:
                    self._count_down(place, trouble)
                    return trouble
        return None

    def _count_down(self, place: int, trouble: Trouble) -> None:
        if trouble.times is None:
            return
        if trouble.times > 1:
            self._active[place] = replace(trouble, times=trouble.times - 1)
        else:
            del self._active[place]
