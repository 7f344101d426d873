"""The document of an evaluation: a summary on one screen, then a section for each experiment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from livemaps.evaluation.plots import draw
from livemaps.evaluation.report import Chart, Section, TextTable
from livemaps.snapshot.files import write_whole

IMAGES = Path("images") / "evaluation"
"""Where the charts go, from the document's own folder."""

MET = {True: "**met**", False: "**not met**", None: "not judged"}.__getitem__


@dataclass(frozen=True, slots=True)
class Heading:
    """What the document says of itself."""

    command: str
    """That which makes it again."""
    data: str
    """What was evaluated, in a sentence."""
    limits: str = ""
    """What it cannot show, in a few sentences."""


def write_document(path: Path, heading: Heading, sections: Sequence[Section]) -> None:
    """Write the document, and its charts beside it."""
    for chart in (chart for section in sections for chart in section.charts):
        draw(chart, path.parent / IMAGES)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, ("\n".join(_document(heading, sections)) + "\n").encode())


def _document(heading: Heading, sections: Sequence[Section]) -> Iterator[str]:
    yield from (
        "# Evaluation: do the measures keep what they promise?",
        "",
        "Made by a command, on time that the measures had not seen. The same seed gives the same figures,",
        "so that a section may come of a later run of its own (`--only`); times and memory differ.",
        heading.data,
        "",
        "```",
        heading.command,
        "```",
        "",
        "## Summary",
        "",
    )
    rows = [
        (f"[{claim.what}](#{_anchor(section.title)})", claim.bar, claim.measured, MET(claim.met))
        for section in sections
        for claim in section.claims
    ]
    yield from _table(("claim", "bar", "measured", ""), rows)
    if heading.limits:
        yield from ("", heading.limits)
    for section in sections:
        yield from _section(section)


def _section(section: Section) -> Iterator[str]:
    yield from ("", f"## {section.title}", "", section.method)
    for remark in section.remarks:
        yield from ("", remark)
    for table in section.tables:
        yield from _captioned(table)
    for chart in section.charts:
        yield from _picture(chart)


def _captioned(table: TextTable) -> Iterator[str]:
    yield from ("", table.caption, "")
    yield from _table(table.columns, table.rows)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield a table of Markdown."""
    yield _line(columns)
    yield _line(["---"] * len(columns))
    yield from map(_line, rows)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _picture(chart: Chart) -> Iterator[str]:
    yield from ("", f"![{chart.caption}]({(IMAGES / f'{chart.name}.svg').as_posix()})")


def _anchor(title: str) -> str:
    """Return the anchor that a heading gets."""
    kept = "".join(letter for letter in title.lower() if letter.isalnum() or letter in " -")
    return kept.replace(" ", "-")
