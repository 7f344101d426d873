"""From the query of an address to what a measure is asked, with nothing left out in silence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from livemaps import __version__
from livemaps.errors import MeasuresPending, UnknownValue, VisitorError
from livemaps.model import Filters, Measure
from livemaps.views.measures import registry
from livemaps.views.measures.values import MeasureView, Parameter, Value
from livemaps.views.query import NAME_FIELDS, printable

if TYPE_CHECKING:
    from livemaps.measures.contents import Measures
    from livemaps.snapshot import Snapshot

WHOLE = re.compile(r"-?[0-9]{1,9}", re.ASCII)
FIELD_NAMES: Mapping[str, str] = {field: name for name, field in NAME_FIELDS.items()}
"""Field of `Filters` to the key in an address, for the filters that hold names."""

SCREEN_KEYS = ("layer", "order", "table", "theme", "embed")
"""View options of the screens that no measure reads."""

ELSEWHERE = "the measures that fit these boundaries and this program are computed within minutes"


def view_of(name: str) -> MeasureView:
    """Return a measure by its name.

    Raises:
        UnknownValue: there is none; the remedy names those that there are.
    """
    known = registry.MEASURES
    if name not in known:
        raise UnknownValue("measure", printable(name), f"choose one of {', '.join(known)}")
    return known[name]


def checked_measures(measures: Measures, snapshot: Snapshot) -> Measures:
    """Return measures if they fit a snapshot: the same city and data, within the same areas.

    They may be of an earlier day or of fewer rows, which their answers say.

    Raises:
        MeasuresPending: they are of other boundaries, of another database, or by another version
            of the program, whose arrays may be laid out otherwise.
    """
    meta, shown = measures.meta, snapshot.meta
    same = (meta.city, meta.database, meta.program) == (shown.city, shown.database, __version__)
    if not same or _digests(measures) != _digests(snapshot):
        raise MeasuresPending(ELSEWHERE)
    return measures


def options_in(query: str, view: MeasureView) -> Mapping[str, str]:
    """Return what an address's query gives for a measure's own parameters, as it stands there.

    Raises:
        VisitorError: a parameter is given twice.
    """
    names, found = {parameter.name for parameter in view.parameters}, dict[str, str]()
    for name, value in parse_qsl(query, errors="replace"):
        if name in names and found.setdefault(name, value) != value:
            raise VisitorError(f"{name} is given twice", "give it once")
    return found


def checked_options(view: MeasureView, given: Mapping[str, Value]) -> Mapping[str, Value]:
    """Return every parameter of a measure: as given, in its own type, or by default.

    Raises:
        UnknownValue: there is no such parameter, or its value is none of its choices.
        VisitorError: it is no whole number, or out of its range.
    """
    for name, value in given.items():
        if name not in {parameter.name for parameter in view.parameters}:
            known = ", ".join(parameter.name for parameter in view.parameters)
            remedy = f"{view.name} can be asked with {known or 'nothing but filters'}"
            raise UnknownValue(printable(name, 40), printable(str(value)), remedy)
    return {
        parameter.name: _checked(parameter, given.get(parameter.name))
        for parameter in view.parameters
    }


def refuse_filters(view: MeasureView, filters: Filters, layers: tuple[str, ...]) -> None:
    """Refuse filters that a measure cannot honour; `layers` are the city's boundary layers.

    Raises:
        VisitorError: names the filter and those that the measure has.
    """
    for dimension, key in _in_force(filters):
        if dimension not in view.filters:
            known = ", ".join(filter_keys(view, layers))
            raise VisitorError(
                f"{view.name} cannot be filtered by {key}",
                f"leave {key} out; it can be filtered by {known or 'nothing'}",
            )


def refuse_view_options(query: str, view: MeasureView) -> None:
    """Refuse keys by which a screen is laid out: they would change nothing in a table.

    Raises:
        VisitorError: names the key, and what there is instead.
    """
    own = {parameter.name for parameter in view.parameters}
    for name, value in parse_qsl(query, errors="replace"):
        if name in SCREEN_KEYS and name not in own and value.strip():
            remedy = f"leave {name} out" + ("; by= says what a row is of" if "by" in own else "")
            raise VisitorError(f"{view.name} takes no {name}", remedy)


def unknown_key(
    name: str, value: str, view: MeasureView, layers: tuple[str, ...], shared: tuple[str, ...]
) -> UnknownValue:
    """Return the error for a key that nobody reads, with those that a measure takes.

    `shared` are those that every measure takes.
    """
    parameters = tuple(parameter.name for parameter in view.parameters)
    keys = (*filter_keys(view, layers), *parameters, *shared)
    remedy = f"{view.name} takes {', '.join(keys)}"
    close = get_close_matches(name.lower(), keys, n=1)
    return UnknownValue(
        name, value, f"did you mean {close[0]!r}? Else {remedy}" if close else remedy
    )


def filter_keys(view: MeasureView, layers: tuple[str, ...]) -> tuple[str, ...]:
    """Return the keys of an address that a measure can be filtered by."""
    keys: list[str] = [name for field, name in FIELD_NAMES.items() if field in view.filters]
    keys += layers if "areas" in view.filters else ()
    keys += ("from", "to") if "dates" in view.filters else ()
    keys += ("apart",) if "set_apart" in view.filters else ()
    keys += ("measure",) if "measure" in view.filters else ()
    return tuple(keys)


def _in_force(filters: Filters) -> Iterator[tuple[str, str]]:
    """Yield the dimension and the key of each filter that is set."""
    for field, name in FIELD_NAMES.items():
        if getattr(filters, field):
            yield field, name
    for layer, _ in filters.areas:
        yield "areas", layer
    if filters.since is not None:
        yield "dates", "from"
    if filters.until is not None:
        yield "dates", "to"
    if filters.set_apart:
        yield "set_apart", "apart"
    if filters.measure is not Measure.OPEN:
        yield "measure", "measure"


def _checked(parameter: Parameter, value: Value) -> Value:
    """Return the value of one parameter, or its default where none is given."""
    if value is None or value == "":
        return parameter.default
    text = str(value)
    if parameter.kind == "whole":
        return _whole(parameter, text)
    if parameter.choices and text not in parameter.choices:
        remedy = f"choose one of {', '.join(parameter.choices)}"
        raise UnknownValue(parameter.name, printable(text), remedy)
    return text


def _whole(parameter: Parameter, text: str) -> int:
    """Return a whole number within the parameter's range."""
    number = int(text) if WHOLE.fullmatch(text) else None
    least, most = parameter.least, parameter.most
    below = number is not None and least is not None and number < least
    above = number is not None and most is not None and number > most
    if number is None or below or above:
        asked = f"{parameter.name} = {printable(text)!r} cannot be used"
        raise VisitorError(asked, f"write a whole number{_range(least, most)}")
    return number


def _range(least: int | None, most: int | None) -> str:
    """Return a range in words, such as " from 0 to 14"."""
    since = "" if least is None else f" from {least:,}"
    return since if most is None else f"{since} to {most:,}"


def _digests(found: Measures | Snapshot) -> tuple[tuple[str, str], ...]:
    """Return what tells the boundaries apart that codes of areas refer to."""
    return tuple((layer.id, layer.digest) for layer in found.layers)
