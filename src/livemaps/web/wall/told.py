"""The views of what the measures tell: queues, surges, standards, the forecast."""

from __future__ import annotations

from collections.abc import Sequence

from livemaps.views.backlog_page import BacklogPage
from livemaps.views.backlog_parts import MovingQueue
from livemaps.views.measures.flow import FlowPath
from livemaps.views.measures.forecast import Forecast
from livemaps.views.measures.standards import Record
from livemaps.views.measures.surge import DAY, SurgeNow
from livemaps.views.surge_events import SurgeEvent, SurgeView
from livemaps.web.charts import Band, Columns, Line, Plot
from livemaps.web.elements import Child, Element
from livemaps.web.parts import surge_words
from livemaps.web.parts.promises import FEWEST_DUE
from livemaps.web.site import Site, Visit
from livemaps.web.wall.parts import Row, View, drawn, figure, figures, rows, said, signed

MOST_ROWS = 8
"""Lines of a list; a screen shows as many of them as it has room for."""

MOST_BELOW_A_CHART = 2
"""Lines that a list has room for below a chart."""

FORTNIGHT = 14


def queues_view(_site: Site, visit: Visit, page: BacklogPage) -> View:
    """Return the services whose queues grow and shrink."""
    words, moving = visit.words, page.service_queues
    if moving is None:
        return pending(visit)
    if not moving.told:
        return View(words("wall.queues.untold"), (), told=False)
    growing = words("wall.queues.growing", count=moving.growing)
    shrinking = words("wall.queues.shrinking", count=moving.shrinking)
    return View(
        words("wall.queues.answer"),
        (
            _queues(visit, moving.growing, growing, moving.grow, "grow"),
            _queues(visit, moving.shrinking, shrinking, moving.shrink, "shrink"),
        ),
    )


def _queues(
    visit: Visit, count: int, told: str, found: Sequence[MovingQueue], class_: str
) -> list[Element]:
    """Return how many queues there are of a kind, and those that change most."""
    words = visit.words
    listed = [
        Row(
            one.queue.group.name or words("no_value"),
            words("wall.queues.open", count=one.queue.backlog),
            signed(visit, one.queue.net),
            path=one.path,
        )
        for one in found
    ]
    number = figures(figure(words.number(count), told, "main"))
    return [number, rows(told, listed, words("wall.queues.none"), class_)]


def surge_view(_site: Site, visit: Visit, page: BacklogPage) -> View:
    """Return what surges, beside the newest complete day against what was expected of it."""
    words, surge = visit.words, page.surge
    if surge is None:
        return pending(visit)
    if not surge.told and not surge.windows:
        return View(words("wall.surge.several"), (), told=False)
    days = [one for one in surge.windows if one.window == DAY and one.complete]
    return View(
        surge_words.verdict(visit, surge) if surge.told else words("wall.surge.few"),
        (
            _surge_figures(visit, surge.last_day) if surge.last_day else None,
            _surge_days(visit, days) if len(surge.events) <= MOST_BELOW_A_CHART else None,
            _surge_rows(visit, surge) if surge.told else None,
        ),
    )


def _surge_rows(visit: Visit, surge: SurgeView) -> Element:
    """Return the events, the largest first."""
    return rows(
        visit.words("wall.surge.found"),
        [_surging(visit, surge, event) for event in surge.events[:MOST_ROWS]],
        visit.words("wall.surge.none"),
    )


def _surge_figures(visit: Visit, now: SurgeNow) -> Element:
    """Return what a day of the subject, such as the whole city, brought against what was expected."""
    words, name = visit.words, surge_words.name(visit, now)
    return figures(
        figure(
            words.number(now.observed),
            words("wall.surge.observed_on", name=name, day=words.date(now.last_day)),
            "main",
        ),
        figure(words.number(round(now.expected)), words("wall.surge.expected"))
        if now.expected is not None
        else None,
        figure(words("legend.range", low=now.low, high=now.high), words("wall.surge.ordinary"))
        if now.low is not None and now.high is not None
        else None,
    )


def _surge_days(visit: Visit, days: Sequence[SurgeNow]) -> Element | None:
    """Return the complete days of the last week, on the band of ordinary ones."""
    words = visit.words
    if len(days) < 2:
        return None
    plot = Plot(
        words("wall.surge.days"),
        [words.date(one.last_day) for one in days],
        words("wall.day"),
        [
            Band(words("wall.surge.usual"), [one.low for one in days], [one.high for one in days]),
            Line(words("wall.surge.observed"), [one.observed for one in days], "strong"),
        ],
    )
    return drawn(visit, plot)


def _surging(visit: Visit, surge: SurgeView, event: SurgeEvent) -> Row:
    """Return one event: what surges, and how much against what was expected."""
    return Row(
        surge_words.name(visit, event.told),
        surge_words.told(visit, surge, event),
        visit.words.number(event.told.observed),
    )


def standards_view(_site: Site, visit: Visit, page: BacklogPage) -> View:
    """Return how much was on time and what is overdue, where the city promises anything."""
    words, standards = visit.words, page.standards
    if page.published is False:
        return View(words("wall.standards.none"), (), told=False)
    if standards is None:
        return pending(visit)
    record = standards.record
    if record is None or record.total.share is None or record.total.due < FEWEST_DUE:
        return View(words("wall.standards.untold"), (), told=False)
    agencies = [
        Row(
            one.name or words("wall.no_agency"),
            words("wall.standards.overdue_of", count=one.now.overdue),
            words.percent(one.due.share),
            share=one.due.share,
        )
        for one in standards.agencies
        if one.due.share is not None and one.due.due >= FEWEST_DUE
    ][:MOST_ROWS]
    return View(
        words("wall.standards.answer", share=words.percent(record.total.share)),
        (
            _standard_figures(visit, record),
            rows(words("wall.standards.agencies"), agencies)
            if agencies
            else _months(visit, record),
        ),
    )


def _standard_figures(visit: Visit, record: Record) -> Element:
    words, now = visit.words, record.now
    return figures(
        figure(words.percent(record.total.share or 0), words("wall.standards.on_time"), "main"),
        figure(words.number(now.overdue), words("wall.standards.overdue", count=now.overdue)),
        figure(words.number(now.due_this_week), words("wall.standards.due_this_week")),
    )


def _months(visit: Visit, record: Record) -> Element:
    """Return the share on time by month."""
    words = visit.words
    months = [month for month in record.months if month.whole and month.due.due][-12:]
    plot = Plot(
        words("wall.standards.months"),
        [words.month(month.end) for month in months],
        words("wall.month"),
        [Columns(words("wall.standards.months"), [month.due.share for month in months])],
    )
    return drawn(visit, plot, shares=True)


def forecast_view(_site: Site, visit: Visit, page: BacklogPage) -> View:
    """Return what the next days are expected to bring, after what the last ones brought."""
    words, found = visit.words, page.forecast
    if not page.forecast_told:
        return pending(visit)
    if found is None:
        return View(words("wall.forecast.untold"), (), told=False)
    if found.forecast is None or found.low80 is None or found.high80 is None:
        return View(words("wall.forecast.not_better"), (), told=False)
    today = page.as_of_day - found.first_day
    ahead = today if 0 <= today < len(found.forecast) else 0
    day = words.day(found.first_day + ahead)
    low, high = round(found.low80[ahead]), round(found.high80[ahead])
    shown: list[Child] = [
        figures(
            figure(
                words.number(round(found.forecast[ahead])),
                words("wall.forecast.day", day=day),
                "main",
            ),
            figure(words("legend.range", low=low, high=high), words("wall.forecast.range")),
            _newest(visit, page.days),
        ),
        _ahead(visit, page.days, found),
    ]
    return View(words("wall.forecast.answer", low=low, high=high, day=day), shown)


def _newest(visit: Visit, before: FlowPath | None) -> Element | None:
    """Return what the newest complete day brought, to hold the forecast against."""
    past = _complete(before)
    if not past:
        return None
    day, came = past[-1]
    words = visit.words
    return figure(words.number(came), words("wall.forecast.last", day=words.date(day)))


def _complete(before: FlowPath | None) -> list[tuple[int, int]]:
    """Return the complete days, each with what came in."""
    if before is None:
        return []
    days = zip(before.periods, before.inflow, strict=True)
    return [(period.end, came) for period, came in days if period.complete]


def _ahead(visit: Visit, before: FlowPath | None, found: Forecast) -> Element:
    """Return the last complete days and those that are forecast."""
    words = visit.words
    past = _complete(before)
    future = list(found.forecast or ())[:FORTNIGHT]
    gap: list[float | None] = [None] * len(past)
    after: list[float | None] = [None] * len(future)
    days = [day for day, _ in past] + [found.first_day + at for at in range(len(future))]
    plot = Plot(
        words("wall.forecast.chart"),
        [words.date(day) for day in days],
        words("wall.day"),
        [
            Band(
                words("wall.forecast.range"),
                [*gap, *(found.low80 or ())[:FORTNIGHT]],
                [*gap, *(found.high80 or ())[:FORTNIGHT]],
            ),
            Line(words("wall.forecast.past"), [came for _, came in past] + after, "strong"),
            Line(words("wall.forecast.future"), [*gap, *future], "dashed"),
        ],
    )
    return drawn(visit, plot)


def pending(visit: Visit) -> View:
    """Return that the figures of a view are still being worked out."""
    return View(visit.words("pending.title"), (said(visit.words("pending.text")),), told=False)
