"""The commands that bring data in beside the refresher: history, boundaries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

import click

from livemaps.cli.common import (
    examples,
    flags,
    json_flag,
    print_json,
    read_settings,
    stoppable,
)
from livemaps.cli.progress import progress_bar
from livemaps.feeds.profile import load_profile
from livemaps.main import city_calendar, create_feed
from livemaps.model import day_number, utc_now

if TYPE_CHECKING:
    from livemaps.feeds.boundaries import BoundaryLayer

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command(
    epilog=examples(
        "livemaps boundaries --city calgary --data-dir var",
        "livemaps boundaries --city calgary --data-dir var --fetch",
        "livemaps boundaries --city my-city.toml --data-dir var --json",
    )
)
@flags("city", "data_dir", "log_level")
@click.option("--fetch", is_flag=True, help="Fetch every layer again first.")
@json_flag
def boundaries(fetch: bool, as_json: bool, **chosen: object) -> None:
    """List and check the boundary layers.

    Those that are not there yet are fetched first. Each layer is read as a refresh reads it: coordinate system, validity, duplicate and empty
    keys. What is not quite right is told; what cannot be used fails. A refresher that is running
    notices new files by itself.

    Exit status: 0 all usable; 1 a layer could not be fetched or used.
    """
    from livemaps.feeds.boundary_folder import BoundaryFolder

    settings = read_settings(chosen)
    profile = load_profile(settings.city)
    folder = BoundaryFolder(settings.data_dir)
    with stoppable():
        fetched = folder.fetch(profile, create_feed(settings, profile), again=fetch)
        layers = folder.load(profile)
    if as_json:
        print_json([_layer_object(layer, fetched) for layer in layers])
        return
    for layer in layers:
        click.echo(_layer_sentence(layer, fetched))


def _layer_object(layer: BoundaryLayer, fetched: Sequence[str]) -> dict[str, object]:
    """Return a layer as an object for programs."""
    return {
        "layer": layer.profile.id,
        "areas": len(layer.areas),
        "source": layer.source,
        "fetched": layer.fetched,
        "fetched_now": layer.profile.id in fetched,
        "licence": layer.profile.licence,
        "within": layer.profile.within,
        "straddling": [area.key for area in layer.areas if area.straddles],
        "digest": layer.digest,
        "trouble": list(layer.trouble),
    }


def _layer_sentence(layer: BoundaryLayer, fetched: Sequence[str]) -> str:
    """Return a layer in a few lines for people."""
    when = "now" if layer.profile.id in fetched else _written(layer.fetched)
    named = layer.profile.called_plural("en").lower()
    straddling = sum(area.straddles for area in layer.areas)
    lines = [
        f"{layer.profile.id}: {len(layer.areas):,} {named}, from {layer.source}, fetched {when}"
    ]
    if straddling:
        lines.append(f"  {straddling:,} of them straddle areas of {layer.profile.within}")
    lines += [f"  {trouble}" for trouble in layer.trouble]
    return "\n".join(lines)


def _written(moment: datetime | None) -> str:
    """Return a time for people, or that there is none because the file is the operator's own."""
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "from a file of your own"


@click.command(
    epilog=examples(
        "livemaps backfill --city calgary --data-dir var --since 2012-01-01",
        "livemaps backfill --since 2024-01-01 --json",
    )
)
@flags("city", "data_dir", "log_level")
@click.option(
    "--since",
    type=DAY,
    required=True,
    metavar="YYYY-MM-DD",
    help="The first day of request to bring.",
)
@click.option("--again", is_flag=True, help="Begin at today again instead of going on.")
@json_flag
def backfill(since: datetime, again: bool, as_json: bool, **chosen: object) -> None:
    """Bring the history, the newest requests first.

    It brings every request made since a day. It can be stopped at any moment and goes on from there when it is started again, and a
    refresher may go on beside it, and publishes what has arrived; without one, the next refresh
    does. Memory stays that of one page.

    Exit status: 0 all there; 1 failed (start it again to go on); 130 or 143 when stopped.
    """
    from livemaps.backfill import Backfill
    from livemaps.store import Store

    settings = read_settings(chosen)
    profile = load_profile(settings.city)
    with (
        stoppable(),
        Store.open(settings.data_dir, profile) as store,
        progress_bar("History", "requests") as show,
    ):
        feed = create_feed(settings, profile)
        work = Backfill(feed, store, settings.data_dir, clock=utc_now, today=city_calendar(profile))
        result = work.run(
            day_number(since.date()),
            lambda so_far: show(so_far.rows_done, so_far.rows_expected),
            again=again,
        )
    if as_json:
        print_json({"since": since.date().isoformat(), **asdict(result)})
        return
    click.echo(
        f"{result.received:,} requests since {since:%Y-%m-%d} received, "
        f"{result.inserted:,} of them new"
    )
