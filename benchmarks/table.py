"""What a benchmark gives back, and how all of it becomes `RESULTS.md`."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("dash", "plotly", "numpy", "pandas", "geopandas", "shapely", "msgspec", "datasette")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: a quantity of livemaps beside the same quantity of something else."""

    what: str
    ours: str
    other: str = "–"
    other_is: str = ""
    """What `other` is: a peer doing the same, or the physical limit."""
    bar: str = "–"
    """What the project asks of itself."""


@dataclass(frozen=True, slots=True)
class Section:
    """The figures of one benchmark, with what a reader must know to trust them."""

    title: str
    figures: tuple[Figure, ...]
    note: str = ""


def seconds_of(run: Callable[[], object]) -> float:
    """Return how long one call takes, in seconds of the wall clock."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` of the values lie (linear interpolation)."""
    ordered = sorted(values)
    if len(ordered) == 1:
        return ordered[0]
    return statistics.quantiles(ordered, n=100, method="inclusive")[round(share * 100) - 1]


def spread(values: Sequence[float]) -> str:
    """Return p50 and p95 of seconds, in milliseconds."""
    return f"p50 {milliseconds(quantile(values, 0.5))}, p95 {milliseconds(quantile(values, 0.95))}"


def milliseconds(seconds: float) -> str:
    """Return seconds as milliseconds with about three figures."""
    value = seconds * 1000
    return f"{value:,.{2 if value < 10 else 1 if value < 100 else 0}f} ms"


def megabytes(size: float) -> str:
    """Return bytes as megabytes of a million bytes."""
    return f"{size / 1e6:,.{2 if size < 10e6 else 0}f} MB"


def write_results(path: Path, sections: Sequence[Section], heading: str) -> None:
    """Write all sections as Markdown tables, with the machine and the versions."""
    lines = ["# Benchmarks", "", heading, "", _machine(), ""]
    for section in sections:
        lines += [f"## {section.title}", ""]
        lines += [
            "| what | livemaps | beside it | what that is | bar |",
            "| --- | --- | --- | --- | --- |",
        ]
        lines += [
            f"| {line.what} | {line.ours} | {line.other} | {line.other_is} | {line.bar} |"
            for line in section.figures
        ]
        lines += ["", section.note, ""] if section.note else [""]
    path.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"Machine: {os.cpu_count()} cores ({platform.machine()}), {memory / 2**30:.0f} GiB of memory, "
        f"{platform.system()}, Python {platform.python_version()}. Versions: {versions}."
    )
