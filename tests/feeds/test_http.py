"""The HTTP client, over real HTTP."""

from __future__ import annotations

import gzip
import logging
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from livemaps.errors import (
    FeedMalformed,
    FeedRefused,
    FeedThrottled,
    FeedUnavailable,
    SettingError,
)
from livemaps.feeds.http import HttpClient, Response
from livemaps.feeds.retries import MOST_BACKOFF, MOST_PATIENCE, pause_before, retry_after_seconds
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


def test_it_says_who_it_is_and_how_to_reach_the_operator(
    server: Server, client: Callable[..., Caller]
) -> None:
    client(contact="maps@example.org").get(server.url, {"$limit": "1"}, kind="json")
    path, headers = server.asked[0]
    assert path == "/resource/aaaa-bbbb.json?%24limit=1"
    assert headers["user-agent"].startswith("livemaps/")
    assert headers["user-agent"].endswith("(+maps@example.org)")
    assert headers["accept-encoding"] == "gzip"
    assert headers["accept"] == "application/json"
    assert "x-app-token" not in headers


def test_the_token_goes_into_one_header(server: Server, client: Callable[..., Caller]) -> None:
    client(app_token=TOKEN).get(server.url)
    path, headers = server.asked[0]
    assert headers["x-app-token"] == TOKEN
    assert TOKEN not in path


def test_the_token_is_never_in_messages_or_logs(
    server: Server, client: Callable[..., Caller], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    body = b'{"code":"permission_denied","error":true,"message":"bad token %b"}' % TOKEN.encode()
    server.answers = [Said(b"", 500), Said(body, 403, JSON)]
    with pytest.raises(FeedRefused, match=r"LIVEMAPS_APP_TOKEN") as caught:
        client(app_token=TOKEN).get(server.url)
    assert "bad token (token)" in str(caught.value)
    assert TOKEN not in caplog.text + str(caught.value)


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "höhe"])
def test_a_token_that_fits_no_header_is_refused_without_being_repeated(
    client: Callable[..., Caller], token: str
) -> None:
    with pytest.raises(SettingError, match="LIVEMAPS_APP_TOKEN") as caught:
        client(app_token=token)
    assert token not in str(caught.value)


@pytest.mark.parametrize("contact", ["地図@example.org", "a@example.org\r\nX-Other: b"])
def test_a_contact_that_fits_no_header_is_refused(
    client: Callable[..., Caller], contact: str
) -> None:
    with pytest.raises(SettingError, match="LIVEMAPS_CONTACT"):
        client(contact=contact)


def test_a_redirect_is_followed_and_takes_the_token_to_no_other_host(
    server: Server, client: Callable[..., Caller]
) -> None:
    there = f"http://localhost:{server.port}/elsewhere"
    server.answers = [
        Said(b"", 302, {"Location": "/moved"}),
        Said(b"", 301, {"Location": there}),
        Said(b"[1]"),
    ]
    assert client(app_token=TOKEN).get(server.url).body == b"[1]"
    assert [(path, "x-app-token" in headers) for path, headers in server.asked] == [
        ("/resource/aaaa-bbbb.json", True),
        ("/moved", True),
        ("/elsewhere", False),
    ]


def test_endless_redirects_are_refused(server: Server, client: Callable[..., Caller]) -> None:
    server.answers = [Said(b"", 302, {"Location": "/again"})]
    with pytest.raises(FeedRefused, match="redirects"):
        client().get(server.url)


def test_gzip_is_unpacked(server: Server, client: Callable[..., Caller]) -> None:
    server.answers = [Said(gzip.compress(b"[1, 2]"), headers={**JSON, "Content-Encoding": "gzip"})]
    assert client().get(server.url).body == b"[1, 2]"


def test_not_modified_is_an_answer_of_its_own(
    server: Server, client: Callable[..., Caller]
) -> None:
    server.answers = [Said(b"", 304, {"ETag": '"1"'})]
    answer = client().get(server.url, headers={"If-None-Match": '"1"'}, kind="json")
    assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", '"1"')
    assert server.asked[0][1]["if-none-match"] == '"1"'


# Tries


def test_server_errors_are_tried_again_with_growing_pauses(
    server: Server, client: Callable[..., Caller]
) -> None:
    server.answers = [Said(b"", 500), Said(b"", 503), Said(b"", 202), Said(b"[7]")]
    caller = client()
    assert caller.get(server.url).body == b"[7]"
    assert caller.slept == [0.5, 1.0, 2.0]


def test_after_the_last_try_the_error_says_what_the_portal_said(
    server: Server, client: Callable[..., Caller]
) -> None:
    server.answers = [Said(b'{"error":true,"message":"we are\\n full"}', 500, JSON)]
    caller = client(attempts=3)
    with pytest.raises(FeedUnavailable, match=r"500 Internal Server Error: we are full"):
        caller.get(server.url)
    assert len(server.asked) == 3
    assert len(caller.slept) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 501])
def test_a_refusal_is_not_tried_again(
    server: Server, client: Callable[..., Caller], status: int
) -> None:
    server.answers = [Said(b'{"message":"no","code":"not_found"}', status, JSON)]
    with pytest.raises(FeedRefused, match=f"{status}.*no") as caught:
        client().get(server.url)
    assert (caught.value.status, caught.value.code) == (status, "not_found")
    assert len(server.asked) == 1


def test_a_refusal_names_the_column_that_is_not_there(
    server: Server, client: Callable[..., Caller]
) -> None:
    body = b'{"message":"No such column: foo","errorCode":"query.soql.no-such-column","data":{"column":"foo"}}'
    server.answers = [Said(body, 400, JSON)]
    with pytest.raises(FeedRefused, match="No such column: foo") as caught:
        client().get(server.url)
    assert (caught.value.code, caught.value.column) == ("query.soql.no-such-column", "foo")


@pytest.mark.parametrize(
    ("retry_after", "pause"),
    [("7", 7.5), ("Thu, 27 Aug 2026 17:00:20 GMT", 20.5), ("0", 0.5), ("soon", 0.5)],
)
def test_retry_after_is_honoured_as_seconds_and_as_a_date(
    server: Server, client: Callable[..., Caller], retry_after: str, pause: float
) -> None:
    date = "Thu, 27 Aug 2026 17:00:00 GMT"
    server.answers = [Said(b"", 429, {"Retry-After": retry_after, "Date": date}), Said(b"[]")]
    caller = client()
    caller.get(server.url)
    assert caller.slept == [pause]


def test_a_long_retry_after_is_left_to_the_scheduler(
    server: Server, client: Callable[..., Caller]
) -> None:
    server.answers = [Said(b"", 429, {"Retry-After": "3600"})]
    caller = client()
    with pytest.raises(FeedThrottled, match="LIVEMAPS_APP_TOKEN") as caught:
        caller.get(server.url)
    assert caught.value.retry_after == 3600
    assert caller.slept == []


def test_a_server_error_with_retry_after_counts_as_throttling(
    server: Server, client: Callable[..., Caller]
) -> None:
    server.answers = [Said(b"", 503, {"Retry-After": "600"})]
    with pytest.raises(FeedThrottled, match="asks to wait 600 s"):
        client().get(server.url)


def test_no_connection_is_named_with_its_cause(client: Callable[..., Caller]) -> None:
    with _silent_port() as port:
        pass
    caller = client(attempts=2)
    with pytest.raises(FeedUnavailable, match="Connection refused"):
        caller.get(f"http://127.0.0.1:{port}/")
    assert len(caller.slept) == 1


def test_silence_ends_with_the_read_time_limit(client: Callable[..., Caller]) -> None:
    with requests.Session() as session, _silent_port() as port:
        settings = Settings(read_timeout=0.2, attempts=1)
        http = HttpClient(session, settings, sleep=lambda _: None, random=random.random)
        with pytest.raises(FeedUnavailable, match=r"did not answer within 0\.2 s"):
            http.get(f"http://127.0.0.1:{port}/")


# Bodies


@pytest.mark.parametrize("packed", [False, True])
def test_a_body_that_breaks_off_is_never_taken_for_whole(
    server: Server, client: Callable[..., Caller], packed: bool
) -> None:
    whole = b"[" + b'{"a":"b"},' * 5000
    body = gzip.compress(whole, mtime=0) if packed else whole
    headers = {**JSON, **({"Content-Encoding": "gzip"} if packed else {})}
    server.answers = [Said(body[: len(body) // 2], headers=headers, length=len(body))]
    with pytest.raises(FeedMalformed, match="broke off"):
        client(attempts=2).get(server.url)
    assert len(server.asked) == 2


@pytest.mark.parametrize("pause", [0.0, 0.001], ids=["at once", "byte by byte"])
def test_gzip_of_several_members_is_read_to_the_last(
    server: Server, client: Callable[..., Caller], pause: float
) -> None:
    body = gzip.compress(b"[1, ") + gzip.compress(b"") + gzip.compress(b"2]") + b"\0" * 8
    server.answers = [Said(body, headers={**JSON, "Content-Encoding": "gzip"}, pause=pause)]
    assert client().get(server.url).body == b"[1, 2]"


def test_a_cut_last_member_of_gzip_is_noticed(
    server: Server, client: Callable[..., Caller]
) -> None:
    body = gzip.compress(b"[1, ") + gzip.compress(b"2]")[:-5]
    server.answers = [Said(body, headers={"Content-Encoding": "gzip"}, length=None)]
    with pytest.raises(FeedMalformed, match="broke off"):
        client(attempts=1).get(server.url)


def test_a_cut_gzip_body_without_a_length_is_noticed(
    server: Server, client: Callable[..., Caller]
) -> None:
    body = gzip.compress(b"0123456789" * 1000)[:-10]
    server.answers = [Said(body, headers={"Content-Encoding": "gzip"}, length=None)]
    with pytest.raises(FeedMalformed, match="broke off"):
        client(attempts=1).get(server.url)


def test_a_body_may_be_as_large_as_the_limit_and_no_larger(
    server: Server, client: Callable[..., Caller]
) -> None:
    server.answers = [Said(b"x" * 2048)]
    assert len(client(response_limit=2048).get(server.url).body) == 2048
    with pytest.raises(FeedMalformed, match=r"2,047 bytes.*LIVEMAPS_RESPONSE_LIMIT"):
        client(response_limit=2047).get(server.url)


def test_the_limit_is_on_unpacked_bytes(server: Server, client: Callable[..., Caller]) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    server.answers = [Said(bomb, headers={"Content-Encoding": "gzip"})]
    assert len(bomb) < 100_000
    with pytest.raises(FeedMalformed, match="larger than"):
        client(response_limit=100_000).get(server.url)


def test_bytes_that_are_no_gzip_are_malformed(
    server: Server, client: Callable[..., Caller]
) -> None:
    server.answers = [Said(b"plain", headers={"Content-Encoding": "gzip"})]
    with pytest.raises(FeedMalformed, match="cannot be unpacked"):
        client().get(server.url)


def test_a_packing_that_nobody_asked_for_is_malformed(
    server: Server, client: Callable[..., Caller]
) -> None:
    server.answers = [Said(b"?", headers={"Content-Encoding": "br"})]
    with pytest.raises(FeedMalformed, match="'br'"):
        client().get(server.url)


def test_a_page_for_people_is_no_json(server: Server, client: Callable[..., Caller]) -> None:
    server.answers = [Said(b"<h1>Maintenance</h1>", headers={"Content-Type": "text/html"})]
    with pytest.raises(FeedMalformed, match=r"'text/html' instead of JSON"):
        client().get(server.url, kind="json")


def test_a_missing_content_type_is_left_to_the_decoder(
    server: Server, client: Callable[..., Caller]
) -> None:
    server.answers = [Said(b"[3]")]
    assert client().get(server.url, kind="json").body == b"[3]"


@pytest.mark.parametrize(
    "drip",
    [
        Said(b"x" * 20, pause=0.01),
        Said(b"x" * 20, length=None, pause=0.01),
        Said(b"80000\r\nxxx", headers={"Transfer-Encoding": "chunked"}, length=None, pause=0.01),
    ],
    ids=["with a length", "without a length", "in one long chunk"],
)
def test_an_answer_that_drips_is_given_up(
    server: Server, client: Callable[..., Caller], drip: Said
) -> None:
    server.answers = [drip]
    ticks = iter(range(0, 100_000, 15))
    with pytest.raises(FeedUnavailable, match=r"sent \d bytes too slowly"):
        client(monotonic=lambda: float(next(ticks)), attempts=1).get(server.url)


# Pauses


@given(st.integers(2, 50), st.floats(0, 1, exclude_max=True))
def test_pauses_stay_between_nothing_and_the_longest_backoff(attempt: int, chance: float) -> None:
    pause = pause_before(attempt, FeedUnavailable("?"), lambda: chance)
    assert pause is not None
    assert 0 <= pause <= MOST_BACKOFF


@given(st.floats(0, 10 * MOST_PATIENCE))
def test_a_portal_that_names_a_time_is_never_asked_before_it(seconds: float) -> None:
    pause = pause_before(2, FeedThrottled("?", seconds), lambda: 0.0)
    assert pause is None if seconds > MOST_PATIENCE else pause == seconds


@given(st.text())
def test_any_retry_after_header_is_read_or_ignored(text: str) -> None:
    seconds = retry_after_seconds(text, NOW)
    assert seconds is None or seconds >= 0


@contextmanager
def _silent_port() -> Iterator[int]:
    """A port where connections are taken and nothing is said."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]
