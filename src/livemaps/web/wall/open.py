"""The views of what is open now: on the plan, as backlog, what waits longest, what lies still."""

from __future__ import annotations

from collections.abc import Sequence

from livemaps.errors import SnapshotError
from livemaps.figures import Scale
from livemaps.model import Order
from livemaps.statistics.spans import WEEK
from livemaps.views import AreaValues, ListedRequest
from livemaps.views.backlog_page import BacklogPage
from livemaps.views.measures.flow import FlowPath
from livemaps.views.measures.unattended import USUAL_DAYS
from livemaps.web.charts import Line, Plot
from livemaps.web.components import rich
from livemaps.web.elements import Element, element
from livemaps.web.parts.answer import sentences
from livemaps.web.plan import PlanArea, key, plan
from livemaps.web.site import Site, Visit
from livemaps.web.wall.parts import Row, View, drawn, figure, figures, rows, said, signed

OLDEST = 8
MOST_AGENCIES = 8
"""Lines of a list; a screen shows as many of them as it has room for."""


def map_view(site: Site, visit: Visit, page: BacklogPage) -> View:
    """Return the areas in classes of their open requests, and the answer in words."""
    words = visit.words
    values = site.board.area_values(page.filters, visit.layer)
    told = sentences(visit, page.headline) if page.headline.total else ()
    unplaced = words("map.unplaced", count=values.unplaced_total)
    layer = visit.profile.layer(values.layer).called(words.language).lower()
    return View(
        words("map.title.open", layer=layer),
        (
            element(
                "div",
                figures(
                    figure(
                        words.number(page.headline.total),
                        words("wall.open", count=page.headline.total),
                        "main",
                    )
                ),
                [said(rich(sentence)) for sentence in told],
                class_="wall-words",
            ),
            element(
                "div",
                _plan(site, visit, values),
                element("p", unplaced, class_="wall-key-title") if values.unplaced_total else None,
                class_="wall-plan",
            ),
        ),
    )


def _plan(site: Site, visit: Visit, values: AreaValues) -> list[Element]:
    """Return the plan of a layer and its key; nothing where its outlines cannot be read."""
    try:
        outlines = site.board.outlines(values.layer)
    except SnapshotError:
        return []
    words, scale = visit.words, Scale.of(values.counts)
    steps = len(scale.bounds)

    def style(count: int) -> str:
        # The classes there are spread over the six colours: the last is always the strongest.
        left = steps - scale.classify(count)
        return f"class-{5 - round(left * 5 / max(steps - 1, 1))}" if count else "none"

    areas = [
        PlanArea(code, visit.label(values.layer, area, name), style(count))
        for code, (area, name, count) in enumerate(
            zip(values.keys, values.names, values.counts, strict=True)
        )
        # Of a ward, the plan shows the ward.
        if count or not visit.address.filters.areas
    ]
    texts = [
        (
            style(high),
            words.number(low) if low == high else words("legend.range", low=low, high=high),
        )
        for low, high in scale.ranges
    ]
    names = visit.profile.layer(values.layer).called(words.language)
    label = words("wall.map.label", layer=names.lower())
    return [
        plan(outlines, areas, label),
        key([("none", words("legend.none")), *texts]),
    ]


def backlog_view(_site: Site, visit: Visit, page: BacklogPage) -> View:
    """Return how many are open, how old, what changed, and the path of a year."""
    words, headline = visit.words, page.headline
    week, change = page.last_week, headline.change
    share = words.percent(headline.over_four_weeks / headline.total) if headline.total else ""
    return View(
        words("wall.backlog.answer", count=headline.over_four_weeks, share=share)
        if headline.total
        else words("none.title"),
        (
            figures(
                figure(
                    words.number(headline.total), words("wall.open", count=headline.total), "main"
                ),
                figure(share, words("wall.old")) if share else None,
                figure(signed(visit, change.more), words("wall.change")) if change else None,
                figure(words.number(week[1]), words("wall.came", day=words.date(week[0].end)))
                if week
                else None,
                figure(words.number(week[2]), words("wall.went")) if week else None,
            ),
            _path(visit, page.weeks)
            if page.weeks and page.weeks.periods
            else said(words("pending.title")),
        ),
    )


def _path(visit: Visit, weeks: FlowPath) -> Element:
    """Return the backlog at the end of each complete week."""
    words = visit.words
    ends = [
        (period.end, left)
        for period, left in zip(weeks.periods, weeks.backlog, strict=True)
        if period.complete and period.end - period.start == WEEK - 1
    ]
    plot = Plot(
        words("wall.backlog.path"),
        [words.date(end) for end, _ in ends],
        words("wall.week"),
        [Line(words("wall.backlog.path"), [left for _, left in ends])],
        zero=False,
    )
    return drawn(visit, plot)


def oldest_view(site: Site, visit: Visit, page: BacklogPage) -> View:
    """Return the open requests that wait longest, and who has them."""
    words = visit.words
    found = site.board.listing(page.filters, Order.OLDEST, size=OLDEST).rows
    if not found:
        return View(words("none.title"), ())
    first = found[0]
    return View(
        words("wall.oldest.answer", day=words.day(first.requested_day)),
        (
            figures(
                figure(words.number(first.age), words("wall.oldest.days"), "main"),
                figure(words.number(_for_years(page)), words("wall.oldest.years")),
                figure(words.number(page.beyond.beyond), words("wall.oldest.usual"))
                if page.beyond
                else None,
            ),
            rows(words("wall.oldest.title"), [_waiting(visit, one) for one in found]),
        ),
    )


def _for_years(page: BacklogPage) -> int:
    """Return how many are in the last age band, open for two years or longer."""
    return sum(group.bands[-1] for group in page.agencies.groups)


def _waiting(visit: Visit, request: ListedRequest) -> Row:
    words = visit.words
    agency = request.agency_responsible or words("wall.no_agency")
    return Row(request.service_name, agency, words.number(request.age), words("wall.days"))


def unattended_view(_site: Site, visit: Visit, page: BacklogPage) -> View:
    """Return how many open requests nothing was heard of, and who has them."""
    words, total = visit.words, page.headline.total
    if not total:
        return View(words("none.title"), ())
    share = words.percent(page.unattended / total)
    held = sorted(page.agencies.groups, key=lambda group: (-group.unattended, group.name))
    silent = [group for group in held if group.unattended]
    return View(
        words("wall.unattended.answer", days=USUAL_DAYS, count=page.unattended, share=share),
        (
            figures(
                figure(words.number(page.unattended), words("wall.unattended.count"), "main"),
                figure(share, words("wall.unattended.share")),
            ),
            _agencies(visit, [(group.name, group.unattended, group.open) for group in silent]),
        ),
    )


def _agencies(visit: Visit, groups: Sequence[tuple[str, int, int]]) -> Element:
    words = visit.words
    found = [
        Row(
            name or words("wall.no_agency"),
            words("wall.of_open", count=opened),
            words.number(count),
            share=count / opened,
        )
        for name, count, opened in groups[:MOST_AGENCIES]
    ]
    return rows(words("wall.unattended.agencies"), found, words("wall.unattended.none"))
