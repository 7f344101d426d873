"""The tables of the pages of areas as plain values: what their files hold and are sorted by.

Names of columns are those of the files, which stay; new ones are added at the end. Days are day
numbers, shares go from 0 to 1, and None is a figure that there is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from livemaps.views.area import AreaView, Figures, LayerView
from livemaps.views.area.values import CITY
from livemaps.views.measures.compare import Compared
from livemaps.views.measures.expected import AreaWord
from livemaps.views.measures.plain import day_value

Value = str | int | float | bool | None
Column = Callable[[Figures], Value]

CITY_LAYER = "city"
"""What stands for the layer of the whole city's row."""

DIGITS = 4
"""Of shares and rates: a hundredth of a per cent."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as a file holds it."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


def side_by_side(view: LayerView, areas: Iterable[Figures]) -> Table:
    """Return some areas of a layer, and the whole city last."""
    rows = ((_layer(view.layer, area), *_values(SIDE_BY_SIDE, area)) for area in areas)
    whole = (_layer(view.layer, view.city), *_values(SIDE_BY_SIDE, view.city))
    return Table(("layer", *SIDE_BY_SIDE), (*rows, whole))


def compared(view: AreaView) -> Table:
    """Return an area, the one beside it where one is asked for, and the whole city."""
    areas = [view.here, *([view.beside] if view.beside else []), view.city]
    rows = ((_layer(view.layer, area), *_beside(view, area)) for area in areas)
    return Table(("layer", *COMPARED), tuple(rows))


def parts(view: AreaView) -> Table:
    """Return the parts of an area, of a finest one those around it."""
    rows = (
        (
            view.parts_layer,
            part.key,
            part.name,
            part.open,
            part.over_four_weeks,
            part.reported,
            _expected(part.word),
            part.word.word if part.word else None,
            part.word.part_of_cluster if part.word else None,
            part.usual_days,
            part.inside,
            part.change,
            part.queue.text,
        )
        for part in view.parts
    )
    return Table(PARTS, tuple(rows))


def services(view: AreaView) -> Table:
    """Return the services most reported in an area."""
    rows = (
        (row.service, row.reported, row.open, row.usual_days, row.change, row.queue.text)
        for row in view.services
    )
    return Table(SERVICES, tuple(rows))


def agencies(view: AreaView) -> Table:
    """Return all agencies with open requests in an area."""
    rows = ((row.agency, row.open, row.over_four_weeks, row.unattended) for row in view.agencies)
    columns = ("agency_responsible", "open", "over_four_weeks", "unattended")
    return Table(columns, tuple(rows))


def oldest(view: AreaView) -> Table:
    """Return the oldest open requests of an area."""
    rows = (
        (
            old.request.service_request_id,
            old.request.service_name,
            old.request.agency_responsible,
            day_value(old.request.requested_day),
            old.silent_days,
            old.unattended,
        )
        for old in view.oldest
    )
    return Table(OLDEST, tuple(rows))


def number(area: Figures, column: str) -> float | None:
    """Return what an area is sorted by: a figure of `SORTED`, None where there is none."""
    value = SIDE_BY_SIDE[column](area)
    return value if isinstance(value, (int, float)) else None


def over_four_weeks_share(area: Figures) -> float | None:
    """Return the share of what is open that is four weeks old or older."""
    return _share(area.over_four_weeks, area.open)


def change(area: Figures) -> int | None:
    """Return how many more are open than four weeks before."""
    return None if area.change is None else area.change.more


def change_share(area: Figures) -> float | None:
    """Return the same as a share of what was open then."""
    return _rounded(area.change.share) if area.change else None


def rate(area: Figures) -> float | None:
    """Return requests per 1,000 residents, None where the city publishes no residents."""
    return _sized(area.measured.rate) if area.measured else None


def on_time_share(area: Figures) -> float | None:
    """Return the share of what was due in twelve months that was on time."""
    record = area.measured.record if area.measured else None
    return _rounded(record.total.share) if record else None


def _sized(found: Compared | None) -> float | None:
    return None if found is None or found.size is None else _rounded(found.value)


def _share(part: int, whole: int) -> float | None:
    return _rounded(part / whole) if whole else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), DIGITS)


def _expected(said: AreaWord | None) -> float | None:
    return _rounded(said.expected) if said else None


def _word(area: Figures) -> Value:
    said = area.measured.word if area.measured else None
    return said.word if said else None


def _cluster(area: Figures) -> Value:
    said = area.measured.word if area.measured else None
    return said.part_of_cluster if said else None


def _path(area: Figures) -> Value:
    """Return the backlog at the end of each of the last weeks, the oldest first."""
    path = area.measured.backlog if area.measured else ()
    return " ".join(map(str, path)) or None


def _values(columns: Mapping[str, Column], area: Figures) -> Iterable[Value]:
    return (value(area) for value in columns.values())


def _layer(layer: str, area: Figures) -> str:
    return CITY_LAYER if area.key == CITY else layer


def _beside(view: AreaView, area: Figures) -> Iterable[Value]:
    """Return the figures of an area beside others; of the city, what its areas come to."""
    yield from _values(FIGURES, area)
    held = view.here.measured if area.key == CITY else area.measured
    for name in SHARES:
        found: Compared | None = getattr(held, name) if held else None
        value = None if found is None else found.whole if area.key == CITY else found.value
        yield None if name == "rate" and found and found.size is None else _rounded(value)
    for name in POSITIONS:
        place = getattr(area.measured, name) if area.measured and area.key != CITY else None
        yield place.position if place else None
    yield _word(area)
    yield _rounded(area.measured.median_days) if area.measured else None


SIDE_BY_SIDE: Mapping[str, Column] = MappingProxyType(
    {
        "key": lambda area: area.key,
        "name": lambda area: area.name,
        "open": lambda area: area.open,
        "change_28_days": change,
        "over_four_weeks_share": over_four_weeks_share,
        "per_1000_residents": rate,
        "in_28_days": lambda area: area.inflow,
        "closed_28_days": lambda area: area.outflow,
        "unattended": lambda area: area.unattended,
        "on_time_share": on_time_share,
        "word": _word,
        "part_of_cluster": _cluster,
        "open_by_week": _path,
    }
)
"""The columns of the table of all areas."""

SORTED = (
    "open",
    "change_28_days",
    "over_four_weeks_share",
    "per_1000_residents",
    "in_28_days",
    "closed_28_days",
    "unattended",
    "on_time_share",
)
"""The columns that the table can be sorted by."""

FIGURES: Mapping[str, Column] = MappingProxyType(
    {
        "key": lambda area: area.key,
        "name": lambda area: area.name,
        "open": lambda area: area.open,
        "change_28_days_share": change_share,
        "over_four_weeks_share": over_four_weeks_share,
        "unattended_share": lambda area: _share(area.unattended, area.open),
    }
)
"""The columns of the table of an area beside others that each area has by itself."""

SHARES: Mapping[str, str] = MappingProxyType(
    {
        "rate": "per_1000_residents",
        "resolved": "resolved_in_28_days_share",
        "on_time": "on_time_share",
    }
)
"""Those of which the city's is worked out of its areas; by what they are called in `Measured`."""

POSITIONS: Mapping[str, str] = MappingProxyType(
    {
        "rate": "per_1000_residents_position",
        "over_four_weeks": "over_four_weeks_position",
        "resolved": "resolved_in_28_days_position",
        "on_time": "on_time_position",
    }
)
"""Where a figure lies against the limits of chance for an area of its size."""

COMPARED = (
    *FIGURES,
    *SHARES.values(),
    *POSITIONS.values(),
    "word",
    "median_days_to_close",
)

PARTS = (
    "layer",
    "key",
    "name",
    "open",
    "over_four_weeks",
    "reported_28_days",
    "expected_28_days",
    "word",
    "part_of_cluster",
    "usual_days",
    "inside",
    "change_28_days",
    "queue",
)

SERVICES = (
    "service_name",
    "reported_28_days",
    "open",
    "usual_days",
    "change_28_days",
    "queue",
)

OLDEST = (
    "service_request_id",
    "service_name",
    "agency_responsible",
    "requested_datetime",
    "silent_days",
    "unattended",
)

AREA_TABLES: Mapping[str, Callable[[AreaView], Table]] = MappingProxyType(
    {
        "parts": parts,
        "services": services,
        "agencies": agencies,
        "oldest": oldest,
        "compare": compared,
    }
)
"""The tables of the page of one area."""
