"""Where more, or less, is reported than expected; the words, the map and the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from livemaps.measures.contents import Measures
from livemaps.measures.expected_names import (
    ALL,
    BASES,
    CATEGORY,
    KINDS,
    LEAST_IN_CLUSTER,
    LEAST_OF_SERVICE,
    SEED,
    SERVICE,
    SPOT_WINDOW,
    WINDOWS,
)
from livemaps.statistics.verdicts import (
    LEAST_EFFECT,
    LEAST_EXPECTED,
    MOST_FALSE,
    PERMUTATIONS,
    TOO_FEW,
    WORDS,
)
from livemaps.views.measures.expected_rows import FIELDS, rows_of
from livemaps.views.measures.expected_table import Table, areas_asked, groups_asked, table_of
from livemaps.views.measures.values import Answer, Asked, MeasureView, Parameter, Value


@dataclass(frozen=True, slots=True)
class AreaWord:
    """What is said of one area: how much was reported, and how much was expected."""

    area: str
    area_name: str
    kind: str
    """`all`, `category` or `service`."""
    name: str | None
    """Of the category or service."""
    word: str
    observed: int
    expected: float | None
    ratio_smoothed: float | None
    """None where the word is `too_few`."""
    basis: str
    part_of_cluster: bool

    @property
    def sentences(self) -> tuple[str, ...]:
        """The catalogue's keys of the word, and of being part of a cluster where it is."""
        word = f"measures.expected.word.{self.word}"
        return (word, "measures.expected.cluster") if self.part_of_cluster else (word,)


def word_of(
    measures: Measures,
    layer: str,
    area: str,
    category: str | None = None,
    service: str | None = None,
) -> AreaWord | None:
    """Return what is said of an area, None where there is nothing of the kind to tell.

    Against the area's own past where that is held, else the city's mix.

    Raises:
        UnknownValue: there is no such layer.
        MeasuresPending: it is not computed yet.
    """
    table = table_of(measures, layer)
    code = table.layer.code_of.get(area)
    group = _group(table, category, service) if table.told else None
    if code is None or code >= len(table.layer.keys) or group is None:
        return None
    return _said(table, table.basis, code, group)


def answer(asked: Asked) -> Answer:
    """Answer `expected`: areas in the order of their keys, then groups.

    Raises:
        UnknownValue: there is no such layer, or areas of another layer are chosen.
        MeasuresPending: it is not computed yet.
    """
    options, measures = asked.options, asked.measures
    layer = str(options["by"] or measures.layers[0].id)
    table = table_of(measures, layer, int(str(options["window"])))
    basis = str(options["against"] or table.basis)
    told = table.told and table.column(f"{basis}/word") is not None
    areas = areas_asked(table.layer, asked.filters)
    if not told:
        return Answer(FIELDS, [], _facts(table, basis, told))
    groups = groups_asked(table, asked.filters, _text(options["of"]))
    return Answer(FIELDS, rows_of(table, basis, areas, groups), _facts(table, basis, told))


def _text(value: Value) -> str | None:
    return None if value is None else str(value)


def _facts(table: Table, basis: str, told: bool) -> dict[str, Any]:
    return table.facts | {
        "by": table.layer.id,
        "basis": basis,
        "told": told,
        "least_expected": LEAST_EXPECTED,
        "least_effect": LEAST_EFFECT,
        "most_false": MOST_FALSE,
        "least_of_service": LEAST_OF_SERVICE,
        "least_in_cluster": LEAST_IN_CLUSTER,
        "permutations": PERMUTATIONS,
        "seed": SEED,
        "spots_of": [
            table.group_name(group) or KINDS[ALL] for group in (table.spot_groups if told else ())
        ],
    }


def _group(table: Table, category: str | None, service: str | None) -> int | None:
    """Return the position of one group, None where it is too small to be told."""
    if service is not None:
        found = table.named(SERVICE, (service,))
    else:
        found = table.of_kind(ALL) if category is None else table.named(CATEGORY, (category,))
    return int(found[0]) if len(found) else None


def _said(table: Table, basis: str, area: int, group: int) -> AreaWord:
    word = table.word(basis, area, group)
    return AreaWord(
        area=table.layer.keys[area],
        area_name=table.layer.area_names[area],
        kind=KINDS[int(table.groups[group, 0])],
        name=table.group_name(group),
        word=WORDS[word],
        observed=int(table.column("observed")[area, group]),
        expected=table.cell(f"{basis}/expected", area, group),
        ratio_smoothed=None if word == TOO_FEW else table.cell(f"{basis}/smoothed", area, group),
        basis=basis,
        part_of_cluster=table.spot(area, group).part_of_cluster,
    )


VIEW = MeasureView(
    name="expected",
    anchor="expected",
    caveat="measures.expected.caveat",
    filters=frozenset({"services", "categories", "areas"}),
    parameters=(
        Parameter("by", "choice", None, "The boundary layer; the finest one if none is given."),
        Parameter(
            "of",
            "choice",
            None,
            "All requests, every category or every service; a filter on names goes before it.",
            KINDS,
        ),
        Parameter(
            "window",
            "choice",
            str(SPOT_WINDOW),
            "How many complete days; hot spots are sought in the shorter window.",
            tuple(map(str, WINDOWS)),
        ),
        Parameter(
            "against",
            "choice",
            None,
            "The area's own past, or the city's mix; the past where it is held if none is given.",
            BASES,
        ),
    ),
    fields=FIELDS,
    answer=answer,
)
