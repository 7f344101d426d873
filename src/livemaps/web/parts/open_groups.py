"""Open requests by agency and by service, with their ages; and the queues that grow or shrink."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from livemaps.model import Filters
from livemaps.statistics.queues import WEEKS, Word
from livemaps.text import Words
from livemaps.views.backlog_page import BacklogPage
from livemaps.views.backlog_parts import Moving, MovingQueue, OpenGroup, OpenTable, Sort
from livemaps.web.charts import sparkline
from livemaps.web.components import hidden, link
from livemaps.web.elements import Child, Element, element
from livemaps.web.page import pending
from livemaps.web.parts.behind import OLD, UNATTENDED, card, measure_file, quiet, to_agency, to_list
from livemaps.web.site import Visit
from livemaps.web.urlstate import Address

MOST_ROWS = 20
"""Groups shown; `?all=<level>` shows all of them."""

NAMES: Mapping[Word, str] = {Word.GROWING: "growing", Word.SHRINKING: "shrinking"}

ALL, SORT = "all", "sort"
OPTIONS = (ALL, SORT)
"""Keys of the address that these tables read."""

SIGNS: Mapping[bool, str] = {True: "+", False: "\N{MINUS SIGN}"}


def sort_of(visit: Visit) -> Sort:
    """Return what the address sorts by; what it does not know is as by default."""
    asked = visit.address.option(SORT)
    return Sort(asked) if asked in {sort.value for sort in Sort} else Sort.OPEN


def open_groups(visit: Visit, found: BacklogPage, table: OpenTable) -> Element:
    """Return the open requests by group with their ages; numbers lead to their lists."""
    words, level = visit.words, table.level
    every = visit.address.option(ALL) == level
    shown = table.by(sort_of(visit), None if every else MOST_ROWS)
    most = max((group.open for group in shown), default=0)
    rows = [_row(visit, found.filters, table, group, most) for group in shown]
    body = element(
        "table", _head(visit, table), element("tbody", rows), class_="open-groups stacked"
    )
    return card(
        visit,
        f"open-{level}",
        words(f"backlog.open.{level}"),
        "backlog-by",
        _sorts(visit, level),
        element(
            "div",
            body,
            class_="scrolling",
            tabindex=0,
            role="region",
            aria_label=words(f"backlog.open.{level}"),
        ),
        _key(visit, table),
        _rest(visit, table, len(shown)),
        files=[measure_file(visit, "backlog", found.filters, by=level)],
        width="whole",
    )


def _sorts(visit: Visit, level: str) -> Element:
    """Return the ways to sort, each a link."""
    words, chosen = visit.words, sort_of(visit)
    items = [
        element(
            "li",
            link(
                visit.address.with_option(SORT, None if sort is Sort.OPEN else sort.value),
                words(f"backlog.sort.{sort.value}"),
                aria_current="true" if sort is chosen else None,
            ),
            key=sort.value,
        )
        for sort in Sort
    ]
    return element(
        "div",
        element("span", words("backlog.sort.label"), id=f"sort-{level}"),
        element("ul", items, aria_labelledby=f"sort-{level}"),
        class_="sorts no-print",
    )


@dataclass(frozen=True)
class Column:
    """A column of numbers: what it is called, and its style."""

    title: str
    style: str = ""


def _columns(words: Words, table: OpenTable) -> list[Column]:
    """Return the columns of numbers, in their order."""
    return [
        Column(words("backlog.column.open"), "total"),
        *(Column(words(f"age.{band}"), "by-age") for band in table.bands),
        Column(words("backlog.column.old")),
        Column(words("backlog.column.net")),
        Column(words("backlog.column.unattended"), "wide"),
    ]


def _head(visit: Visit, table: OpenTable) -> Element:
    numbers = [_number_head(column.title, column.style) for column in _columns(visit.words, table)]
    return element(
        "thead", element("tr", element("th", visit.dimension(table.level), scope="col"), numbers)
    )


def _number_head(text: str, style: str = "") -> Element:
    return element("th", text, scope="col", class_=f"number {style}".strip(), key=text)


def _row(visit: Visit, filters: Filters, table: OpenTable, group: OpenGroup, most: int) -> Element:
    """Return one group: its name and bar, and its numbers."""
    own = Address(filters).only(table.level, group.name).filters
    total, *ages, old, net, unattended = _columns(visit.words, table)
    by_age = [
        _number(visit, column, count, replace(own, ages=frozenset({band})))
        for column, band, count in zip(ages, table.bands, group.bands, strict=True)
    ]
    return element(
        "tr",
        element(
            "th", _name(visit, table.level, group.name, own), _ages_bar(group, most), scope="row"
        ),
        _number(visit, total, group.open, own),
        by_age,
        _number(visit, old, group.old, replace(own, ages=OLD)),
        element("td", _net(visit, group), class_="number", data_label=net.title),
        _number(visit, unattended, group.unattended, replace(own, waiting=UNATTENDED)),
        key=group.name or "none",
    )


def _name(visit: Visit, level: str, name: str, own: Filters) -> Element:
    """Return a group's name: an agency leads to its page, a service to its list."""
    label = visit.label(level, name)
    if not name:
        return element("span", label)
    return link(to_agency(visit, name) if level == "agency" else to_list(visit, own), label)


def _number(visit: Visit, column: Column, count: int, filters: Filters) -> Element:
    """Return a count that leads to its list; nothing leads nowhere."""
    text = visit.words.number(count)
    shown: Child = link(to_list(visit, filters), text) if count and _is_named(filters) else text
    style = f"number {column.style} {'' if count else 'nothing'}"
    return element(
        "td", shown, class_=" ".join(style.split()), data_label=column.title, key=column.title
    )


def _is_named(filters: Filters) -> bool:
    """Whether an address can name the group: a name that the feed leaves empty cannot be asked."""
    return "" not in filters.agencies | filters.services


def _ages_bar(group: OpenGroup, most: int) -> Element:
    """Return the ages of a group's open requests as one bar, as long as its share of the most."""
    pieces = [
        element(
            "span",
            class_=f"bar-fill age-{at}",
            style={"width": f"{100 * count / most:.2f}%"},
            key=str(at),
        )
        for at, count in enumerate(group.bands)
        if count
    ]
    return element("span", pieces, class_="bar ages-bar", aria_hidden=True)


def _net(visit: Visit, group: OpenGroup) -> list[Child]:
    """Return by how many a group grew, and whether that is said to be growth."""
    if group.net is None:
        return [element("span", visit.words("backlog.not_known"), class_="quiet-text")]
    number = element("span", signed(visit, group.net))
    if group.word is None or group.word not in NAMES:
        return [number]
    word = NAMES[group.word]
    sign = element(
        "span", "▲" if word == "growing" else "▼", class_=f"sign {word}", aria_hidden=True
    )
    return [sign, number, hidden(visit.words(f"backlog.word.{word}"))]


def signed(visit: Visit, number: int) -> str:
    """Return a difference with its sign."""
    return f"{SIGNS[number > 0]}{visit.words.number(abs(number))}" if number else "0"


def _key(visit: Visit, table: OpenTable) -> Element:
    """Return what the shades of the bars mean."""
    items = [
        element(
            "li",
            element("span", class_=f"key age-{at}", aria_hidden=True),
            visit.words(f"age.{band}"),
            key=band,
        )
        for at, band in enumerate(table.bands)
    ]
    return element("ul", items, class_="chart-legend")


def _rest(visit: Visit, table: OpenTable, shown: int) -> Element | None:
    """Return how many groups are not shown, and the way to them."""
    left = len(table.groups) - shown
    if left <= 0:
        return None
    words = visit.words
    every = link(visit.address.with_option(ALL, table.level), words("backlog.show_all"))
    return element("p", words("backlog.left", count=left), " ", every, class_="quiet-text")


def queues(visit: Visit, found: BacklogPage) -> Element:
    """Return the queues that grow beside those that shrink: of agencies, then of services."""
    words = visit.words
    title = words("backlog.queues.title")
    levels = [one for one in (found.agency_queues, found.service_queues) if one is not None]
    if not levels:
        return card(visit, "queues", title, "queues", pending(visit), width="whole")
    if not any(one.told for one in levels):
        untold = quiet(words("backlog.queues.untold"))
        return card(visit, "queues", title, "queues", untold, width="whole")
    return card(
        visit,
        "queues",
        title,
        "queues",
        element(
            "div",
            _direction(visit, found.filters, levels, Word.GROWING),
            _direction(visit, found.filters, levels, Word.SHRINKING),
            class_="queue-columns",
        ),
        files=[measure_file(visit, "queues", found.filters, by="service")],
        width="whole",
    )


def _direction(visit: Visit, filters: Filters, levels: Sequence[Moving], word: Word) -> Element:
    """Return the queues that grow, or those that shrink."""
    words, name = visit.words, NAMES[word]
    tables = [_level(visit, filters, one, word) for one in levels if one.of(word)]
    return element(
        "section",
        element("h3", words(f"backlog.{name}.title")),
        tables or element("p", words(f"backlog.{name}.none")),
        quiet(words(f"backlog.{name}.note")) if tables else None,
        id=name,
        key=name,
    )


def _level(visit: Visit, filters: Filters, moving: Moving, word: Word) -> Element:
    """Return the queues of agencies, or those of services."""
    caption = visit.words(f"backlog.queues.{moving.level}", count=moving.count(word))
    rows = [_queue(visit, filters, moving.level, row, word) for row in moving.of(word)]
    table = element(
        "table",
        element("caption", caption),
        _queues_head(visit, moving.level, word),
        element("tbody", rows),
    )
    return element(
        "div",
        table,
        class_="scrolling queues",
        tabindex=0,
        role="region",
        aria_label=caption,
        key=moving.level,
    )


def _queues_head(visit: Visit, level: str, word: Word) -> Element:
    words = visit.words
    columns: Sequence[str] = ("net", "weeks") + (("cleared",) if word is Word.SHRINKING else ())
    return element(
        "thead",
        element(
            "tr",
            element("th", visit.dimension(level), scope="col"),
            element("th", words("backlog.column.path"), scope="col", class_="wide"),
            [_number_head(words(f"backlog.column.{column}")) for column in columns],
        ),
    )


def _queue(visit: Visit, filters: Filters, level: str, moving: MovingQueue, word: Word) -> Element:
    """Return one queue: its path, its growth, for how many weeks, by when it would be empty."""
    words, queue = visit.words, moving.queue
    own = Address(filters).only(level, queue.group.key).filters
    sustained = queue.weeks_grown if word is Word.GROWING else queue.weeks_shrunk
    label = words("backlog.path_of", first=moving.path[0], last=moving.path[-1])
    return element(
        "tr",
        element("th", _name(visit, level, queue.group.key, own), scope="row"),
        element("td", sparkline(moving.path, label), class_="wide"),
        element("td", signed(visit, queue.net), class_="number total"),
        element("td", words("backlog.weeks_of", count=sustained, weeks=WEEKS), class_="number"),
        element("td", _cleared(visit, moving), class_="number") if word is Word.SHRINKING else None,
        key=queue.group.key or "none",
    )


def _cleared(visit: Visit, moving: MovingQueue) -> str:
    """Return the day by which a queue would be empty."""
    day = moving.queue.cleared_by
    return visit.words("backlog.not_cleared") if day is None else visit.words.day(day)
