"""The commands that run on: the demo city, the web workers, the refresher."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from livemaps.cli.common import (
    Exit,
    examples,
    flags,
    json_flag,
    print_json,
    read_settings,
    stoppable,
)
from livemaps.cli.progress import progress_bar
from livemaps.errors import LivemapsError, sentence_of_fault
from livemaps.feeds.base import Progress
from livemaps.feeds.profile import Profile, load_profile
from livemaps.main import create_app, create_feed, refresher, refreshing
from livemaps.model import Outcome, Refresh, utc_now
from livemaps.serve import address, answering, listening, run_workers
from livemaps.settings import PREFIX, Settings
from livemaps.status import refresh_to_json

if TYPE_CHECKING:
    from livemaps.refresh import Refresher

logger = logging.getLogger(__name__)

DEMO_DEFAULTS: Mapping[str, str] = MappingProxyType(
    {
        "LIVEMAPS_REFRESH_SECONDS": "5",
        "LIVEMAPS_JITTER_SECONDS": "0",
        "LIVEMAPS_OVERLAP_SECONDS": "5",
        "LIVEMAPS_BACKOFF_LIMIT_SECONDS": "20",
        "LIVEMAPS_LOG_LEVEL": "WARNING",
    }
)
"""The simulated city lives a day in seconds, so it is asked more often."""


LEAST_PRIORITY = 19


@click.command(
    epilog=examples(
        "livemaps demo",
        "livemaps demo --port 0 --seed 7 --seconds-per-day 5",
        "livemaps demo --trouble outage@60s,surge@2m",
    )
)
@flags("host", "port", "data_dir", "log_level")
@click.option(
    "--seed",
    type=click.INT,
    default=311,
    show_default=True,
    help="Another number is another city life; the same one is always the same.",
)
@click.option(
    "--seconds-per-day",
    type=click.FloatRange(min=0.1),
    default=20.0,
    show_default=True,
    help="How long a day of the city takes.",
)
@click.option(
    "--trouble",
    metavar="KIND@TIME,...",
    default="",
    help="Trouble to make at times after the start, such as outage@60s,surge@2m.",
)
def demo(seed: int, seconds_per_day: float, trouble: str, **chosen: object) -> None:
    """Show a simulated Calgary, live, without a network.

    A generator lives the city's life behind a server on this machine that speaks the portal's own
    protocol; refresher and web run in this one process and treat it as they treat a real portal.
    Every screen says that the data is simulated. The data is kept in a passing folder, unless
    --data-dir names one.

    Exit status: 0 when told to stop; 2 when the port is taken.
    """
    from livemaps.demo.run import DemoOptions, running_demo
    from livemaps.demo.trouble import parse_trouble

    options = DemoOptions(seed, seconds_per_day, parse_trouble(trouble))
    with stoppable(Exit.OK), ExitStack() as running:
        settings = running.enter_context(_demo_settings(chosen))
        listener = running.enter_context(listening(settings.host, settings.port))
        city = running.enter_context(running_demo(options, port=0))
        feed = create_feed(settings, city.profile, clock=city.clock)
        running.enter_context(
            refreshing(
                settings,
                city.profile,
                feed,
                today=city.today,
                since=city.since,
                hurry=city.surge_is_news,
            )
        )
        app = create_app(settings, profile=city.profile)
        running.enter_context(answering(app.server, listener))
        _compress_scripts(settings)
        click.echo(f"A simulated city is live at {address(listener)} (Ctrl-C stops it)")
        _wait()


@contextmanager
def _demo_settings(chosen: Mapping[str, object]) -> Iterator[Settings]:
    """Yield the demo's settings; without a data folder of choice, one that goes afterwards."""
    kept = chosen.get("data_dir") or os.environ.get(f"{PREFIX}DATA_DIR")
    with ExitStack() as passing:
        folder = kept or passing.enter_context(tempfile.TemporaryDirectory(prefix="livemaps-demo-"))
        yield read_settings({**chosen, "data_dir": folder}, DEMO_DEFAULTS)


def _wait() -> None:
    """Wait until a signal ends the block around (see `stoppable`)."""
    threading.Event().wait()


@click.command(
    epilog=examples(
        "livemaps serve --city calgary --data-dir /var/lib/livemaps",
        "livemaps serve --city my-city.toml --host 0.0.0.0 --port 80 --workers 4",
    )
)
@flags("city", "data_dir", "host", "port", "workers", "threads", "log_level")
def serve(**chosen: object) -> None:
    """Serve the map with gunicorn.

    The workers only read the data folder: they ask no portal and change nothing, so start as many
    as you like; a `livemaps refresh` over the same folder keeps them current. Before its first
    refresh the pages say that they wait for it.

    SIGTERM lets answers under way finish; SIGHUP replaces the workers.

    Exit status: 0 when told to stop; 2 when an option or the profile is wrong or the port is taken.
    """
    settings = read_settings(chosen)
    profile = load_profile(settings.city)
    app = create_app(settings, profile=profile)
    listener = listening(settings.host, settings.port)
    click.echo(f"{profile.name} is served at {address(listener)}")
    run_workers(app.server, listener, settings)


@click.command(
    epilog=examples(
        "livemaps refresh --city calgary --data-dir /var/lib/livemaps",
        "livemaps refresh --city my-city.toml --data-dir var --once --json",
    )
)
@flags("city", "data_dir", "log_level")
@click.option("--once", is_flag=True, help="Refresh once and exit, instead of again and again.")
@json_flag
def refresh(once: bool, as_json: bool, **chosen: object) -> None:
    """Ask the portal what changed and publish it.

    It goes on, every few minutes, until it is told to stop; with --once it does so once, with the
    background work that is due. The first refresh takes the open requests and the recent ones;
    later ones only what changed, and a poll that finds nothing new costs the portal one small
    request. A refresh is all or nothing: when it fails, what was published before stays. One
    refresher works on a data folder; a second one is turned away.

    With --json it prints one object for each refresh: outcome (ok, unchanged or failed), started,
    finished, received, inserted, updated, unchanged, removed, rejected, unplaced, open, snapshot,
    error.

    Exit status with --once: 0 ok or unchanged, 1 failed. Otherwise 0 when told to stop, which
    rolls back a refresh that is under way.
    """
    settings = read_settings(chosen)
    profile = load_profile(settings.city)
    if once:
        _refresh_once(settings, profile, as_json=as_json)
        return
    report = _print_refresh if as_json else _log_refresh
    with stoppable(Exit.OK), refreshing(settings, profile, on_refresh=report):
        _compress_scripts(settings)
        _wait()


def _compress_scripts(settings: Settings) -> None:
    """Compress the pages' scripts for the web workers, which only read; in the background."""
    threading.Thread(
        target=_compress_patiently, args=(settings.data_dir,), name="compress", daemon=True
    ).start()


def _compress_patiently(data_dir: Path) -> None:
    """Compress the scripts after everything else that this machine has to do."""
    from livemaps.web.static import precompress

    # On Linux a thread has a priority of its own; elsewhere this would slow the whole process.
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LEAST_PRIORITY)
    precompress(data_dir)


def _refresh_once(settings: Settings, profile: Profile, *, as_json: bool) -> None:
    """Refresh, tell what came of it, and exit with 1 if it failed."""
    with stoppable(), progress_bar("Refreshing", "pages") as show:
        result = _result_of_once(settings, profile, show)
    if as_json:
        _print_refresh(result)
    else:
        click.echo(_sentence(result), err=result.outcome == Outcome.FAILED)
    if result.outcome == Outcome.FAILED:
        sys.exit(Exit.FAILED)


def _result_of_once(settings: Settings, profile: Profile, on_progress: Progress) -> Refresh:
    """Refresh; whatever is raised, foreseen or not, makes it a failed refresh."""
    started = utc_now()
    try:
        with refresher(settings, profile, on_progress=on_progress) as one, _faults_told(one):
            return one.run_whole()
    except LivemapsError as error:
        sentence = str(error)
    except Exception as error:
        logger.exception("refreshing ended with an error that nobody foresaw")
        sentence = sentence_of_fault(error)
    return Refresh(Outcome.FAILED, started, utc_now(), error=sentence)


@contextmanager
def _faults_told(one: Refresher) -> Iterator[None]:
    """Let the pages say so where the program itself is at fault."""
    try:
        yield
    except LivemapsError:
        raise
    except Exception as error:
        one.broken(error)
        raise


def _print_refresh(result: Refresh) -> None:
    """Print the result as the one object that programs read; trouble is for people, in the log."""
    fields = refresh_to_json(result)
    print_json({name: value for name, value in fields.items() if name != "trouble"})


def _log_refresh(result: Refresh) -> None:
    """Log the result in one line; a failure is logged where it starts and where it ends."""
    if result.outcome != Outcome.FAILED:
        logger.info("%s", _sentence(result))


def _sentence(result: Refresh) -> str:
    """Return what came of a refresh in a sentence for people."""
    seconds = (result.finished - result.started).total_seconds()
    if result.outcome == Outcome.FAILED:
        return f"Failed after {seconds:.1f} s: {result.error}"
    if result.outcome == Outcome.UNCHANGED:
        return f"Nothing new ({seconds:.1f} s): {result.open:,} open, snapshot {result.snapshot}"
    return (
        f"{result.received:,} rows in {seconds:.1f} s: {result.inserted:,} new, "
        f"{result.updated:,} changed, {result.removed:,} gone, {result.rejected:,} rejected; "
        f"{result.open:,} open, {result.unplaced:,} of them without a place, "
        f"snapshot {result.snapshot}"
    )
