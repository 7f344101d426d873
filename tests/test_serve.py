"""Answering on threads of this process, and the ports that both ways of serving take."""

from __future__ import annotations

import socket
import threading
import urllib.request
from collections.abc import Callable, Iterable

import pytest

from livemaps.errors import SettingError
from livemaps.serve import address, answering, listening


def hello(_environ: object, start_response: Callable[..., object]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Length", "5")])
    return [b"hello"]


def test_it_answers_until_the_block_ends_and_then_frees_the_port() -> None:
    threads = threading.active_count()
    listener = listening("127.0.0.1", 0)
    url = address(listener)
    with answering(hello, listener), urllib.request.urlopen(url, timeout=10) as answer:
        assert answer.read() == b"hello"

    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(url.rsplit(":", 1)[1]))) != 0
    assert threading.active_count() == threads


def test_a_taken_port_is_told_with_its_setting_and_what_to_do() -> None:
    with listening("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingError, match=rf"LIVEMAPS_PORT.*{port}.*--port"):
            listening("127.0.0.1", port)


def test_an_address_of_another_machine_is_told() -> None:
    with pytest.raises(SettingError, match=r"192\.0\.2\.1"):
        listening("192.0.2.1", 0)


@pytest.mark.parametrize(
    ("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::1", "[::1]")]
)
def test_the_address_is_one_that_a_browser_on_this_machine_reaches(host: str, shown: str) -> None:
    if ":" in host and not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    with listening(host, 0) as listener:
        assert address(listener) == f"http://{shown}:{listener.getsockname()[1]}"
