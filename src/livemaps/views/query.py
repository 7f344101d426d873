"""An address taken apart into filters and view options, and put together again.

Whatever stands in an address, parsing never raises: what cannot be understood becomes a
`QueryProblem` that names it, and the rest is kept. Everything is bounded, because anybody can
send any address. `to_query` writes one canonical form: equal filters have equal addresses.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import TypeVar
from urllib.parse import unquote_plus, urlencode

from livemaps.model import (
    AGE_BANDS,
    Filters,
    Measure,
    Order,
    Stage,
    Waiting,
    day_date,
    day_number,
)
from livemaps.views.known import Known, fold
from livemaps.views.values import ParsedQuery, QueryProblem, ViewOptions

LONGEST_QUERY = 16_384
MOST_PAIRS = 400
LONGEST_VALUE = 200
MOST_VALUES = 100
MOST_PROBLEMS = 20
MOST_SUGGESTIONS = 3
LAST_PAGE = 1_000_000

NAME_FIELDS: Mapping[str, str] = {
    "service": "services",
    "category": "categories",
    "agency": "agencies",
    "channel": "channels",
    "stage": "stages",
    "age": "ages",
    "waiting": "waiting",
}
"""URL key to field of `Filters`, for the filters that hold names."""

STAGES: Mapping[str, Stage] = {stage.name.lower(): stage for stage in Stage}
AGES = tuple(band.key for band in AGE_BANDS)
WAITING: Mapping[str, Waiting] = {kind.name.lower(): kind for kind in Waiting if kind.name}

NO_DUE_DAYS = (
    "this city publishes no service standards and its feed expects no dates, so nothing is due; "
    "waiting=beyond_usual has what waits longer than is usual for its service"
)
USUAL_PENDING = "usual times are worked out within minutes of the first refresh: ask again then"
UNTOLD: Mapping[Waiting, tuple[str, str]] = {
    Waiting.OVERDUE: ("no_due_days", NO_DUE_DAYS),
    Waiting.DUE_THIS_WEEK: ("no_due_days", NO_DUE_DAYS),
    Waiting.BEYOND_USUAL: ("usual_pending", USUAL_PENDING),
}
"""Kind and remedy of the problem, for what is not told everywhere or at once."""

THEMES = ("light", "dark")
SINGLE = (
    "measure",
    "from",
    "to",
    "apart",
    "layer",
    "order",
    "page",
    "table",
    "lang",
    "theme",
    "embed",
)
"""Keys that may stand once; all others may be repeated, meaning "or"."""

DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})?", re.ASCII)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Control characters, and halves of characters that no encoding can write."""

Choice = TypeVar("Choice", Measure, Order)


@dataclass
class _Reading:
    """One address while it is read: its values by key, and the problems found so far."""

    known: Known | None
    values: dict[str, list[str]] = field(default_factory=dict)
    problems: list[QueryProblem] = field(default_factory=list)
    suggested: int = 0
    others: Collection[str] = ()

    def problem(
        self, kind: str, name: str, value: str, remedy: str, suggestion: str | None = None
    ) -> None:
        """Note a problem; beyond `MOST_PROBLEMS` further ones would tell nobody anything."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(
                QueryProblem(kind, printable(name, 40), printable(value), remedy, suggestion)
            )

    def one(self, name: str) -> str | None:
        """Return the first value of a key that may stand once, noting that others were left."""
        values = self.values.get(name, [])
        if len(values) > 1:
            self.problem("repeated", name, values[1], f"give {name} once; the first one is used")
        return values[0] if values else None


def printable(text: str, most: int = 80) -> str:
    """Return text fit for a message: cut, and without control characters."""
    cut = text if len(text) <= most else text[: most - 1] + "…"
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", cut)


def parse_query(query: str, known: Known | None, others: Collection[str] = ()) -> ParsedQuery:
    """Take an address's query apart.

    Args:
        query: what follows the question mark, percent-encoded, with or without the mark.
        known: the names of the current snapshot; None (before the first one) checks no names.
        others: keys that the page itself reads, which are no filters and no problem.

    Returns:
        The filters and view options understood, and a problem for each thing left out.
    """
    reading = _Reading(known, others=others)
    _read_pairs(reading, query.removeprefix("?"))
    since, until = _dates(reading)
    filters = Filters(
        measure=_choice(reading, "measure", Measure, Measure.OPEN),
        **{field: _names(reading, name) for name, field in NAME_FIELDS.items()},
        areas=_areas(reading),
        since=since,
        until=until,
        set_apart=_switch(reading, "apart"),
    )
    return ParsedQuery(filters, _view(reading), tuple(reading.problems))


def to_query(filters: Filters, view: ViewOptions | None = None) -> str:
    """Return the canonical query for filters and view options, defaults left out."""
    pairs = [*_filter_pairs(filters), *(_view_pairs(view) if view else ())]
    return urlencode(pairs, safe=":")


def _filter_pairs(filters: Filters) -> Iterator[tuple[str, str]]:
    """Yield the key and value of each filter in force, in canonical order."""
    if filters.measure is not Measure.OPEN:
        yield "measure", filters.measure
    for name, attribute in NAME_FIELDS.items():
        yield from ((name, value) for value in sorted(getattr(filters, attribute)))
    for layer, keys in sorted(filters.areas):
        yield from ((layer, key) for key in sorted(keys))
    if filters.since is not None:
        yield "from", day_date(filters.since).isoformat()
    if filters.until is not None:
        yield "to", day_date(filters.until).isoformat()
    if filters.set_apart:
        yield "apart", "1"


def _view_pairs(view: ViewOptions) -> Iterator[tuple[str, str]]:
    """Yield the key and value of each view option that differs from its default."""
    if view.layer:
        yield "layer", view.layer
    if view.order is not Order.NEWEST:
        yield "order", view.order
    if view.page != 1:
        yield "page", str(view.page)
    if view.table:
        yield "table", "1"
    if view.lang:
        yield "lang", view.lang
    if view.theme:
        yield "theme", view.theme
    if view.embed:
        yield "embed", "1"


def _read_pairs(reading: _Reading, query: str) -> None:
    """Sort the pairs of a query by key, leaving out what is too long, too many or unreadable."""
    if len(query) > LONGEST_QUERY:
        reading.problem("too_long", "address", query, f"at most {LONGEST_QUERY:,} characters")
        query = query[:LONGEST_QUERY].rpartition("&")[0]
    pairs = query.split("&", MOST_PAIRS)
    if len(pairs) > MOST_PAIRS:
        reading.problem("too_many", "address", pairs.pop(), f"at most {MOST_PAIRS} parts")
    for pair in pairs:
        name, _, value = (unquote_plus(part) for part in pair.partition("="))
        if name in reading.others or not value.strip():
            continue
        if _acceptable(reading, name, value):
            values = reading.values.setdefault(name, [])
            if value not in values:
                values.append(value)


def _acceptable(reading: _Reading, name: str, value: str) -> bool:
    """Tell whether a pair may be read at all; note the problem where it may not."""
    layers = reading.known.layers if reading.known else {}
    if name not in NAME_FIELDS and name not in SINGLE and name not in layers:
        if reading.known:
            choices = (*NAME_FIELDS, *layers, *SINGLE, *reading.others)
            remedy = f"the address may hold {', '.join(choices)}"
            reading.problem("unknown_name", name, value, remedy, _closest(reading, name, choices))
        return False
    if len(value) > LONGEST_VALUE:
        reading.problem("too_long", name, value, f"at most {LONGEST_VALUE} characters")
        return False
    if CONTROL.search(value):
        reading.problem("unreadable", name, value, "write it without control characters")
        return False
    if len(reading.values.get(name, [])) >= MOST_VALUES:
        reading.problem("too_many", name, value, f"choose at most {MOST_VALUES}")
        return False
    return True


def _names(reading: _Reading, name: str) -> frozenset[str]:
    """Read one of the filters that hold names."""
    fixed: Mapping[str, Collection[str]] = {"stage": STAGES, "age": AGES, "waiting": WAITING}
    found = _among(reading, name, fixed.get(name) or _known_names(reading, name))
    return _told(reading, found) if name == "waiting" else found


def _told(reading: _Reading, names: frozenset[str]) -> frozenset[str]:
    """Keep the ways of waiting that are told in this city, and note why the others are not."""
    told = reading.known.waits if reading.known else ~Waiting(0)
    for name in sorted(name for name in names if WAITING[name] not in told):
        kind, remedy = UNTOLD.get(WAITING[name], ("unknown_value", "leave it out"))
        reading.problem(kind, "waiting", name, remedy)
    return frozenset(name for name in names if WAITING[name] in told)


def _known_names(reading: _Reading, name: str) -> Collection[str] | None:
    """Return what a filter on names may hold, None where no snapshot says it."""
    return None if reading.known is None else reading.known.names(name)


def _areas(reading: _Reading) -> tuple[tuple[str, frozenset[str]], ...]:
    """Read the filters on boundary layers, in the order that `Filters` keeps."""
    layers = reading.known.layers if reading.known else {}
    chosen = ((layer, _among(reading, layer, layers[layer])) for layer in sorted(layers))
    return tuple((layer, keys) for layer, keys in chosen if keys)


def _among(reading: _Reading, name: str, choices: Collection[str] | None) -> frozenset[str]:
    """Keep the values that are among the choices, and note the others."""
    values = reading.values.get(name, [])
    if choices is None:
        return frozenset(values)
    for value in values:
        if value not in choices:
            suggestion = _closest(reading, value, choices)
            remedy = f"choose one of the {name} values that the data has"
            reading.problem("unknown_value", name, value, remedy, suggestion)
    return frozenset(value for value in values if value in choices)


def _closest(reading: _Reading, value: str, choices: Collection[str]) -> str | None:
    """Return the choice that looks most like a value; only for the first few problems."""
    if reading.suggested >= MOST_SUGGESTIONS or len(value) > LONGEST_VALUE:
        return None
    reading.suggested += 1
    folded = {fold(choice): choice for choice in choices}
    wanted = fold(value)
    if wanted in folded:
        return folded[wanted]
    matches = get_close_matches(wanted, folded, n=1)
    return folded[matches[0]] if matches else None


def _choice(reading: _Reading, name: str, kind: type[Choice], default: Choice) -> Choice:
    """Read a key that takes one of a few words."""
    value = reading.one(name)
    if value is None:
        return default
    words = [str(word) for word in kind]
    if value not in words:
        reading.problem("unknown_value", name, value, f"choose one of {', '.join(words)}")
        return default
    return kind(value)


def _switch(reading: _Reading, name: str) -> bool:
    """Read a key that is `1` where something is switched on."""
    value = reading.one(name)
    if value not in (None, "0", "1"):
        reading.problem("unknown_value", name, str(value), "write 1, or leave it out")
    return value == "1"


def _dates(reading: _Reading) -> tuple[int | None, int | None]:
    """Read `from` and `to`; both are left out where they contradict each other."""
    since, until = _date(reading, "from"), _date(reading, "to")
    if since is not None and until is not None and since > until:
        remedy = "the first day comes first: both dates were left out"
        reading.problem("dates_swapped", "from", f"{reading.values['from'][0]}", remedy)
        return None, None
    return since, until


def _date(reading: _Reading, name: str) -> int | None:
    """Read one date as a day number."""
    value = reading.one(name)
    if value is None:
        return None
    try:
        if DATE.fullmatch(value):
            return day_number(date.fromisoformat(value))
        reading.problem("bad_date", name, value, "write a date as 2026-08-31")
    except ValueError:
        reading.problem("bad_date", name, value, "this day is not in the calendar")
    return None


def _view(reading: _Reading) -> ViewOptions:
    """Read the view options."""
    return ViewOptions(
        layer=_layer(reading),
        order=_choice(reading, "order", Order, Order.NEWEST),
        page=_page(reading),
        table=_switch(reading, "table"),
        lang=_matching(reading, "lang", LANGUAGE, "write a language as en or fr"),
        theme=_theme(reading),
        embed=_switch(reading, "embed"),
    )


def _layer(reading: _Reading) -> str:
    """Read the layer on the map; the finest one is the default and so the empty text."""
    value = reading.one("layer")
    if value is None or reading.known is None:
        return value or ""
    if value not in reading.known.layers:
        remedy = f"choose one of {', '.join(reading.known.layers) or 'no layers'}"
        reading.problem("unknown_value", "layer", value, remedy)
        return ""
    return "" if value == reading.known.finest else value


def _page(reading: _Reading) -> int:
    """Read the page number, from 1."""
    value = reading.one("page")
    if value is None:
        return 1
    short = value.isascii() and value.isdecimal() and len(value) <= len(str(LAST_PAGE))
    if short and 1 <= int(value) <= LAST_PAGE:
        return int(value)
    reading.problem("bad_number", "page", value, f"write a number from 1 to {LAST_PAGE:,}")
    return 1


def _matching(reading: _Reading, name: str, shape: re.Pattern[str], remedy: str) -> str | None:
    """Read a key whose value must have a certain shape."""
    value = reading.one(name)
    if value is not None and not shape.fullmatch(value):
        reading.problem("unknown_value", name, value, remedy)
        return None
    return value


def _theme(reading: _Reading) -> str | None:
    """Read the theme, None for what the visitor's system prefers."""
    value = reading.one("theme")
    if value is not None and value not in THEMES:
        reading.problem("unknown_value", "theme", value, "choose light or dark")
        return None
    return value
