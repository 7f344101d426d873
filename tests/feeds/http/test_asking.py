"""What is asked of a portal: who asks, with which token, and where it leads."""

from __future__ import annotations

import gzip
import logging
from collections.abc import Callable

import pytest

from livemaps.errors import FeedRefused, SettingError
from tests.feeds.http.conftest import JSON, TOKEN, Caller, Said, Server


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
