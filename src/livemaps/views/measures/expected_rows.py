"""The rows of an answer on what is expected, made column by column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livemaps.measures.expected_names import CATEGORY, KINDS, MIX, PAST, SERVICE
from livemaps.statistics.verdicts import CLUSTERS, LEAST_EXPECTED, SPOTS, TOO_FEW, WORDS
from livemaps.views.measures.expected_table import Codes, Table, together
from livemaps.views.measures.plain import number_values
from livemaps.views.measures.values import Field, Value

FIELDS = (
    Field("area", "text", "The area's key."),
    Field("area_name", "text", "What the area is called."),
    Field("of", "text", "What is counted: all requests, those of a category or of a service."),
    Field("category", "text", "The category, where one is counted."),
    Field("service_name", "text", "The service, where one is counted."),
    Field("observed", "count", "Requests made in the window."),
    Field("basis", "text", "What the word is said against: past or mix."),
    Field("expected_past", "number", "Expected by the area's own past at the same season."),
    Field("expected_mix", "number", "Expected by the city's mix of requests."),
    Field("ratio", "number", "Observed over expected; null where too little is expected."),
    Field("ratio_smoothed", "number", "The ratio drawn towards that of all areas."),
    Field("ratio_low", "number", "The lower bound of the smoothed ratio, 95 %."),
    Field("ratio_high", "number", "The upper bound of the smoothed ratio, 95 %."),
    Field("p", "number", "Two-sided p of observed against expected."),
    Field("q", "number", "The same, adjusted for the number of tests."),
    Field("word", "text", "more, as_expected, fewer, or too_few to say."),
    Field("rate", "number", "Requests per 1,000 residents in the window; null below 5 requests."),
    Field("rate_smoothed", "number", "The rate drawn towards that of all areas."),
    Field("gi_z", "number", "Gi* of the area and its neighbours, as a standard score."),
    Field("gi_p", "number", "Two-sided pseudo p of Gi*."),
    Field("gi_q", "number", "The same, adjusted for the number of areas."),
    Field("spot", "text", "hot_spot, cold_spot, none or not_tested."),
    Field("moran_i", "number", "Local Moran's I."),
    Field("moran_p", "number", "Two-sided pseudo p of local Moran's I."),
    Field("moran_q", "number", "The same, adjusted for the number of areas."),
    Field("cluster", "text", "high_among_high, high_among_low and so on, none or not_tested."),
    Field("part_of_cluster", "flag", "Whether it is high or low together with its neighbours."),
)

Floats = NDArray[np.float64]


def rows_of(table: Table, basis: str, areas: Codes, groups: Codes) -> list[tuple[Value, ...]]:
    """Return a row for each area and group, areas first, in the order of `FIELDS`."""
    if not len(areas) or not len(groups):
        return []
    cells = _Cells(table, np.repeat(areas, len(groups)), np.tile(groups, len(areas)))
    observed = table.column("observed")[cells.areas, cells.groups]
    expected = cells.numbers(f"{basis}/expected")
    word = table.column(f"{basis}/word")[cells.areas, cells.groups]
    enough = (word != TOO_FEW) & (np.nan_to_num(expected) > 0)
    ratio = np.divide(observed, expected, out=np.full(len(observed), np.nan), where=enough)
    rate = np.where(observed >= LEAST_EXPECTED, cells.numbers("rate"), np.nan)
    judged = ("smoothed", "low", "high", "p", "q")
    columns: tuple[Sequence[Any], ...] = (
        *cells.names(),
        observed.tolist(),
        [basis] * len(observed),
        number_values(cells.numbers(f"{PAST}/expected")),
        number_values(cells.numbers(f"{MIX}/expected")),
        number_values(ratio),
        *(
            number_values(np.where(enough, cells.numbers(f"{basis}/{name}"), np.nan))
            for name in judged
        ),
        [WORDS[code] for code in word.tolist()],
        number_values(rate),
        number_values(cells.numbers("rate_smoothed")),
        *cells.spots(),
    )
    return list(zip(*columns, strict=True))


class _Cells:
    """Some cells of a table, by the codes of their areas and the positions of their groups."""

    def __init__(self, table: Table, areas: Codes, groups: Codes) -> None:
        self.table, self.areas, self.groups = table, areas, groups

    def numbers(self, name: str) -> Floats:
        """Return the numbers of an array, NaN throughout where there is none of the name."""
        column = self.table.column(name)
        if column is None:
            return np.full(len(self.areas), np.nan)
        found: Floats = column[self.areas, self.groups].astype(np.float64)
        return found

    def names(self) -> tuple[Sequence[Any], ...]:
        """Return area, its name, kind, category and service, by cell."""
        layer, kinds = self.table.layer, self.table.groups[:, 0]
        named = {group: self.table.group_name(group) for group in set(self.groups.tolist())}
        kind = kinds[self.groups].tolist()
        name = [named[group] for group in self.groups.tolist()]
        areas = self.areas.tolist()
        return (
            [layer.keys[area] for area in areas],
            [layer.area_names[area] for area in areas],
            [KINDS[one] for one in kind],
            [each if one == CATEGORY else None for one, each in zip(kind, name, strict=True)],
            [each if one == SERVICE else None for one, each in zip(kind, name, strict=True)],
        )

    def spots(self) -> tuple[Sequence[Any], ...]:
        """Return the columns of hot spots, by cell; nothing where none were sought."""
        sought = self.table.spot_groups
        at = np.array([sought.get(group, -1) for group in self.groups.tolist()], np.intp)
        spot, cluster = (self._codes(f"spots/{name}", at) for name in ("spot", "cluster"))
        words = (
            [SPOTS[code] for code in spot.tolist()],
            [CLUSTERS[code] for code in cluster.tolist()],
        )
        numbers = [
            number_values(self._at(f"spots/{name}", at))
            for name in ("z", "z_p", "z_q", "moran", "moran_p", "moran_q")
        ]
        part = [together(*pair) for pair in zip(*words, strict=True)]
        return (*numbers[:3], words[0], *numbers[3:], words[1], part)

    def _at(self, name: str, at: Codes) -> Floats:
        column = self.table.column(name)
        if column is None or not column.shape[1]:
            return np.full(len(at), np.nan)
        return np.where(at >= 0, column[self.areas, np.maximum(at, 0)], np.nan)

    def _codes(self, name: str, at: Codes) -> NDArray[np.intp]:
        return np.nan_to_num(self._at(name, at)).astype(np.intp)
