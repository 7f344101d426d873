"""Charts as small SVG files: the same chart gives the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from livemaps.errors import ConfigurationError
from livemaps.evaluation.report import Chart
from livemaps.snapshot.files import write_whole

INK, GRID, PAPER, TARGET = "#24364b", "#d5dde6", "#ffffff", "#dbe7f3"
LINES = ("#2f6aa3", "#c2703d", "#4d8a6a", "#7a6aa8")
MARKERS = ("o", "s", "^", "D")
INCHES = (6.4, 3.0)
MOST_LETTERS = 80
"""As many letters fit beneath the x axis; of longer names not all are written."""

STYLE: Mapping[str, Any] = MappingProxyType(
    {
        "svg.hashsalt": "livemaps",
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.size": 9,
        "text.color": INK,
        "axes.labelcolor": INK,
        "axes.edgecolor": GRID,
        "xtick.color": INK,
        "ytick.color": INK,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": GRID,
        "grid.linewidth": 0.6,
        "figure.facecolor": PAPER,
    }
)


def require_matplotlib() -> None:
    """Make sure that charts can be drawn.

    Raises:
        ConfigurationError: matplotlib or psutil is not installed; the message says what to do.
    """
    for library in ("matplotlib", "psutil"):
        if find_spec(library) is None:
            raise ConfigurationError(
                f"`livemaps evaluate` needs {library}, which is not installed: "
                "run `pip install 'livemaps[evaluate]'`"
            )


def _style() -> Any:
    """Return the style as matplotlib takes it: only its own names are allowed."""
    return dict(STYLE)


def draw(chart: Chart, folder: Path) -> Path:
    """Write a chart as `<folder>/<name>.svg` and return the path."""
    import io

    import matplotlib as mpl
    from matplotlib.figure import Figure

    folder.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(_style()):
        figure = Figure(figsize=INCHES, layout="constrained")
        axes = figure.add_subplot()
        _fill(axes, chart)
        written = io.BytesIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    path = folder / f"{chart.name}.svg"
    write_whole(path, written.getvalue())
    return path


def _fill(axes: Any, chart: Chart) -> None:
    """Draw the band of the target, the series, and the words."""
    if chart.target is not None:
        axes.axhspan(*chart.target, color=TARGET, zorder=0, label="target")
    places = np.arange(len(chart.x))
    width = 0.8 / max(len(chart.series), 1)
    for at, series in enumerate(chart.series):
        colour = LINES[at % len(LINES)]
        if chart.bars:
            left = places + (at - (len(chart.series) - 1) / 2) * width
            axes.bar(left, series.y, width * 0.92, color=colour, label=series.label)
        else:
            marker = MARKERS[at % len(MARKERS)]
            axes.plot(places, series.y, color=colour, marker=marker, ms=3.5, label=series.label)
    step = -(-sum(len(name) + 1 for name in chart.x) // MOST_LETTERS)
    axes.set_xticks(places[::step], list(chart.x)[::step])
    axes.set_xlabel(chart.x_label)
    axes.set_ylabel(chart.y_label)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="x", visible=False)
    axes.set_xlim(-0.6, len(chart.x) - 0.4)
    if chart.y_range is not None:
        axes.set_ylim(*chart.y_range)
    if len(chart.series) > 1 or chart.target is not None:
        above = {"loc": "lower left", "bbox_to_anchor": (0, 1), "borderaxespad": 0.2}
        axes.legend(frameon=False, fontsize=8, ncols=5, **above)
