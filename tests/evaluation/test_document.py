"""The document: complete, the same each time, with charts that are there."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from livemaps.cli import main
from livemaps.cli.evaluating import ONLY
from livemaps.errors import ConfigurationError
from livemaps.evaluation.document import Heading, write_document
from livemaps.evaluation.plots import draw, require_matplotlib
from livemaps.evaluation.report import Chart, Claim, Section, Series, TextTable
from livemaps.evaluation.run import EXPERIMENTS, Options

ROWS = "12000"
QUICK = ("time-to-close", "forecast", "re-reported")


def evaluated(folder: Path, *more: str) -> str:
    output = folder / "evaluation.md"
    arguments = ["evaluate", "--rows", ROWS, "--trials", "1", "--output", str(output), *more]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    return output.read_text(encoding="utf-8")


def chosen(names: tuple[str, ...]) -> list[str]:
    return [part for name in names for part in ("--only", name)]


def pictures(text: str) -> list[str]:
    return re.findall(r"!\[[^]]+\]\(([^)]+)\)", text)


def test_the_command_offers_every_experiment() -> None:
    assert tuple(experiment.name for experiment in EXPERIMENTS) == ONLY


def test_the_same_seed_gives_the_same_document_and_charts(tmp_path: Path) -> None:
    first, second = (evaluated(tmp_path / name, *chosen(QUICK)) for name in ("a", "b"))
    assert first == second
    assert len(pictures(first)) == 3
    for picture in pictures(first):
        drawn = (tmp_path / "a" / picture).read_bytes()
        assert drawn == (tmp_path / "b" / picture).read_bytes()
        assert b"<dc:date>" not in drawn
    assert evaluated(tmp_path / "c", *chosen(QUICK), "--seed", "12") != first


@pytest.mark.slow
@pytest.mark.timeout(1_200)
def test_a_small_evaluation_of_everything_is_complete(tmp_path: Path) -> None:
    text = evaluated(tmp_path)
    summary, *sections = text.split("\n## ")[1:]
    assert len(sections) == len(EXPERIMENTS)
    claims = [line for line in summary.splitlines() if line.startswith("| [")]
    assert len(claims) >= 2 * len(EXPERIMENTS)
    assert all(
        line.split("|")[-2].strip() in ("**met**", "**not met**", "not judged") for line in claims
    )
    headings = {
        re.sub(r"[^a-z -]", "", s.splitlines()[0].lower()).replace(" ", "-") for s in sections
    }
    assert set(re.findall(r"\(#([^)]+)\)", summary)) == headings
    assert all((tmp_path / picture).is_file() for picture in pictures(text))
    assert f"livemaps evaluate --rows {ROWS} --trials 1\n" in text
    assert "nan" not in text


def chart(*values: float) -> Chart:
    names = [str(at) for at in range(len(values))]
    series = (Series("one", values), Series("another", values))
    return Chart("small", "A chart", names, "days", "share (%)", series, target=(75, 85))


def test_a_chart_says_what_its_axes_are_and_is_the_same_each_time(tmp_path: Path) -> None:
    first = draw(chart(1.0, 2.0, np.nan), tmp_path / "a").read_text(encoding="utf-8")
    assert first == draw(chart(1.0, 2.0, np.nan), tmp_path / "b").read_text(encoding="utf-8")
    assert ">days<" in first
    assert ">share (%)<" in first
    assert draw(chart(1.0, 2.0, 3.0), tmp_path / "c").read_text(encoding="utf-8") != first


def test_a_claim_that_is_not_met_says_so(tmp_path: Path) -> None:
    claims = tuple(Claim(str(met), "8 of 10", "7 of 10", met) for met in (True, False, None))
    table = TextTable("A table.", ("a", "b"), (("1", "x | y"),))
    section = Section("name", "More, and less", "How.", claims, (table,), (chart(1.0),))
    write_document(tmp_path / "out" / "e.md", Heading("livemaps evaluate", "Data."), [section])
    lines = (tmp_path / "out" / "e.md").read_text(encoding="utf-8").splitlines()
    assert "| [True](#more-and-less) | 8 of 10 | 7 of 10 | **met** |" in lines
    assert "| [False](#more-and-less) | 8 of 10 | 7 of 10 | **not met** |" in lines
    assert "| [None](#more-and-less) | 8 of 10 | 7 of 10 | not judged |" in lines
    assert "| 1 | x \\| y |" in lines
    assert (tmp_path / "out" / "images" / "evaluation" / "small.svg").is_file()


def test_without_matplotlib_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("livemaps.evaluation.plots.find_spec", lambda _name: None)
    with pytest.raises(ConfigurationError, match=r"pip install 'livemaps\[evaluate\]'"):
        require_matplotlib()


def test_the_command_is_told_with_what_differs_from_the_defaults(tmp_path: Path) -> None:
    options = Options.of(tmp_path, ("surge",), rows=5, years=None, seed=1, trials=None)
    assert options.command == "livemaps evaluate --rows 5 --seed 1 --only surge"
    assert Options.of(tmp_path, ()).command == "livemaps evaluate"


def test_a_folder_without_data_is_told(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        main, ["evaluate", "--data-dir", str(tmp_path), "--output", str(tmp_path / "e.md")]
    )
    assert done.exit_code == 1
    assert not (tmp_path / "e.md").exists()
