"""One careful way to ask a portal for bytes.

Every call has time limits and a bound on the unpacked answer, is tried again where that can
help, and ends in a complete `Response` or in a `FeedError` that says what to do. The portal's
token travels in one header, to the portal's own host only, and never into a message or a log.
"""

from __future__ import annotations

import logging
import random as random_module
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

import requests

from livemaps import __version__
from livemaps.errors import (
    FeedError,
    FeedMalformed,
    FeedRefused,
    FeedThrottled,
    FeedUnavailable,
    SettingError,
)
from livemaps.feeds.bodies import Truncated, read_body
from livemaps.feeds.refusals import read_refusal
from livemaps.feeds.retries import http_date, pause_before, retry_after_seconds
from livemaps.model import Clock, utc_now
from livemaps.settings import PREFIX, Settings

log = logging.getLogger(__name__)

MOST_REDIRECTS = 5
TOTAL_TIME_FACTOR = 10
"""A whole answer may take this many times the read time limit, however steadily it drips."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})
WORTH_WAITING = frozenset({202, 408, 425})
"""Not 5xx, yet about timing: 202 is how a portal says that it is still preparing the answer."""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, complete and unpacked; header names are in lower case. `status` is 200 or 304."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class HttpClient:
    """GETs with time limits, retries, bounded answers and the portal's token.

    Not safe to share between threads, as its session is not: open one for each.
    """

    def __init__(
        self,
        session: requests.Session,
        settings: Settings,
        *,
        sleep: Callable[[float], object] = time.sleep,
        random: Callable[[], float] = random_module.random,
        monotonic: Callable[[], float] = time.monotonic,
        clock: Clock = utc_now,
    ) -> None:
        """`sleep` waits between tries; `random` gives a number from 0 up to 1.

        `monotonic` measures how long an answer takes; `clock` is asked what time it is where
        the portal does not say.

        Raises:
            SettingError: the token or the contact cannot be put into a header; the token is not
                repeated.
        """
        token = settings.app_token
        if token and not (token.isascii() and token.isprintable() and " " not in token):
            raise SettingError(
                PREFIX + "APP_TOKEN", "(hidden)", "it takes letters, digits and signs, no spaces"
            )
        if not (settings.contact.isascii() and settings.contact.isprintable()):
            raise SettingError(
                PREFIX + "CONTACT", settings.contact, "it takes one line of ASCII characters"
            )
        self._session = session
        self._settings = settings
        self._sleep = sleep
        self._random = random
        self._monotonic = monotonic
        self._clock = clock

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        kind: str = "",
    ) -> Response:
        """Return the answer to a GET, after as many tries as the settings allow.

        Args:
            url: the address without its query.
            params: the query.
            headers: further headers, such as `If-None-Match`.
            kind: what the content type must name, such as "json" or "csv"; empty takes any.

        Raises:
            FeedUnavailable: no connection, a time-out or a server error, to the last try.
            FeedThrottled: told to come back later than is worth waiting for.
            FeedRefused: a 4xx answer, with the portal's own message.
            FeedMalformed: the answer broke off, is too large or of the wrong type.
        """
        for attempt in range(1, self._settings.attempts + 1):
            try:
                return self._follow(url, params or {}, headers or {}, kind)
            except (FeedUnavailable, FeedThrottled, Truncated) as error:
                pause = pause_before(attempt + 1, error, self._random)
                if attempt == self._settings.attempts or pause is None:
                    raise
                log.info("try %d failed (%s); next in %.1f s", attempt, error, pause)
                self._sleep(pause)
        raise AssertionError("at least one attempt is made, and the last one raises")

    def _follow(
        self, url: str, params: Mapping[str, str], headers: Mapping[str, str], kind: str
    ) -> Response:
        """Make one try, following redirects; the token never goes to another host."""
        target, query = url, params
        for _ in range(MOST_REDIRECTS + 1):
            answer = self._send(target, query, self._headers(url, target, headers, kind))
            with answer:
                location = answer.headers.get("Location")
                if answer.status_code not in REDIRECTS or not location:
                    return self._response(answer, kind)
            target, query = urljoin(answer.url, location), {}
        raise FeedRefused(f"{url} redirects more than {MOST_REDIRECTS} times")

    def _headers(
        self, origin: str, target: str, further: Mapping[str, str], kind: str
    ) -> dict[str, str]:
        settings = self._settings
        contact = f" (+{settings.contact})" if settings.contact else ""
        headers = {
            "User-Agent": f"livemaps/{__version__}{contact}",
            "Accept": {"json": "application/json", "csv": "text/csv"}.get(kind, "*/*"),
            "Accept-Encoding": "gzip",
            **further,
        }
        if settings.app_token and _same_host(origin, target):
            headers["X-App-Token"] = settings.app_token
        return headers

    def _send(
        self, url: str, params: Mapping[str, str], headers: Mapping[str, str]
    ) -> requests.Response:
        """Send one GET; the body is not read yet."""
        settings = self._settings
        try:
            return self._session.get(
                url,
                params=params,
                headers=headers,
                timeout=(settings.connect_timeout, settings.read_timeout),
                allow_redirects=False,
                stream=True,
            )
        except requests.ConnectTimeout as error:
            raise FeedUnavailable(
                f"no connection to {_host(url)} within {settings.connect_timeout:g} s"
            ) from error
        except requests.ReadTimeout as error:
            raise FeedUnavailable(
                f"{url} did not answer within {settings.read_timeout:g} s"
            ) from error
        except requests.RequestException as error:
            raise FeedUnavailable(f"no answer from {url}: {_reason(error)}") from error

    def _response(self, answer: requests.Response, kind: str) -> Response:
        """Read an answer to its end and turn anything but 200 and 304 into an error."""
        deadline = self._monotonic() + self._settings.read_timeout * TOTAL_TIME_FACTOR
        body = read_body(
            answer, self._settings.response_limit, lambda: self._monotonic() > deadline
        )
        headers = {name.lower(): value for name, value in answer.headers.items()}
        status, address = answer.status_code, _address(answer.url)
        if status == HTTPStatus.NOT_MODIFIED:
            return Response(status, headers, b"")
        if status != HTTPStatus.OK:
            raise self._error(status, headers, body, address)
        _check_kind(headers.get("content-type", ""), kind, address)
        return Response(status, headers, body)

    def _error(
        self, status: int, headers: Mapping[str, str], body: bytes, address: str
    ) -> FeedError:
        """Return the error that an answer with a failing status stands for."""
        refusal = read_refusal(body)
        said = self._without_token(f": {refusal.message}" if refusal.message else "")
        message = f"{address} answered {status} {_phrase(status)}{said}"
        patience = retry_after_seconds(
            headers.get("retry-after"), http_date(headers.get("date")) or self._clock()
        )
        if status == HTTPStatus.TOO_MANY_REQUESTS or (status >= 500 and patience is not None):
            when = "" if patience is None else f"; it asks to wait {patience:.0f} s"
            remedy = (
                "" if self._settings.app_token else f" (set {PREFIX}APP_TOKEN for a higher limit)"
            )
            return FeedThrottled(message + when + remedy, patience)
        if (status >= 500 and status != HTTPStatus.NOT_IMPLEMENTED) or status in WORTH_WAITING:
            return FeedUnavailable(message)
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            message += f" (check {PREFIX}APP_TOKEN and that the dataset is public)"
        return FeedRefused(message, status=status, code=refusal.code, column=refusal.column)

    def _without_token(self, text: str) -> str:
        """Return a portal's words without the token, which some portals repeat."""
        token = self._settings.app_token
        return text.replace(token, "(token)") if token else text


def open_client(settings: Settings) -> HttpClient:
    """Return a client with a session of its own; use one for each thread."""
    return HttpClient(requests.Session(), settings)


def _check_kind(content_type: str, kind: str, address: str) -> None:
    """Raise FeedMalformed where the content type is given and is not of the kind asked for."""
    if kind and content_type and kind not in content_type.lower():
        raise FeedMalformed(
            f"{address} answered with the content type {content_type!r} instead of {kind.upper()}"
        )


def _same_host(origin: str, target: str) -> bool:
    """Whether a redirect stays on the host, and does not leave encryption behind."""
    first, then = urlsplit(origin), urlsplit(target)
    return first.hostname == then.hostname and (
        first.scheme == then.scheme or then.scheme == "https"
    )


def _host(url: str) -> str:
    return urlsplit(url).netloc


def _address(url: str) -> str:
    """Return an address without its query."""
    return urlsplit(url)._replace(query="", fragment="").geturl()


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""


def _reason(error: BaseException) -> str:
    """Return the innermost cause in a few words: libraries wrap it in whole addresses."""
    cause: BaseException | None = error
    reason = type(error).__name__
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            reason = cause.strerror
        cause = cause.__cause__ or cause.__context__
    return reason
