"""What is tried again, when, and what is said in the end."""

from __future__ import annotations

import random
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from livemaps.errors import FeedRefused, FeedThrottled, FeedUnavailable
from livemaps.feeds.http import HttpClient
from livemaps.feeds.retries import MOST_BACKOFF, MOST_PATIENCE, pause_before, retry_after_seconds
from livemaps.settings import Settings
from tests.feeds.http.conftest import JSON, NOW, Caller, Said, Server


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
