"""One careful way to ask a portal for bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import requests

from livemaps.settings import Settings


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, unpacked; header names are in lower case. `status` is 200 or 304."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class HttpClient:
    """GETs with time limits, retries, bounded answers and the portal's token."""

    def __init__(
        self,
        session: requests.Session,
        settings: Settings,
        *,
        sleep: Callable[[float], None],
        random: Callable[[], float],
    ) -> None:
        """`sleep` waits between tries; `random` returns a number from 0 up to 1."""
        self._session = session
        self._settings = settings
        self._sleep = sleep
        self._random = random

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        kind: str = "",
    ) -> Response:
        """Return the answer to a GET; `kind` ("json", "csv") is what its content type must name."""
        raise NotImplementedError


def open_client(settings: Settings) -> HttpClient:
    """Return a client with a session of its own; use one for each thread."""
    raise NotImplementedError
