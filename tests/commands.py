"""How tests run the program's commands: in this process, or as the processes that they are.

A process takes over a second to load what it needs. So commands run here, through the same entry
point, unless what is tested is the process: signals, servers, what a fresh one imports. Every
command is started as a process at least once, by `tests/cli/test_processes.py`.
"""

from __future__ import annotations

import logging
import os
import re
import signal
import socket
import subprocess
import sys
import traceback
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from unittest.mock import patch

from click.testing import CliRunner


@dataclass(frozen=True)
class Done:
    """What a command left behind when it ended."""

    returncode: int
    stdout: str
    stderr: str


def ran(arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> Done:
    """Run a command in this process, in an environment and a folder, to its end."""
    from livemaps.cli import main

    with patch.dict(os.environ, environment, clear=True), chdir(folder), _log_as_it_was():
        done = CliRunner().invoke(main, list(arguments), prog_name="livemaps")
    unforeseen = done.exc_info if done.exit_code == 1 else None
    fault = "" if unforeseen is None or unforeseen[0] is SystemExit else told(unforeseen[1])
    return Done(done.exit_code, done.stdout, done.stderr + fault)


def told(fault: BaseException) -> str:
    """Return what Python prints of an exception that nobody caught."""
    return "".join(traceback.format_exception(fault))


@contextmanager
def _log_as_it_was() -> Iterator[None]:
    """Undo what a command does to the log of its process."""
    from livemaps.cli.common import CHATTY

    root, handlers = logging.getLogger(), logging.getLogger().handlers[:]
    levels = {name: logging.getLogger(name).level for name in (root.name, *CHATTY)}
    # What a command replaces is not closed by it: it is that of all tests.
    root.handlers.clear()
    yield
    root.handlers[:] = handlers
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def command(*arguments: str) -> list[str]:
    """Return how a command is started as a process."""
    return [sys.executable, "-m", "livemaps", *arguments]


def started(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path
) -> subprocess.CompletedProcess[str]:
    """Run any program as a process to its end."""
    return subprocess.run(
        arguments,
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
        env=environment,
        cwd=folder,
    )


@contextmanager
def running(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path
) -> Iterator[subprocess.Popen[str]]:
    """Start a program that goes on, in a group of its own; end it if the test did not."""
    process = subprocess.Popen(
        arguments,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
        cwd=folder,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def stopped(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> tuple[int, str]:
    """Send a signal and return the exit status and what was printed until then."""
    process.send_signal(number)
    output, _ = process.communicate(timeout=60)
    return process.returncode, output


def url_in(output: IO[str] | None) -> str:
    """Read a command's output up to the line that says where it listens."""
    assert output is not None
    seen = []
    for line in output:
        seen.append(line)
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found.group()
    raise AssertionError("it said no address:\n" + "".join(seen))


def nothing_is_left(process: subprocess.Popen[str], url: str | None = None) -> bool:
    """Tell whether the process's group is empty and its port is free."""
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        group_gone = True
    else:
        group_gone = False
    if url is None:
        return group_gone
    with socket.socket() as probe:
        return group_gone and probe.connect_ex(("127.0.0.1", int(url.rsplit(":", 1)[1]))) != 0


def fetch(url: str) -> tuple[int, str]:
    """Ask a server, and return status and text, whatever the status."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
