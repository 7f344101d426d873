"""What helps somebody whose request or area the data does not have: what may have been meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice

from livemaps.errors import UnknownValue
from livemaps.snapshot import Snapshot, SnapshotLayer
from livemaps.views.known import fold
from livemaps.views.listing import find
from livemaps.views.numbers import example, like, near
from livemaps.views.values import ListedRequest

MOST_NEAR = 8
"""Areas that are offered for one that is not known."""

FEW_AREAS = 60
"""A layer of no more areas is offered whole."""

LIKENESS = 0.6
"""How alike two names are for one to be offered for the other, as `difflib` measures it."""


@dataclass(frozen=True, slots=True)
class NumberHelp:
    """What is told of a request's number that the data does not have."""

    version: str
    example: str
    """A number as this city writes them; "" where there is no request at all."""
    well_formed: bool
    """Whether the text is written as the city's numbers are."""
    near: tuple[ListedRequest, ...]
    """Open and recent requests whose number is nearly the same."""
    newest_day: int | None
    """When the newest request was made."""
    complete_on: int
    """The day on which what is made today will be here, as far as the feed's delay goes."""
    delay_days: int
    """How many of the newest days are incomplete."""
    complete_since: int | None
    """From which day on every request is held; None: all of them are."""


@dataclass(frozen=True, slots=True)
class AreaHelp:
    """What is told of an area that a layer does not have. Areas are layer, key and name."""

    version: str
    near: tuple[tuple[str, str, str], ...]
    """All areas of a layer that has few, else those of nearly that name, best first."""
    whole: bool
    """Whether `near` is the whole layer."""
    elsewhere: tuple[tuple[str, str, str], ...]
    """Areas of other layers that have just this key or name."""


def number_help(snapshot: Snapshot, text: str) -> NumberHelp:
    """Return what helps with a number that the data does not have."""
    meta = snapshot.meta
    found = (find(snapshot, number) for number in near(snapshot, text))
    return NumberHelp(
        version=snapshot.version,
        example=example(snapshot),
        well_formed=like(snapshot, text),
        near=tuple(request for request in found if request is not None),
        newest_day=meta.newest_day,
        complete_on=meta.as_of_day + meta.delay_days,
        delay_days=meta.delay_days,
        complete_since=meta.complete_since,
    )


def area_help(snapshot: Snapshot, layer: str, key: str) -> AreaHelp:
    """Return what helps with the key of an area that a layer does not have.

    Raises:
        UnknownValue: there is no such layer.
    """
    here = next((known for known in snapshot.layers if known.id == layer), None)
    if here is None:
        raise UnknownValue("layer", layer, "name one of the boundary layers that the data has")
    wanted = fold(key.strip())
    whole = len(here.keys) <= FEW_AREAS
    others = (other for other in snapshot.layers if other.id != layer)
    return AreaHelp(
        version=snapshot.version,
        near=tuple(_named(here)) if whole else tuple(islice(_nearly(here, wanted), MOST_NEAR)),
        whole=whole,
        elsewhere=tuple(area for other in others for area in _just(other, wanted))[:MOST_NEAR],
    )


def _named(layer: SnapshotLayer) -> Iterator[tuple[str, str, str]]:
    """Yield the areas of a layer in its own order."""
    for key, name in zip(layer.keys, layer.area_names, strict=True):
        yield layer.id, key, name


def _just(layer: SnapshotLayer, wanted: str) -> Iterator[tuple[str, str, str]]:
    """Yield the areas of a layer with just this key or name."""
    return (area for area in _named(layer) if wanted in (fold(area[1]), fold(area[2])))


def _nearly(layer: SnapshotLayer, wanted: str) -> Iterator[tuple[str, str, str]]:
    """Yield the areas that begin so, that hold the text, and that are spelt nearly so."""
    if not wanted:
        return
    areas = {area: (fold(area[1]), fold(area[2])) for area in _named(layer)}
    begun = [area for area, names in areas.items() if any(n.startswith(wanted) for n in names)]
    held = [area for area, names in areas.items() if any(wanted in name for name in names)]
    by_name = {name: area for area, names in areas.items() for name in names}
    alike = get_close_matches(wanted, list(by_name), n=MOST_NEAR, cutoff=LIKENESS)
    yield from dict.fromkeys([*begun, *held, *(by_name[name] for name in alike)])
