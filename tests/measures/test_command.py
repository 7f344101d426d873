"""`livemaps measures`: computed now, told by family."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from livemaps.cli import main
from livemaps.measures.families import FAMILIES
from livemaps.measures.read import read_meta
from tests.fake_feed import Town, closed, row, town_in
from tests.measures.small import COUNTING, FAILING


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with town_in(tmp_path) as made:
        made.feed.put(row(1), row(2), closed(3))
        made.refresher().run_once()
        yield made


def run(town: Town, *arguments: str) -> Result:
    folder = town.data_dir.parent
    place = ["--city", str(folder / "quadville.toml"), "--data-dir", str(town.data_dir)]
    return CliRunner().invoke(main, ["measures", *place, "--log-level", "ERROR", *arguments])


def test_it_publishes_and_tells_what_each_family_took(town: Town) -> None:
    done = run(town)
    assert done.exit_code == 0, done.output
    assert read_meta(town.data_dir) is not None
    for family in FAMILIES:
        assert f"\n{family.name} " in f"\n{done.stdout}"
    assert "of snapshot" in done.stdout


def test_it_tells_programs_the_same_as_an_object(town: Town) -> None:
    found = json.loads(run(town, "--json").stdout)
    meta = read_meta(town.data_dir)
    assert meta is not None
    assert (found["id"], found["snapshot"]) == (meta.id, meta.snapshot)
    assert set(found["families"]) == {family.name for family in FAMILIES}
    assert set(found["families"]["flow"]) == {"seconds", "values"}
    assert (found["failed"], found["left_out"]) == ({}, dict(meta.left_out))


def test_a_family_that_fails_makes_the_command_fail_with_the_others_published(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    from livemaps import measuring

    real = measuring.measure_now
    monkeypatch.setattr(
        measuring,
        "measure_now",
        lambda *given, **named: real(*given, **named, families=(FAILING, COUNTING)),
    )
    done = run(town)
    assert done.exit_code == 1
    assert "failing" in done.stdout
    assert "are too few" in done.stdout
    meta = read_meta(town.data_dir)
    assert meta is not None
    assert set(meta.families) == {"counting"}


def test_without_a_snapshot_it_fails_and_says_so(tmp_path: Path) -> None:
    with town_in(tmp_path) as empty:
        done = run(empty)
    assert done.exit_code == 1
    assert "nothing was published" in done.output
