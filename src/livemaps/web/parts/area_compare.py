"""An area beside the city, and beside another area, with what chance alone would give."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from livemaps.views.area import AreaView, Figures, Measured
from livemaps.views.area.values import CITY
from livemaps.views.measures.compare import Compared
from livemaps.web.elements import Child, Element, element
from livemaps.web.parts import area_words as say
from livemaps.web.parts.area_files import area_file
from livemaps.web.parts.area_scope import asked_by
from livemaps.web.parts.tables import Column, Row, card, figure_name, foot, table
from livemaps.web.site import Visit

_Place = Callable[[Measured], Compared | None]
"""What says where a figure lies in the funnel."""


@dataclass(frozen=True, slots=True)
class _Line:
    """One figure of each area: how it is written, and where it lies in the funnel."""

    name: str
    metric: str
    value: Callable[[Visit, AreaView, Figures], str | None]
    place: _Place = lambda _: None


def compare_card(visit: Visit, view: AreaView) -> Element:
    """Return the figures of the area, of the one beside it, and of the city."""
    words, beside = visit.words, view.beside
    return card(
        words("area.compare.title"),
        _choice(visit, view),
        compare_table(visit, view),
        element("p", words("area.compare.note"), class_="quiet-text"),
        None
        if view.basis.pending
        else foot(area_file(visit, view, "compare", beside.key if beside else "")),
        key="compare",
    )


def compare_table(visit: Visit, view: AreaView) -> Element:
    """Return the figures of the area, of the one beside it where one is chosen, and of the city."""
    words = visit.words
    shown = [view.here, *([view.beside] if view.beside else []), view.city]
    columns = [
        Column(words("area.compare.figure"), number=False),
        *(Column(say.name_of(visit, view.layer, area)) for area in shown),
    ]
    return table(visit, words("area.compare.title"), columns, list(_rows(visit, view, shown)))


def _choice(visit: Visit, view: AreaView) -> Element:
    """Return the list of the other areas to compare with."""
    words = visit.words
    chosen = view.beside.key if view.beside else ""
    options = [
        element("option", words("area.compare.nothing"), value="", key="none"),
        *(
            element("option", visit.label(view.layer, key, name), value=key, key=key)
            for key, name in view.others
        ),
    ]
    return element(
        "label",
        element("span", words("area.compare.with")),
        element("select", options, value=chosen, data_param=asked_by(visit), class_="choice"),
        class_="choice-label no-print",
    )


def _rows(visit: Visit, view: AreaView, shown: list[Figures]) -> Iterator[Row]:
    """Yield a line for each figure that any of them has."""
    for line in LINES:
        values = [line.value(visit, view, area) for area in shown]
        if not any(values):
            continue
        name = figure_name(visit, visit.words(line.name), line.metric)
        cells = [_cell(visit, value, area, line) for value, area in zip(values, shown, strict=True)]
        yield Row(line.name, (name, *cells))


def _cell(visit: Visit, value: str | None, area: Figures, line: _Line) -> list[Child]:
    """Return a figure, and where it lies against the limits for an area of its size."""
    if value is None:
        return [visit.words("measures.expected.word.too_few")]
    place = line.place(area.measured) if area.measured else None
    said = say.position(visit, place)
    return [value, element("span", said, class_="under-line") if said else None]


def on_time(visit: Visit, area: Figures) -> str | None:
    """Return the share of an area that was on time in twelve months, None where nothing was due."""
    record = area.measured.record if area.measured else None
    if record is None or not record.total.due:
        return None
    return say.share(visit, record.total.on_time, record.total.due)


def rate(visit: Visit, area: Figures) -> str | None:
    """Return requests per 1,000 residents, None where the city publishes no residents."""
    found = area.measured.rate if area.measured else None
    if found is None or found.size is None or found.value is None:
        return None
    return visit.words.number(round(found.value, 1))


def _open(visit: Visit, _view: AreaView, area: Figures) -> str:
    return visit.words.number(area.open)


def _change(visit: Visit, _view: AreaView, area: Figures) -> str | None:
    if area.change is None or area.change.share is None:
        return None
    return say.signed_share(visit, area.change.share)


def _rate(visit: Visit, view: AreaView, area: Figures) -> str | None:
    """Return requests per 1,000 residents; of the city, those of all areas."""
    if area.key != CITY:
        return rate(visit, area)
    found = view.here.measured.rate if view.here.measured else None
    told = found is not None and found.size is not None and found.whole is not None
    return visit.words.number(round(found.whole, 1)) if found and told and found.whole else None


def _old(visit: Visit, _view: AreaView, area: Figures) -> str | None:
    return say.share(visit, area.over_four_weeks, area.open) if area.open else None


def _quiet(visit: Visit, _view: AreaView, area: Figures) -> str | None:
    return say.share(visit, area.unattended, area.open) if area.open else None


def _resolved(visit: Visit, view: AreaView, area: Figures) -> str | None:
    return _share(visit, view, area, lambda measured: measured.resolved)


def _on_time(visit: Visit, view: AreaView, area: Figures) -> str | None:
    return _share(visit, view, area, lambda measured: measured.on_time)


def _share(visit: Visit, view: AreaView, area: Figures, of: _Place) -> str | None:
    """Return a share that areas are compared by; of the city, that of all areas together."""
    if area.key == CITY:
        whole = of(view.here.measured) if view.here.measured else None
        return visit.words.percent(whole.whole) if whole and whole.whole is not None else None
    found = of(area.measured) if area.measured else None
    if found is None or found.value is None:
        return None
    if found.size is not None and found.size < say.FEW:
        return say.share(visit, found.count, found.size)
    return visit.words.percent(found.value)


def _word(visit: Visit, _view: AreaView, area: Figures) -> str | None:
    """Return what is said of an area; of the whole city nothing is."""
    if area.key == CITY:
        return ""
    said = area.measured.word if area.measured else None
    return None if said is None else say.word(visit, said)


def _half(visit: Visit, _view: AreaView, area: Figures) -> str | None:
    days = area.measured.median_days if area.measured else None
    return None if days is None else visit.words.span(round(days))


LINES = (
    _Line("area.open", "open", _open),
    _Line("area.compare.change", "queues", _change),
    _Line("area.compare.rate", "rates", _rate, lambda measured: measured.rate),
    _Line("area.compare.old", "age", _old, lambda measured: measured.over_four_weeks),
    _Line("area.compare.quiet", "unattended", _quiet),
    _Line("area.compare.resolved", "compare", _resolved, lambda measured: measured.resolved),
    _Line("area.compare.on_time", "on-time", _on_time, lambda measured: measured.on_time),
    _Line("area.compare.word", "expected", _word),
    _Line("area.half_closed", "time-to-close", _half),
)
"""The figures that are set side by side, in their order."""
