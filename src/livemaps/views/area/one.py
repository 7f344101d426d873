"""Everything that the page of one area shows, in one answer; its brief shows the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livemaps.errors import UnknownValue
from livemaps.measures.contents import Measures
from livemaps.measures.life import COLUMNS
from livemaps.measures.life import FAMILY as LIFE
from livemaps.model import STRADDLES_BELOW
from livemaps.snapshot import Snapshot, SnapshotLayer
from livemaps.statistics.survival import NOT_REACHED
from livemaps.views.area.against import Against, against_city
from livemaps.views.area.moved import change_of, movers, services_moved, services_moves
from livemaps.views.area.rows import AreaRows
from livemaps.views.area.side_by_side import (
    city_figures,
    figures,
    has_standards,
    if_told,
    in_order,
    natural,
    weeks,
)
from livemaps.views.area.values import (
    CITY,
    AgencyRow,
    Figures,
    Movers,
    OldRequest,
    Part,
    ServiceRow,
)
from livemaps.views.areas import layer_of
from livemaps.views.comparing import Moves, lagging
from livemaps.views.listing import Ranked, requests_of
from livemaps.views.measures.expected import AreaWord, word_of
from livemaps.views.measures.flow import FlowPath
from livemaps.views.measures.lifetimes import Lifetimes
from livemaps.views.measures.rereported import Rereported, rereported_of
from livemaps.views.measures.usual_time import USUAL, usual_days
from livemaps.views.query import printable

TREND_WEEKS = 52
"""Weeks of the trend: a year."""

MOST_SERVICES = 20
"""As the City's own monthly ward report has them."""

MOST_OLD = 10


@dataclass(frozen=True, slots=True)
class AreaView:
    """One area of a layer: of a finest one, `parts` are those of the area that contains it."""

    version: str
    as_of_day: int
    newest_day: int | None
    as_of: int | None
    """The last complete day of what is measured, where that is behind `until`."""
    since: int | None
    """The first and the last of the days of the last four complete weeks."""
    until: int | None
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
    pending: bool
    standards: bool

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
    found = layer_of(snapshot, layer)
    code = _code(found, layer, key)
    codes = [code, *([_code(found, "with", beside)] if beside and beside != key else [])]
    here, *others = figures(measures, found, codes, rows)
    mine = np.flatnonzero(rows.open[found.column] == code)
    parts_layer, within = _finer(snapshot, found), _within(snapshot, found, code)
    parts = _parts(measures, rows, parts_layer or found, key if parts_layer else within)
    moved = services_moves(snapshot, found, code)
    return AreaView(
        version=snapshot.version,
        as_of_day=snapshot.meta.as_of_day,
        newest_day=snapshot.meta.newest_day,
        as_of=lagging(snapshot, measures),
        since=rows.since,
        until=rows.until,
        layer=found.id,
        here=here,
        city=city_figures(measures, rows),
        against=against_city(rows.moves[found.id], rows.moves[CITY], code, len(found.keys)),
        beside=others[0] if others else None,
        others=tuple(
            (found.keys[other], found.area_names[other])
            for other in in_order(found)
            if other != code
        ),
        parts_layer=(parts_layer or found).id,
        parts=parts,
        within=within,
        services=_services(snapshot, measures, rows, moved, (found.column, code)),
        services_moved=services_moved(moved, snapshot.vocab.service.names),
        parts_moved=_parts_moved(rows.moves[(parts_layer or found).id], parts),
        agencies=_agencies(snapshot, rows, mine),
        oldest=_oldest(snapshot, rows, mine[:MOST_OLD]),
        path=None if measures is None else weeks(measures, found.id, key, TREND_WEEKS),
        again=None
        if measures is None
        else if_told(lambda: rereported_of(measures, found.id, code)),
        seen_reopened=None if measures is None else if_told(lambda: _seen(measures, found, code)),
        pending=measures is None,
        standards=has_standards(measures),
    )


def _code(layer: SnapshotLayer, name: str, key: str) -> int:
    """Return the code of an area. UnknownValue where the layer has none of the key."""
    code = layer.code_of.get(key, len(layer.keys))
    if code >= len(layer.keys):
        raise UnknownValue(name, printable(key), f"give the key of an area of {layer.id}")
    return code


def _finer(snapshot: Snapshot, layer: SnapshotLayer) -> SnapshotLayer | None:
    """Return the layer whose areas lie within those of a layer, None of the finest."""
    return next((finer for finer in snapshot.layers if finer.within == layer.id), None)


def _within(snapshot: Snapshot, layer: SnapshotLayer, code: int) -> tuple[str, str, str] | None:
    """Return the layer, key and name of the area that contains an area, None where none does."""
    parent = layer.parents[code]
    if layer.within is None or parent is None:
        return None
    containing = snapshot.layer(layer.within)
    return layer.within, parent, containing.area_names[containing.code_of[parent]]


def _parts(
    measures: Measures | None,
    rows: AreaRows,
    layer: SnapshotLayer,
    parent: str | tuple[str, str, str] | None,
) -> tuple[Part, ...]:
    """Return the areas of a layer within a containing one, all of them without; by name."""
    key = parent[1] if isinstance(parent, tuple) else parent
    codes = [at for at, holder in enumerate(layer.parents) if key is None or holder == key]
    counts = rows.counts[layer.id]
    usual = _usual(measures, layer.id, codes)
    changes = [change_of(rows.moves[layer.id], code) for code in codes]
    parts = (
        Part(
            code=code,
            key=layer.keys[code],
            name=layer.area_names[code],
            open=counts["open"][code],
            over_four_weeks=counts["over_four_weeks"][code],
            reported=counts["reported"][code],
            word=_word(measures, layer, code),
            usual_days=days,
            inside=layer.parents[code] is None or layer.parent_shares[code] >= STRADDLES_BELOW,
            change=change,
            queue=queue,
        )
        for code, days, (change, queue) in zip(codes, usual, changes, strict=True)
    )
    return tuple(sorted(parts, key=lambda part: (natural(part.name), part.key)))


def _parts_moved(moves: Moves | None, parts: tuple[Part, ...]) -> Movers | None:
    """Return which parts clearly grew and shrank, None where that is not told."""
    if moves is None:
        return None
    return movers((part.key, part.name, part.change, part.queue) for part in parts)


def _word(measures: Measures | None, layer: SnapshotLayer, code: int) -> AreaWord | None:
    if measures is None:
        return None
    return if_told(lambda: word_of(measures, layer.id, layer.keys[code]))


def _usual(measures: Measures | None, level: str, codes: list[int]) -> list[int | None]:
    """Return by which day 8 of 10 requests of each area are closed, told of its own alone."""
    nothing: list[int | None] = [None] * len(codes)
    if measures is None:
        return nothing
    return if_told(lambda: _eight_of_ten(Lifetimes(measures), level, codes)) or nothing


def _eight_of_ten(lives: Lifetimes, level: str, codes: list[int]) -> list[int | None]:
    days = lives.told(level, "told_days")[codes, USUAL, 0].tolist()
    speakers = lives.told(level, "told_level")[codes].tolist()
    own = lives.levels.index(level)
    return [
        day if speaker == own and day != NOT_REACHED else None
        for day, speaker in zip(days, speakers, strict=True)
    ]


def _services(
    snapshot: Snapshot,
    measures: Measures | None,
    rows: AreaRows,
    moved: Moves | None,
    area: tuple[str, int],
) -> tuple[ServiceRow, ...]:
    """Return the services most reported in the four weeks; of as many, the more open first.

    `area` are the column of its layer and its code.
    """
    names, (column, code) = snapshot.vocab.service.names, area
    reported, still = (
        np.bincount(part["service"][part[column] == code], minlength=len(names))
        for part in (rows.reported, rows.open)
    )
    order = np.lexsort((np.arange(len(names)), -still, -reported))[:MOST_SERVICES]
    return tuple(
        ServiceRow(
            names[service],
            int(reported[service]),
            int(still[service]),
            _usual_of(measures, names[service]),
            *change_of(moved, service),
        )
        for service in order.tolist()
        if reported[service] or still[service]
    )


def _usual_of(measures: Measures | None, service: str) -> int | None:
    return None if measures is None else if_told(lambda: usual_days(measures, service))


def _agencies(snapshot: Snapshot, rows: AreaRows, mine: NDArray[np.intp]) -> tuple[AgencyRow, ...]:
    """Return what each agency has open among some of the open requests."""
    names, agency = snapshot.vocab.agency.names, rows.open["agency"]
    held, old, quiet = (
        np.bincount(agency[some], minlength=len(names)).tolist()
        for some in (
            mine,
            mine[rows.open["over_four_weeks"][mine]],
            mine[rows.open["unattended"][mine]],
        )
    )
    found = (
        AgencyRow(names[code], held[code], old[code], quiet[code])
        for code in range(len(names))
        if held[code]
    )
    return tuple(sorted(found, key=lambda row: (-row.open, row.agency)))


def _oldest(snapshot: Snapshot, rows: AreaRows, at: NDArray[np.intp]) -> tuple[OldRequest, ...]:
    """Return some of the open requests, with how long nothing was heard of them."""
    ranked = Ranked((rows.part,), np.zeros(len(at), np.uint8), rows.rows[at])
    told = zip(
        requests_of(snapshot, ranked),
        rows.open["silent"][at].tolist(),
        rows.open["unattended"][at].tolist(),
        strict=True,
    )
    return tuple(OldRequest(request, max(days, 0), quiet) for request, days, quiet in told)


def _seen(measures: Measures, layer: SnapshotLayer, code: int) -> int | None:
    """Return how many requests of an area were seen to be re-opened lately."""
    family = measures.family(LIFE)
    if not family.facts["seen_known"]:
        return None
    return int(family.arrays[layer.id][code, COLUMNS.index("seen_reopened")])
