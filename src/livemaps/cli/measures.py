"""The command that computes the measures now."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict

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
from livemaps.feeds.profile import load_profile
from livemaps.main import check_city
from livemaps.measures.contents import MeasuresMeta
from livemaps.model import utc_now


@click.command(
    epilog=examples(
        "livemaps measures --city calgary --data-dir /var/lib/livemaps",
        "livemaps measures --data-dir var --json",
    )
)
@flags("city", "data_dir", "log_level")
@json_flag
def measures(as_json: bool, **chosen: object) -> None:
    """Compute the measures now, of what is published.

    A refresher does so by itself: this is for after an interruption, or to see what it takes.
    Nothing is asked of the portal. Prints what each family of measures took, in seconds, and how
    many numbers it holds.

    With --json it prints one object: id, snapshot, seconds, families (seconds and values of
    each), failed (the reason by family), left_out (requests whose days cannot be, by reason).

    Exit status: 0 all computed; 1 a family failed (the others are published), or there is no
    snapshot to measure.
    """
    from livemaps.measuring import measure_now

    settings = read_settings(chosen)
    profile = load_profile(settings.city)
    check_city(settings.data_dir, profile)
    with stoppable(), progress_bar("Measures", "families") as show:
        meta = measure_now(
            profile,
            settings.data_dir,
            settings.recent_days,
            clock=utc_now,
            on_progress=show,
        )
    if as_json:
        print_json(_object(meta))
    else:
        click.echo("\n".join(_lines(meta)))
    if meta.failed:
        sys.exit(Exit.FAILED)


def _object(meta: MeasuresMeta) -> dict[str, object]:
    """Return what was computed as an object for programs."""
    return {
        "id": meta.id,
        "snapshot": meta.snapshot,
        "seconds": meta.seconds,
        "families": {name: asdict(computed) for name, computed in meta.families.items()},
        "failed": dict(meta.failed),
        "left_out": dict(meta.left_out),
    }


def _lines(meta: MeasuresMeta) -> Iterator[str]:
    """Yield what was computed in lines for people."""
    for name, computed in meta.families.items():
        yield f"{name:<15}{computed.seconds:7.1f} s {computed.values:>12,} numbers"
    for name, reason in meta.failed.items():
        yield f"{name:<15} failed: {reason}"
    yield f"{'all':<15}{meta.seconds:7.1f} s  of snapshot {meta.snapshot}"
    for reason, count in meta.left_out.items():
        if count:
            yield f"Left out: {count:,} requests {reason}"
