"""Opening a database: new, old, newer, another city's, another status map's, no database at all."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from livemaps.errors import SettingError, StoreDamaged, StoreError, StoreTooNew
from livemaps.feeds.profile import StatusMeaning
from livemaps.model import Place, Stage
from livemaps.store import Store
from livemaps.store.connection import connect
from livemaps.store.schema import STEPS, migrate
from tests.store.samples import NOON, assert_sound, calgary, put, row


def change(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_what_was_stored_is_there_after_opening_again(tmp_path: Path) -> None:
    with Store.open(tmp_path / "new" / "folder", calgary()) as store:
        put(store, row(1))
    with Store.open(tmp_path / "new" / "folder", calgary()) as store:
        assert (store.total(), store.open_count(), store.sequence) == (1, 1, 1)


def test_a_database_of_a_later_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    Store.open(tmp_path, calgary()).close()
    change(tmp_path / "requests.sqlite", "PRAGMA user_version = 99")
    with pytest.raises(StoreTooNew, match=r"version 99.*install the later version"):
        Store.open(tmp_path, calgary())


def test_an_older_database_is_brought_forward_with_its_rows(tmp_path: Path) -> None:
    with Store.open(tmp_path, calgary()) as store:
        put(store, row(1))
    later = (*STEPS, ("ALTER TABLE requests ADD COLUMN extra TEXT NOT NULL DEFAULT 'none'",))
    connection = connect(tmp_path / "requests.sqlite")
    migrate(connection, tmp_path, later)
    migrate(connection, tmp_path, later)
    assert connection.execute("SELECT extra FROM requests").fetchall() == [("none",)]
    assert connection.execute("PRAGMA user_version").fetchone() == (len(later),)
    connection.close()


def test_what_was_seen_before_the_updated_day_was_kept_is_read_without(tmp_path: Path) -> None:
    connection = connect(tmp_path / "requests.sqlite")
    migrate(connection, tmp_path, STEPS[:3])
    connection.execute(
        "INSERT INTO events VALUES (NULL, 1, 1, '26-00000001', 'status', 0, 0, 0, 0, 'status')"
    )
    connection.commit()
    connection.close()
    with Store.open(tmp_path, calgary()) as store:
        (event,) = store.events("26-00000001")
    assert (event.changed, event.from_updated) == (("status",), None)


def test_a_step_forward_that_fails_leaves_the_database_at_the_version_before(
    tmp_path: Path,
) -> None:
    Store.open(tmp_path, calgary()).close()
    connection = connect(tmp_path / "requests.sqlite")
    bad = (*STEPS, ("CREATE TABLE extra (id INTEGER)", "CREATE TABLE requests (id INTEGER)"))
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        migrate(connection, tmp_path, bad)
    connection.close()
    with Store.open(tmp_path, calgary()) as store:
        assert_sound(store)


@pytest.mark.parametrize("content", [b"not a database at all" * 400, b"\0" * 8192])
def test_a_file_of_garbage_is_called_damaged(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "requests.sqlite").write_bytes(content)
    with pytest.raises(StoreDamaged, match=r"requests\.sqlite.*backup"):
        Store.open(tmp_path, calgary())


def test_garbage_in_the_middle_is_called_damaged_when_it_is_met(tmp_path: Path) -> None:
    with Store.open(tmp_path, calgary()) as store:
        put(store, *(row(number) for number in range(20_000)))
    path = tmp_path / "requests.sqlite"
    content = bytearray(path.read_bytes())
    content[len(content) // 4 : len(content) // 2] = b"\xa5" * (
        len(content) // 2 - len(content) // 4
    )
    path.write_bytes(content)
    with pytest.raises(StoreDamaged), Store.open(tmp_path, calgary()) as store:
        for _ in store.all_rows():
            pass


def test_a_database_cut_short_is_called_damaged(tmp_path: Path) -> None:
    with Store.open(tmp_path, calgary()) as store:
        put(store, *(row(number) for number in range(20_000)))
    path = tmp_path / "requests.sqlite"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    with pytest.raises(StoreDamaged), Store.open(tmp_path, calgary()) as store:
        for _ in store.all_rows():
            pass


def test_somebody_elses_database_is_refused(tmp_path: Path) -> None:
    change(tmp_path / "requests.sqlite", "CREATE TABLE theirs (id INTEGER)")
    with pytest.raises(StoreDamaged, match="not one of livemaps"):
        Store.open(tmp_path, calgary())


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="file/data cannot be made"):
        Store.open(tmp_path / "file" / "data", calgary())


def test_another_citys_folder_is_refused(tmp_path: Path) -> None:
    Store.open(tmp_path, calgary()).close()
    edmonton = calgary().model_copy(update={"id": "edmonton"})
    with pytest.raises(SettingError, match=r"'calgary', not of 'edmonton'.*--data-dir"):
        Store.open(tmp_path, edmonton)


class TestStatusMap:
    def test_a_changed_one_is_applied_to_what_is_held(self, tmp_path: Path) -> None:
        with Store.open(tmp_path, calgary()) as store:
            put(store, row(1), row(2, status="On Hold"))
            assert store.open_count() == 2
            sequence = store.sequence
        listed = {**calgary().statuses, "On Hold": StatusMeaning(stage=Stage.RESOLVED)}
        with Store.open(tmp_path, calgary().model_copy(update={"statuses": listed})) as store:
            assert store.open_count() == 1
            assert store.sequence > sequence, "the next snapshot must show it"

    def test_a_process_that_knows_the_old_one_may_not_write_any_more(self, tmp_path: Path) -> None:
        listed = {**calgary().statuses, "On Hold": StatusMeaning(stage=Stage.RESOLVED)}
        changed = calgary().model_copy(update={"statuses": listed})
        with Store.open(tmp_path, calgary()) as old, Store.open(tmp_path, changed) as new:
            with pytest.raises(StoreError, match=r"\[statuses\].*restart"):
                put(old, row(1))
            put(new, row(1))

    def test_an_unknown_status_counts_as_open(self, store: Store) -> None:
        put(store, row(1, status="On Hold"))
        assert store.open_by_status() == {"On Hold": 1}


def test_area_keys_stay_with_their_layers_when_the_profile_orders_them_otherwise(
    tmp_path: Path,
) -> None:
    place = Place(("BLN", "8"), "BELTLINE", None, None)
    with Store.open(tmp_path, calgary()) as store:
        put(store, row(1, place=place))
    turned = calgary().model_copy(update={"layers": tuple(reversed(calgary().layers))})
    with Store.open(tmp_path, turned) as store:
        again = place._replace(codes=("8", "BLN"))
        assert dict(store.places()) == {1: again}
        assert put(store, row(1, place=again)).unchanged == 1


def test_opening_twice_at_once_makes_one_database(tmp_path: Path) -> None:
    with Store.open(tmp_path, calgary()) as one, Store.open(tmp_path, calgary()) as other:
        put(one, row(1), at=NOON)
        put(other, row(2, service_name="another word"), at=NOON)
        put(one, row(3, service_name="a third word"), at=NOON)
        assert one.total() == other.total() == 3
        assert sorted(one.vocabulary("service")) == [1, 2, 3]
