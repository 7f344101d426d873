"""A server that says what a test tells it to, and a client of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from livemaps.feeds.http import HttpClient, Response
from livemaps.settings import Settings

TOKEN = "sEcReT-token"
NOW = datetime(2026, 8, 27, 17, 0, 0, tzinfo=UTC)


@dataclass
class Said:
    """An answer to give: the status, the headers, and the body exactly as it is sent."""

    body: bytes = b"[]"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = -1
    """The length announced: that of the body for -1, none at all for None."""
    pause: float = 0.0
    """The seconds between two bytes; 0 sends all at once."""


JSON = {"Content-Type": "application/json"}


class Server:
    """Answers each request with the next of some answers, the last one for ever."""

    def __init__(self) -> None:
        self.answers: list[Said] = [Said(headers=JSON)]
        self.asked: list[tuple[str, dict[str, str]]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append(
                    (self.path, {name.lower(): value for name, value in self.headers.items()})
                )
                answer = server.answers[0] if len(server.answers) == 1 else server.answers.pop(0)
                self.send_response_only(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                length = len(answer.body) if answer.length == -1 else answer.length
                if length is not None:
                    self.send_header("Content-Length", str(length))
                self.end_headers()
                step = 1 if answer.pause else len(answer.body)
                with suppress(ConnectionError):  # The client may have had enough.
                    for start in range(0, len(answer.body), step or 1):
                        self.wfile.write(answer.body[start : start + step])
                        time.sleep(answer.pause)

            def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
                pass

        self._listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._listener.server_address[1]
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.02,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/resource/aaaa-bbbb.json"

    def stop(self) -> None:
        self._listener.shutdown()
        self._listener.server_close()
        self._thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.stop()


@dataclass
class Caller:
    """A client, and how long it slept."""

    slept: list[float]
    get: Callable[..., Response]


@pytest.fixture
def client() -> Iterator[Callable[..., Caller]]:
    """Make clients with settings of their own; sleeping is only noted."""
    session = requests.Session()

    def make(monotonic: Callable[[], float] | None = None, **settings: Any) -> Caller:
        chosen = Settings(**({"connect_timeout": 2.0, "read_timeout": 2.0} | settings))
        slept: list[float] = []
        more = {"monotonic": monotonic} if monotonic else {}
        http = HttpClient(
            session, chosen, sleep=slept.append, random=lambda: 0.5, clock=lambda: NOW, **more
        )
        return Caller(slept, http.get)

    yield make
    session.close()
