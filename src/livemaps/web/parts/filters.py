"""The filters: native controls, each option with how many requests it would show."""

from __future__ import annotations

from collections.abc import Sequence

from livemaps.model import Measure
from livemaps.views import Facet, Home, Option
from livemaps.web import ids
from livemaps.web.components import hidden, icon, iso, radios
from livemaps.web.elements import Child, Element, element, tree
from livemaps.web.site import Visit

LONG = 12
"""Filters with more options than this can be searched."""

FIRST = ("stage", "age", "waiting")
"""Filters that come first: short, and asked for most."""

OPENED = frozenset({"stage", "age"})
"""Filters that are unfolded at first."""


def main_filters(visit: Visit, home: Home) -> list[Element]:
    """Return the filters that come first: what is counted, stage, age and how requests wait."""
    facets = (home.facets.facets.get(name) for name in FIRST)
    return [
        _measures(visit, home),
        *(_facet(visit, facet) for facet in facets if facet and not _pointless(visit, facet)),
    ]


def _pointless(visit: Visit, facet: Facet) -> bool:
    """Whether a filter could only take everything away: what is resolved waits no more."""
    resolved = visit.address.filters.measure is Measure.RESOLVED
    chosen = visit.address.chosen(facet.dimension)
    return facet.dimension == "waiting" and resolved and not chosen


def more_filters(visit: Visit, home: Home, unfolded: frozenset[str]) -> list[Element]:
    """Return all other filters but the services, which have a search of their own.

    Options are drawn of those that are `unfolded` only: a city has hundreds of areas.
    """
    first = {*FIRST, "service"}
    facets = [facet for name, facet in home.facets.facets.items() if name not in first]
    drawn = (_facet(visit, facet, facet.dimension in unfolded) for facet in facets)
    return tree(drawn, _dates(visit), _apart(visit, home))


def services(visit: Visit, options: Sequence[Option], text: str) -> list[Element]:
    """Return the services that match a text, or the most frequent ones."""
    words = visit.words
    box = element(
        "div",
        icon("search"),
        element(
            "input",
            type="search",
            aria_label=words("services.search"),
            placeholder=words("services.placeholder"),
            autocomplete="off",
            data_store=ids.SERVICE_TEXT,
        ),
        class_="search-field",
    )
    none = element("p", words("services.none", text=text), class_="quiet-text")
    listed = _options(visit, "service", options) if options else none
    return [_folder(visit, "service", box, listed)]


def _measures(visit: Visit, home: Home) -> Element:
    """Return the choice of what is counted."""
    options: list[tuple[str, list[Child]]] = [
        (measure.value, _measure(visit, measure, home.facets.measures.get(measure)))
        for measure in Measure
    ]
    chosen = visit.address.filters.measure.value
    return element(
        "div",
        element("h3", visit.words("filter.measure")),
        radios("measure", visit.words("filter.measure"), options, chosen),
        class_="filter measures",
    )


def _measure(visit: Visit, measure: Measure, count: int | None) -> list[Child]:
    """Return the label of a measure, by what it counts under the dates chosen, with its count."""
    filters = visit.address.filters
    dated = filters.since is not None or filters.until is not None
    name = visit.words(f"measure.{'dated' if dated else 'choice'}.{measure.value}")
    if count is None:
        return [name]
    return [name, " ", element("span", visit.words.number(count), class_="count")]


def _facet(visit: Visit, facet: Facet, unfolded: bool = True) -> Element:
    """Return one filter, with its options where they are in sight."""
    if not unfolded:
        return _folder(visit, facet.dimension)
    left = None
    if facet.left_out:
        text = visit.words("filter.left_out", count=facet.left_out)
        left = element("p", text, class_="quiet-text")
    search = _narrow(visit, facet.dimension) if len(facet.options) > LONG else None
    options = _options(visit, facet.dimension, facet.options)
    return _folder(visit, facet.dimension, search, options, left)


def _narrow(visit: Visit, dimension: str) -> Element:
    """Return a field that hides the options of a long list that do not hold its text."""
    label = visit.words("filter.narrow", filter=visit.dimension(dimension).lower())
    return element(
        "div",
        icon("search"),
        element(
            "input",
            type="search",
            aria_label=label,
            placeholder=label,
            autocomplete="off",
            data_narrow=True,
        ),
        class_="search-field",
    )


def _folder(visit: Visit, dimension: str, *content: Child) -> Element:
    """Return a part that folds, named after its filter, with how many options are chosen."""
    chosen = len(visit.address.chosen(dimension))
    # Beside what was closed in some days, "closed" of now is another number.
    now = dimension == "stage"
    name = visit.words("filter.stage_now") if now else visit.dimension(dimension)
    mark = None
    if chosen:
        mark = element(
            "span",
            str(chosen),
            hidden(visit.words("filter.chosen", count=chosen)),
            class_="chosen-count",
        )
    return element(
        "details",
        element("summary", element("h3", name), mark),
        element("fieldset", element("legend", name, class_="visually-hidden"), content),
        class_="filter",
        open=dimension in OPENED or None,
        data_fold=dimension,
        key=dimension,
    )


def _options(visit: Visit, dimension: str, options: Sequence[Option]) -> Element:
    """Return the options of a filter as checkboxes with counts."""
    most = max((option.count for option in options), default=0)
    return element(
        "ul",
        [_option(visit, dimension, option, most) for option in options],
        class_="options",
        tabindex=-1,
    )


def _option(visit: Visit, dimension: str, option: Option, most: int) -> Element:
    """Return one option: a box to tick, its name, how many it would show, and a bar of that."""
    share = 0 if most == 0 else 100 * option.count / most
    return element(
        "li",
        element(
            "label",
            element(
                "input",
                type="checkbox",
                name=dimension,
                value=option.value,
                checked=option.chosen,
                data_param=dimension,
            ),
            element(
                "span", visit.label(dimension, option.value, option.label), class_="option-name"
            ),
            element("span", visit.words.number(option.count), class_="count"),
            style={"--share": f"{share:.0f}%"},
        ),
        key=option.value,
        class_=None if option.count or option.chosen else "empty",
    )


def _dates(visit: Visit) -> Element:
    """Return the two date fields; which date is meant depends on the measure."""
    words, filters = visit.words, visit.address.filters
    fields = [
        element(
            "label",
            element("span", words(f"dates.{key}")),
            element("input", type="date", name=key, value=iso(day), data_param=key),
            key=key,
        )
        for key, day in (("from", filters.since), ("to", filters.until))
    ]
    chosen = sum(day is not None for day in (filters.since, filters.until))
    meaning = "closed" if filters.measure is Measure.RESOLVED else "requested"
    return element(
        "details",
        element(
            "summary",
            element("h3", words(f"dates.{meaning}")),
            element("span", str(chosen), class_="chosen-count") if chosen else None,
        ),
        element(
            "fieldset",
            element("legend", words(f"dates.{meaning}"), class_="visually-hidden"),
            element("div", fields, class_="dates"),
        ),
        class_="filter",
        key="dates",
    )


def _apart(visit: Visit, home: Home) -> Element | None:
    """Return the switch that counts set-apart services too."""
    if not visit.profile.set_apart_services:
        return None
    words = visit.words
    text = words("filter.apart", services=words.listed(visit.apart))
    return element(
        "div",
        element(
            "label",
            element(
                "input",
                type="checkbox",
                name="apart",
                value="1",
                checked=visit.address.filters.set_apart,
                data_param="apart",
            ),
            element("span", text, class_="option-name"),
            element("span", words.number(home.facets.set_apart), class_="count"),
        ),
        class_="filter apart",
        key="apart",
    )
