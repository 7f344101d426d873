"""What the commands share: flags made from settings, exit statuses, signals, output."""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import click

from livemaps.errors import ConfigurationError, LivemapsError, SettingError
from livemaps.settings import PREFIX, Settings

Command = TypeVar("Command", bound=Callable[..., Any])

KINDS: Mapping[str, click.ParamType[Any]] = {
    "int": click.INT,
    "float": click.FLOAT,
    "Path": click.Path(path_type=Path, file_okay=False),
}
METAVARS: Mapping[str, str] = {
    "city": "NAME|FILE.toml",
    "data_dir": "DIR",
    "host": "ADDRESS",
    "port": "NUMBER",
    "workers": "NUMBER",
    "threads": "NUMBER",
    "log_level": "LEVEL",
}
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
CHATTY = ("apscheduler", "livemaps.schedule.apscheduler", "urllib3")


class Exit(IntEnum):
    """What a command's exit status says; `livemaps --help` and docs/operations.md list them."""

    OK = 0
    FAILED = 1
    """The portal, a boundary, the database or the published data could not be used."""
    USAGE = 2
    """An option, a setting or the city profile is wrong; nothing was done."""
    NOT_READY = 3
    """`status` only: there is no data yet, or the last successful check is too long ago."""


class Failure(click.ClickException):
    """An error of livemaps as the last line of a command."""

    exit_code = Exit.FAILED


class Misconfigured(Failure):
    """The same, where what the operator wrote is wrong."""

    exit_code = Exit.USAGE


class Commands(click.Group):
    """A group whose commands may raise any `LivemapsError`."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; what it raises on purpose is told in a sentence, not a traceback."""
        try:
            return super().invoke(ctx)
        except ConfigurationError as error:
            raise Misconfigured(str(error)) from error
        except LivemapsError as error:
            raise Failure(str(error)) from error


def setting_flag(name: str) -> Callable[[Command], Command]:
    """Return the option of a setting: its meaning, variable and default are the setting's own."""
    declared = {field.name: field for field in dataclasses.fields(Settings)}[name]
    meaning = declared.metadata["meaning"]
    help_text = (
        f"{meaning[0].upper()}{meaning[1:]}. [{PREFIX}{name.upper()}; default: {declared.default}]"
    )
    return click.option(
        f"--{name.replace('_', '-')}",
        name,
        type=KINDS.get(str(declared.type)),
        metavar=METAVARS[name],
        help=help_text,
    )


def flags(*names: str) -> Callable[[Command], Command]:
    """Return a decorator that gives a command the options of several settings, in this order."""

    def decorate(command: Command) -> Command:
        for name in reversed(names):
            command = setting_flag(name)(command)
        return command

    return decorate


def examples(*lines: str) -> str:
    """Return the end of a command's help: example lines, left as they are."""
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in lines)))


json_flag = click.option("--json", "as_json", is_flag=True, help="Print JSON for a program.")


def read_settings(
    chosen: Mapping[str, object], defaults: Mapping[str, str] | None = None
) -> Settings:
    """Return the settings of the environment with the flags that were given, and start the log.

    `defaults` are variables that hold where the environment does not set them.

    Raises:
        SettingError: a variable or a flag has an impossible value.
    """
    settings = Settings.from_environment({**(defaults or {}), **os.environ}, **chosen)
    _start_log(settings.log_level.upper())
    return settings


def _start_log(level: str) -> None:
    """Log to standard error; what a library says of its own working only at DEBUG."""
    if level not in LOG_LEVELS:
        raise SettingError(f"{PREFIX}LOG_LEVEL", level, f"it takes one of {', '.join(LOG_LEVELS)}")
    logging.basicConfig(
        level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True
    )
    if level != "DEBUG":
        for library in CHATTY:
            logging.getLogger(library).setLevel(logging.ERROR)


def print_json(value: object) -> None:
    """Print a value as one line of JSON on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str))


@contextmanager
def stoppable(status: int | None = None) -> Iterator[None]:
    """Let SIGTERM and Ctrl-C end the block as an exception would.

    What is open is closed in order, and what is half done is rolled back. The process then exits with `status`; None is what a shell reports for the signal (143, 130),
    for commands that were not done yet. A second signal does not interrupt the closing.
    """

    def stop(number: int, _frame: FrameType | None) -> None:
        for other in earlier:
            signal.signal(other, signal.SIG_IGN)
        raise SystemExit(128 + number if status is None else status)

    earlier = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number in earlier:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, before in earlier.items():
            signal.signal(number, before)
