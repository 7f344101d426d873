"""How a long table of areas is made short: by name, by what contains them, sorted, in pages.

All of it stands in the address, so that it works by links and by a form alone; `assets/find.js`
sends the form while somebody types.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import parse_qsl

from livemaps.views.area import LayerView
from livemaps.web.components import hidden, icon, link, menu
from livemaps.web.elements import Element, element
from livemaps.web.parts import area_words as say
from livemaps.web.parts.areas_shown import FIND, ON_A_PAGE, SORT, Order, Shown, containing
from livemaps.web.site import Site, Visit
from livemaps.web.urlstate import Address


def controls(
    site: Site, visit: Visit, view: LayerView, shown: Shown, columns: Mapping[str, str]
) -> Element:
    """Return the ways to narrow and to sort; `columns` are those to sort by, as they read."""
    return element(
        "div",
        _find(visit, view, shown),
        _within(site, visit, view, shown),
        _sort(visit, shown.order, columns),
        class_="narrowing no-print",
    )


def count(visit: Visit, view: LayerView, shown: Shown) -> Element:
    """Return how many areas are found by name, read out when that changes."""
    words, told = visit.words, ""
    if shown.text:
        areas = say.layer_name(visit, view.layer, plural=True).lower()
        told = words("areas.found", count=len(shown.found), whole=len(shown.areas), areas=areas)
    if shown.text and not shown.found:
        told = words("search.none", text=shown.text)
    return element("p", told, role="status", class_="quiet-text areas-count no-print")


def pages(visit: Visit, shown: Shown) -> Element | None:
    """Return the way to the other pages, where there are any."""
    if shown.pages == 1:
        return None
    words = visit.words
    first, last = shown.first + 1, shown.first + len(shown.rows)
    items = [
        element(
            "li",
            link(
                visit.address.shown(page=number),
                words(f"list.{name}"),
                class_="button",
                rel=name[:4],
            ),
            key=name,
        )
        for name, number in (("previous", shown.page - 1), ("next", shown.page + 1))
        if 1 <= number <= shown.pages
    ]
    return element(
        "nav",
        element("p", words("list.range", first=first, last=last, count=len(shown.found))),
        element("ul", items),
        aria_label=words("list.pages"),
        class_="pages no-print",
    )


def _find(visit: Visit, view: LayerView, shown: Shown) -> Element | None:
    """Return the field for a part of a name; few areas need none."""
    if len(shown.areas) <= ON_A_PAGE // 2 and not shown.text:
        return None
    label = visit.words("filter.narrow", filter=say.layer_name(visit, view.layer).lower())
    return element(
        "form",
        _kept(visit),
        element("label", hidden(label), icon("search"), _name(label, shown), class_="search-field"),
        method="get",
        action=visit.address.path,
        role="search",
        class_="find",
        data_find=True,
        key="find",
    )


def _kept(visit: Visit) -> list[Element]:
    """Return what else the address asks for, which the form sends along."""
    others = _first_page(visit.address.with_option(FIND, None)).query
    return [
        element("input", type="hidden", name=name, value=value, key=f"{name}{at}")
        for at, (name, value) in enumerate(parse_qsl(others))
    ]


def _name(label: str, shown: Shown) -> Element:
    """Return the field itself."""
    return element(
        "input",
        type="search",
        name=FIND,
        value=shown.text,
        placeholder=label,
        autocomplete="off",
        spellcheck="false",
    )


def _within(site: Site, visit: Visit, view: LayerView, shown: Shown) -> Element | None:
    """Return the menu of the containing areas, where there are any."""
    layer = containing(visit, view.layer)
    if layer is None:
        return None
    chosen = {area.key: say.name_of(visit, layer, area) for _, area in shown.within}
    address = _first_page(visit.address)
    items = [
        link(
            address.choosing(layer, frozenset()),
            visit.profile.name,
            aria_current=None if chosen else "true",
        ),
        *(
            link(
                address.choosing(layer, frozenset({area.key})),
                say.name_of(visit, layer, area),
                aria_current="true" if area.key in chosen else None,
            )
            for area in site.board.layer(layer).areas
        ),
    ]
    names = visit.words.listed(list(chosen.values()))
    label = names or say.layer_name(visit, layer)
    return menu(label, items, "menu narrow-menu")


def _sort(visit: Visit, order: Order, columns: Mapping[str, str]) -> Element:
    """Return the menu of what can be sorted by; what is chosen can be turned round."""
    orders = list(_orders(order, columns))
    items = [
        link(
            _first_page(visit.address).with_option(SORT, str(one) or None),
            _read(visit, one, columns),
            aria_current="true" if one == order else None,
        )
        for one in orders
    ]
    now = order if order in orders else Order()
    label = visit.words("areas.sort.by", order=_read(visit, now, columns))
    return menu(label, items, "menu narrow-menu")


def _orders(chosen: Order, columns: Mapping[str, str]) -> Iterator[Order]:
    """Yield the orders offered: that of names, each column, and the chosen one turned round."""
    yield Order()
    for column in columns:
        yield Order(column)
        if column == chosen.column:
            yield Order(column, rising=True)


def _read(visit: Visit, order: Order, columns: Mapping[str, str]) -> str:
    """Return how an order reads."""
    if not order.column:
        return visit.words("areas.sort.name")
    way = "least" if order.rising else "most"
    return visit.words(f"areas.sort.{way}", column=columns[order.column])


def _first_page(address: Address) -> Address:
    return replace(address, view=replace(address.view, page=1))
