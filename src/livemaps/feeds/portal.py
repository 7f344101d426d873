"""The few calls that a Socrata portal is asked: about a dataset, for sums, and for rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Literal

import msgspec

from livemaps.errors import FeedMalformed, FeedRefused, SchemaChanged
from livemaps.feeds.http import HttpClient, Response
from livemaps.feeds.retries import http_date
from livemaps.feeds.tables import Table, decode_json, read_csv, read_json

SYSTEM_FIELDS = (":id", ":updated_at")
ENOUGH_TO_JUDGE = 20
"""From so many rows on, a column that none of them has counts as gone."""

FIRST_MILLISECONDS = 100_000_000_000
"""From here on a stamp is in milliseconds: as seconds it would lie in the year 5138."""

Format = Literal["json", "csv"]


@dataclass(frozen=True, slots=True)
class View:
    """What the portal says about the dataset."""

    rows_updated_at: int | None
    """The stamp of the data in epoch seconds, None where there is none."""
    answered: datetime | None
    """The answer's own `Date`."""


@dataclass(frozen=True, slots=True)
class Sum:
    """How many rows there are of some set, and their largest `:updated_at`."""

    number: int
    newest: str | None
    etag: str | None
    modified: datetime | None
    """The answer's `Last-Modified`."""


class Portal:
    """One dataset of a portal."""

    def __init__(
        self,
        http: HttpClient,
        address: str,
        dataset: str,
        *,
        mapped: Sequence[str],
        required: Sequence[str],
    ) -> None:
        """Prepare to ask; nothing is sent yet.

        Args:
            http: carries the calls.
            address: the portal's, such as `https://data.calgary.ca`.
            dataset: the dataset's id.
            mapped: the columns that the city's profile names.
            required: those among them that every row must have.
        """
        self._http = http
        self._address = address
        self.dataset = dataset
        self._mapped = tuple(mapped)
        self._required = tuple(required)

    @property
    def source(self) -> str:
        """Address and dataset in one."""
        return f"{self._address}/resource/{self.dataset}"

    def view(self) -> View | None:
        """Return what the portal says about the dataset, None where it does not say.

        Raises:
            SchemaChanged: mapped columns are not among the dataset's.
        """
        try:
            answer = self._http.get(f"{self._address}/api/views/{self.dataset}.json", kind="json")
        except FeedRefused:
            # Servers that speak SODA without Socrata's catalogue are asked another way.
            return None
        said = decode_json(answer.body, f"{self._address}/api/views/{self.dataset}.json")
        if not isinstance(said, dict):
            return None
        columns = _field_names(said.get("columns"))
        if columns:
            self._raise_gone(set(self._mapped) - set(columns))
        return View(_stamp(said.get("rowsUpdatedAt")), http_date(answer.headers.get("date")))

    def sum(self, where: str = "", *, newest: bool = True, etag: str | None = None) -> Sum | None:
        """Count a set of rows in one small call; None where `etag` says that nothing changed."""
        select = "count(*) as number" + (", max(:updated_at) as newest" if newest else "")
        headers = {"If-None-Match": etag} if etag else {}
        answer = self._get("json", {"$select": select, **_where(where)}, headers)
        if answer.status == HTTPStatus.NOT_MODIFIED:
            return None
        row = self._one_row(answer)
        modified = http_date(answer.headers.get("last-modified"))
        return Sum(
            _count(row, self.source),
            _named(row, "newest", "max"),
            answer.headers.get("etag"),
            modified,
        )

    def count(self, where: str = "") -> int:
        """Count a set of rows."""
        found = self.sum(where, newest=False)
        return found.number if found else 0

    def _one_row(self, answer: Response) -> Mapping[str, Any]:
        rows = decode_json(answer.body, self.source)
        if not (isinstance(rows, list) and rows and isinstance(rows[0], dict)):
            raise FeedMalformed(f"{self.source} answered a count with {answer.body[:80]!r}")
        return rows[0]

    def grouped(self, column: str, unit: str) -> list[Mapping[str, Any]]:
        """Count rows by `date_trunc_ym(column)` or the like, as rows of `unit` and `number`."""
        answer = self._get(
            "json",
            {
                "$select": f"{unit}({column}) as period, count(*) as number",
                "$group": "period",
                "$order": "period",
                "$limit": "50000",
            },
        )
        rows = decode_json(answer.body, self.source)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise FeedMalformed(f"{self.source} answered a count with {answer.body[:80]!r}")
        return rows

    def rows(
        self, columns: Sequence[str], query: Mapping[str, str], form: Format = "json"
    ) -> Table:
        """Fetch rows of some columns.

        Raises:
            SchemaChanged: a mapped column is not there any more.
            FeedRefused: anything else was refused; `column` names a system field that is absent.
        """
        answer = self._get(form, {"$select": ", ".join(columns), **query})
        read = read_json if form == "json" else read_csv
        table = read(answer.body, columns, self.source)
        self._check(table, columns, answer)
        return table

    def _check(self, table: Table, columns: Sequence[str], answer: Response) -> None:
        """Require the mapped columns in an answer, as far as it shows what it has.

        Some servers leave a column that is gone out in silence. Then the list of fields in the
        header tells, the header line of a CSV, or that not one of many rows has a value that
        every row must have.
        """
        asked, named = set(columns), set(_header_fields(answer.headers.get("x-soda2-fields", "")))
        gone = set(table.missing)
        if named & asked:
            gone |= asked - named
        if table.length >= ENOUGH_TO_JUDGE:
            gone |= {
                name
                for name in self._required
                if name in asked and all(cell is None for cell in table.columns[name])
            }
        self._raise_gone(gone)

    def _get(
        self, form: str, query: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Response:
        try:
            return self._http.get(f"{self.source}.{form}", query, headers, kind=form)
        except FeedRefused as error:
            if error.column in self._mapped:
                raise SchemaChanged(self.dataset, [str(error.column)]) from error
            raise

    def _raise_gone(self, gone: set[str]) -> None:
        columns = [name for name in self._mapped if name in gone]
        if columns:
            raise SchemaChanged(self.dataset, columns)


def _stamp(value: object) -> int | None:
    """Read `rowsUpdatedAt`: seconds at Socrata, milliseconds at some others, perhaps as text."""
    text = str(value)
    if not (text.isascii() and text.isdigit()):
        return None
    stamp = int(text)
    return stamp if stamp < FIRST_MILLISECONDS else stamp // 1000


def _field_names(columns: object) -> tuple[str, ...]:
    """Return the API names of a view's columns, empty where it does not list them."""
    if not isinstance(columns, list):
        return ()
    return tuple(
        str(column["fieldName"])
        for column in columns
        if isinstance(column, dict) and column.get("fieldName")
    )


def _header_fields(header: str) -> tuple[str, ...]:
    """Read `X-SODA2-Fields`, empty where it is absent or cut, as long ones are."""
    try:
        return msgspec.json.decode(header, type=tuple[str, ...])
    except msgspec.DecodeError:
        return ()


def _where(where: str) -> dict[str, str]:
    return {"$where": where} if where else {}


def _count(row: Mapping[str, Any], source: str) -> int:
    """Return the count in a row."""
    text = str(_named(row, "number", "count"))
    if not (text.isascii() and text.isdigit()):
        raise FeedMalformed(f"{source} answered a count with {dict(row)!r}")
    return int(text)


def _named(row: Mapping[str, Any], alias: str, function: str) -> Any:
    """Return a sum by its alias, or under the function's name where a server knows no aliases."""
    plain = (value for name, value in row.items() if name.startswith(function))
    return row.get(alias, next(plain, None))
