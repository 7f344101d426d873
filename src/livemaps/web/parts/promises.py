"""What was on time and what is overdue; where nothing is promised, what waits longer than usual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from livemaps.model import Filters, Order
from livemaps.views.backlog_page import BacklogPage, Standards
from livemaps.views.backlog_parts import Beyond
from livemaps.views.measures.standards import DueMonth, GroupRecord, Record
from livemaps.web.charts import Line, Plot, chart
from livemaps.web.components import definition, link, rich
from livemaps.web.elements import Child, Element, element
from livemaps.web.page import path_to, pending
from livemaps.web.parts.behind import (
    card,
    linked,
    list_file,
    measure_file,
    quiet,
    to_agency,
    to_list,
    to_waiting,
)
from livemaps.web.site import Visit

REQUEST = "/request/<service_request_id>"

OUTCOMES = ("on_time", "late_closed", "late_open")
"""What became of what was due: fields of `Due`, and keys of words."""

MOST_AGENCIES = 8
MOST_MONTHS = 24
FEWEST_DUE = 20
"""Below so many that were due, a share jumps by five points with a single one: none is said."""


def promises(visit: Visit, found: BacklogPage) -> Element:
    """Return the record against the standards, or beside the usual times where there are none."""
    return _standards(visit, found) if found.published else _beyond(visit, found)


def _standards(visit: Visit, found: BacklogPage) -> Element:
    """Return what is overdue, and how much was on time once that is worked out."""
    title, standards = visit.words("backlog.standards.title"), found.standards
    now = _now(visit, found)
    if standards is None:
        return card(visit, "standards", title, "on-time", now, pending(visit))
    record, level = standards.record, found.subject.level if found.subject else "city"
    return card(
        visit,
        "standards",
        title,
        "on-time",
        _said(visit, record),
        now,
        _months(visit, record.months) if record else None,
        _record(visit, record) if level == "agency" else _agencies(visit, found, standards),
        files=[measure_file(visit, "standards", found.filters, by=level, period="month")]
        if found.subject
        else (),
    )


def _said(visit: Visit, record: Record | None) -> Element:
    """Return how much was on time in words."""
    words = visit.words
    if record is None:
        return quiet(words("backlog.one_filter"))
    share, due = record.total.share, record.total.due
    if share is None or due < FEWEST_DUE:
        return element("p", words("backlog.standards.too_few"))
    text = words("backlog.standards.said", share=words.percent(share), count=due)
    return element("p", rich(text))


def _now(visit: Visit, found: BacklogPage) -> Element | None:
    """Return what is overdue today and what is due soon, each with its list."""
    words, now = visit.words, found.now
    if now is None:
        return None
    text = words("backlog.standards.now", count=now.overdue, week=now.due_this_week)
    behind = (
        to_waiting(visit, found.filters, "overdue", now.overdue),
        to_waiting(visit, found.filters, "due_this_week", now.due_this_week),
    )
    return element("p", *linked(text, *behind), definition(words, visit.address, "overdue"))


def _record(visit: Visit, record: Record | None) -> Element | None:
    """Return what became of what was due, and how long the overdue ones are over."""
    if record is None or not record.total.due:
        return None
    words, due, now = visit.words, record.total, record.now
    facts = [(name, words.number(getattr(due, name))) for name in OUTCOMES]
    if now.median_days is not None and now.most_days is not None:
        facts.append(("median", words.days(round(now.median_days))))
        facts.append(("most", words.days(now.most_days)))
    pairs = [
        element(
            "div",
            element("dt", words(f"backlog.record.{name}")),
            element("dd", value),
            key=name,
        )
        for name, value in facts
    ]
    return element("dl", pairs, class_="facts-list")


def _months(visit: Visit, months: Sequence[DueMonth]) -> Element | None:
    """Return the share on time by the month in which requests were due."""
    words, shown = visit.words, list(months)[-MOST_MONTHS:]
    if len(shown) < 2:
        return None
    whole = [month.whole for month in shown]
    last = max((at for at, is_whole in enumerate(whole) if is_whole), default=-1)
    shares = [month.due.share if month.due.due >= FEWEST_DUE else None for month in shown]
    plot = Plot(
        title=words("backlog.standards.chart"),
        steps=[words.month(month.start) for month in shown],
        step_name=words("backlog.month"),
        marks=[Line(words("backlog.standards.line"), shares)],
        unit=words("backlog.standards.unit"),
        most=1.0,
        incomplete_from=last + 1,
        name=f"{visit.profile.id}-on-time",
    )
    return chart(plot, words, words.percent)


def _agencies(visit: Visit, found: BacklogPage, standards: Standards) -> Element | None:
    """Return the agencies with the most that is overdue."""
    agencies = standards.agencies
    if not agencies:
        return None
    words = visit.words
    head = (
        element("th", visit.dimension("agency"), scope="col"),
        element(
            "th",
            words("backlog.column.overdue"),
            definition(words, visit.address, "overdue"),
            scope="col",
            class_="number",
        ),
        element("th", words("backlog.column.due"), scope="col", class_="number wide"),
        element("th", words("backlog.column.on_time"), scope="col", class_="number"),
    )
    rows = [_standing(visit, found.filters, one) for one in agencies[:MOST_AGENCIES]]
    return element("table", element("thead", element("tr", head)), element("tbody", rows))


def _standing(visit: Visit, filters: Filters, one: GroupRecord) -> Element:
    words, share = visit.words, one.due.share
    told = share is not None and one.due.due >= FEWEST_DUE
    return element(
        "tr",
        element("th", _agency(visit, one.name), scope="row"),
        _waiting(visit, filters, one.name, "overdue", one.now.overdue),
        element("td", words.number(one.due.due), class_="number wide"),
        element(
            "td",
            words.percent(share) if told and share is not None else words("backlog.too_few"),
            class_="number",
        ),
        key=one.name or "none",
    )


def _waiting(visit: Visit, filters: Filters, agency: str, kind: str, count: int) -> Element:
    """Return how many of an agency's open requests wait in a way, with the list of them.

    Those without an agency cannot be asked for by an address.
    """
    own = replace(filters, agencies=frozenset({agency}))
    target = to_waiting(visit, own, kind, count) if agency else None
    text = visit.words.number(count)
    return element("td", link(target, text) if target else text, class_="number total")


def _agency(visit: Visit, name: str) -> Element:
    """Return an agency's name, which leads to its page."""
    label = visit.label("agency", name)
    return (
        element("a", label, href=to_agency(visit, name), data_nav=True)
        if name
        else element("span", label)
    )


def _beyond(visit: Visit, found: BacklogPage) -> Element:
    """Return how many open requests wait longer than is usual for their service."""
    words, beyond = visit.words, found.beyond
    title = words("backlog.usual.title")
    if beyond is None:
        return card(visit, "standards", title, "usual-time", pending(visit))
    agencies = _beyond_agencies(visit, found.filters, beyond)
    behind = to_waiting(visit, found.filters, "beyond_usual", beyond.beyond)
    return card(
        visit,
        "standards",
        title,
        "usual-time",
        element("p", *linked(_beyond_said(visit, beyond), behind)),
        agencies,
        quiet(words("backlog.usual.note")),
        files=[measure_file(visit, "usual-time", _of_services(found.filters))],
    )


def _of_services(filters: Filters) -> Filters:
    """Return the filters that usual times know."""
    return Filters(services=filters.services, categories=filters.categories)


def _beyond_said(visit: Visit, beyond: Beyond) -> str:
    words = visit.words
    if not beyond.open:
        return words("backlog.usual.none")
    share = words.percent(beyond.beyond / beyond.open)
    return words("backlog.usual.said", count=beyond.beyond, open=beyond.open, share=share)


def _beyond_agencies(visit: Visit, filters: Filters, beyond: Beyond) -> Element | None:
    """Return the agencies with the most requests beyond the usual time."""
    if len(beyond.agencies) < 2:
        return None
    words = visit.words
    head = [
        element("th", visit.dimension("agency"), scope="col"),
        element("th", words("backlog.column.beyond"), scope="col", class_="number"),
        element("th", words("backlog.column.open"), scope="col", class_="number"),
    ]
    rows = [
        element(
            "tr",
            element("th", _agency(visit, group.name), scope="row"),
            _waiting(visit, filters, group.name, "beyond_usual", group.beyond),
            element("td", words.number(group.open), class_="number"),
            key=group.name or "none",
        )
        for group in beyond.agencies[:MOST_AGENCIES]
    ]
    return element("table", element("thead", element("tr", head)), element("tbody", rows))


def unattended(visit: Visit, found: BacklogPage) -> Element:
    """Return the open requests of which nothing was heard: by agency, and the oldest ones."""
    words = visit.words
    behind = to_waiting(visit, found.filters, "unattended", found.unattended)
    text = words(
        "backlog.unattended.said",
        count=found.unattended,
        share=words.percent(found.unattended / max(found.headline.total, 1)),
    )
    return card(
        visit,
        "unattended",
        words("backlog.unattended.title"),
        "unattended",
        element("p", *linked(text, behind)),
        _unattended_agencies(visit, found) if len(found.agencies.groups) > 1 else None,
        _oldest(visit, found) if found.oldest else None,
        files=[measure_file(visit, "unattended", found.filters, by="agency")],
    )


def _unattended_agencies(visit: Visit, found: BacklogPage) -> Element:
    words = visit.words
    ranked = sorted(found.agencies.groups, key=lambda group: -group.unattended)[:MOST_AGENCIES]
    head = [
        element("th", visit.dimension("agency"), scope="col"),
        element("th", words("backlog.column.unattended"), scope="col", class_="number"),
        element("th", words("backlog.column.share"), scope="col", class_="number"),
    ]
    rows = [
        element(
            "tr",
            element("th", _agency(visit, group.name), scope="row"),
            _waiting(visit, found.filters, group.name, "unattended", group.unattended),
            element("td", words.percent(group.unattended / group.open), class_="number"),
            key=group.name or "none",
        )
        for group in ranked
        if group.unattended
    ]
    return element("table", element("thead", element("tr", head)), element("tbody", rows))


def _oldest(visit: Visit, found: BacklogPage) -> list[Element]:
    """Return the oldest unattended requests, each a link, and the way to all of them."""
    words = visit.words
    items = [
        element(
            "li",
            linked(
                words(
                    "backlog.unattended.request",
                    number=one.request.service_request_id,
                    service=visit.label("service", one.request.service_name),
                    agency=visit.label("agency", one.request.agency_responsible),
                    day=words.day(one.last_heard_day),
                ),
                visit.address.page_link(path_to(REQUEST, one.request.service_request_id)),
            ),
            key=one.request.service_request_id,
        )
        for one in found.oldest
    ]
    return [
        element("h3", words("backlog.unattended.oldest")),
        element("ul", items, class_="plain-list small"),
        element("p", _all_unattended(visit, found), class_="quiet-text no-print"),
    ]


def _all_unattended(visit: Visit, found: BacklogPage) -> list[Child]:
    """Return the ways to all unattended requests: the list, the oldest first, and its file."""
    filters = replace(found.filters, waiting=frozenset({"unattended"}))
    every = to_list(visit, filters).shown(order=Order.OLDEST)
    return [
        link(every, visit.words("backlog.unattended.all")),
        " · ",
        list_file(visit, filters),
    ]
