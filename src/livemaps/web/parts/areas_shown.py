"""Which areas a table shows: those within chosen ones, found by name, sorted, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from livemaps.views.area import Figures, LayerView
from livemaps.views.area.side_by_side import natural
from livemaps.views.area_tables import SORTED, number
from livemaps.views.known import fold
from livemaps.web.site import Site, Visit
from livemaps.web.urlstate import Address

FIND, SORT = "find", "sort"
"""The keys of the address for a part of a name, and for the column that is sorted by."""

MOST_AREAS = 60
"""More areas than these come page by page, and without the small line of each: 310 rows with it
are half a megabyte and 12,000 pixels high, and nobody reads that."""

ON_A_PAGE = 40


@dataclass(frozen=True, slots=True)
class Order:
    """What a table is sorted by: a column, `""` for the areas' names."""

    column: str = ""
    rising: bool = False

    def __str__(self) -> str:
        """Return it as it stands in the address."""
        return f"-{self.column}" if self.rising else self.column


@dataclass(frozen=True, slots=True)
class Shown:
    """The areas of a layer that an address asks for."""

    within: tuple[tuple[str, Figures], ...]
    """The containing areas that are chosen, each with its layer; none: the whole city."""
    areas: tuple[Figures, ...]
    """All that lie in those, in the order of their keys."""
    found: tuple[Figures, ...]
    """Of these, those of the name that is looked for, sorted."""
    text: str
    order: Order
    asked: int
    """The page that is asked for."""

    @property
    def paged(self) -> bool:
        """Whether they are too many for one table."""
        return len(self.areas) > MOST_AREAS

    @property
    def pages(self) -> int:
        """How many pages those found have, at least one."""
        return max(-(-len(self.found) // ON_A_PAGE), 1) if self.paged else 1

    @property
    def page(self) -> int:
        """The page on show: the last where one beyond it is asked for."""
        return min(self.asked, self.pages)

    @property
    def first(self) -> int:
        """How many of those found come before this page."""
        return (self.page - 1) * ON_A_PAGE

    @property
    def rows(self) -> tuple[Figures, ...]:
        """Those of this page."""
        return self.found[self.first : self.first + ON_A_PAGE] if self.paged else self.found


def shown(site: Site, visit: Visit, view: LayerView) -> Shown:
    """Return the areas that the address asks for."""
    within = tuple(_chosen(site, visit, view))
    areas = _inside(view, [area.key for _, area in within]) if within else view.areas
    text = visit.address.option(FIND).strip()
    wanted, order = fold(text), order_of(visit.address)
    named = sorted(areas, key=lambda area: _place(visit, view, area))
    found = _sorted([area for area in named if wanted in _name(visit, view, area)], order)
    return Shown(within, tuple(areas), tuple(found), text, order, visit.address.view.page)


def containing(visit: Visit, layer: str) -> str | None:
    """Return the layer whose areas contain those of a layer, None where none does."""
    return visit.profile.layer(layer).within


def order_of(address: Address) -> Order:
    """Return what the address sorts by; what it does not know is that of names."""
    asked = address.option(SORT)
    column = asked.removeprefix("-")
    return Order(column, asked.startswith("-")) if column in SORTED else Order()


def _chosen(site: Site, visit: Visit, view: LayerView) -> Iterator[tuple[str, Figures]]:
    """Yield the containing areas that the address names."""
    layer = containing(visit, view.layer)
    keys = visit.address.filters.area(layer) if layer else frozenset()
    if layer and keys:
        yield from ((layer, area) for area in site.board.layer(layer).areas if area.key in keys)


def _inside(view: LayerView, keys: Sequence[str]) -> list[Figures]:
    """Return the areas that lie in one of some containing ones."""
    return [area for area in view.areas if area.parent in keys]


def _name(visit: Visit, view: LayerView, area: Figures) -> str:
    """Return what an area is found by: as it reads, as it is published, and its key."""
    return fold(f"{visit.label(view.layer, area.key, area.name)} {area.name} {area.key}")


def _place(visit: Visit, view: LayerView, area: Figures) -> tuple[bool, list[tuple[str, int]]]:
    """Return what sorts areas by name: 2 before 10, and codes of empty land after all names."""
    name = fold(visit.label(view.layer, area.key, area.name))
    return name[:1].isdecimal(), natural(name)


def _sorted(areas: Sequence[Figures], order: Order) -> list[Figures]:
    """Return areas sorted, those without the figure last whichever way."""
    if not order.column:
        return list(areas)
    figures = [(number(area, order.column), area) for area in areas]
    told = [(value, area) for value, area in figures if value is not None]
    told.sort(key=lambda pair: pair[0], reverse=not order.rising)
    return [area for _, area in told] + [area for value, area in figures if value is None]
