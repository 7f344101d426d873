"""Experiment: how long each family takes, and how much memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from livemaps.evaluation.plan import Experiment, Plan, Tick
from livemaps.evaluation.report import Claim, Section, TextTable, number
from livemaps.measures.families import FAMILIES

NAME = "cost"
TITLE = "Time and memory"

MOST_SECONDS = 60.0
MOST_BYTES = 2 * 2**30
MEGABYTE = 2**20
PAUSE = 0.02
"""Seconds between two looks at the memory."""


@dataclass
class Peak:
    """The most memory that the process had while it was watched, in bytes."""

    before: int = 0
    most: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def more(self) -> int:
        """How much more that is than at the beginning."""
        return max(self.most - self.before, 0)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one family took."""

    family: str
    processor: float
    """Seconds of one core: what it takes on a machine that does nothing else."""
    seconds: float
    """Seconds by the clock."""
    more: int
    most: int


def steps(plan: Plan) -> int:
    """Return how many families there are."""
    del plan
    return len(FAMILIES)


def run(plan: Plan, tick: Tick) -> Section:
    """Compute each family of the last day's world, one after another."""
    world = plan.history.on(plan.last_day)
    found = []
    for family in FAMILIES:
        started, worked = time.perf_counter(), time.process_time()
        with watching() as peak:
            family.compute(world)
        seconds, processor = time.perf_counter() - started, time.process_time() - worked
        found.append(Cost(family.name, processor, seconds, peak.more, peak.most))
        world.forget()
        tick()
    return _section(world.rows, found)


@contextmanager
def watching() -> Iterator[Peak]:
    """Watch the memory of this process until the block ends."""
    import psutil

    process = psutil.Process()
    peak = Peak(before=process.memory_info().rss)

    def watch() -> None:
        while not peak.stop.wait(PAUSE):
            peak.most = max(peak.most, process.memory_info().rss)

    thread = threading.Thread(target=watch, name="memory", daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        peak.stop.set()
        thread.join()
        peak.most = max(peak.most, process.memory_info().rss)


def _section(rows: int, found: list[Cost]) -> Section:
    processor, most = sum(one.processor for one in found), max(one.most for one in found)
    seconds = sum(one.seconds for one in found)
    return Section(
        name=NAME,
        title=TITLE,
        method=(
            f"All families of one world of {rows:,} requests, one after another in one thread of "
            "this process. Judged is the time of the processor, which is that of the clock on a "
            "machine that does nothing else. Memory is that of the "
            "whole process, the evaluation's own histories included. Figures at 7.5 million "
            "requests are the benchmarks' (`benchmarks/RESULTS.md`)."
        ),
        claims=(
            Claim(
                "all families of measures are computed in time",
                f"{MOST_SECONDS:g} s of one core",
                f"{number(processor, 1)} s for {rows:,} requests ({number(seconds, 1)} s by the clock)",
                processor < MOST_SECONDS,
            ),
            Claim(
                "and in little memory",
                f"{MOST_BYTES / MEGABYTE:,.0f} MB",
                f"{most / MEGABYTE:,.0f} MB at most",
                most < MOST_BYTES,
            ),
        ),
        tables=(
            TextTable(
                "By family.",
                ("family", "seconds of one core", "seconds by the clock", "MB more at the peak"),
                tuple(
                    (
                        one.family,
                        number(one.processor, 1),
                        number(one.seconds, 1),
                        f"{one.more / MEGABYTE:,.0f}",
                    )
                    for one in found
                ),
            ),
        ),
    )


COSTS = Experiment(NAME, steps, run)
