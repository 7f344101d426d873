"""Answers that break off, drip, are too large or are not what they say."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest

from livemaps.errors import FeedMalformed, FeedUnavailable
from tests.feeds.http.conftest import JSON, Caller, Said, Server


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
