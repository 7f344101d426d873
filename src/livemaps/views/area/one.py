"""Everything that the page of one area shows, in one answer; its brief shows the same."""

from __future__ import annotations

from dataclasses import dataclass

from livemaps.measures.contents import Measures
from livemaps.measures.life import COLUMNS
from livemaps.measures.life import FAMILY as LIFE
from livemaps.snapshot import Snapshot, SnapshotLayer
from livemaps.views.area.against import Against, against_city
from livemaps.views.area.asked import AreaAsked, area_asked
from livemaps.views.area.listed import agencies_of, oldest_of, services_of
from livemaps.views.area.moved import services_moved, services_moves
from livemaps.views.area.parts import parts_layer, parts_moved, parts_of
from livemaps.views.area.rows import AreaRows
from livemaps.views.area.side_by_side import basis_of, city_figures, figures, in_order
from livemaps.views.area.values import (
    CITY,
    AgencyRow,
    Basis,
    Figures,
    Movers,
    OldRequest,
    Part,
    ServiceRow,
)
from livemaps.views.area.weeks import weeks
from livemaps.views.measures.flow import FlowPath
from livemaps.views.measures.rereported import Rereported, rereported_of
from livemaps.views.measures.told import if_told

TREND_WEEKS = 52
"""Weeks of the trend: a year."""


@dataclass(frozen=True, slots=True)
class AreaView:
    """One area of a layer: of a finest one, `parts` are those of the area that contains it."""

    basis: Basis
    layer: str
    here: Figures
    city: Figures
    against: Against | None
    """How its change in four weeks lies against the city's; None where that is not told."""
    beside: Figures | None
    """The area to compare with, if one is asked for."""
    others: tuple[tuple[str, str], ...]
    """Key and published name of the other areas of the layer."""
    parts_layer: str
    """The layer of the parts, which is the area's own where that is the finest."""
    parts: tuple[Part, ...]
    within: tuple[str, str, str] | None
    """Layer, key and name of the area that contains this one."""
    services: tuple[ServiceRow, ...]
    """Those most reported, the most first."""
    services_moved: Movers | None
    """Which of all its services clearly grew or shrank; None where that is not told."""
    parts_moved: Movers | None
    agencies: tuple[AgencyRow, ...]
    """Those with open requests, the most first."""
    oldest: tuple[OldRequest, ...]
    path: FlowPath | None
    """By week; None where it is not told."""
    again: Rereported | None
    seen_reopened: int | None
    """Requests that were seen to be re-opened in 28 days; None where that is not known."""

    @property
    def finest(self) -> bool:
        """Whether the area has no parts of its own."""
        return self.parts_layer == self.layer


def area_view(
    snapshot: Snapshot,
    measures: Measures | None,
    rows: AreaRows,
    layer: str,
    key: str,
    beside: str = "",
) -> AreaView:
    """Gather what is told of one area, and of another one beside it.

    Raises:
        UnknownValue: there is no such layer or area.
    """
    area = area_asked(snapshot, measures, rows, layer, key)
    other = area.other("with", beside) if beside and beside != key else None
    return _told(area, other)


def _told(area: AreaAsked, other: AreaAsked | None) -> AreaView:
    """Look everything up."""
    layer, finer = area.layer, parts_layer(area)
    parts, moves = parts_of(area, finer), services_moves(area.snapshot, area.layer, area.code)
    return AreaView(
        basis=basis_of(area.snapshot, area.measures, area.rows),
        layer=layer.id,
        here=_figures(area),
        city=city_figures(area.measures, area.rows),
        against=_against(area),
        beside=_figures(other) if other else None,
        others=_others(layer, area.code),
        parts_layer=finer.id,
        parts=parts,
        within=_within(area),
        services=services_of(area, moves),
        services_moved=services_moved(moves, area.snapshot.vocab.service.names),
        parts_moved=parts_moved(area, finer, parts),
        agencies=agencies_of(area),
        oldest=oldest_of(area),
        path=weeks(area.measures, layer.id, area.key, TREND_WEEKS),
        again=if_told(area.measures, lambda held: rereported_of(held, layer.id, area.code)),
        seen_reopened=if_told(area.measures, lambda held: _seen(held, layer, area.code)),
    )


def _figures(area: AreaAsked) -> Figures:
    (found,) = figures(area.measures, area.layer, [area.code], area.rows)
    return found


def _against(area: AreaAsked) -> Against | None:
    """Return how the change of an area lies against the city's."""
    moves, number = area.rows.moves, len(area.layer.keys)
    return against_city(moves[area.layer.id], moves[CITY], area.code, number)


def _others(layer: SnapshotLayer, code: int) -> tuple[tuple[str, str], ...]:
    """Return key and name of the other areas of a layer."""
    others = (other for other in in_order(layer) if other != code)
    return tuple((layer.keys[other], layer.area_names[other]) for other in others)


def _within(area: AreaAsked) -> tuple[str, str, str] | None:
    """Return the layer, key and name of the area that contains an area, None where none does."""
    layer, parent = area.layer, area.layer.parents[area.code]
    if layer.within is None or parent is None:
        return None
    containing = area.snapshot.layer(layer.within)
    return layer.within, parent, containing.area_names[containing.code_of[parent]]


def _seen(measures: Measures, layer: SnapshotLayer, code: int) -> int | None:
    """Return how many requests of an area were seen to be re-opened lately."""
    family = measures.family(LIFE)
    if not family.facts["seen_known"]:
        return None
    return int(family.arrays[layer.id][code, COLUMNS.index("seen_reopened")])
