"""An HTTP server on loopback that speaks SODA 2.1, as a Socrata portal does.

The demo city and the tests are polled through it by the very client that polls a real portal:
`/resource/<id>.json|csv|geojson` and `/api/views/<id>.json`, conditional requests, gzip, the
portal's headers and error bodies. `Troubles` makes it misbehave while it runs; `RequestLog`
tells what it was asked.
"""

from __future__ import annotations

import gzip
import logging
import re
import socket
import socketserver
import sys
import threading
from collections.abc import Mapping
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from livemaps.demo.request_log import Asked, RequestLog
from livemaps.demo.soda_answers import CONTENT_TYPES, Manners, write_answer
from livemaps.demo.soda_query import read_query
from livemaps.demo.soda_replies import (
    Control,
    Reply,
    control_reply,
    error_reply,
    query_error_reply,
    row_headers,
    trouble_reply,
    view_reply,
)
from livemaps.demo.soda_table import SodaTable
from livemaps.demo.soql_parser import SoqlError
from livemaps.demo.troubles import Kind, Troubles
from livemaps.model import Clock, utc_now

log = logging.getLogger(__name__)

SMALLEST_GZIP = 1024
_RESOURCE = re.compile(r"/resource/([a-z0-9]{4}-[a-z0-9]{4})\.(json|csv|geojson)")
_VIEW = re.compile(r"/api/views/([a-z0-9]{4}-[a-z0-9]{4})\.json")


class SodaServer:
    """Serves tables by dataset id, from `start` to `stop` or as a context manager."""

    def __init__(
        self,
        tables: Mapping[str, SodaTable],
        *,
        port: int = 0,
        manners: Manners | None = None,
        clock: Clock = utc_now,
    ) -> None:
        """Prepare to serve; nothing is bound before `start`.

        Args:
            tables: by dataset id, such as `{"iahh-g8bj": table}`; they stay the caller's.
            port: 0 takes a free one, which then stays the same after a stop and a start.
            manners: how the portal behaves; Socrata's way where it is None.
            clock: the time of the `Date` header.
        """
        self.tables = tables
        self.manners = manners or Manners()
        self.troubles = Troubles()
        self.log = RequestLog()
        self.clock = clock
        self.control: Control | None = None
        """What `POST /demo/trouble` calls; None where nobody may make trouble from outside."""
        self.stopping = threading.Event()
        self._port = port
        self._listener: _Listener | None = None
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        """`http://127.0.0.1:<port>`, without a slash at its end; known once started."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Bind and serve in a thread of its own."""
        self.stopping.clear()
        self._listener = _Listener(self._port, self)
        self._port = int(self._listener.server_address[1])
        self._thread = threading.Thread(
            target=self._listener.serve_forever, args=(0.05,), name="soda-server", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop serving, close every connection and wait until all threads have ended."""
        if self._listener is None or self._thread is None:
            return
        self.stopping.set()
        self._listener.shutdown()
        self._listener.close_connections()
        self._listener.server_close()
        self._thread.join()
        self._listener = self._thread = None

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()


class _Listener(ThreadingHTTPServer):
    """Accepts connections and remembers them, so that a stop can close idle ones."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 64

    def __init__(self, port: int, soda: SodaServer) -> None:
        self.soda = soda
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, peer = super().get_request()
        with self._lock:
            self._connections.add(connection)
        return connection, peer

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        """Wake every thread that waits for a next request on a connection that was kept open."""
        with self._lock:
            for connection in self._connections:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError as error:
                    log.debug("a connection was gone before it was closed: %s", error)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """Note what went wrong with a connection: clients may leave at any time."""
        log.debug("the connection of %s ended early: %r", client_address, sys.exc_info()[1])


class _Handler(BaseHTTPRequestHandler):
    """Answers the requests of one connection."""

    protocol_version = "HTTP/1.1"
    server_version = "soda"
    sys_version = ""
    # Head and body leave in one segment, which spares 40 ms of delayed acknowledgement each.
    wbufsize = 65_536
    disable_nagle_algorithm = True
    timeout = 60.0
    server: socketserver.BaseServer

    @property
    def soda(self) -> SodaServer:
        assert isinstance(self.server, _Listener)  # noqa: S101
        return self.server.soda

    def do_GET(self) -> None:
        """Answer, unless a trouble strikes first."""
        url = urlsplit(self.path)
        parameters = dict(parse_qsl(url.query, keep_blank_values=True))
        trouble = self.soda.troubles.strike(url.path)
        if trouble is not None and trouble.kind is Kind.SLOW:
            self.soda.stopping.wait(trouble.seconds)
            trouble = None
        if trouble is None or trouble.kind in (Kind.TRUNCATED, Kind.WRONG_TYPE):
            answer = self._conditional(self._answer(url.path, parameters))
        else:
            answer = trouble_reply(trouble)
        self._send(answer, url.path, parameters, trouble.kind if trouble else None)

    def do_POST(self) -> None:
        """Make the trouble that is asked for, whatever trouble there is already."""
        url = urlsplit(self.path)
        parameters = dict(parse_qsl(url.query, keep_blank_values=True))
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = control_reply(self.soda.control, url.path, parameters)
        self._send(answer, url.path, parameters, None)

    def _answer(self, path: str, parameters: dict[str, str]) -> Reply:
        """Return the right answer."""
        manners = self.soda.manners
        token = self.headers.get("X-App-Token") or parameters.pop("$$app_token", None)
        if manners.token and token != manners.token:
            return error_reply(403, "permission_denied", "Invalid app_token specified")
        resource, view = _RESOURCE.fullmatch(path), _VIEW.fullmatch(path)
        if view and manners.views and view[1] in self.soda.tables:
            return view_reply(view[1], self.soda.tables[view[1]])
        if not resource or (resource[2] == "csv" and not manners.csv):
            return error_reply(
                404, "not_found", f"Cannot find view with id {path.rpartition('/')[2]}"
            )
        if resource[1] not in self.soda.tables:
            return error_reply(404, "dataset.missing", "Not found")
        return self._rows(resource[1], resource[2], parameters)

    def _rows(self, dataset: str, suffix: str, parameters: dict[str, str]) -> Reply:
        table, manners = self.soda.tables[dataset], self.soda.manners
        version = table.version
        try:
            rows = table.answer(
                read_query(parameters),
                most_rows=manners.most_rows,
                system_fields=manners.system_fields,
            )
        except SoqlError as error:
            return query_error_reply(error, dataset)
        return Reply(
            200, write_answer(rows, suffix, manners), row_headers(rows, suffix, version, self.path)
        )

    def _conditional(self, answer: Reply) -> Reply:
        """Spare the body where the client has it, or leave out what would allow that."""
        if not self.soda.manners.conditional:
            kept = {
                name: value
                for name, value in answer.headers.items()
                if name not in ("ETag", "Last-Modified")
            }
            return Reply(answer.status, answer.body, kept)
        etag = answer.headers.get("ETag")
        if etag and self.headers.get("If-None-Match") == etag:
            return Reply(304, b"", {"ETag": etag})
        return answer

    def _send(
        self, answer: Reply, path: str, parameters: dict[str, str], trouble: Kind | None
    ) -> None:
        """Note a request and send its answer, spoilt as the trouble asks."""
        body, headers = self._packed(answer)
        status = 0 if trouble is Kind.OUTAGE else answer.status
        asked_headers = {name.lower(): value for name, value in self.headers.items()}
        # Noted first: whoever has the answer in hand finds its request in the log.
        self.soda.log.add(Asked(path, parameters, asked_headers, status, len(body)))
        if trouble is Kind.OUTAGE:
            self.close_connection = True
            return
        if trouble is Kind.ENDLESS:
            self._send_endlessly()
            return
        if trouble is Kind.WRONG_TYPE:
            headers["Content-Type"] = "application/pdf"
        self._head(answer.status, headers, len(body))
        if trouble is Kind.TRUNCATED:
            body, self.close_connection = body[: len(body) // 2], True
        self.wfile.write(body)
        self.wfile.flush()

    def _head(self, status: int, headers: Mapping[str, str], length: int | None) -> None:
        self.send_response_only(status)
        self.send_header("Date", format_datetime(self.soda.clock(), usegmt=True))
        for name, value in headers.items():
            self.send_header(name, value)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def _packed(self, answer: Reply) -> tuple[bytes, dict[str, str]]:
        """Return body and headers, packed where the client takes it and it is worth it."""
        headers = dict(answer.headers)
        accepted = "gzip" in self.headers.get("Accept-Encoding", "")
        if not (accepted and self.soda.manners.gzip and len(answer.body) >= SMALLEST_GZIP):
            return answer.body, headers
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return gzip.compress(answer.body, 1, mtime=0), headers

    def _send_endlessly(self) -> None:
        """Send rows until the client has had enough or the server stops."""
        headers = {"Content-Type": CONTENT_TYPES["json"], "Transfer-Encoding": "chunked"}
        self._head(200, headers, None)
        piece = b'{"service_request_id":"1"},' * 2000
        self.wfile.write(b"1\r\n[\r\n")
        self.close_connection = True
        while not self.soda.stopping.is_set():
            try:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            except OSError as error:
                log.debug("the client left an endless answer: %s", error)
                return

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 -- the base's name
        """Keep quiet: `RequestLog` keeps what was asked."""
