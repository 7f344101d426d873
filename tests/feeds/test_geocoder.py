"""The address search: one careful question, and whatever comes back is checked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from livemaps.errors import FeedError, FeedMalformed, FeedUnavailable
from livemaps.feeds.geocoder import Geocoding
from livemaps.feeds.profile import Geocoder
from livemaps.settings import Settings


@dataclass
class Local:
    """A local address search: what it answers, and what it was asked."""

    answer: bytes = b"{}"
    status: int = 200
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    port: int = 0


@pytest.fixture
def local() -> Iterator[Local]:
    known = Local()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known.asked.append((self.path, dict(self.headers)))
            self.send_response(known.status)
            self.send_header("Content-Type", "application/geo+json")
            self.send_header("Content-Length", str(len(known.answer)))
            self.end_headers()
            self.wfile.write(known.answer)

        def log_message(self, *_: Any) -> None:
            """Nothing goes to the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield known
    server.shutdown()
    server.server_close()
    thread.join()


def search_at(port: int) -> Geocoding:
    geocoder = Geocoder(address=f"http://127.0.0.1:{port}/search?q={{text}}&size=5")
    return Geocoding(geocoder, Settings(app_token="secret"))


def feature(label: object, *point: object) -> dict[str, object]:
    geometry = {"type": "Point", "coordinates": point}
    return {"type": "Feature", "geometry": geometry, "properties": {"label": label}}


def test_an_address_is_asked_for_once_without_the_portal_s_token(local: Local) -> None:
    local.answer = json.dumps({"features": [feature("1 Main St", -114.1, 51.0)]}).encode()
    (found,) = search_at(local.port).find("1 Main St & Co/é?")
    assert found == ("1 Main St", -114.1, 51.0)
    ((path, headers),) = local.asked
    assert path == "/search?q=1%20Main%20St%20%26%20Co%2F%C3%A9%3F&size=5"
    assert "secret" not in str(headers)


def test_what_is_no_place_on_earth_is_left_out(local: Local) -> None:
    features = [
        feature("", -114, 51),
        feature(7, -114, 51),
        feature("far", 900, 51),
        {"type": "Feature", "geometry": None, "properties": {"label": "nowhere"}},
        feature("good", -114, 51, 1000),
    ]
    local.answer = json.dumps({"features": features}).encode()
    assert [found.label for found in search_at(local.port).find("main")] == ["good"]


@pytest.mark.parametrize("answer", [b"[]", b"{}", b"<html>", b'{"features": [1]}', b"null"])
def test_an_answer_that_is_no_geojson_is_an_error(local: Local, answer: bytes) -> None:
    local.answer = answer
    with pytest.raises(FeedMalformed, match="no GeoJSON"):
        search_at(local.port).find("main")


def test_a_search_that_fails_or_is_gone_is_an_error_and_not_tried_again(local: Local) -> None:
    local.status = 503
    with pytest.raises(FeedError):
        search_at(local.port).find("main")
    assert len(local.asked) == 1
    with pytest.raises(FeedUnavailable):
        search_at(1).find("main")
