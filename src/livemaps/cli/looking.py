"""The commands that only look: the state of a data folder, the faults of a city profile."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime

import click
import msgspec

from livemaps.api.health import readiness, status_of
from livemaps.cli.common import (
    Exit,
    examples,
    flags,
    json_flag,
    print_json,
    read_settings,
)
from livemaps.errors import NoSnapshot, ProfileError, ProfileProblem, StaleSnapshot
from livemaps.feeds.profile import calendar_warnings, load_profile, summary
from livemaps.main import create_board
from livemaps.model import Refresh, day_date, utc_now
from livemaps.status import Status
from livemaps.views import Board

SHOWN = 5
"""Refreshes that people see; --json has them all."""


@click.command(
    epilog=examples(
        "livemaps status --data-dir /var/lib/livemaps",
        "livemaps status --data-dir var --json",
    )
)
@flags("city", "data_dir", "log_level")
@json_flag
def status(as_json: bool, **chosen: object) -> None:
    """Say how refreshing goes and how old the data is.

    Nothing is asked of the portal. With --json it prints the object that the web server gives at
    /api/v1/status.

    Exit status: 0 there is data and it was checked in time; 3 not.
    """
    settings = read_settings(chosen)
    profile = load_profile(settings.city)
    board = create_board(settings, profile)
    if as_json:
        click.echo(msgspec.json.encode(status_of(board, utc_now)))
    else:
        click.echo("\n".join(_sentences(board, utc_now())))
    try:
        readiness(board)
    except (NoSnapshot, StaleSnapshot) as error:
        click.echo(f"Not ready: {error}", err=True)
        sys.exit(Exit.NOT_READY)


def _sentences(board: Board, now: datetime) -> Iterator[str]:
    """Yield the state in lines for people."""
    status = board.status()
    yield f"{board.profile.name}: {status.state if status else 'never refreshed'}"
    if status is not None:
        yield from _freshness(status, now)
    yield from _amounts(board)
    if status is not None:
        yield from (f"Trouble        {sentence}" for sentence in status.trouble)
        yield from map(_line, status.refreshes[:SHOWN])


def _amounts(board: Board) -> Iterator[str]:
    """Yield how much is published."""
    try:
        meta = board.snapshot().meta
    except NoSnapshot:
        yield "There is no data yet: `livemaps refresh` fetches it."
        return
    unplaced = sum(meta.unplaced.get(board.profile.finest.id, {}).values())
    yield f"Open           {meta.counts.open:,} ({unplaced:,} without a place)"
    yield f"Snapshot       {meta.version}"


def _freshness(status: Status, now: datetime) -> Iterator[str]:
    """Yield the two ages, and what fails."""
    if status.error:
        yield f"Failing        {status.consecutive_failures} times: {status.error}"
    yield f"Last checked   {_moment(status.last_success, now)}"
    if status.next_check is not None:
        yield f"Next check     {_moment(status.next_check, now)}"
    if status.newest_day is not None:
        yield f"Newest record  {day_date(status.newest_day)}"
    if status.rejected_total:
        yield f"Rejected       {status.rejected_total:,} rows in all"


def _moment(moment: datetime | None, now: datetime) -> str:
    """Return a time and how far it is from now."""
    if moment is None:
        return "never"
    seconds = round((now - moment).total_seconds())
    size, unit = next(
        (size, unit)
        for size, unit in ((86_400, "days"), (3_600, "hours"), (60, "minutes"), (1, "seconds"))
        if abs(seconds) >= 2 * size or size == 1
    )
    distance = f"{abs(seconds) // size} {unit}"
    when = f"in {distance}" if seconds < 0 else f"{distance} ago"
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC ({when})"


def _line(refresh: Refresh) -> str:
    """Return one refresh in a line."""
    return (
        f"{refresh.started:%Y-%m-%d %H:%M:%S}  {refresh.outcome:9}  "
        f"{refresh.received:,} received, {refresh.inserted:,} new, {refresh.updated:,} changed, "
        f"{refresh.removed:,} gone, {refresh.rejected:,} rejected"
    )


def _problem(problem: ProfileProblem) -> dict[str, object]:
    """Return a fault of a profile as an object for programs."""
    return {
        "line": problem.line,
        "key": problem.key,
        "value": problem.value,
        "remedy": problem.remedy,
    }


@click.command(
    name="check-city",
    epilog=examples(
        "livemaps check-city my-city.toml",
        "livemaps check-city calgary --json",
    ),
)
@click.argument("city", metavar="FILE.toml|NAME")
@json_flag
def check_city(city: str, as_json: bool) -> None:
    """Say what is wrong with a city profile.

    All its faults are told at once, each with the line, the key, the value and the remedy. A
    profile without faults is summed up, to compare with what you meant, with warnings of what
    may be amiss. Nothing is fetched.

    Exit status: 0 usable, 2 not.
    """
    try:
        profile = load_profile(city)
    except ProfileError as error:
        if as_json:
            print_json({"usable": False, "problems": [_problem(p) for p in error.problems]})
            sys.exit(Exit.USAGE)
        raise
    if as_json:
        told = {"usable": True, "problems": [], "profile": profile.model_dump(mode="json")}
        print_json(told | {"warnings": list(calendar_warnings(profile))})
        return
    click.echo(summary(profile))
