"""Where more, or less, is reported than expected; the words, the map and the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    FEWER,
    LEAST_EFFECT,
    LEAST_EXPECTED,
    MORE,
    MOST_FALSE,
    PERMUTATIONS,
    TOO_FEW,
    WORDS,
)
from livemaps.views.measures.expected_rows import FIELDS, rows_of
from livemaps.views.measures.expected_table import Table, areas_asked, groups_asked, table_of
from livemaps.views.measures.values import Answer, Asked, MeasureView, Parameter, Value

CLASSES = (0.5, 1 / LEAST_EFFECT, LEAST_EFFECT, 2.0)
"""Bounds of the map's five classes of smoothed ratios, the same either way in logarithms."""


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


@dataclass(frozen=True, slots=True)
class ExpectedMap:
    """A layer's values for the map, in the order of its areas' codes."""

    keys: tuple[str, ...]
    ratio: NDArray[np.float64]
    """Smoothed; NaN where too little is expected."""
    word: NDArray[np.uint8]
    classes: NDArray[np.int8]
    """0 to 4, from far fewer to far more, 2 is about as expected; -1 where too little is."""
    bounds: tuple[float, ...]
    basis: str


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


def map_of(
    measures: Measures, layer: str, category: str | None = None, service: str | None = None
) -> ExpectedMap | None:
    """Return a layer's ratios in classes for a diverging scale, None where none can be told."""
    table = table_of(measures, layer)
    group = _group(table, category, service) if table.told else None
    if group is None:
        return None
    basis = table.basis
    word = np.asarray(table.column(f"{basis}/word")[:, group])
    ratio = np.where(word == TOO_FEW, np.nan, table.column(f"{basis}/smoothed")[:, group])
    classes = np.where(word == TOO_FEW, -1, np.searchsorted(CLASSES, ratio, side="right"))
    return ExpectedMap(table.layer.keys, ratio, word, classes.astype(np.int8), CLASSES, basis)


def unusual(measures: Measures, layer: str, within: str | None = None) -> tuple[AreaWord, ...]:
    """Return the areas where more or fewer are reported than expected, by category.

    `within` is the key of a containing area, such as a ward of communities; None: all areas. In
    the order of areas, then of categories: no area is ranked.
    """
    table = table_of(measures, layer)
    if not table.told:
        return ()
    basis = table.basis
    inside = np.array([within is None or parent == within for parent in table.layer.parents], bool)
    groups = table.of_kind(CATEGORY)
    word = np.asarray(table.column(f"{basis}/word"))[:, groups]
    found = np.argwhere(inside[:, np.newaxis] & np.isin(word, (MORE, FEWER)))
    return tuple(_said(table, basis, int(area), int(groups[at])) for area, at in found)


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
