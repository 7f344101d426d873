"""The parts of an area: the areas of the finer layer that lie in it, and what is said of each."""

from __future__ import annotations

from livemaps.measures.contents import Measures
from livemaps.model import STRADDLES_BELOW
from livemaps.snapshot import SnapshotLayer
from livemaps.statistics.survival import NOT_REACHED
from livemaps.views.area.asked import AreaAsked
from livemaps.views.area.moved import change_of, movers
from livemaps.views.area.side_by_side import natural
from livemaps.views.area.values import Movers, Part
from livemaps.views.measures.expected import word_of
from livemaps.views.measures.lifetimes import Lifetimes
from livemaps.views.measures.told import if_told
from livemaps.views.measures.usual_time import USUAL


def parts_layer(area: AreaAsked) -> SnapshotLayer:
    """Return the layer whose areas lie within those of the area's; its own of the finest."""
    finer = (one for one in area.snapshot.layers if one.within == area.layer.id)
    return next(finer, area.layer)


def parts_of(area: AreaAsked, layer: SnapshotLayer) -> tuple[Part, ...]:
    """Return the parts of an area, by name; of a finest one, those of what contains it."""
    finest = layer is area.layer
    parent = layer.parents[area.code] if finest else area.key
    # Where nothing contains the areas of the finest layer, all of them are around one.
    alone = finest and (layer.within is None or parent is None)
    codes = [at for at, holder in enumerate(layer.parents) if alone or holder == parent]
    usual = _usual(area.measures, layer.id, codes)
    parts = (_part(area, layer, code, days) for code, days in zip(codes, usual, strict=True))
    return tuple(sorted(parts, key=lambda part: (natural(part.name), part.key)))


def parts_moved(area: AreaAsked, layer: SnapshotLayer, parts: tuple[Part, ...]) -> Movers | None:
    """Return which parts clearly grew and shrank, None where that is not told."""
    if area.rows.moves[layer.id] is None:
        return None
    return movers((part.key, part.name, part.change, part.queue) for part in parts)


def _part(area: AreaAsked, layer: SnapshotLayer, code: int, usual_days: int | None) -> Part:
    """Return what is told of one part."""
    key, counts = layer.keys[code], area.rows.counts[layer.id]
    change, queue = change_of(area.rows.moves[layer.id], code)
    return Part(
        code=code,
        key=key,
        name=layer.area_names[code],
        open=counts["open"][code],
        over_four_weeks=counts["over_four_weeks"][code],
        reported=counts["reported"][code],
        word=if_told(area.measures, lambda held: word_of(held, layer.id, key)),
        usual_days=usual_days,
        inside=layer.parents[code] is None or layer.parent_shares[code] >= STRADDLES_BELOW,
        change=change,
        queue=queue,
    )


def _usual(measures: Measures | None, level: str, codes: list[int]) -> list[int | None]:
    """Return by which day 8 of 10 requests of each area are closed, told of its own alone."""
    nothing: list[int | None] = [None] * len(codes)
    found = if_told(measures, lambda held: _eight_of_ten(Lifetimes(held), level, codes))
    return found or nothing


def _eight_of_ten(lives: Lifetimes, level: str, codes: list[int]) -> list[int | None]:
    days = lives.told(level, "told_days")[codes, USUAL, 0].tolist()
    speakers = lives.told(level, "told_level")[codes].tolist()
    own = lives.levels.index(level)
    return [
        day if speaker == own and day != NOT_REACHED else None
        for day, speaker in zip(days, speakers, strict=True)
    ]
