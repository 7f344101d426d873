"""Any area or agency beside another one and the whole, with what chance alone would give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from livemaps.errors import UnknownValue
from livemaps.measures.compare_names import (
    COHORT,
    FAMILY,
    FOUR_WEEKS,
    MEASURES,
    OVER_FOUR_WEEKS,
    REQUESTS,
    RESOLVED,
    WINDOW,
)
from livemaps.measures.contents import Measures
from livemaps.model import Filters, day_date
from livemaps.snapshot import SnapshotLayer
from livemaps.statistics.verdicts import INNER, OUTER, POSITIONS
from livemaps.views.measures.compare_times import TIME_TO_CLOSE, medians
from livemaps.views.measures.expected_table import areas_asked
from livemaps.views.measures.plain import number_value, number_values
from livemaps.views.measures.values import Answer, Asked, Field, MeasureView, Parameter, Value
from livemaps.views.query import printable

AGENCY = "agency"
LIMITS = ("low_95", "high_95", "low_998", "high_998")

FIELDS = (
    Field("key", "text", "The area's key, or the agency."),
    Field("name", "text", "What it is called."),
    Field("count", "count", "How many requests are counted."),
    Field("size", "count", "Of how many requests, or for how many residents."),
    Field("value", "number", "The share, or requests per 1,000 residents; see the facts."),
    Field("whole", "number", "The same of the whole city."),
    Field("difference", "number", "Value less whole."),
    Field("low_95", "number", "The lower limit that 95 % of groups of its size lie above or at."),
    Field("high_95", "number", "The upper limit of the 95 %."),
    Field("low_998", "number", "The lower limit of the 99.8 %."),
    Field("high_998", "number", "The upper limit of the 99.8 %."),
    Field("position", "text", "within, above or below the 99.8 % limits, or not_compared."),
    Field("with", "text", "The group that it is set beside, if one is asked for."),
    Field("with_value", "number", "That one's value."),
    Field("with_difference", "number", "Value less that one's."),
)


@dataclass(frozen=True, slots=True)
class Compared:
    """One group against the whole. Figures are None where there is nothing to say."""

    key: str
    name: str
    count: int
    size: int | None
    value: float | None
    whole: float | None
    low_95: float | None
    high_95: float | None
    low_998: float | None
    high_998: float | None
    position: str

    @property
    def difference(self) -> float | None:
        """The value less that of the whole; None where they are counts, not comparable."""
        if self.value is None or self.whole is None or self.size is None:
            return None
        return self.value - self.whole

    @property
    def sentence(self) -> str:
        """The catalogue's key of the position."""
        return f"measures.compare.position.{self.position}"


@dataclass(frozen=True)
class _Level:
    """One measure of one level, read back."""

    measures: Measures
    level: str
    of: str
    layer: SnapshotLayer | None

    @property
    def facts(self) -> dict[str, Any] | None:
        """What holds for all groups, None where the measure cannot be told."""
        found: dict[str, Any] | None = self.measures.family(FAMILY).facts[f"{self.level}/{self.of}"]
        return found

    def codes(self, filters: Filters) -> Any:
        """Return the groups that filters leave; agencies only if they have something to count."""
        if self.layer is not None:
            return areas_asked(self.layer, filters)
        names = self.measures.vocab.agency.names
        some = (self._column("size") > 0) | (self._column("count") > 0)
        wanted = np.array([not filters.agencies or name in filters.agencies for name in names])
        found = np.flatnonzero(some & wanted).tolist()
        return np.array(sorted(found, key=lambda code: names[code]), np.intp)

    def names(self, codes: Any) -> tuple[list[str], list[str]]:
        """Return the keys and names of groups."""
        names = self.measures.vocab.agency.names
        keys = self.layer.keys if self.layer else names
        called = self.layer.area_names if self.layer else names
        return [keys[code] for code in codes], [called[code] for code in codes]

    def numbers(self, name: str, codes: Any) -> Any:
        """Return the numbers of some groups."""
        return self._column(name)[codes].astype(np.float64)

    def code_of(self, key: str) -> int:
        """Return the code of a key or name. Raises UnknownValue."""
        if self.layer is not None:
            code = self.layer.code_of.get(key, len(self.layer.keys))
            if code < len(self.layer.keys):
                return code
            raise UnknownValue(
                "with", printable(key), f"give the key of an area of {self.layer.id}"
            )
        codes = self.measures.vocab.agency.codes
        if key not in codes:
            raise UnknownValue("with", printable(key), "give the name of an agency")
        return codes[key]

    def group(self, code: int) -> Compared:
        """Return one group."""
        names = self.measures.vocab.agency.names
        size = self._number("size", code)
        facts = self.facts or {}
        return Compared(
            key=self.layer.keys[code] if self.layer else names[code],
            name=self.layer.area_names[code] if self.layer else names[code],
            count=int(self._column("count")[code]),
            size=None if size is None else int(size),
            value=self._number("value", code),
            whole=facts.get("whole"),
            low_95=self._number("low_95", code),
            high_95=self._number("high_95", code),
            low_998=self._number("low_998", code),
            high_998=self._number("high_998", code),
            position=POSITIONS[int(self._column("position")[code])],
        )

    def _column(self, name: str) -> Any:
        return self.measures.family(FAMILY).arrays[f"{self.level}/{self.of}/{name}"]

    def _number(self, name: str, code: int) -> float | None:
        return number_value(self._column(name)[code])


def compared(measures: Measures, level: str, key: str, of: str) -> Compared | None:
    """Return one area or agency against the whole, None where the measure cannot be told.

    `level` is a layer or `agency`, `of` one of `compare_names.MEASURES`.

    Raises:
        UnknownValue: there is no such level, measure, area or agency.
        MeasuresPending: it is not computed yet.
    """
    found = _level(measures, level, of)
    return found.group(found.code_of(key)) if found.facts is not None else None


def answer(asked: Asked) -> Answer:
    """Answer `compare`: groups in the order of their keys, never of their values.

    Raises:
        UnknownValue: there is no such level, or nothing to set beside.
        MeasuresPending: it is not computed yet.
    """
    options, measures = asked.options, asked.measures
    by, of = str(options["by"] or measures.layers[0].id), str(options["of"])
    if of == TIME_TO_CLOSE:
        return _times(asked, by)
    found = _level(measures, by, of)
    facts = {"by": by, "of": of, "limits": [INNER, OUTER], **_days(measures, of)}
    if found.facts is None:
        return Answer(FIELDS, (), facts | {"told": False})
    beside = found.group(found.code_of(str(options["with"]))) if options["with"] else None
    codes = found.codes(asked.filters)
    return Answer(FIELDS, _rows(found, codes, beside), facts | {"told": True} | found.facts)


def _times(asked: Asked, by: str) -> Answer:
    """Answer with median times to close, which have no limits: nothing is called above or below."""
    measures, beside = asked.measures, asked.options["with"]
    level = _level(measures, by, OVER_FOUR_WEEKS)
    codes = level.codes(asked.filters)
    value, size, whole = medians(measures, by, codes)
    other = None
    if beside:
        found, _, _ = medians(measures, by, np.array([level.code_of(str(beside))]))
        other = number_values(found)[0]
    none = [None] * len(codes)
    columns: tuple[Sequence[Any], ...] = (
        *level.names(codes),
        size.astype(np.int64).tolist(),
        none,
        number_values(value),
        [whole] * len(codes),
        none if whole is None else number_values(value - whole),
        *(none for _ in LIMITS),
        [POSITIONS[0]] * len(codes),
        [beside] * len(codes),
        [other] * len(codes),
        none if other is None else number_values(value - other),
    )
    facts = {"by": by, "of": TIME_TO_CLOSE, "told": True, "whole": whole}
    return Answer(FIELDS, list(zip(*columns, strict=True)), facts)


def _level(measures: Measures, level: str, of: str) -> _Level:
    if of not in MEASURES:
        raise UnknownValue("of", printable(of), f"choose one of {', '.join(MEASURES)}")
    layers = {layer.id: layer for layer in measures.layers}
    if level != AGENCY and level not in layers:
        known = ", ".join([AGENCY, *layers])
        raise UnknownValue(
            "by", printable(level), f"areas and agencies are compared; choose one of {known}"
        )
    return _Level(measures, level, of, layers.get(level))


def _days(measures: Measures, of: str) -> dict[str, Any]:
    """Return the days that a measure looks at, both included; none for the backlog now."""
    complete = measures.meta.complete_day
    if complete is None or of == OVER_FOUR_WEEKS:
        return {"from": None, "to": None}
    last = complete - FOUR_WEEKS if of == RESOLVED else complete
    first = last - (WINDOW if of == REQUESTS else COHORT) + 1
    return {"from": day_date(first).isoformat(), "to": day_date(last).isoformat()}


def _rows(found: _Level, codes: Any, beside: Compared | None) -> list[tuple[Value, ...]]:
    """Return a row for each group, made column by column, in the order of `FIELDS`."""
    whole = (found.facts or {}).get("whole")
    value, size = found.numbers("value", codes), found.numbers("size", codes)
    other = beside.value if beside else None
    columns: tuple[Sequence[Any], ...] = (
        *found.names(codes),
        found.numbers("count", codes).astype(np.int64).tolist(),
        [None if one is None else int(one) for one in number_values(size)],
        number_values(value),
        [whole] * len(codes),
        [None] * len(codes)
        if whole is None
        else number_values(np.where(size > 0, value - whole, np.nan)),
        *(number_values(found.numbers(name, codes)) for name in LIMITS),
        [POSITIONS[int(code)] for code in found.numbers("position", codes)],
        [beside.key if beside else None] * len(codes),
        [other] * len(codes),
        [None] * len(codes) if other is None else number_values(value - other),
    )
    return list(zip(*columns, strict=True))


VIEW = MeasureView(
    name="compare",
    anchor="compare",
    caveat="measures.compare.caveat",
    filters=frozenset({"areas", "agencies"}),
    parameters=(
        Parameter("by", "choice", None, "A boundary layer or agency; the finest layer if none."),
        Parameter("of", "choice", REQUESTS, "What is compared.", (*MEASURES, TIME_TO_CLOSE)),
        Parameter("with", "text", None, "An area's key or an agency to set each group beside."),
    ),
    fields=FIELDS,
    answer=answer,
)
