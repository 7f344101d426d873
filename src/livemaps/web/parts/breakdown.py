"""The status breakdown: stage by age, and the agencies and categories with the most requests."""

from __future__ import annotations

from collections.abc import Sequence

from livemaps.model import AGE_BANDS, Measure, Stage
from livemaps.views import Breakdown, Changes, Group
from livemaps.web.components import definition, link, rich, share_bar
from livemaps.web.elements import Element, element
from livemaps.web.parts.behind import to_agency
from livemaps.web.site import Visit

LONGEST = 8
"""Agencies and categories shown; the others are behind the filters."""

STAGE_KEYS = tuple(stage.name.lower() for stage in Stage)


def breakdown(visit: Visit, values: Breakdown) -> list[Element]:
    """Return the breakdown as three tables with bars; each line leads to its requests.

    Of nothing there is nothing to break down.
    """
    if not any(values.ages):
        return []
    return [
        _stages(visit, values),
        _groups(visit, "agency", values.agencies),
        _groups(visit, "category", values.categories),
    ]


def shown_stages(visit: Visit) -> Sequence[Stage]:
    """Return the stages that the measure can have: the backlog holds nothing resolved."""
    if visit.address.filters.measure is Measure.OPEN:
        return (Stage.RECEIVED, Stage.IN_PROGRESS)
    if visit.address.filters.measure is Measure.RESOLVED:
        return (Stage.RESOLVED,)
    return tuple(Stage)


def _stages(visit: Visit, values: Breakdown) -> Element:
    """Return stage by age."""
    words, stages = visit.words, shown_stages(visit)
    most = max(values.ages, default=0)
    head = element(
        "tr",
        element("th", words("filter.age"), scope="col"),
        [_stage_head(visit, stage) for stage in stages],
        element("th", words("breakdown.total"), scope="col", class_="number")
        if len(stages) > 1
        else None,
    )
    rows = [
        _age_row(visit, band.key, [values.table[stage][at] for stage in stages], most)
        for at, band in enumerate(AGE_BANDS)
    ]
    title = (
        "breakdown.by_age_resolved"
        if visit.address.filters.measure is Measure.RESOLVED
        else "breakdown.by_age"
    )
    inferred = None
    if visit.profile.infer_in_progress and Stage.IN_PROGRESS in stages:
        inferred = element(
            "p",
            words("breakdown.inferred"),
            definition(words, visit.address, "in_progress"),
            class_="quiet-text",
        )
    return _card(
        words(title),
        element("table", element("thead", head), element("tbody", rows)),
        inferred,
    )


def _stage_head(visit: Visit, stage: Stage) -> Element:
    """Return the heading of a stage's column, with the mark that its bars have."""
    key = STAGE_KEYS[stage]
    return element(
        "th",
        element("span", class_=f"swatch stage-{key}", aria_hidden=True),
        link(visit.address.toggled("stage", key), visit.words(f"stage.{key}")),
        scope="col",
        class_="number",
        key=key,
    )


def _age_row(visit: Visit, band: str, counts: Sequence[int], most: int) -> Element:
    """Return one age band: its bar in stages, and the numbers."""
    words, stages = visit.words, shown_stages(visit)
    pieces = [
        element(
            "span",
            class_=f"bar-fill stage-{STAGE_KEYS[stage]}",
            style={"width": f"{100 * count / most if most else 0:.1f}%"},
            key=STAGE_KEYS[stage],
        )
        for stage, count in zip(stages, counts, strict=True)
        if count
    ]
    return element(
        "tr",
        element(
            "th",
            link(visit.address.toggled("age", band), words(f"age.{band}")),
            element("span", pieces, class_="bar", aria_hidden=True),
            scope="row",
            aria_current="true" if band in visit.address.filters.ages else None,
        ),
        [
            element("td", words.number(count), class_="number", key=STAGE_KEYS[stage])
            for stage, count in zip(stages, counts, strict=True)
        ],
        element("td", words.number(sum(counts)), class_="number total")
        if len(counts) > 1
        else None,
        key=band,
    )


def _groups(visit: Visit, dimension: str, groups: Sequence[Group]) -> Element:
    """Return the largest agencies or categories with their share of the whole."""
    words = visit.words
    most = max((group.total for group in groups), default=0)
    rows = [_group_row(visit, dimension, group, most) for group in groups[:LONGEST]]
    rest = sum(group.total for group in groups[LONGEST:])
    others = None
    if rest:
        others = element(
            "p",
            words("breakdown.others", count=len(groups) - LONGEST, requests=rest),
            class_="quiet-text",
        )
    head = element(
        "tr",
        element("th", visit.dimension(dimension), scope="col"),
        element("th", words("breakdown.requests"), scope="col", class_="number"),
    )
    table = element(
        "table", element("thead", head, class_="visually-hidden"), element("tbody", rows)
    )
    more = _more(visit) if dimension == "agency" else None
    return _card(words(f"breakdown.by_{dimension}"), table, others, more)


def _more(visit: Visit) -> Element:
    """Return the way to the page of the agency that is chosen, else to that of all."""
    words, chosen = visit.words, visit.address.filters.agencies
    if len(chosen) == 1:
        (name,) = chosen
        there = link(to_agency(visit, name), words("breakdown.agency_page", agency=name))
    else:
        there = link(visit.address.page_link("/backlog"), words("breakdown.backlog"))
    return element("p", there, class_="quiet-text")


def _group_row(visit: Visit, dimension: str, group: Group, most: int) -> Element:
    """Return one agency or category; its name filters by it."""
    chosen = group.value in visit.address.chosen(dimension)
    return element(
        "tr",
        element(
            "th",
            link(
                visit.address.toggled(dimension, group.value), visit.label(dimension, group.value)
            ),
            share_bar(group.total, most),
            scope="row",
            aria_current="true" if chosen else None,
        ),
        element("td", visit.words.number(group.total), class_="number"),
        key=group.value or "none",
    )


def _card(title: str, *content: Element | None) -> Element:
    """Return a titled part of the breakdown."""
    return element("section", element("h2", title), content, class_="card", key=title)


def changes(visit: Visit, values: Changes) -> list[Element]:
    """Return what the last refresh that found something changed."""
    words = visit.words
    kinds = [
        (kind, getattr(values, kind))
        for kind in ("new", "resolved", "reopened", "changed")
        if getattr(values, kind)
    ]
    if kinds:
        items = [
            element(
                "li", rich(words(f"changes.{kind}", count=count)), class_=f"change-{kind}", key=kind
            )
            for kind, count in kinds
        ]
    else:
        items = [element("li", words("changes.none"), key="none")]
    return [
        element("h2", words("changes.title")),
        element("ul", items, class_="changes"),
    ]
