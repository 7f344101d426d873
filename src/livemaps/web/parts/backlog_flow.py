"""What comes in and goes out by week, the backlog's path, and what is forecast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from livemaps.measures.forecast_names import REASONS
from livemaps.measures.levels import CITY
from livemaps.views.backlog_page import BacklogPage
from livemaps.views.measures.flow import FlowPath
from livemaps.views.measures.forecast import Forecast
from livemaps.web.charts import Band, Columns, Line, Mark, Number, Plot, chart
from livemaps.web.components import rich
from livemaps.web.elements import Element, element
from livemaps.web.page import pending
from livemaps.web.parts.behind import came_and_went, card, linked, measure_file, quiet
from livemaps.web.site import Visit

REASON_KEYS: Mapping[str | None, str] = dict(
    zip(REASONS, ("", "short", "few", "worse"), strict=True)
)
FORECAST_BY = ("agency", "category")


def flow(visit: Visit, found: BacklogPage) -> Element:
    """Return what came in and what was closed by week."""
    words, path = visit.words, found.weeks
    title, file = (
        words("backlog.flow.title"),
        measure_file(visit, "flow", found.filters, step="week"),
    )
    if path is None:
        return card(visit, "flow", title, "flow", pending(visit))
    marks: list[Mark] = [
        Columns(words("backlog.flow.in"), path.inflow),
        Columns(words("backlog.flow.out"), path.outflow, "quiet"),
    ]
    week = found.last_week
    behind = came_and_went(visit, found.filters, week[0]) if week else ()
    said = element("p", linked(_flow_sentence(visit, found), *behind))
    return card(
        visit, "flow", title, "flow", said, _weekly(visit, "flow", path, marks), files=[file]
    )


def path(visit: Visit, found: BacklogPage) -> Element:
    """Return the backlog at the end of each week."""
    words, weeks = visit.words, found.weeks
    title, file = (
        words("backlog.path.title"),
        measure_file(visit, "flow", found.filters, step="week"),
    )
    if weeks is None:
        return card(visit, "path", title, "backlog-by", pending(visit))
    marks: list[Mark] = [Line(words("backlog.path.line"), weeks.backlog)]
    said = element("p", rich(_path_sentence(visit, found, weeks)))
    drawn = _weekly(visit, "path", weeks, marks)
    return card(visit, "path", title, "backlog-by", said, drawn, files=[file])


def _weekly(visit: Visit, name: str, path: FlowPath, marks: Sequence[Mark]) -> Element:
    """Return a chart by week, in the words of `backlog.<name>`."""
    words = visit.words
    plot = Plot(
        title=words(f"backlog.{name}.chart"),
        steps=[words.day(week.end) for week in path.periods],
        feet=[words.date(week.end) for week in path.periods],
        step_name=words("backlog.week"),
        marks=marks,
        unit=words(f"backlog.{name}.unit"),
        incomplete_from=_incomplete_from(path),
        name=f"{visit.profile.id}-backlog-{name}",
    )
    return chart(plot, words)


def _incomplete_from(path: FlowPath) -> int:
    """Return the first period of which not everything is known yet."""
    return next(
        (at for at, period in enumerate(path.periods) if not period.complete), len(path.periods)
    )


def _flow_sentence(visit: Visit, found: BacklogPage) -> str:
    """Return what the last complete week brought."""
    words, week = visit.words, found.last_week
    if week is None:
        return words("backlog.flow.no_week")
    period, came, went = week
    direction = "same" if came == went else "more" if came > went else "fewer"
    net = words(f"backlog.flow.{direction}", count=abs(came - went))
    return words("backlog.flow.said", day=words.day(period.end), came=came, went=went, net=net)


def _path_sentence(visit: Visit, found: BacklogPage, path: FlowPath) -> str:
    """Return the backlog of the last complete day, and that of four weeks before."""
    words, change = visit.words, found.headline.change
    if change is not None and found.complete_day is not None:
        day = words.day(found.complete_day)
        now = words("backlog.path.now", count=change.now, day=day)
        return f"{now} {words('backlog.path.before', count=change.before)}"
    whole = [at for at, period in enumerate(path.periods) if period.complete]
    if not whole:
        return words("backlog.flow.no_week")
    day = words.day(path.periods[whole[-1]].end)
    return words("backlog.path.now", count=path.backlog[whole[-1]], day=day)


def forecast(visit: Visit, found: BacklogPage) -> Element:
    """Return what is forecast for the next 14 days, or why nothing is."""
    words = visit.words
    title = words("backlog.forecast.title")
    level = found.subject.level if found.subject else CITY
    if found.forecast is None:
        text = quiet(words("backlog.forecast.untold")) if found.forecast_told else pending(visit)
        return card(visit, "forecast", title, "forecast", text)
    by = level if level in FORECAST_BY else CITY
    file = measure_file(visit, "forecast", found.filters, by=by)
    if not found.forecast.shown:
        reason = REASON_KEYS[found.forecast.reason]
        why = element("p", words(f"backlog.forecast.reason.{reason}"))
        return card(visit, "forecast", title, "forecast", why, files=[file])
    return card(
        visit,
        "forecast",
        title,
        "forecast",
        element("p", rich(_expected(visit, found.forecast))),
        chart(
            _ahead(visit, found, found.forecast), words, lambda value: words.number(round(value, 1))
        ),
        quiet(_backtest(visit, found.forecast)),
        files=[file],
    )


def _expected(visit: Visit, ahead: Forecast) -> str:
    """Return how many are forecast, and the busiest day."""
    words, numbers = visit.words, ahead.forecast or ()
    busiest = max(range(len(numbers)), key=numbers.__getitem__)
    return words(
        "backlog.forecast.said",
        count=round(sum(numbers)),
        first=words.day(ahead.first_day),
        last=words.day(ahead.first_day + len(numbers) - 1),
        busiest=words.day(ahead.first_day + busiest),
        most=round(numbers[busiest]),
    )


def _backtest(visit: Visit, ahead: Forecast) -> str:
    """Return how such forecasts did on past days."""
    words = visit.words
    return words(
        "backlog.forecast.backtest",
        count=ahead.origins,
        error=words.percent(ahead.relative_mase or 0),
        share=words.percent(ahead.coverage80 or 0),
    )


def _ahead(visit: Visit, found: BacklogPage, ahead: Forecast) -> Plot:
    """Return the last complete days, and the days that are forecast with their intervals."""
    words, numbers = visit.words, ahead.forecast or ()
    before = (
        [
            (period.start, came)
            for period, came in zip(found.days.periods, found.days.inflow, strict=True)
            if period.complete and period.start < ahead.first_day
        ]
        if found.days
        else []
    )
    days = [day for day, _ in before] + [ahead.first_day + at for at in range(len(numbers))]
    known: list[Number] = [*(came for _, came in before), *([None] * len(numbers))]
    gap: list[Number] = [None] * len(before)
    return Plot(
        title=words("backlog.forecast.chart"),
        steps=[words.day(day) for day in days],
        feet=[words.date(day) for day in days],
        step_name=words("backlog.day"),
        marks=[
            Line(words("backlog.forecast.known"), known, "strong"),
            Line(words("backlog.forecast.line"), [*gap, *numbers], "dashed"),
            Band(
                words("backlog.forecast.band"),
                [*gap, *(ahead.low80 or ())],
                [*gap, *(ahead.high80 or ())],
            ),
        ],
        unit=words("backlog.forecast.unit"),
        name=f"{visit.profile.id}-forecast",
    )
