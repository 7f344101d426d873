"""Reading an answer's body to its true end, within bounds.

HTTP libraries unpack a gzip stream that was cut without complaint. A cut body is a partial
fetch, which must never be taken for a success, so it is unpacked here, where the end shows.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

import requests
import urllib3.exceptions

from livemaps.errors import FeedMalformed, FeedUnavailable

CHUNK = 65_536
GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


class Truncated(FeedMalformed):
    """The body broke off before its end; the same call may well succeed."""


def read_body(answer: requests.Response, limit: int, overdue: Callable[[], bool]) -> bytes:
    """Return the whole body, unpacked.

    Args:
        answer: opened with `stream=True`, nothing of it read yet.
        limit: the most unpacked bytes accepted.
        overdue: tells whether the answer has taken too long as a whole.

    Raises:
        FeedMalformed: larger than the limit, or packed in an unknown way.
        Truncated: it broke off.
        FeedUnavailable: it came too slowly.
    """
    address = answer.url.partition("?")[0]
    gzip = _gzip(answer.headers.get("Content-Encoding", ""), address)
    body = bytearray()
    for piece in _pieces(answer, address):
        body += piece if gzip is None else gzip.unpack(piece, limit + 1 - len(body), address)
        if len(body) > limit:
            raise FeedMalformed(
                f"the answer of {address} is larger than {limit:,} bytes "
                "(LIVEMAPS_RESPONSE_LIMIT); ask for fewer rows with LIVEMAPS_PAGE_SIZE"
            )
        if overdue():
            raise FeedUnavailable(f"{address} sent {len(body):,} bytes too slowly to wait for")
    if gzip is not None and not gzip.complete:
        raise Truncated(f"the answer of {address} broke off after {len(body):,} bytes")
    return bytes(body)


def _pieces(answer: requests.Response, address: str) -> Iterator[bytes]:
    """Yield the body as it was sent, each piece as soon as it is there.

    `stream` would wait for a whole piece, and nobody could see that it only drips.
    """
    try:
        while piece := answer.raw.read1(CHUNK, decode_content=False):
            yield piece
    except urllib3.exceptions.ReadTimeoutError as error:
        raise FeedUnavailable(f"{address} stopped in the middle of its answer") from error
    except urllib3.exceptions.HTTPError as error:
        raise Truncated(f"the answer of {address} broke off") from error


def _gzip(encoding: str, address: str) -> _Gzip | None:
    """Return what unpacks a content encoding, None where nothing is packed."""
    match encoding.strip().lower():
        case "" | "identity":
            return None
        case "gzip" | "x-gzip" | "deflate":
            return _Gzip()
    raise FeedMalformed(
        f"{address} packed its answer with {encoding!r}, though only gzip was asked for"
    )


class _Gzip:
    """Unpacks gzip or zlib, never more at once than the caller may hold.

    Gzip may come in several members, one after another: together they are the body.
    """

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(GZIP_OR_ZLIB)
        self._started = False

    @property
    def complete(self) -> bool:
        """Whether the last member came to its end; an empty body counts as complete."""
        return self._stream.eof or not self._started

    def unpack(self, packed: bytes, limit: int, address: str) -> bytes:
        """Return at most `limit` bytes; the caller stops once it holds more than it may."""
        self._started = True
        body = bytearray()
        try:
            while len(body) < limit and (packed := self._of_a_member(packed)):
                body += self._stream.decompress(packed, limit - len(body))
                packed = self._stream.unused_data
        except zlib.error as error:
            raise FeedMalformed(f"the answer of {address} cannot be unpacked: {error}") from error
        return bytes(body)

    def _of_a_member(self, packed: bytes) -> bytes:
        """Return what is left to unpack, and begin a member where the one before has ended."""
        if self._stream.eof:
            packed = packed.lstrip(b"\0")  # Zeros may fill up the room after a member.
            if packed:
                self._stream = zlib.decompressobj(GZIP_OR_ZLIB)
        return packed
