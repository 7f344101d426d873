"""Tables of the SODA server: their rows, and what queries make of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from livemaps.demo.soda_query import read_query
from livemaps.demo.soda_table import Column, SodaTable
from livemaps.demo.soql_parser import SoqlError
from livemaps.demo.soql_sql import SqlValue

START = datetime(2026, 8, 27, 17, 0, 0, tzinfo=UTC)
COLUMNS = (
    Column("number"),
    Column("asked", "calendar_date"),
    Column("state"),
    Column("depth", "number"),
)


class Ticking:
    """A clock that moves a second each time it is read."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def table() -> Iterator[SodaTable]:
    made = SodaTable(COLUMNS, key="number", clock=Ticking())
    made.upsert(
        [
            {"number": "a", "asked": "2026-07-31", "state": "Open", "depth": "9"},
            {"number": "b", "asked": "2026-08-01T00:00:00.000", "state": "Closed", "depth": "10"},
            {"number": "c", "asked": "2026-08-15T12:30:00", "state": "closed", "depth": None},
            {"number": "d", "asked": None, "state": None, "depth": "-1.5"},
        ]
    )
    yield made
    made.close()


def asked(table: SodaTable, **clauses: str) -> list[tuple[SqlValue, ...]]:
    query = read_query({f"${name}": text for name, text in clauses.items()})
    return list(table.answer(query, most_rows=None, system_fields=True).rows)


def found(table: SodaTable, where: str) -> str:
    """Return the numbers of the rows that a condition finds, in one word."""
    return "".join(str(row[0]) for row in asked(table, select="number", where=where))


@pytest.mark.parametrize(
    ("where", "numbers"),
    [
        ("state = 'Open'", "a"),
        ("state != 'Open'", "bc"),
        ("state in ('Open', 'Closed')", "ab"),
        ("state not in ('Open', 'Closed') or state is null", "cd"),
        ("state is not null", "abc"),
        ("state like 'C%'", "b"),
        ("starts_with(lower(state), 'clo')", "bc"),
        ("contains(state, 'pe')", "a"),
        ("depth > 9", "b"),
        ("depth < '9.5'", "ad"),
        ("depth between 9 and 10", "ab"),
        ("asked >= '2026-08-01'", "bc"),
        ("asked < '2026-08-15T12:30:00.001' and asked > '2026-08-01T00:00:00'", "c"),
        ("date_trunc_ym(asked) = '2026-08-01'", "bc"),
        ("not (state = 'Open' or depth = 10)", ""),
        (":updated_at > '2026-08-27T17:00:01Z'", "abcd"),
        (":updated_at > '2026-08-27T17:00:02.000'", ""),
        ("number = '''; drop table rows --'", ""),
    ],
)
def test_conditions_find_what_socrata_finds(table: SodaTable, where: str, numbers: str) -> None:
    assert found(table, where) == numbers


def test_rows_are_summed_by_month(table: SodaTable) -> None:
    rows = asked(
        table,
        select="date_trunc_ym(asked) as month, count(*), max(depth)",
        group="month",
        order="month desc",
    )
    assert rows == [
        (None, 1, -1.5),
        ("2026-08-01T00:00:00.000", 2, 10.0),
        ("2026-07-01T00:00:00.000", 1, 9.0),
    ]


def test_order_limit_and_offset_cut_pages(table: SodaTable) -> None:
    def page(order: str, offset: str) -> str:
        rows = asked(table, select="number", order=order, limit="2", offset=offset)
        return "".join(str(row[0]) for row in rows)

    assert page("depth", "0") == "da"
    assert page("number desc", "0") == "dc"
    assert page("state, number", "2") == "cd"


def test_a_key_walk_visits_every_row_once(table: SodaTable) -> None:
    table.upsert({"number": f"x{place}"} for place in range(20))
    seen: list[SqlValue] = []
    where = ":id is not null"
    from livemaps.demo.row_ids import row_id

    while rows := asked(table, select=":id, number", where=where, order=":id", limit="7"):
        seen += (row[1] for row in rows)
        where = f":id > '{row_id(int(rows[-1][0] or 0))}'"
    assert len(seen) == len(set(seen)) == len(table) == 24


@pytest.mark.parametrize(
    ("clauses", "code"),
    [
        ({"select": "foo"}, "query.soql.no-such-column"),
        ({"where": "foo = 1"}, "query.soql.no-such-column"),
        ({"order": "foo"}, "query.soql.no-such-column"),
        ({"select": "shout(state)"}, "query.soql.no-such-function"),
        ({"select": "state, count(*)"}, "query.soql.column-not-in-group-bys"),
        ({"where": ":updated_at > 'soon'"}, "query.soql.type-mismatch"),
        ({"where": "depth > 'deep'"}, "query.soql.type-mismatch"),
        ({"where": ":id > 'x'"}, "query.soql.type-mismatch"),
        ({"limit": "-1"}, "query.compiler.malformed"),
        ({"having": "x"}, "query.compiler.malformed"),
        ({"select": "number = 'a'"}, "query.soql.no-alias"),
        ({"where": "*"}, "query.compiler.malformed"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused_with_a_code(
    table: SodaTable, clauses: dict[str, str], code: str
) -> None:
    with pytest.raises(SoqlError) as caught:
        asked(table, **clauses)
    assert caught.value.code == code


def test_an_upsert_keeps_the_row_id_and_moves_the_update(table: SodaTable) -> None:
    before = asked(table, select=":id, :created_at, :updated_at", where="number = 'b'")[0]
    table.upsert([{"number": "b", "state": "Open"}])
    after = asked(table, select=":id, :created_at, :updated_at", where="number = 'b'")[0]
    assert before[:2] == after[:2]
    assert int(after[2] or 0) > int(before[2] or 0)
    assert asked(table, select="state, depth", where="number = 'b'") == [("Open", None)]


def test_a_late_row_is_marked_with_the_time_given(table: SodaTable) -> None:
    table.upsert([{"number": "late"}], updated_at=START - timedelta(hours=1))
    assert found(table, ":updated_at < '2026-08-27T16:30:00Z'") == "late"


def test_a_rewrite_moves_every_row_and_changes_none(table: SodaTable) -> None:
    before = asked(table, select="*", order="number")
    table.rewrite_all()
    assert asked(table, select="*", order="number") == before
    assert len({row[0] for row in asked(table, select=":updated_at")}) == 1
    assert found(table, ":updated_at > '2026-08-27T17:00:02Z'") == "abcd"


def test_every_change_is_a_new_version(table: SodaTable) -> None:
    changes: list[Callable[[], object]] = [
        lambda: table.upsert([{"number": "e"}]),
        lambda: table.delete(["e"]),
        table.rewrite_all,
        table.touch,
        lambda: table.rename_column("state", "status"),
        lambda: table.drop_column("depth"),
    ]
    for change in changes:
        before = table.version
        change()
        assert table.version.number == before.number + 1
        assert table.version.modified > before.modified


def test_a_failed_change_leaves_everything_as_it_was(table: SodaTable) -> None:
    before = table.version

    def rows() -> Iterator[dict[str, str]]:
        yield {"number": "e"}
        raise RuntimeError("the generator broke")

    with pytest.raises(RuntimeError, match="broke"):
        table.upsert(rows())
    assert (len(table), table.version) == (4, before)


def test_deleted_rows_are_gone(table: SodaTable) -> None:
    assert table.delete(["a", "nobody"]) == 1
    assert (len(table), table.delete(["a"])) == (3, 0)


def test_a_column_is_known_by_its_new_name_only(table: SodaTable) -> None:
    table.rename_column("state", "status")
    assert found(table, "status = 'Open'") == "a"
    assert [column.name for column in table.columns] == ["number", "asked", "status", "depth"]
    with pytest.raises(SoqlError) as caught:
        found(table, "state = 'Open'")
    assert caught.value.column == "state"


def test_a_date_that_is_none_is_kept_as_it_is(table: SodaTable) -> None:
    table.upsert([{"number": "bad", "asked": "soon"}])
    assert asked(table, select="asked", where="number = 'bad'") == [("soon",)]


def test_a_large_table_lives_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.sqlite"
    table = SodaTable(COLUMNS, key="number", path=path, indexed=["asked"], clock=Ticking())
    table.load((str(number), "2026-08-01T00:00:00.000", "Open", None) for number in range(5000))
    assert len(table) == 5000
    table.close()
    assert path.stat().st_size > 100_000


def test_many_threads_may_read_and_write_at_once(table: SodaTable) -> None:
    def write(name: str) -> None:
        for place in range(50):
            table.upsert([{"number": f"{name}{place}"}])
            assert asked(table, select="count(*)")

    threads = [threading.Thread(target=write, args=(name,)) for name in "wxyz"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(table) == 204
