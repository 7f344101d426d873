"""The web server as production runs it, over a benchmark's data folder: for use over HTTP."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import requests

from benchmarks.world import World, offline_profile, settings_for
from livemaps.main import create_app
from livemaps.serve import address, listening, run_workers

WORKERS = 2
THREADS = 4


@contextmanager
def serving(world: World) -> Iterator[str]:
    """Run gunicorn with two workers of four threads over a world; gives the server's address."""
    with running([sys.executable, "-m", "benchmarks.serving", str(world.data_dir)]) as url:
        yield url


@contextmanager
def running(command: Sequence[str]) -> Iterator[str]:
    """Run a server that takes `--port N` until the block ends; gives its address once it answers."""
    port = free_port()
    process = subprocess.Popen(
        [*command, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_answering(url)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


def free_port() -> int:
    """Return a port that nothing listens on now."""
    with listening("127.0.0.1", 0) as listener:
        return int(listener.getsockname()[1])


def wait_until_answering(url: str, seconds: float = 60.0) -> None:
    """Return once a server answers, and not with an error of its own.

    Raises:
        TimeoutError: it does not within `seconds`.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if requests.get(url, timeout=5).status_code < 500:
                return
        except requests.RequestException:
            pass
        time.sleep(0.05)
    raise TimeoutError(f"{url} did not answer within {seconds:g} s")


def main(data_dir: Path, port: int) -> None:
    """Serve a world's data folder; does not return."""
    settings = replace(settings_for(data_dir), workers=WORKERS, threads=THREADS)
    listener = listening("127.0.0.1", port)
    print(address(listener), flush=True)
    application = create_app(settings, profile=offline_profile()).server
    run_workers(application, listener, settings)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[3]))
