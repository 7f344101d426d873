"""A parser for the part of SoQL (SODA 2.1) that feeds are asked in: text in, a small tree out.

Grammar, by falling precedence: `or`, `and`, `not`, comparison (`=`, `!=`, `<`, `in`, `between`,
`like`, `is null` …), value (column, literal, function call, parentheses). Meaning is given to
the tree by `soql_sql`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

_Item = TypeVar("_Item")


class SoqlError(Exception):
    """A query that cannot be answered, with Socrata's own error code."""

    def __init__(self, code: str, message: str, column: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.column = column


@dataclass(frozen=True, slots=True)
class Name:
    """A column or an alias."""

    name: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, a number, true, false or null."""

    value: str | float | bool | None


@dataclass(frozen=True, slots=True)
class Star:
    """`*`: all columns, or the argument of `count(*)`; `:*` are the system fields."""

    system: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A function call."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """`left <operator> right`; the operator is one of `= != < <= > >= like`."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Within:
    """`value in (…)`."""

    value: Expression
    choices: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """`value between least and most`, both included."""

    value: Expression
    least: Expression
    most: Expression


@dataclass(frozen=True, slots=True)
class IsNull:
    """`value is null`."""

    value: Expression


@dataclass(frozen=True, slots=True)
class Not:
    """`not operand`."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Logic:
    """`left and right`, or `left or right`."""

    operator: str
    left: Expression
    right: Expression


Expression = Name | Literal | Star | Call | Compare | Within | Between | IsNull | Not | Logic


class Selected(NamedTuple):
    """One item of `$select`."""

    expression: Expression
    alias: str | None


class Ordering(NamedTuple):
    """One item of `$order`."""

    expression: Expression
    descending: bool


def parse_select(text: str) -> tuple[Selected, ...]:
    """Parse `$select`; raises SoqlError."""
    return _parsed(text, lambda parser: parser.many(parser.selected))


def parse_where(text: str) -> Expression:
    """Parse `$where`; raises SoqlError."""
    return _parsed(text, lambda parser: parser.disjunction())


def parse_group(text: str) -> tuple[Expression, ...]:
    """Parse `$group`; raises SoqlError."""
    return _parsed(text, lambda parser: parser.many(parser.value))


def parse_order(text: str) -> tuple[Ordering, ...]:
    """Parse `$order`; raises SoqlError."""
    return _parsed(text, lambda parser: parser.many(parser.ordering))


def _parsed(text: str, rule: Callable[[_Parser], _Item]) -> _Item:
    """Apply a rule to the whole of a text."""
    parser = _Parser(text)
    found = rule(parser)
    parser.end()
    return found


_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>'(?:[^']|'')*')
      | (?P<number>-?\d+(?:\.\d+)?)
      | (?P<name>`[^`]+` | :\* | :?@?[A-Za-z_]\w*)
      | (?P<sign><=|>=|!=|<>|[=<>(),*])
    )""",
    re.VERBOSE,
)
_COMPARISONS = frozenset({"=", "!=", "<>", "<", "<=", ">", ">="})
_DEEPEST = 50


class _Token(NamedTuple):
    kind: str
    text: str
    position: int


class _Parser:
    """Recursive descent over the tokens of one clause."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._next = 0
        self._depth = 0

    def many(self, rule: Callable[[], _Item]) -> tuple[_Item, ...]:
        """One or more of a rule, separated by commas."""
        found = [rule()]
        while self._take(","):
            found.append(rule())
        return tuple(found)

    def selected(self) -> Selected:
        """An expression with an alias or without."""
        expression = self.disjunction()
        alias = self._name() if self._take("as") else None
        return Selected(expression, alias)

    def ordering(self) -> Ordering:
        """An expression with a direction or without."""
        expression = self.value()
        descending = self._take("desc")
        if not descending:
            self._take("asc")
        return Ordering(expression, descending)

    def disjunction(self) -> Expression:
        """`a or b or …`."""
        left = self._conjunction()
        while self._take("or"):
            left = Logic("or", left, self._conjunction())
        return left

    def _conjunction(self) -> Expression:
        left = self._negation()
        while self._take("and"):
            left = Logic("and", left, self._negation())
        return left

    def _negation(self) -> Expression:
        return Not(self._negation()) if self._take("not") else self._comparison()

    def _comparison(self) -> Expression:
        left = self.value()
        token = self._peek()
        if token.kind == "sign" and token.text in _COMPARISONS:
            self._next += 1
            operator = "!=" if token.text == "<>" else token.text
            return Compare(operator, left, self.value())
        if self._take("is"):
            negated = self._take("not")
            self._expect("null")
            return Not(IsNull(left)) if negated else IsNull(left)
        negated = self._take("not")
        found = self._membership(left)
        if found is None:
            if negated:
                raise self._unexpected("in, between or like")
            return left
        return Not(found) if negated else found

    def _membership(self, left: Expression) -> Expression | None:
        """`in (…)`, `between … and …` or `like …` after a value, None where none follows."""
        if self._take("in"):
            self._expect("(")
            choices = self.many(self.value)
            self._expect(")")
            return Within(left, choices)
        if self._take("between"):
            least = self.value()
            self._expect("and")
            return Between(left, least, self.value())
        return Compare("like", left, self.value()) if self._take("like") else None

    def value(self) -> Expression:
        """A column, a literal, a call, `*`, or an expression in parentheses."""
        if self._take("("):
            return self._nested()
        if self._take("*"):
            return Star()
        token = self._peek()
        self._next += 1
        if token.kind == "text":
            return Literal(token.text[1:-1].replace("''", "'"))
        if token.kind == "number":
            return Literal(float(token.text))
        if token.kind == "name":
            return self._named(token.text)
        self._next -= 1
        raise self._unexpected("a column, a value or a function")

    def _nested(self) -> Expression:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise SoqlError("query.compiler.malformed", "the query is nested too deeply")
        inner = self.disjunction()
        self._expect(")")
        self._depth -= 1
        return inner

    def _named(self, text: str) -> Expression:
        """What begins with a name: a constant, a call, `:*` or a column."""
        constants: dict[str, bool | None] = {"true": True, "false": False, "null": None}
        if text == ":*":
            return Star(system=True)
        if text.lower() in constants:
            return Literal(constants[text.lower()])
        if not self._take("("):
            return Name(text.strip("`").lower())
        arguments = self.many(self.value)
        self._expect(")")
        return Call(text.lower(), arguments)

    def end(self) -> None:
        """Require that nothing is left."""
        if self._peek().kind != "end":
            raise self._unexpected("the end")

    def _name(self) -> str:
        token = self._peek()
        if token.kind != "name":
            raise self._unexpected("a name")
        self._next += 1
        return token.text.strip("`").lower()

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self, word: str) -> bool:
        """Step over a word or sign if it comes next."""
        token = self._peek()
        if token.kind in ("name", "sign") and token.text.lower() == word:
            self._next += 1
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise self._unexpected(repr(word))

    def _unexpected(self, wanted: str) -> SoqlError:
        token = self._peek()
        return SoqlError(
            "query.compiler.malformed",
            f"Could not parse SoQL query {self._text!r}: expected {wanted} "
            f"but found {token.text or 'the end'!r} at character {token.position + 1}",
        )


def _tokens(text: str) -> Iterator[_Token]:
    """Yield the tokens of a clause and an end mark."""
    position, end = 0, len(text.rstrip())
    while position < end:
        found = _TOKEN.match(text, position)
        if found is None:
            raise SoqlError(
                "query.compiler.malformed",
                f"Could not parse SoQL query {text!r} at character {position + 1}",
            )
        kind = found.lastgroup or ""
        yield _Token(kind, found.group(kind), found.start(kind))
        position = found.end()
    yield _Token("end", "", end)
