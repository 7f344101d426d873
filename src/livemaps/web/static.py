"""Scripts of Dash and Plotly, compressed once as well as it goes, and kept on disk.

The Plotly bundle is 4.8 MB and takes about ten seconds to compress to 1.1 MB: too long for an
answer, so it is done once, beside the answers, and found by the digest of what was compressed.
Until then (or where the folder cannot be written) answers are compressed as they go, less well.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import brotli
import dash
import plotly
from dash import _dash_renderer
from dash.backends._flask import FlaskDashServer
from flask import Response, request

DASH_SCRIPTS = (
    "dash-renderer/build/dash_renderer.min.js",
    "dcc/async-graph.js",
    "dcc/dash_core_components-shared.js",
    "dcc/dash_core_components.js",
    "html/dash_html_components.min.js",
)
"""Those of Dash's own scripts that a page loads."""

LEAST_BYTES = 1024
BEST = 11

log = logging.getLogger(__name__)


def precompress(data_dir: Path) -> int:
    """Compress every script that a page loads, and return how many were done now.

    Done ones are found and left alone, so that it may be called at every start; it takes some
    15 seconds of one core the first time. A folder that cannot be written is
    logged: pages work without.
    """
    done = 0
    for body in _bodies():
        target = _compressed_path(data_dir, body)
        if target.exists():
            continue
        try:
            _write(target, brotli.compress(body, quality=BEST))
        except OSError as error:
            log.warning("scripts are sent less well compressed: %s", error)
            return done
        done += 1
    return done


def _bodies() -> Iterator[bytes]:
    """Yield the scripts that a page loads, the largest last, so that much is ready soon."""
    folder = Path(dash.__file__).parent
    for name in (*_react_scripts(), *DASH_SCRIPTS):
        yield (folder / name).read_bytes()
    yield (Path(plotly.__file__).parent / "package_data" / "plotly.min.js").read_bytes()


def _react_scripts() -> Iterator[str]:
    """Yield the paths of React's scripts; their versions are part of their names."""
    for dependency in _dash_renderer._js_dist_dependencies:
        yield from dependency["relative_package_path"]["prod"]


def _compressed_path(data_dir: Path, body: bytes) -> Path:
    """Return where the compressed form of a body is kept."""
    return data_dir / "cache" / "static" / f"{hashlib.sha256(body).hexdigest()}.br"


def _write(target: Path, compressed: bytes) -> None:
    """Write a file so that others see it whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    passing = target.with_name(f".{target.name}-{os.getpid()}")
    passing.write_bytes(compressed)
    passing.replace(target)


def backend(data_dir: Path) -> type[FlaskDashServer]:
    """Return the server class for `Dash(backend=...)` that answers with the compressed scripts."""

    class PrecompressedServer(FlaskDashServer):
        """Serves component suites as Dash does, but from the compressed file where there is one."""

        def serve_component_suites(
            self, dash_app: dash.Dash, package_name: str, fingerprinted_path: str
        ) -> Response:
            plain: Response = super().serve_component_suites(
                dash_app, package_name, fingerprinted_path
            )
            if plain.status_code == 200 and request.accept_encodings["br"] > 0:
                _use_compressed(plain, data_dir)
            plain.vary.add("Accept-Encoding")
            return plain

    return PrecompressedServer


def _use_compressed(response: Response, data_dir: Path) -> None:
    """Put the compressed body into an answer, where it is there."""
    body = response.get_data()
    if len(body) < LEAST_BYTES:
        return
    path = _compressed_path(data_dir, body)
    try:
        compressed = path.read_bytes()
    except OSError:
        return
    response.set_data(compressed)
    response.headers["Content-Encoding"] = "br"
    response.cache_control.immutable = True
