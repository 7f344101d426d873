"""The real city's size, tested small: the same code, fewer rows."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from livemaps.demo.births import Facts
from livemaps.demo.feed_rows import FEED_COLUMNS
from livemaps.demo.scale import Scale, ScaleBatch, fill_table, generate_scale, write_csv
from livemaps.demo.soda_table import SodaTable
from livemaps.errors import SettingError
from livemaps.model import SECONDS_PER_DAY, day_number

SMALL = Scale(rows=20_000, unresolved=900, since=date(2024, 1, 1))


@pytest.fixture(scope="module")
def batches(facts: Facts) -> list[ScaleBatch]:
    return list(generate_scale(facts, SMALL))


@pytest.mark.parametrize("unresolved", [600, 900, 3_000])
def test_rows_and_open_rows_are_exactly_as_many_as_asked_for(facts: Facts, unresolved: int) -> None:
    made = list(generate_scale(facts, Scale(20_000, unresolved, since=date(2024, 1, 1))))
    rows = [row for batch in made for row in batch.rows()]
    assert len(rows) == sum(map(len, made)) == 20_000
    assert sum(row[4] == "Open" for row in rows) == unresolved


def test_ids_are_unique_and_rise_from_batch_to_batch(batches: list[ScaleBatch]) -> None:
    numbers = np.concatenate([batch.lives["number"] for batch in batches])
    assert (np.diff(numbers) > 0).all()
    assert len(batches) > 3


def test_the_same_seed_gives_the_same_rows(facts: Facts, batches: list[ScaleBatch]) -> None:
    again = list(generate_scale(facts, SMALL))
    assert [list(batch.rows()) for batch in again] == [list(batch.rows()) for batch in batches]


def test_rows_requests_and_columns_say_the_same(batches: list[ScaleBatch]) -> None:
    batch = batches[0]
    columns = batch.columns()
    triples = zip(batch.rows(), batch.requests(), strict=True)
    for place, (row, request) in enumerate(triples):
        assert row[0] == request.service_request_id == columns["service_request_id"][place].decode()
        assert row[4] == request.status
        assert row[6] == request.service_name
        assert (row[3] is None) == (request.closed_datetime is None)
        assert request.requested_datetime == columns["requested"][place]
        assert row[9] == request.place.codes[0]
        assert row[12] == (None if request.place.long is None else str(request.place.long))


def test_nothing_is_newer_than_the_newest_day(batches: list[ScaleBatch]) -> None:
    newest = (day_number(SMALL.until) + 2) * SECONDS_PER_DAY
    for batch in batches:
        columns = batch.columns()
        assert max(columns[name].max() for name in ("requested", "updated", "closed")) < newest


def test_a_table_of_the_server_can_be_filled_from_it(
    batches: list[ScaleBatch], tmp_path: Path
) -> None:
    table = SodaTable(FEED_COLUMNS, key="service_request_id", path=tmp_path / "table.sqlite")
    assert fill_table(table, iter(batches)) == len(table) == SMALL.rows
    table.close()


def test_a_csv_file_can_be_written_from_it(batches: list[ScaleBatch], tmp_path: Path) -> None:
    path = tmp_path / "requests.csv"
    assert write_csv(path, iter(batches)) == SMALL.rows
    with path.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == SMALL.rows
    assert rows[0]["requested_date"] == "2024-01-01T00:00:00.000"


@pytest.mark.parametrize(
    ("scale", "setting"),
    [
        (Scale(rows=100, unresolved=101), "unresolved"),
        (Scale(rows=20_000, unresolved=0, since=date(2024, 1, 1)), "unresolved"),
        (Scale(rows=5_000_000, since=date(2026, 1, 1)), "rows"),
        (Scale(since=date(2027, 1, 1)), "until"),
    ],
)
def test_numbers_that_do_not_fit_are_told(facts: Facts, scale: Scale, setting: str) -> None:
    with pytest.raises(SettingError, match=setting):
        list(generate_scale(facts, scale))
