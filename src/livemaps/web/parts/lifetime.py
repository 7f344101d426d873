"""How long requests like this one take: in words, and as the share closed by each day."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from livemaps.model import Stage
from livemaps.text import MONTH_DAYS, YEAR_DAYS, Words
from livemaps.views.measures.time_to_close import Speaker, UsualTime, Wait
from livemaps.views.request import RequestView
from livemaps.web.charts import Line, Plot, chart
from livemaps.web.components import definition, rich
from livemaps.web.elements import Child, Element, element
from livemaps.web.site import Visit

BEYOND = 1.25
"""How far past the longest day that is told the chart reaches."""

TICKS: tuple[tuple[float, int, str], ...] = (
    *((count, count, "day") for count in (2, 5, 10, 20)),
    *((count * MONTH_DAYS, count, "month") for count in (1, 2, 3, 6)),
    *((count * YEAR_DAYS, count, "year") for count in (1, 2, 5, 10)),
)
"""Round steps of the axis: how many days each has, and how it reads."""

MOST_TICKS = 4

STEPS = 10
"""Points of the line between two ticks."""


def answer(visit: Visit, found: RequestView) -> list[Child]:
    """Return where the request stands and how long such requests take, as sentences."""
    return [part for text in _sentences(visit, found) for part in (*rich(text), " ")]


def plain_answer(visit: Visit, found: RequestView) -> str:
    """Return the same without emphasis, for previews of a link."""
    return " ".join(_sentences(visit, found)).replace("**", "")


def _sentences(visit: Visit, found: RequestView) -> Iterator[str]:
    """Yield where it stands and whether that is usual, what was promised, and what to expect."""
    yield _standing(visit, found)
    yield from _verdict(visit, found)
    if found.due is not None:
        today = found.due.state == "not yet due" and found.due.days_left == 0
        state = "today" if today else found.due.state.replace(" ", "_")
        days = visit.words.span(abs(found.due.days_left))
        day = visit.words.day(found.due.due_day)
        yield visit.words(f"request.due.{state}", day=day, days=days)
    if found.usual is not None:
        yield usual_sentence(visit, found.usual)
        if found.usual.wait is not None:
            yield from _still(visit, found.usual.wait)


def _standing(visit: Visit, found: RequestView) -> str:
    """Return the stage, and since when or after how long."""
    words, life = visit.words, found.life
    if life.request.stage is Stage.RESOLVED:
        day = words("request.day_unknown")
        if life.request.closed_day is not None:
            day = words.day(life.request.closed_day)
        if life.days_to_close is None:
            return words("request.is.resolved", day=day)
        if life.days_to_close == 0:
            return words("request.is.resolved_same", day=day)
        return words("request.is.resolved_after", day=day, days=words.span(life.days_to_close))
    stage = life.request.stage.name.lower()
    inferred = "_inferred" if life.timeline[life.request.stage].source == "inferred" else ""
    return words(f"request.is.{stage}{inferred}", ago=words.ages(life.age_days or 0))


def _verdict(visit: Visit, found: RequestView) -> Iterator[str]:
    """Yield whether it has waited, or took, longer than usual: the rule of `beyond_usual`."""
    life, usual = found.life, found.usual
    days = life.days_to_close if life.request.stage is Stage.RESOLVED else life.age_days
    if usual is not None and usual.p80 is not None and days is not None:
        yield visit.words("request.verdict.longer" if days > usual.p80 else "request.verdict.usual")


def usual_sentence(visit: Visit, usual: UsualTime) -> str:
    """Return by which day half and 8 of 10 are closed."""
    words = visit.words
    if usual.median is None:
        return words("request.usual.slow", days=words.span(usual.followed))
    if usual.p80 is None:
        return words(
            "request.usual.half", half=_within(visit, usual.median), days=words.span(usual.followed)
        )
    if usual.median == usual.p80:
        return words("request.usual.same", most=_within(visit, usual.p80))
    return words(
        "request.usual.both",
        half=_within(visit, usual.median),
        most=_within(visit, usual.p80),
    )


def _within(visit: Visit, days: int) -> str:
    """Return "within 4 days", or "on the same day"."""
    words = visit.words
    if days == 0:
        return words("request.within.same")
    return words("request.within.days", days=words.span(days))


def _still(visit: Visit, wait: Wait) -> Iterator[str]:
    """Yield how much longer those take that are still open at this age, and which those are."""
    words = visit.words
    kind = "unknown" if wait.median_more is None else "half" if wait.p80_more is None else "both"
    yield words(
        f"request.wait.{kind}",
        count=wait.at_risk,
        group=_group(visit, wait.speaker),
        day=words.day(wait.since),
        age=words.span(wait.age),
        half=words.span(wait.median_more or 0),
        most=words.span(wait.p80_more or 0),
    )
    if not wait.speaker.own:
        yield words("request.wait.wider")


def card(visit: Visit, found: RequestView) -> Element:
    """Return the chart of the share closed by each day, with who it is told of."""
    words = visit.words
    title = element(
        "h2", words("request.how_long"), definition(words, visit.address, "time-to-close")
    )
    if found.usual is None:
        text = element("p", words("request.usual.too_few"), class_="quiet-text")
        return element("section", title, text, class_="card half")
    return element(
        "section",
        title,
        chart(_plot(visit, found, found.usual), words, words.percent),
        element("p", _told(visit, found.usual), class_="quiet-text"),
        element("p", words("request.usual.caveat"), class_="quiet-text"),
        class_="card half",
    )


def _told(visit: Visit, usual: UsualTime) -> str:
    """Return of which requests the figures are, and why not of the very same ones."""
    words, speaker = visit.words, usual.speaker
    own = "own" if speaker.own or speaker.level == "service" else "wider"
    name = _group(visit, speaker)
    return words(
        f"request.told.{own}", group=name, count=usual.requests, day=words.day(usual.since)
    )


def _group(visit: Visit, speaker: Speaker) -> str:
    """Return how the group that speaks is called."""
    if speaker.level == "city":
        return visit.words("level.city", city=visit.profile.name)
    if speaker.level in ("service", "category", "agency"):
        return visit.label(speaker.level, speaker.group.name)
    return speaker.group.name


def _plot(visit: Visit, found: RequestView, usual: UsualTime) -> Plot:
    """Return the share closed by each day up to a little past what is told."""
    words = visit.words
    days, feet = axis(words, _last_day(found, usual))
    marks = [Line(words("request.chart.closed"), [closed_by(usual.curve, day) for day in days])]
    age = found.life.age_days
    if age is not None and age <= days[-1]:
        here = min(days, key=lambda day: abs(day - age))
        reached = [closed_by(usual.curve, day) if day == here else None for day in days]
        marks.append(Line(words("request.chart.here", age=words.span(age)), reached, "point"))
    return Plot(
        title=words("request.chart.title"),
        steps=[words.number(day) for day in days],
        step_name=words("request.chart.day"),
        marks=marks,
        feet=feet,
        most=1,
        name=f"{visit.profile.id}-usual-time",
    )


def axis(words: Words, last: int) -> tuple[list[int], list[str]]:
    """Return the days of an axis that reaches at least to day `last`, and what each is called.

    Days between two round ones are called nothing, the unit is named once, at the end, and of four
    round ones every other: on a phone more would run into each other.
    """
    size, count, unit = next((tick for tick in TICKS if MOST_TICKS * tick[0] >= last), TICKS[-1])
    ticks = max(1, math.ceil(last / size))
    # No day twice: the fastest services are told day by day.
    steps = min(STEPS, math.floor(size))
    days = [round(size * step / steps) for step in range(ticks * steps + 1)]
    named = 2 * steps if ticks == MOST_TICKS else steps
    feet = [
        "" if step % named else words.number(count * step // steps) for step in range(len(days))
    ]
    return days, [*feet[:-1], words.short_span(count * ticks, unit)]


def _last_day(found: RequestView, usual: UsualTime) -> int:
    """Return the last day that the chart shows."""
    told = [day for day in (usual.median, usual.p80, found.life.age_days) if day]
    return max(7, min(round(BEYOND * max(told, default=7)), usual.followed))


def closed_by(curve: Sequence[tuple[int, float]], day: int) -> float:
    """Return the share closed by the end of a day: that of the last step up to it."""
    return next((share for at, share in reversed(curve) if at <= day), 0.0)
