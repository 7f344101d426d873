"""The two ways to answer the web: threads of this process, or gunicorn's worker processes.

Both take a socket that already listens, so that a port in use is told in one way and before
anything else was started.
"""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from livemaps.errors import SettingError
from livemaps.settings import PREFIX, Settings

Application = Callable[..., Any]
"""A WSGI application."""

BACKLOG = 128
GRACE_SECONDS = 10
"""How long a worker may take to finish what it answers when it is told to stop."""


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens on `host` and `port` (0 takes a free one).

    Raises:
        SettingError: the port is taken, or the address is none of this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SettingError(
            f"{PREFIX}HOST:{PREFIX}PORT",
            f"{host}:{port}",
            f"{reason}; choose another with --host and --port (0 takes a free port)",
        ) from error


def address(listener: socket.socket) -> str:
    """Return the URL at which a listening socket is reached from this machine."""
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - only shown
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


@contextmanager
def answering(application: Application, listener: socket.socket) -> Iterator[None]:
    """Answer on threads of this process until the block ends, then close the socket."""
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    host, port = listener.getsockname()[:2]
    with listener:
        server = make_server(host, port, application, threaded=True, fd=listener.fileno())
        thread = threading.Thread(target=server.serve_forever, name="web", args=(0.1,))
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def run_workers(application: Application, listener: socket.socket, settings: Settings) -> None:
    """Answer with gunicorn's workers until SIGTERM or SIGINT; does not return, but exits.

    The workers are forked with the application, so that they share what it imported; it must have
    opened nothing yet.

    Raises:
        SystemExit: always, with gunicorn's status.
    """
    from gunicorn.app.base import BaseApplication

    # gunicorn reads its options again at SIGHUP: they must then name the same socket.
    options = _gunicorn_options(listener.detach(), settings)

    class Workers(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
        def load_config(self) -> None:
            for name, value in options.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> Application:
            return application

    Workers().run()


def _gunicorn_options(descriptor: int, settings: Settings) -> Mapping[str, object]:
    """Return gunicorn's options; those that an older gunicorn lacks are left out."""
    return {
        "bind": f"fd://{descriptor}",
        "workers": settings.workers,
        "threads": settings.threads,
        "worker_class": "gthread",
        "proc_name": "livemaps",
        "timeout": 60,
        "graceful_timeout": GRACE_SECONDS,
        "keepalive": 15,
        # A view with a hundred chosen names is still a link; this is the most that gunicorn takes.
        "limit_request_line": 8190,
        "loglevel": settings.log_level.lower(),
        # Workers replace themselves now and then: dashboards stay open for weeks.
        "max_requests": 100_000,
        "max_requests_jitter": 10_000,
        # Its socket would lie in the operator's home and outlive nothing useful.
        "control_socket_disable": True,
    }
