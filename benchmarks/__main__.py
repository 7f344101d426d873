"""`python -m benchmarks`: measure everything and write `benchmarks/RESULTS.md`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

import click

from benchmarks import (
    backfilling,
    browsing,
    calling,
    measuring,
    refreshing,
    soaking,
    starting,
    viewing,
)
from benchmarks.table import Section, write_results
from benchmarks.world import World, make_world

HERE = Path(__file__).parent

BENCHMARKS: Mapping[str, Callable[[Callable[[], World]], Section]] = {
    "refresh": lambda world: refreshing.measure(world()),
    "start": lambda world: starting.measure(world()),
    "views": lambda world: viewing.measure(world()),
    "measures": lambda world: measuring.measure(world()),
    "callbacks": lambda world: calling.measure(world()),
    "browser": lambda world: browsing.measure(world()),
    "backfill": lambda _: backfilling.measure(),
    "soak": lambda _: soaking.measure(),
}
"""The city of the real size is made when the first asks for it: two make small ones of their own."""


@click.command()
@click.option("--rows", default=7_500_000, show_default=True, help="Requests of the whole history.")
@click.option("--open", "unresolved", default=80_000, show_default=True, help="Open ones of them.")
@click.option(
    "--only", type=click.Choice(list(BENCHMARKS)), multiple=True, help="Measure only these."
)
@click.option(
    "--cache", default=HERE / ".cache", type=click.Path(path_type=Path), show_default=True
)
@click.option("--results", default=HERE / "RESULTS.md", type=click.Path(path_type=Path))
def main(rows: int, unresolved: int, only: tuple[str, ...], cache: Path, results: Path) -> None:
    """Measure livemaps beside its peers and limits, and write the table.

    The first run makes a city of the real size (several minutes); later runs reuse it.
    """
    world = lru_cache(lambda: make_world(cache, rows, unresolved))
    sections = []
    for name in only or BENCHMARKS:
        click.echo(f"measuring: {name}", err=True)
        sections.append(BENCHMARKS[name](world))
        # After each, so that a run that is cut short keeps what it measured.
        write_results(
            results, sections, f"A simulated city of {rows:,} requests, {unresolved:,} open."
        )
    click.echo(results.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
