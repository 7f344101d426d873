"""What surges: the last days beside what was expected of them, and what is behind a surge."""

from __future__ import annotations

from livemaps.measures.levels import CITY
from livemaps.views.backlog_page import BacklogPage
from livemaps.views.measures.surge import DAY, WEEK, Part, SurgeNow
from livemaps.views.surge_events import SurgeEvent, SurgeView
from livemaps.web.charts import Band, Columns, Line, Plot, chart
from livemaps.web.components import badge, link, rich
from livemaps.web.elements import Child, Element, element
from livemaps.web.page import pending
from livemaps.web.parts import surge_words
from livemaps.web.parts.behind import card, linked, measure_file, quiet
from livemaps.web.site import Visit

MOST_EVENTS = 6
"""Events that are explained; the others are counted, and are in the file behind."""

MOST_PARTS = 3
"""Services and places named behind each event."""

MOST_ALSO = 6
"""Other groups named that surge with an event."""


def surges(visit: Visit, found: BacklogPage) -> Element:
    """Return what brings far more than expected, and the last days of what is looked at."""
    words, title = visit.words, visit.words("backlog.surge.title")
    surge = found.surge
    if surge is None:
        return card(visit, "surge", title, "surge", pending(visit))
    level = found.subject.level if found.subject else CITY
    judged = bool(surge.windows)
    file = [measure_file(visit, "surge", found.filters, by=level, day="all")] if judged else []
    return card(
        visit,
        "surge",
        title,
        "surge",
        element("p", rich(surge_words.verdict(visit, surge)), ".") if surge.told else None,
        _events(visit, surge),
        _whole(visit, surge),
        chart(_plot(visit, surge), words, lambda value: words.number(round(value, 1)))
        if judged
        else quiet(words("backlog.surge.untold")),
        quiet(words("measures.surge.caveat")) if judged else None,
        files=file,
    )


def _events(visit: Visit, surge: SurgeView) -> list[Element]:
    """Return a box for each event, the largest first, and how many more there are."""
    items = [
        element("li", _explained(visit, event), key=f"{event.told.level}{event.told.group.key}")
        for event in surge.events[:MOST_EVENTS]
    ]
    shown = [element("ul", items, class_="surges", key="events")] if items else []
    return [*shown, *_left(visit, len(surge.events) - len(items))]


def _left(visit: Visit, count: int) -> list[Element]:
    """Return how many are not shown, if any."""
    return [quiet(visit.words("backlog.left", count=count), key="left")] if count > 0 else []


def _explained(visit: Visit, event: SurgeEvent) -> list[Element]:
    """Return one event: what, when, how much, what is behind it and who surges with it."""
    words, one = visit.words, event.told
    strong = element("strong", surge_words.name(visit, one))
    target = surge_words.requests(visit, one)
    title = element("p", link(target, strong) if target else strong)
    facts = [element("p", *_window(visit, one))]
    for kind, parts in (("services", one.services), ("areas", one.areas)):
        if parts:
            listed = words.listed([_part(visit, kind, part) for part in parts[:MOST_PARTS]])
            facts.append(quiet(words(f"backlog.surge.{kind}", parts=listed)))
    return [title, *facts, *_also(visit, event)]


def _also(visit: Visit, event: SurgeEvent) -> list[Element]:
    """Return the other groups that surge with an event as a line, each with its list."""
    words, shown = visit.words, event.also[:MOST_ALSO]
    if not shown:
        return []
    parts = [
        words(
            "backlog.surge.part",
            name=f"**{surge_words.name(visit, one)}**",
            excess=round(one.excess),
        )
        for one in shown
    ]
    text = words("backlog.surge.also", parts=words.listed(parts))
    targets = [surge_words.requests(visit, one) for one in shown]
    return [
        quiet(linked(text, *targets), key="also"),
        *_left(visit, len(event.also) - len(shown)),
    ]


def _part(visit: Visit, kind: str, part: Part) -> str:
    """Return a service or an area behind a surge, and by how many it exceeds the usual."""
    level = "service" if kind == "services" else visit.profile.finest.id
    name = visit.label(level, part.key, part.name)
    return visit.words("backlog.surge.part", name=name, excess=round(part.excess))


def _whole(visit: Visit, surge: SurgeView) -> list[Element]:
    """Return the newest complete day and the week of the subject in words."""
    weeks = [one for one in surge.windows if one.window == WEEK]
    said = [*([surge.last_day] if surge.last_day else []), *weeks[-1:]]
    if not said:
        return []
    name = visit.profile.name if said[0].level == CITY else surge_words.name(visit, said[0])
    lines = [
        element("p", _badge(visit, one), " ", *_window(visit, one), key=one.window) for one in said
    ]
    return [element("h3", visit.words("backlog.surge.whole", name=name), key="whole"), *lines]


def _badge(visit: Visit, one: SurgeNow) -> Element:
    kind = "warning" if one.word == "surge" else "plain"
    return badge(visit.words(f"measures.surge.word.{one.word}"), kind)


def _window(visit: Visit, one: SurgeNow) -> list[Child]:
    """Return what one window brought beside what was expected of it."""
    words = visit.words
    span = "day" if one.window == DAY else "week"
    when = words(f"backlog.surge.{span}", day=words.day(one.last_day))
    return [when, " ", *linked(_beside(visit, one), surge_words.requests(visit, one))]


def _beside(visit: Visit, one: SurgeNow) -> str:
    """Return what was reported beside what was expected; the usual range is that of a whole window."""
    words = visit.words
    if one.expected_by_now is None:
        return f"{surge_words.reported(visit, one)}."
    text = f"{surge_words.reported(visit, one)}, {surge_words.against(visit, one)}"
    if not one.complete or one.low is None or one.high is None:
        return f"{text}."
    return f"{text} ({words('backlog.surge.range', low=one.low, high=one.high)})."


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
