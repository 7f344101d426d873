"""The query part of a SODA address: `$select`, `$where`, `$group`, `$order`, `$limit`, `$offset`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from livemaps.demo.soql_parser import (
    Compare,
    Expression,
    Literal,
    Logic,
    Name,
    Ordering,
    Selected,
    SoqlError,
    Star,
    parse_group,
    parse_order,
    parse_select,
    parse_where,
)
from livemaps.demo.soql_sql import Output, SqlWriter

_Clause = TypeVar("_Clause")

DEFAULT_LIMIT = 1000
KNOWN = frozenset({"$select", "$where", "$group", "$order", "$limit", "$offset"})


@dataclass(frozen=True, slots=True)
class SodaQuery:
    """A parsed query, with SODA's defaults."""

    select: tuple[Selected, ...] = (Selected(Star(), None),)
    where: Expression | None = None
    group: tuple[Expression, ...] = ()
    order: tuple[Ordering, ...] = ()
    limit: int = DEFAULT_LIMIT
    offset: int = 0


def read_query(parameters: Mapping[str, str]) -> SodaQuery:
    """Parse the parameters of an address; those without `$` are simple filters.

    Raises:
        SoqlError: a clause is malformed or not known.
    """
    unknown = sorted(name for name in parameters if name.startswith("$") and name not in KNOWN)
    if unknown:
        raise SoqlError("query.compiler.malformed", f"Unrecognized arguments [{unknown[0]}]")
    defaults = SodaQuery()
    return SodaQuery(
        select=_clause(parameters, "$select", parse_select, defaults.select),
        where=_filter(parameters),
        group=_clause(parameters, "$group", parse_group, ()),
        order=_clause(parameters, "$order", parse_order, ()),
        limit=_number(parameters, "$limit", DEFAULT_LIMIT),
        offset=_number(parameters, "$offset", 0),
    )


def write_select(
    writer: SqlWriter, query: SodaQuery, most_rows: int | None
) -> tuple[str, tuple[Output, ...]]:
    """Return the SQL of a query and the columns of its answer.

    Raises:
        SoqlError: a column is not there, or columns and sums are mixed without `$group`.
    """
    outputs = tuple(writer.outputs(query.select))
    summed = any(output.term.aggregate for output in outputs)
    listed = ", ".join(output.term.sql for output in outputs)
    sql = f"SELECT {listed} FROM rows"  # noqa: S608
    if query.where is not None:
        sql += f" WHERE {writer.term(query.where).sql}"
    if query.group:
        sql += " GROUP BY " + ", ".join(writer.term(one).sql for one in query.group)
    elif summed and not all(output.term.aggregate for output in outputs):
        raise SoqlError(
            "query.soql.column-not-in-group-bys", "Column not in group bys: add it to $group"
        )
    if query.order:
        sql += f" ORDER BY {writer.order(query.order)}"
    elif not summed and not query.group:
        sql += " ORDER BY id"
    limit = query.limit if most_rows is None else min(query.limit, most_rows)
    return f"{sql} LIMIT {limit} OFFSET {query.offset}", outputs


def _filter(parameters: Mapping[str, str]) -> Expression | None:
    """Return `$where` and the simple filters together."""
    conditions: list[Expression] = [
        Compare("=", Name(name), Literal(value))
        for name, value in parameters.items()
        if not name.startswith("$")
    ]
    if parameters.get("$where"):
        conditions.insert(0, parse_where(parameters["$where"]))
    whole: Expression | None = None
    for condition in conditions:
        whole = condition if whole is None else Logic("and", whole, condition)
    return whole


def _clause(
    parameters: Mapping[str, str], name: str, parse: Callable[[str], _Clause], default: _Clause
) -> _Clause:
    text = parameters.get(name, "")
    return parse(text) if text.strip() else default


def _number(parameters: Mapping[str, str], name: str, default: int) -> int:
    text = parameters.get(name, str(default))
    if not (text.isascii() and text.isdigit()):
        raise SoqlError("query.compiler.malformed", f"Invalid integer for {name}: {text!r}")
    return int(text)
