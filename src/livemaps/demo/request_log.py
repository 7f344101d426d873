"""What the SODA server was asked: tests count requests and look at their headers."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that was answered, as the log keeps it."""

    path: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    status: int
    """0 where the connection was closed without an answer."""
    sent: int
    """Bytes of the whole body as packed for sending."""


class RequestLog:
    """What a server was asked since the log was cleared; safe to read from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: list[Asked] = []

    def add(self, asked: Asked) -> None:
        """Note one request."""
        with self._lock:
            self._requests.append(asked)

    def clear(self) -> None:
        """Forget what was asked so far."""
        with self._lock:
            self._requests.clear()

    @property
    def requests(self) -> tuple[Asked, ...]:
        """All requests in the order in which they were answered."""
        with self._lock:
            return tuple(self._requests)

    def __len__(self) -> int:
        """Return how many requests there were."""
        return len(self.requests)
