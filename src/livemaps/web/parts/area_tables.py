"""What an area's requests are about, where they are, who has them, and which are the oldest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from livemaps.model import Filters
from livemaps.views.area import AgencyRow, AreaView, OldRequest, Part, ServiceRow
from livemaps.web.components import link, request_link
from livemaps.web.elements import Element, element
from livemaps.web.parts import area_words as say
from livemaps.web.parts.area_files import area_file
from livemaps.web.parts.behind import OLD, UNATTENDED, linked, to_agency, to_list, to_waiting
from livemaps.web.parts.tables import Column, Row, card, csv_link, foot, table, without_last
from livemaps.web.site import Visit

MOST_PARTS = 10
"""As the City's own monthly ward report has them."""

MOST_AGENCIES = 12
"""Agencies listed; the table to take away has them all."""


def services_card(visit: Visit, view: AreaView) -> Element:
    """Return the services most reported."""
    words = visit.words
    return card(
        words("area.services.title", count=len(view.services)),
        services_table(visit, view, view.services),
        _moved_note(visit, view),
        foot(None if view.basis.pending else area_file(visit, view, "services")),
        key="services",
    )


def services_table(visit: Visit, view: AreaView, shown: Sequence[ServiceRow]) -> Element:
    """Return services with what was reported, what is open, and their usual time."""
    words, here = visit.words, say.of_area(view.layer, view.here.key)
    rows = []
    for row in shown:
        filters = replace(here, services=frozenset({row.service}))
        name = visit.label("service", row.service)
        rows.append(Row(row.service, (name, *_figures(visit, view, row, filters))))
    heading = Column(words("filter.service"), number=False)
    columns = (heading, *_figure_columns(visit, view, "usual-time"))
    return _usual_last(visit, view, words("area.services.caption"), columns, rows)


def parts_card(visit: Visit, view: AreaView) -> Element | None:
    """Return the parts with the most requests; nothing of an area without parts."""
    if view.finest:
        return None
    words = visit.words
    areas = say.layer_name(visit, view.parts_layer, plural=True)
    shown = most_open(view)
    return card(
        words("area.top_parts", areas=areas.lower(), count=len(shown)),
        parts_table(visit, view, shown),
        _moved_note(visit, view),
        element("p", window(visit, view), " ", words("area.needs_long"), class_="quiet-text"),
        foot(None if view.basis.pending else area_file(visit, view, "parts")),
        key="parts",
    )


def _moves(view: AreaView) -> bool:
    """Whether it is told how backlogs have changed in four weeks."""
    return view.services_moved is not None and view.parts_moved is not None


def _moved_note(visit: Visit, view: AreaView) -> Element | None:
    """Return what the change of four weeks counts, and what is written bold."""
    if not _moves(view):
        return None
    return element("p", visit.words("area.moved.note"), class_="quiet-text")


def window(visit: Visit, view: AreaView) -> str:
    """Return of which days "reported" counts requests."""
    if view.basis.until is None:
        return ""
    return visit.words("area.window", day=visit.words.day(view.basis.until))


def most_open(view: AreaView) -> list[Part]:
    """Return the parts with the most open requests."""
    return sorted(view.parts, key=lambda part: (-part.open, part.name))[:MOST_PARTS]


def parts_table(visit: Visit, view: AreaView, shown: Sequence[Part]) -> Element:
    """Return parts with what is open, what was reported, and the usual time."""
    words, layer = visit.words, view.parts_layer
    rows = []
    for part in shown:
        name = say.area_link(visit, layer, part.key, part.name)
        figures = _figures(visit, view, part, say.of_area(layer, part.key))
        rows.append(Row(part.key, (name, *figures)))
    heading = Column(say.layer_name(visit, layer), number=False)
    columns = (heading, *_figure_columns(visit, view, "time-to-close"))
    return _usual_last(visit, view, words("area.parts_caption"), columns, rows)


def _figure_columns(visit: Visit, view: AreaView, usual: str) -> tuple[Column, ...]:
    """Return the headings of `_figures`; `usual` is the metric that defines the time."""
    words = visit.words
    return (
        Column(words("measure.reported"), "reported"),
        Column(words("area.open"), "open"),
        *([Column(words("area.moved.column"), "queues")] if _moves(view) else []),
        Column(words("area.usual_time"), usual),
    )


def _figures(
    visit: Visit, view: AreaView, row: ServiceRow | Part, filters: Filters
) -> tuple[Element | str, ...]:
    """Return what was reported, what is open and the usual time of what `filters` choose."""
    words = visit.words
    return (
        link(to_list(visit, say.reported(view, filters)), words.number(row.reported)),
        link(to_list(visit, filters), words.number(row.open)),
        *([say.change(visit, row)] if _moves(view) else []),
        _days(visit, row.usual_days),
    )


def _usual_last(
    visit: Visit, view: AreaView, caption: str, columns: tuple[Column, ...], rows: list[Row]
) -> Element:
    """Return the table; without the usual times, its last column, while they are worked out."""
    told = without_last(columns, rows) if view.basis.pending else (columns, rows)
    return table(visit, caption, *told)


def agencies_card(visit: Visit, view: AreaView) -> Element:
    """Return who is accountable for what is open, and for what nobody has touched for long."""
    words = visit.words
    query = {"by": "agency", view.layer: view.here.key}
    unattended = view.here.unattended
    filters = say.of_area(view.layer, view.here.key)
    text = linked(
        words("area.unattended_text", count=unattended),
        to_waiting(visit, filters, "unattended", unattended),
    )
    rest = view.agencies[MOST_AGENCIES:]
    others = words("breakdown.others", count=len(rest), requests=sum(row.open for row in rest))
    return card(
        words("area.agencies"),
        element("p", text, class_="quiet-text"),
        agencies_table(visit, view, view.agencies[:MOST_AGENCIES]),
        element("p", others, class_="quiet-text") if rest else None,
        None if view.basis.pending else foot(csv_link(visit, "unattended", query)),
        key="agencies",
    )


def agencies_table(visit: Visit, view: AreaView, shown: Sequence[AgencyRow]) -> Element:
    """Return what each agency has open."""
    words = visit.words
    filters = say.of_area(view.layer, view.here.key)
    columns = (
        Column(words("filter.agency"), number=False),
        Column(words("area.open"), "open"),
        Column(words("area.old_short"), "age"),
        Column(words("area.unattended"), "unattended"),
    )
    rows = []
    for row in shown:
        chosen = replace(filters, agencies=frozenset({row.agency}))
        old = replace(chosen, ages=OLD)
        cells = (
            _agency(visit, row.agency),
            _counted(visit, chosen, row.open),
            _counted(visit, old, row.over_four_weeks),
            _counted(visit, replace(chosen, waiting=UNATTENDED), row.unattended),
        )
        rows.append(Row(row.agency or "none", cells))
    return table(visit, words("area.agencies"), columns, rows)


def oldest_card(visit: Visit, view: AreaView) -> Element:
    """Return the oldest open requests, with the agency and when they were last heard of."""
    words = visit.words
    filters = say.of_area(view.layer, view.here.key)
    address = to_list(visit, filters)
    order = replace(address, view=replace(address.view, order=address.view.order.OLDEST))
    return card(
        words("area.oldest.title"),
        oldest_table(visit, view.oldest, view.basis.meta.newest_day)
        if view.oldest
        else element("p", words("area.nothing_open"), class_="quiet-text"),
        foot(
            link(order, words("area.oldest.all")),
            None if view.basis.pending else area_file(visit, view, "oldest"),
        ),
        key="oldest",
    )


def oldest_table(visit: Visit, shown: Sequence[OldRequest], newest: int | None) -> Element:
    """Return old requests: number, what, who, since when, and how long nothing was heard.

    `newest` is the day where the data end.
    """
    words = visit.words
    columns = (
        Column(words("list.request"), number=False),
        Column(words("list.service"), number=False),
        Column(words("list.agency"), number=False),
        Column(words("list.requested")),
        Column(words("area.silent")),
    )
    rows = [
        Row(
            old.request.service_request_id,
            (
                request_link(visit.address, old.request.service_request_id),
                visit.label("service", old.request.service_name),
                _agency(visit, old.request.agency_responsible),
                words.day(old.request.requested_day),
                _silent(visit, old, newest),
            ),
        )
        for old in shown
    ]
    return table(visit, words("area.oldest.title"), columns, rows)


def _silent(visit: Visit, old: OldRequest, newest: int | None) -> Element | str:
    """Return how long nothing was heard, as one speaks of it; since when, where that is long."""
    words, days = visit.words, old.silent_days
    span = words.span(days)
    if newest is None or span == words.days(days):
        return span
    since = words("area.since", month=words.month(newest - days))
    return element("span", since, " (", span, ")", title=words.days(days))


def _agency(visit: Visit, agency: str) -> Element | str:
    """Return an agency's name, which leads to its page; that there is none leads nowhere."""
    name = visit.label("agency", agency)
    return link(to_agency(visit, agency), name) if agency else name


def _counted(visit: Visit, filters: Filters, count: int) -> Element | str:
    """Return a count, which leads to its list where there is any.

    No address asks for those that name no agency.
    """
    text = visit.words.number(count)
    return link(to_list(visit, filters), text) if count and "" not in filters.agencies else text


def _days(visit: Visit, days: int | None) -> str:
    return visit.words("measures.expected.word.too_few") if days is None else visit.words.span(days)
