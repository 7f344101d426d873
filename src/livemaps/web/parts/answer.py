"""The answer in words, what limits it, and what could not be understood of the address."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from livemaps.model import Measure
from livemaps.views import Facets, Headline, Home, QueryProblem
from livemaps.web.components import definition, icon, link, notice, rich
from livemaps.web.elements import Child, Element, element, tree
from livemaps.web.page import path_to
from livemaps.web.parts import reported
from livemaps.web.parts.area_words import AREA, changed
from livemaps.web.parts.area_words import share as of
from livemaps.web.parts.help import how_to_read
from livemaps.web.site import Visit
from livemaps.web.urlstate import Address

UNTOLD = ("no_due_days", "usual_pending")
"""Kinds of problems with what an address names rightly, and this city does not tell (yet)."""

MOST_NAMED = 2
"""More areas or services than this are counted in the headline, not named."""


def answer(visit: Visit, home: Home) -> list[Element]:
    """Return the headline, the sentences below it and the filters in force."""
    headline = home.headline
    facts = [element("li", fact, key=key) for key, fact in asides(visit, headline)]
    facts = [*_to_areas(visit, home.facets), *facts]
    return tree(
        problems(visit),
        _title(visit, home),
        _told(visit, home),
        chips(visit, home.facets),
        element("ul", facts, class_="asides"),
        how_to_read(visit, "map", headline.measure.value, "age", "waiting", "unplaced", "classes"),
    )


def _to_areas(visit: Visit, facets: Facets) -> list[Element]:
    """Return the ways to the pages of the areas chosen, where they are few."""
    chosen = [(layer, key) for layer, keys in visit.address.filters.areas for key in sorted(keys)]
    placed = [(layer, key) for layer, key in chosen if not key.startswith("unplaced:")]
    return [
        element(
            "li",
            link(
                visit.address.page_link(path_to(AREA, layer, key)),
                visit.words("area.about", area=_named(visit, facets, layer, frozenset({key}))),
            ),
            key=f"{layer}/{key}",
        )
        for layer, key in (placed if len(placed) <= MOST_NAMED else [])
    ]


def _told(visit: Visit, home: Home) -> Element | None:
    """Return the sentences below the headline; where nothing matches, what to loosen.

    Whether something is reported already is answered by nothing as well: `parts/reported.py`.
    """
    if home.headline.total:
        return _lede(visit, home.headline)
    return None if reported.asked(visit) else _nothing(visit, home.facets)


def _lede(visit: Visit, headline: Headline) -> Element:
    """Return the sentences below the headline."""
    return element("p", _spaced(sentences(visit, headline)), class_="lede")


def plain(visit: Visit, home: Home) -> str:
    """Return the headline and the sentences below it without emphasis, for previews of a link."""
    headline = home.headline
    told = sentences(visit, headline) if headline.total else iter(())
    return " ".join((f"{_counted(visit, home)}.", *told)).replace("**", "")


def _title(visit: Visit, home: Home) -> Element:
    """Return the headline, with what it counts a click away."""
    return element(
        "h1",
        element("span", rich(_counted(visit, home)), role="status"),
        " ",
        definition(visit.words, visit.address, home.headline.measure.value),
        tabindex=-1,
        data_focus_fallback=True,
        # What the page is drawn from: `assets/live.js` compares it with what there is.
        data_version=home.version,
    )


def _counted(visit: Visit, home: Home) -> str:
    """Return where and what, how many, and in which days where days are chosen."""
    headline, dates = home.headline, _dates(visit)
    name, where = headline.measure.value, scope(visit, home.facets)
    if not dates:
        return visit.words(f"answer.{name}", scope=where, count=headline.total)
    return visit.words(f"answer.dated.{name}", scope=where, count=headline.total, dates=dates)


def _dates(visit: Visit) -> str:
    """Return the days chosen in words, such as "from Nov 2 to Nov 8"; nothing where none are."""
    words, filters = visit.words, visit.address.filters
    since, until = (
        None if day is None else words.day(day) for day in (filters.since, filters.until)
    )
    if since and until:
        kind = "day" if since == until else "between"
        return words(f"answer.dates.{kind}", since=since, until=until)
    if since:
        return words("answer.dates.since", since=since)
    return words("answer.dates.until", until=until) if until else ""


def scope(visit: Visit, facets: Facets) -> str:
    """Return what the headline speaks of: the areas chosen, else the city; and the services."""
    words = visit.words
    places = [_named(visit, facets, layer, keys) for layer, keys in visit.address.filters.areas]
    subjects = [
        _named(visit, facets, dimension, visit.address.chosen(dimension))
        for dimension in ("service", "category", "agency")
        if visit.address.chosen(dimension)
    ]
    where = words("scope.and").join(places) or visit.profile.name
    if not subjects:
        return where
    return words("scope.subject", where=where, what=words("scope.and").join(subjects))


def _named(visit: Visit, facets: Facets, dimension: str, values: frozenset[str]) -> str:
    """Return chosen values by name, or how many they are where they are many."""
    if len(values) > MOST_NAMED:
        return visit.words(
            "scope.many", count=len(values), dimension=visit.dimension(dimension).lower()
        )
    names = _labels(visit, facets, dimension)
    return visit.words.listed(
        [names.get(value) or visit.label(dimension, value) for value in sorted(values)]
    )


def _labels(visit: Visit, facets: Facets, dimension: str) -> dict[str, str]:
    """Return the names of the options that are chosen in a filter."""
    facet = facets.facets.get(dimension)
    options = facet.options if facet else ()
    return {o.value: visit.label(dimension, o.value, o.label) for o in options if o.chosen}


def sentences(visit: Visit, headline: Headline) -> Iterator[str]:
    """Yield the sentences below the headline; each says one thing."""
    words = visit.words
    if headline.measure is Measure.OPEN:
        share = of(visit, headline.over_four_weeks, headline.total)
        yield words("answer.old", count=headline.over_four_weeks, share=share)
        if headline.change is not None:
            yield changed(visit, headline.change)
    if headline.week_ends is not None and not visit.address.filters.of_life:
        yield _week(visit, headline, headline.week_ends)
    if headline.measure is Measure.OPEN and headline.oldest_day is not None:
        yield words("answer.since.oldest", day=words.day(headline.oldest_day))


def _week(visit: Visit, headline: Headline, ends: int) -> str:
    """Return how many were reported in the newest complete week, and compared with before."""
    words = visit.words
    change = headline.last_week - headline.week_before
    direction = "same" if change == 0 else "more" if change > 0 else "fewer"
    compared = words(f"answer.week.{direction}", count=abs(change))
    return words(
        "answer.week.reported", day=words.day(ends), count=headline.last_week, compared=compared
    )


def asides(visit: Visit, headline: Headline) -> Iterator[tuple[str, list[Child]]]:
    """Yield what the number leaves out or cannot show, each with its key."""
    words, address = visit.words, visit.address
    if headline.set_apart_hidden and not address.filters.set_apart:
        text = words(
            "aside.apart",
            count=headline.set_apart_hidden,
            services=words.listed(visit.apart),
        )
        yield "apart", [text, " ", link(address.filtered(set_apart=True), words("aside.include"))]
    if headline.duplicates:
        text = words("aside.duplicates", count=headline.duplicates)
        yield "duplicates", [text, definition(words, address, "duplicates")]


def _nothing(visit: Visit, facets: Facets) -> Element:
    """Return which filters to loosen, by name, when nothing matches."""
    words = visit.words
    names = {key: _labels(visit, facets, key) for key, _, _ in visit.address.in_force()}
    loosened = [
        element(
            "li",
            link(
                without,
                words("none.without", filter=_read(visit, key, value, names[key].get(value))),
            ),
            key=key + value,
        )
        for key, value, without in visit.address.in_force()
    ]
    if not loosened:
        return notice("plain", words("none.title"), element("p", words("none.no_filter")))
    clear = element("li", link(visit.address.cleared(), words("filters.clear")), key="clear")
    return notice(
        "plain",
        words("none.title"),
        element("p", words("none.loosen")),
        element("ul", loosened, clear),
    )


def _read(visit: Visit, key: str, value: str, published: str | None = None) -> str:
    """Return a filter in force as it reads on a chip."""
    words = visit.words
    if key in ("from", "to"):
        return words(f"chip.{key}", day=words.day(int(value)))
    if key == "apart":
        return words("chip.apart", services=words.listed(visit.apart))
    name = visit.label(key, value, published)
    if visit.is_layer(key) and visit.profile.layer(key).key_label is not None:
        return name
    return words("chip.named", filter=visit.dimension(key), value=name)


def chips(visit: Visit, facets: Facets) -> Element | None:
    """Return the filters in force, each with the way to take it away."""
    words = visit.words
    names = {key: _labels(visit, facets, key) for key, _, _ in visit.address.in_force()}
    chips = [
        _chip(
            words("chip.remove"),
            _read(visit, key, value, names[key].get(value)),
            without,
            key + value,
        )
        for key, value, without in visit.address.in_force()
    ]
    if not chips:
        return None
    clear = element(
        "li",
        link(visit.address.cleared(), words("filters.clear"), class_="clear"),
        key="clear",
    )
    return element("ul", chips, clear, class_="chips", aria_label=words("chip.label"))


def _chip(remove: str, text: str, without: Address, key: str) -> Element:
    """Return one filter in force; the whole chip takes it away."""
    label = f"{remove} {text}"
    return element(
        "li", link(without, text, icon("close"), class_="chip", aria_label=label), key=key
    )


def problems(visit: Visit) -> list[Element]:
    """Return what could not be understood of the address, each part with what was left out."""
    words, found = visit.words, [_problem(visit, problem) for problem in visit.problems]
    kept = element("p", words("problem.kept"))
    if len(found) < 2:
        return [notice("warning", text, kept, meant) for text, meant in found]
    listed = [element("li", *told, key=str(at)) for at, told in enumerate(found)]
    return [
        notice("warning", words("problem.several", count=len(found)), element("ul", listed), kept)
    ]


def _problem(visit: Visit, problem: QueryProblem) -> tuple[str, Element | None]:
    """Return which part of the address was left out, and what may have been meant."""
    words = visit.words
    kind = problem.kind if words.has(f"problem.{problem.kind}") else "other"
    value = visit.label("waiting", problem.value) if kind in UNTOLD else problem.value
    text = words(f"problem.{kind}", name=problem.name, value=value)
    meant = None
    if problem.suggestion and problem.kind == "unknown_value":
        better = visit.address.toggled(problem.name, problem.suggestion)
        name = visit.label(problem.name, problem.suggestion)
        meant = element("p", link(better, words("problem.meant", value=name)))
    if problem.suggestion and problem.kind == "unknown_name":
        own = f"{visit.address}{'&' if visit.address.query else '?'}"
        named = own + urlencode({problem.suggestion: problem.value})
        meant = element("p", link(named, words("problem.meant", value=problem.suggestion)))
    return text, meant


def _spaced(texts: Iterator[str]) -> list[Child]:
    """Return sentences after each other, their strong parts marked."""
    return [part for text in texts for part in (*rich(text), " ")]
