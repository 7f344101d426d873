"""The address of what is on show, and of what a click leads to.

The query of the address is the only state of a page: controls change it, callbacks read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from livemaps.model import Filters
from livemaps.views import ViewOptions
from livemaps.views.query import NAME_FIELDS, to_query

SCOPE = ("lang", "theme", "embed")
"""What a visitor keeps when going to another page."""


@dataclass(frozen=True, slots=True)
class Address:
    """One view of the city: a page, its filters and how it shows them."""

    filters: Filters = field(default_factory=Filters)
    view: ViewOptions = field(default_factory=ViewOptions)
    path: str = "/"
    extra: tuple[tuple[str, str], ...] = ()
    """What the page itself reads besides, such as the views of a wall, by key."""

    def __str__(self) -> str:
        """Return the path and the canonical query, ready for `href`."""
        query = self.query
        return f"{self.path}?{query}" if query else self.path

    @property
    def query(self) -> str:
        """The canonical query, empty where everything is as by default."""
        own = to_query(self.filters, self.view)
        return "&".join(part for part in (own, urlencode(self.extra, safe=":,")) if part)

    def option(self, name: str, default: str = "") -> str:
        """Return what the address says for a key that the page itself reads."""
        return dict(self.extra).get(name, default)

    def with_option(self, name: str, value: str | None) -> Address:
        """Return the address with one key of the page's own set, or left out (None)."""
        others = {key: held for key, held in self.extra if key != name}
        extra = others if value is None else others | {name: value}
        return replace(self, extra=tuple(sorted(extra.items())))

    def filtered(self, **changes: Any) -> Address:
        """Return the address with some fields of its filters changed, on the first page."""
        filters = replace(self.filters, **changes)
        return replace(self, filters=filters, view=replace(self.view, page=1))

    def shown(self, **changes: Any) -> Address:
        """Return the address with some view options changed."""
        return replace(self, view=replace(self.view, **changes))

    def chosen(self, dimension: str) -> frozenset[str]:
        """Return the values chosen in one filter."""
        if dimension in NAME_FIELDS:
            names: frozenset[str] = getattr(self.filters, NAME_FIELDS[dimension])
            return names
        return self.filters.area(dimension)

    def choosing(self, dimension: str, values: frozenset[str]) -> Address:
        """Return the address with exactly these values chosen in one filter."""
        if dimension in NAME_FIELDS:
            return self.filtered(**{NAME_FIELDS[dimension]: values})
        return self.filtered(areas=self.filters.with_area(dimension, values).areas)

    def toggled(self, dimension: str, value: str) -> Address:
        """Return the address with one value chosen if it was not, and the other way round."""
        return self.choosing(dimension, self.chosen(dimension) ^ {value})

    def only(self, dimension: str, value: str) -> Address:
        """Return the address with one filter set to one value; the others stay."""
        return self.choosing(dimension, frozenset({value}))

    def cleared(self) -> Address:
        """Return the address without any filter but the measure; the view stays."""
        return replace(
            self, filters=Filters(measure=self.filters.measure), view=replace(self.view, page=1)
        )

    def page_link(self, path: str, fragment: str = "") -> str:
        """Return the address of another page in the same language and theme."""
        kept = ViewOptions(**{name: getattr(self.view, name) for name in SCOPE})
        return str(Address(view=kept, path=path)) + (f"#{fragment}" if fragment else "")

    def in_force(self) -> Iterator[tuple[str, str, Address]]:
        """Yield each filter in force: its key, its value, and the address without it."""
        for dimension in (*NAME_FIELDS, *(layer for layer, _ in self.filters.areas)):
            for value in sorted(self.chosen(dimension)):
                yield dimension, value, self.toggled(dimension, value)
        if self.filters.since is not None:
            yield "from", str(self.filters.since), self.filtered(since=None)
        if self.filters.until is not None:
            yield "to", str(self.filters.until), self.filtered(until=None)
        if self.filters.set_apart:
            yield "apart", "1", self.filtered(set_apart=False)
