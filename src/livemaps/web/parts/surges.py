"""What surges: the last days beside what was expected of them, and what is behind a surge."""

from __future__ import annotations

from collections.abc import Sequence

from livemaps.measures.levels import CITY
from livemaps.model import Filters, Measure
from livemaps.views.backlog_page import BacklogPage, SurgeView
from livemaps.views.measures.surge import DAY, WEEK, Part, SurgeNow
from livemaps.web.charts import Band, Columns, Line, Plot, chart
from livemaps.web.components import badge, link
from livemaps.web.elements import Child, Element, element
from livemaps.web.page import pending
from livemaps.web.parts.backlog_answer import surge_name
from livemaps.web.parts.behind import card, linked, measure_file, quiet, to_list
from livemaps.web.site import Visit
from livemaps.web.urlstate import Address

MOST_PARTS = 3
"""Services and places named behind each surge."""


def surges(visit: Visit, found: BacklogPage) -> Element:
    """Return whether the newest complete day or week brought far more than expected."""
    words, title = visit.words, visit.words("backlog.surge.title")
    if found.surge is None:
        return card(visit, "surge", title, "surge", pending(visit))
    level = found.subject.level if found.subject else CITY
    judged = bool(found.surge.windows)
    file = [measure_file(visit, "surge", found.filters, by=level, day="all")] if judged else []
    return card(
        visit,
        "surge",
        title,
        "surge",
        _said(visit, found.surge),
        chart(_plot(visit, found.surge), words, lambda value: words.number(round(value, 1)))
        if judged
        else quiet(words("backlog.surge.untold")),
        _found(visit, found.surge.found),
        quiet(words("measures.surge.caveat")) if judged else None,
        files=file,
    )


def _said(visit: Visit, surge: SurgeView) -> list[Element]:
    """Return the newest complete day and the week in words."""
    days = [one for one in surge.windows if one.window == DAY and one.complete]
    weeks = [one for one in surge.windows if one.window == WEEK]
    return [element("p", *_window(visit, one), key=one.window) for one in (*days[-1:], *weeks[-1:])]


def _window(visit: Visit, one: SurgeNow) -> list[Child]:
    """Return what one window brought beside what was expected, and the word for it."""
    words = visit.words
    span = "day" if one.window == DAY else "week"
    when = words(f"backlog.surge.{span}", day=words.day(one.last_day))
    word = badge(words(f"measures.surge.word.{one.word}"), _kind(one))
    if one.expected is None or one.low is None or one.high is None:
        text = words("backlog.surge.observed", count=one.observed)
        return [word, " ", when, " ", *linked(text, _requests(visit, one))]
    text = words(
        "backlog.surge.beside",
        count=one.observed,
        expected=round(one.expected),
        low=one.low,
        high=one.high,
    )
    return [word, " ", when, " ", *linked(text, _requests(visit, one))]


def _kind(one: SurgeNow) -> str:
    return "warning" if one.word == "surge" else "plain"


def _plot(visit: Visit, surge: SurgeView) -> Plot:
    """Return the judged days: what came, what was expected, and the usual range."""
    words = visit.words
    days = [one for one in surge.windows if one.window == DAY]
    return Plot(
        title=words("backlog.surge.chart"),
        steps=[words.day(one.last_day) for one in days],
        feet=[words.date(one.last_day) for one in days],
        step_name=words("backlog.day"),
        marks=[
            Columns(words("backlog.surge.came"), [one.observed for one in days], "soft"),
            Line(
                words("backlog.surge.expected"),
                [one.expected for one in days],
                "dashed",
                observed=False,
            ),
            Band(
                words("backlog.surge.usual"), [one.low for one in days], [one.high for one in days]
            ),
        ],
        unit=words("backlog.forecast.unit"),
        incomplete_from=next((at for at, one in enumerate(days) if not one.complete), len(days)),
        name=f"{visit.profile.id}-surge",
    )


def _found(visit: Visit, surging: Sequence[SurgeNow]) -> Element | None:
    """Return each surge with the services and places behind it."""
    if not surging:
        return None
    items = [
        element(
            "li",
            _explained(visit, one),
            key=f"{one.level}{one.group.key}{one.window}{one.last_day}",
        )
        for one in surging
    ]
    return element("ul", items, class_="surges")


def _explained(visit: Visit, one: SurgeNow) -> list[Element]:
    """Return one surge: what, when, how much, and what is behind it."""
    words, name = visit.words, surge_name(visit, one)
    strong, target = element("strong", name), _requests(visit, one)
    title = element("p", link(target, strong) if target else strong)
    facts = [element("p", *_window(visit, one))]
    for kind, parts in (("services", one.services), ("areas", one.areas)):
        if parts and one.level != kind.removesuffix("s"):
            listed = words.listed([_part(visit, kind, part) for part in parts[:MOST_PARTS]])
            facts.append(quiet(words(f"backlog.surge.{kind}", parts=listed)))
    return [title, *facts]


def _part(visit: Visit, kind: str, part: Part) -> str:
    """Return a service or an area behind a surge, and by how many it exceeds the usual."""
    level = "service" if kind == "services" else visit.profile.finest.id
    name = visit.label(level, part.key, part.name)
    return visit.words("backlog.surge.part", name=name, excess=round(part.excess))


def _requests(visit: Visit, one: SurgeNow) -> Address | None:
    """Return the address of the requests of a window; None where none came.

    A service that is set apart is judged like others, and so it is in its list.
    """
    if not one.observed:
        return None
    asked = Filters(
        measure=Measure.REPORTED,
        since=one.first_day,
        until=one.last_day,
        set_apart=one.level == "service",
    )
    if one.level != CITY:
        asked = Address(asked).only(one.level, one.group.key).filters
    return to_list(visit, asked)
