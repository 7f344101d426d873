"""One evaluation: the history, the experiments in order, the document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from livemaps.errors import NoSnapshot, SettingError
from livemaps.evaluation.city import existing, simulated
from livemaps.evaluation.costs import COSTS
from livemaps.evaluation.document import Heading, write_document
from livemaps.evaluation.excess import EXCESS
from livemaps.evaluation.forecasts import FORECASTS
from livemaps.evaluation.plan import (
    DEFAULT_ROWS,
    DEFAULT_SEED,
    DEFAULT_TRIALS,
    DEFAULT_YEARS,
    Experiment,
    Plan,
    day_text,
)
from livemaps.evaluation.plots import require_matplotlib
from livemaps.evaluation.report import Claim
from livemaps.evaluation.rereports import REREPORTS
from livemaps.evaluation.surges import SURGES
from livemaps.evaluation.times import TIMES

EXPERIMENTS: tuple[Experiment, ...] = (TIMES, FORECASTS, SURGES, EXCESS, REREPORTS, COSTS)

SIMULATED_LIMITS = (
    "What a simulated city cannot show: its days are busy by weekday, season and chance alone, and "
    "its services close requests no faster or slower from year to year. A real city has reforms, "
    "strikes and campaigns, after which times and forecasts are off until the new ways are in the "
    "past that they are made from. `livemaps evaluate --data-dir` does the same with a city's own "
    "requests."
)

Show = Callable[[int, int | None], None]
"""Takes how many steps are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for."""

    output: Path
    rows: int = DEFAULT_ROWS
    years: int = DEFAULT_YEARS
    seed: int = DEFAULT_SEED
    trials: int = DEFAULT_TRIALS
    only: tuple[str, ...] = ()

    @classmethod
    def of(cls, output: Path, only: tuple[str, ...], **given: int | None) -> Options:
        """Return options with the defaults where nothing was given."""
        return cls(output, only=only, **{name: n for name, n in given.items() if n is not None})

    @property
    def command(self) -> str:
        """The command that makes the document again."""
        defaults = Options(self.output)
        changed = [
            f" --{name} {getattr(self, name)}"
            for name in ("rows", "years", "seed", "trials")
            if getattr(self, name) != getattr(defaults, name)
        ]
        return "livemaps evaluate" + "".join(changed) + "".join(f" --only {n}" for n in self.only)


def evaluate_simulated(options: Options, show: Show) -> Sequence[Claim]:
    """Evaluate a simulated city and write the document; return what is claimed.

    Raises:
        ConfigurationError: an option is wrong, or a library is missing.
        OSError: the document cannot be written.
    """
    require_matplotlib()
    history = simulated(options.rows, options.years, options.seed)
    calm = simulated(options.rows, options.years, options.seed, calm=True)
    plan = Plan(history, options.seed, options.trials, calm=calm)
    data = (
        f"The city is simulated (seed {options.seed}): {len(history.lives):,} requests from "
        f"{day_text(history.since)} to {day_text(plan.last_day - 1)}, so that the truth is known."
    )
    return _evaluate(options, plan, Heading(options.command, data, SIMULATED_LIMITS), show)


def evaluate_city(options: Options, data_dir: Path, city: str, show: Show) -> Sequence[Claim]:
    """Evaluate the requests of a data folder and write the document; return what is claimed.

    Raises:
        ConfigurationError: an option is wrong, or a library is missing.
        NoSnapshot: nothing was published in the folder yet.
        BoundaryError: the boundaries cannot be used.
    """
    from livemaps.feeds.boundary_folder import BoundaryFolder
    from livemaps.feeds.profile import load_profile
    from livemaps.measures.days import days_of
    from livemaps.measures.world import World
    from livemaps.snapshot import SnapshotReader

    require_matplotlib()
    profile = load_profile(city)
    snapshot = SnapshotReader(data_dir).latest()
    days = days_of(snapshot)
    if days is None:
        raise NoSnapshot(f"{data_dir} holds no request yet: run `livemaps refresh`")
    history = existing(World(snapshot, profile, days, BoundaryFolder(data_dir).load(profile)))
    plan = Plan(history, options.seed, options.trials, simulated=False)
    data = (
        f"The city is {profile.name}: {len(history.lives):,} requests that count, from "
        f"{day_text(days.since)} to {day_text(days.data)}; past days are rebuilt from requested "
        "and closed days, each request taken to be published the day after it was made."
    )
    command = f"{options.command} --city {city} --data-dir {data_dir.name}"
    return _evaluate(options, plan, Heading(command, data), show)


def _evaluate(options: Options, plan: Plan, heading: Heading, show: Show) -> Sequence[Claim]:
    """Run the experiments that were asked for, and write what they found."""
    chosen = [one for one in EXPERIMENTS if not options.only or one.name in options.only]
    if not chosen:
        known = ", ".join(one.name for one in EXPERIMENTS)
        raise SettingError("only", ", ".join(options.only), f"it takes {known}")
    expected = sum(experiment.steps(plan) for experiment in chosen)
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        show(done, max(expected, done))

    show(0, expected)
    with one_thread():
        sections = [experiment.run(plan, tick) for experiment in chosen]
    write_document(options.output, heading, sections)
    return [claim for section in sections for claim in section.claims]


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold numpy's libraries to one thread: for small matrices several are only slower."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield
