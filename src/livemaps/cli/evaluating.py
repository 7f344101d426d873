"""The command that proves the measures on time that they had not seen."""

from __future__ import annotations

from pathlib import Path

import click

from livemaps.cli.common import examples, flags, read_settings, stoppable
from livemaps.cli.progress import progress_bar

ONLY = ("time-to-close", "forecast", "surge", "expected", "re-reported", "cost")


@click.command(
    epilog=examples(
        "livemaps evaluate",
        "livemaps evaluate --only surge --only forecast --output /tmp/evaluation.md",
        "livemaps evaluate --city calgary --data-dir var --output calgary.md",
    )
)
@flags("city", "data_dir", "log_level")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("docs/evaluation.md"),
    show_default=True,
    help="The document; its charts go to images/evaluation beside it.",
)
@click.option("--rows", type=click.IntRange(1), help="Requests of the simulated city.")
@click.option("--years", type=click.IntRange(4), help="Years that it lasts.")
@click.option("--seed", type=click.IntRange(0), help="Another number is another city and chance.")
@click.option("--trials", type=click.IntRange(1), help="Days and plantings to measure chances by.")
@click.option(
    "--only", type=click.Choice(ONLY), multiple=True, help="An experiment; several may be named."
)
def evaluate(
    output: Path,
    rows: int | None,
    years: int | None,
    seed: int | None,
    trials: int | None,
    only: tuple[str, ...],
    **chosen: object,
) -> None:
    """Prove the measures on time that they had not seen.

    Without --data-dir it makes a simulated city, whose truth is known, looks at it as a refresh
    would on many of its days, and holds what the measures said against what came, and against
    what was planted. With --data-dir it does so with a city's own requests. It writes a document
    with tables and charts, says in it what is not met, and needs the extra `evaluate`.

    Exit status: 0 written, whether the bars are met or not; 1 there is no data; 2 an option is wrong.
    """
    from livemaps.evaluation.run import Options, evaluate_city, evaluate_simulated

    settings = read_settings(chosen)
    options = Options.of(output=output, rows=rows, years=years, seed=seed, trials=trials, only=only)
    with stoppable(), progress_bar("Evaluation", "steps") as show:
        if chosen["data_dir"] is None:
            claims = evaluate_simulated(options, show)
        else:
            claims = evaluate_city(options, settings.data_dir, settings.city, show)
    for claim in claims:
        state = {True: "met", False: "NOT MET", None: "not judged"}[claim.met]
        click.echo(f"{state:10}  {claim.what}: {claim.measured} (bar: {claim.bar})")
    click.echo(f"Written to {output}")
