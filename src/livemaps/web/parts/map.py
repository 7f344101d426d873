"""Around the map: its title and choices, its legend in units, its table twin."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from livemaps.figures import AreaMap, Backdrop, Scale
from livemaps.snapshot import Snapshot, SnapshotLayer
from livemaps.views import AreaValues
from livemaps.web.components import definition, hidden, icon, link, menu, radios, share_bar
from livemaps.web.elements import Child, Element, element, tree
from livemaps.web.parts.downloads import area_downloads
from livemaps.web.site import Visit

MOST_NAMES = 60
"""A coarser layer with more areas than this is outlined, but not named on the map."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the map in the browser was drawn for; while it stays, only numbers are sent."""

    layer: str
    polygons: str
    theme: str
    language: str

    def stored(self) -> dict[str, str]:
        """Return it as a store of the page holds it."""
        return {name: getattr(self, name) for name in self.__slots__}


def polygons(layer: SnapshotLayer) -> str:
    """Return the address of a layer's areas."""
    return f"/areas/{layer.areas_file}"


def area_map(visit: Visit, layer: SnapshotLayer, values: AreaValues) -> AreaMap:
    """Return what the map draws of a layer, its areas named in the visitor's language."""
    names = tuple(
        visit.label(layer.id, key, name)
        for key, name in zip(values.keys, values.names, strict=True)
    )
    return AreaMap(
        keys=values.keys,
        names=names,
        counts=values.counts,
        polygons=polygons(layer),
        chosen=visit.address.chosen(layer.id),
        amount=visit.words(f"map.amount.{values.measure.value}", amount="%{customdata:,}"),
    )


def backdrop(visit: Visit, snapshot: Snapshot) -> Backdrop:
    """Return the outlines and names of the coarsest areas, drawn over every layer."""
    coarsest = snapshot.layers[-1]
    named = len(coarsest.keys) if len(coarsest.keys) <= MOST_NAMES else 0
    names = (
        visit.label(coarsest.id, key, name)
        for key, name in zip(coarsest.keys, coarsest.area_names, strict=True)
    )
    return Backdrop(
        polygons=polygons(coarsest),
        names=tuple(names)[:named],
        longs=tuple(coarsest.long.tolist()[:named]),
        lats=tuple(coarsest.lat.tolist()[:named]),
    )


def head(visit: Visit) -> list[Element]:
    """Return the map's title, the choice of layer and the map's tools."""
    words, address = visit.words, visit.address
    layers = [(layer.id, layer.called(words.language)) for layer in visit.profile.layers]
    name = visit.profile.layer(visit.layer).called(words.language).lower()
    title = words(f"map.title.{address.filters.measure.value}", layer=name)
    toggle = "map" if address.view.table else "table"
    return [
        element("h2", title),
        element(
            "div",
            radios("layer", words("map.layer"), layers, visit.layer) if len(layers) > 1 else None,
            link(
                address.shown(table=not address.view.table),
                icon(toggle),
                words(f"map.{toggle}"),
                class_="button",
                role="button",
                aria_pressed="true" if address.view.table else "false",
            ),
            menu([icon("download"), words("download.label")], area_downloads(visit)),
            class_="card-tools",
        ),
    ]


def legend(visit: Visit, values: AreaValues, scale: Scale) -> list[Element]:
    """Return the legend: a swatch for each class with its amounts, and what has no place."""
    words = visit.words
    texts = [words("legend.none"), *(_range(visit, low, high) for low, high in scale.ranges)]
    swatches = [
        element(
            "li",
            element("span", class_=f"legend-swatch shade-{shade}", aria_hidden=True),
            text,
            key=text,
        )
        for shade, text in zip(scale.shades, texts, strict=True)
    ]
    profile = visit.profile.layer(values.layer)
    layer, note = profile.called(words.language).lower(), profile.noted(words.language)
    unit = words(f"legend.unit.{values.measure.value}", layer=layer)
    missing = element(
        "p",
        words("map.unplaced", count=values.unplaced_total),
        definition(words, visit.address, "unplaced"),
        class_="quiet-text",
    )
    return tree(
        element("p", unit, definition(words, visit.address, "classes"), class_="legend-title"),
        element("ul", swatches, class_="legend-classes"),
        missing if values.unplaced_total else None,
        element("p", note, class_="quiet-text") if note else None,
    )


def _range(visit: Visit, low: int, high: int) -> str:
    """Return the amounts of a class in words."""
    words = visit.words
    return words.number(low) if low == high else words("legend.range", low=low, high=high)


def table(visit: Visit, layer: SnapshotLayer, values: AreaValues) -> list[Element]:
    """Return the map as a table: every area with its count, and what lies in none."""
    words = visit.words
    called = visit.profile.layer(layer.id).called(words.language)
    most = max(values.counts, default=0)
    rows = sorted(
        zip(values.counts, values.keys, values.names, strict=True), key=lambda row: -row[0]
    )
    unplaced = [(count, key, "") for key, count in values.unplaced.items() if count]
    return [
        element(
            "table",
            element(
                "caption", words("map.caption", layer=called.lower()), class_="visually-hidden"
            ),
            element(
                "thead",
                element(
                    "tr",
                    element("th", called, scope="col"),
                    element("td", aria_hidden=True),
                    element(
                        "th", words(f"measure.{values.measure.value}"), scope="col", class_="number"
                    ),
                ),
            ),
            element("tbody", _rows(visit, layer.id, [*rows, *unplaced], most)),
        )
    ]


def _rows(
    visit: Visit, layer: str, rows: Sequence[tuple[int, str, str]], most: int
) -> Iterable[Element]:
    """Yield one line for each area; its name chooses it, as a click on the map does."""
    chosen = visit.address.chosen(layer)
    for count, key, name in rows:
        address = (
            visit.address.toggled(layer, key) if key in chosen else visit.address.only(layer, key)
        )
        mark: Child = hidden(visit.words("map.chosen")) if key in chosen else None
        yield element(
            "tr",
            element("th", link(address, visit.label(layer, key, name)), mark, scope="row"),
            element("td", share_bar(count, most), class_="bar-cell", aria_hidden=True),
            element("td", visit.words.number(count), class_="number"),
            key=key,
            class_="chosen" if key in chosen else None,
        )
