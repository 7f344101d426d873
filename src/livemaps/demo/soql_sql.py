"""What a parsed SoQL query means, as SQL for the tables of the SODA server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from types import MappingProxyType

from livemaps.demo.row_ids import row_number
from livemaps.demo.soql_parser import (
    Between,
    Call,
    Compare,
    Expression,
    IsNull,
    Literal,
    Logic,
    Name,
    Not,
    Ordering,
    Selected,
    SoqlError,
    Star,
    Within,
)

SqlValue = str | float | int | None


class Kind(Enum):
    """How a value is stored and shown."""

    TEXT = "text"
    NUMBER = "number"
    CALENDAR_DATE = "calendar_date"
    FIXED_TIMESTAMP = "fixed_timestamp"
    ROW_ID = "row_identifier"
    GEOMETRY = "geometry"
    BOOLEAN = "boolean"


NEVER_NULL = frozenset({Kind.ROW_ID, Kind.FIXED_TIMESTAMP})


@dataclass(frozen=True, slots=True)
class Term:
    """A piece of SQL, what kind of value it gives, and whether it sums over rows."""

    sql: str
    kind: Kind
    aggregate: bool = False


@dataclass(frozen=True, slots=True)
class Output:
    """A column of the answer."""

    name: str
    term: Term


_DATES = MappingProxyType({"date_trunc_y": 4, "date_trunc_ym": 7, "date_trunc_ymd": 10})
_REST_OF_DATE = MappingProxyType(
    {4: "-01-01T00:00:00.000", 7: "-01T00:00:00.000", 10: "T00:00:00.000"}
)
_AGGREGATES = frozenset({"count", "min", "max", "sum", "avg"})


class SqlWriter:
    """Turns expressions into SQL over known columns, gathering the parameters in order."""

    def __init__(self, columns: Mapping[str, Term]) -> None:
        """`columns` gives each column's SQL and kind, the system fields included."""
        self._columns = columns
        self._aliases: dict[str, Term] = {}
        self.parameters: list[SqlValue] = []

    def outputs(self, selected: tuple[Selected, ...]) -> list[Output]:
        """Return the columns of the answer; their aliases are known from then on."""
        found: list[Output] = []
        for expression, alias in selected:
            if isinstance(expression, Star):
                found += self._all(system=expression.system)
            else:
                name = alias or _default_name(expression)
                found.append(Output(name, self.term(expression)))
                self._aliases[name] = found[-1].term
        return found

    def _all(self, *, system: bool) -> list[Output]:
        return [
            Output(name, term)
            for name, term in self._columns.items()
            if name.startswith(":") == system
        ]

    def order(self, orderings: tuple[Ordering, ...]) -> str:
        """Return the terms of ORDER BY; nulls come last going up and first going down."""
        return ", ".join(self._ordered(*ordering) for ordering in orderings)

    def _ordered(self, expression: Expression, descending: bool) -> str:
        term = self.term(expression)
        direction = " DESC" if descending else ""
        if term.kind in NEVER_NULL:  # without a NULLS clause SQLite walks the index
            return term.sql + direction
        sql = f"CAST({term.sql} AS REAL)" if term.kind is Kind.NUMBER else term.sql
        return f"{sql}{direction} NULLS {'FIRST' if descending else 'LAST'}"

    def term(self, expression: Expression, wanted: Kind | None = None) -> Term:
        """Return the SQL of an expression; `wanted` is what a literal is read as."""
        match expression:
            case Name(name):
                return self._column(name)
            case Literal(value):
                return self._literal(value, wanted)
            case Call():
                return self._call(expression)
            case Star():
                raise SoqlError("query.compiler.malformed", "'*' cannot stand here")
        return Term(self._condition(expression), Kind.BOOLEAN)

    def _condition(self, expression: Expression) -> str:
        match expression:
            case Logic(operator, left, right):
                return f"({self.term(left).sql} {operator} {self.term(right).sql})"
            case Not(operand):
                return f"(NOT {self.term(operand).sql})"
            case IsNull(value):
                return f"({self.term(value).sql} IS NULL)"
            case Compare(operator, left, right):
                first, second = self._alike(left, right)
                return f"({first} {operator} {second})"
            case Within(value, choices):
                subject, *others = self._alike(value, *choices)
                return f"({subject} IN ({', '.join(others)}))"
            case Between(value, least, most):
                subject, low, high = self._alike(value, least, most)
                return f"({subject} BETWEEN {low} AND {high})"
        raise SoqlError("query.compiler.malformed", f"{expression} is no condition")

    def _alike(self, *expressions: Expression) -> list[str]:
        """Return operands of one comparison, literals read as the kind of the column."""
        kinds = [self._kind(one) for one in expressions if not isinstance(one, Literal)]
        wanted = kinds[0] if kinds else None
        terms = [self.term(one, wanted) for one in expressions]
        if wanted is Kind.NUMBER:
            return [f"CAST({term.sql} AS REAL)" for term in terms]
        return [term.sql for term in terms]

    def _kind(self, expression: Expression) -> Kind:
        """Return an expression's kind without keeping its parameters."""
        before = len(self.parameters)
        kind = self.term(expression).kind
        del self.parameters[before:]
        return kind

    def _column(self, name: str) -> Term:
        found = self._columns.get(name) or self._aliases.get(name)
        if found is None:
            raise SoqlError(
                "query.soql.no-such-column",
                f"Query coordinator error: query.soql.no-such-column; No such column: {name}; "
                f'position: Map(row -> 1, column -> 8, line -> "SELECT `{name}`")',
                name,
            )
        return found

    def _literal(self, value: SqlValue | bool, wanted: Kind | None) -> Term:
        kind = wanted or (Kind.TEXT if isinstance(value, str) else Kind.NUMBER)
        if isinstance(value, str):
            value = _read_as(value, kind)
        self.parameters.append(value)
        return Term("?", kind)

    def _call(self, call: Call) -> Term:
        name, arguments = call.function, call.arguments
        if name == "count" and isinstance(arguments[0], Star):
            return Term("count(*)", Kind.NUMBER, aggregate=True)
        first = self.term(arguments[0])
        if name in _AGGREGATES:
            kind = first.kind if name in ("min", "max") else Kind.NUMBER
            cast = f"CAST({first.sql} AS REAL)" if first.kind is Kind.NUMBER else first.sql
            return Term(f"{name}({cast})", kind, aggregate=True)
        if name in _DATES:
            length = _DATES[name]
            return Term(
                f"(substr({first.sql}, 1, {length}) || '{_REST_OF_DATE[length]}')",
                Kind.CALENDAR_DATE,
            )
        if name in ("upper", "lower"):
            return Term(f"{name}({first.sql})", Kind.TEXT)
        if name in ("starts_with", "contains") and len(arguments) == 2:
            place = f"instr({first.sql}, {self.term(arguments[1]).sql})"
            return Term(f"({place} {'= 1' if name == 'starts_with' else '> 0'})", Kind.BOOLEAN)
        raise SoqlError("query.soql.no-such-function", f"No such function: {name}/{len(arguments)}")


def _read_as(text: str, kind: Kind) -> SqlValue:
    """Read a text literal as the kind of column that it is compared with."""
    try:
        match kind:
            case Kind.ROW_ID:
                return row_number(text)
            case Kind.FIXED_TIMESTAMP:
                return milliseconds(text)
            case Kind.CALENDAR_DATE:
                return calendar_text(text)
            case Kind.NUMBER:
                return float(text)
    except ValueError as error:
        raise SoqlError(
            "query.soql.type-mismatch", f"Type mismatch: {text!r} is no {kind.value}"
        ) from error
    return text


def milliseconds(text: str) -> int:
    """Read a fixed timestamp as milliseconds since 1970 UTC; without a zone it is UTC."""
    moment = datetime.fromisoformat(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def calendar_text(text: str) -> str:
    """Write a calendar date as Socrata does: `2026-08-27T00:00:00.000`, comparable as text."""
    return datetime.fromisoformat(text).replace(tzinfo=None).isoformat(timespec="milliseconds")


def _default_name(expression: Expression) -> str:
    """Return the name that Socrata gives a column without an alias, such as `max_updated_at`."""
    match expression:
        case Name(name):
            return name
        case Call(function, (Star(),)):
            return function
        case Call(function, (Name(name), *_)):
            return f"{function}_{name.lstrip(':')}"
    raise SoqlError("query.soql.no-alias", "give this expression a name with 'as'")
