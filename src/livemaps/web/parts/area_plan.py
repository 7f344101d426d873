"""Plans of areas in the classes of the three words, each with its table twin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from livemaps.errors import SnapshotError
from livemaps.views.area import AreaView, LayerView
from livemaps.views.measures.expected import AreaWord
from livemaps.views.outlines import Outlines
from livemaps.web.charts import picture_button
from livemaps.web.components import link
from livemaps.web.elements import Element, element
from livemaps.web.parts import area_words as say
from livemaps.web.parts.area_files import area_file
from livemaps.web.parts.behind import to_list
from livemaps.web.parts.tables import Column, Row, card, foot, table, without_last
from livemaps.web.plan import PlanArea, key, plan
from livemaps.web.site import Site, Visit

HERE = "here"
"""The style of the area that the page is about."""


def parts_card(visit: Visit, view: AreaView, outlines: Outlines | None) -> Element:
    """Return the plan of an area's parts; of a finest one, of those around it."""
    words = visit.words
    areas = say.layer_name(visit, view.parts_layer, plural=True)
    title = words("area.around" if view.finest else "area.parts", areas=areas)
    return card(
        title,
        picture(visit, view, outlines),
        _note(visit, view),
        _twin(visit, view),
        key="plan",
    )


def picture(visit: Visit, view: AreaView, outlines: Outlines | None) -> Element:
    """Return the plan of an area's parts with its key."""
    label = visit.words("area.plan.label", areas=say.layer_name(visit, view.parts_layer, True))
    mine = view.here.key if view.finest else None
    # What is drawn last lies on top: the outline of the area itself is whole.
    drawn = sorted(view.parts, key=lambda part: part.key == mine)
    areas = [
        PlanArea(
            part.code,
            _label(visit, view.parts_layer, part.key, part.name, part.word, part.open),
            _style(part.word) + (f" plan-{HERE}" if part.key == mine else ""),
            say.area_path(visit, view.parts_layer, part.key),
        )
        for part in drawn
    ]
    name = f"{visit.profile.id}-{view.layer}-{view.here.key}"
    return element(
        "div",
        _drawn(visit, outlines, areas, label, name),
        None if view.basis.pending else legend(visit, [part.word for part in view.parts]),
        class_="plan-with-key",
    )


def called(visit: Visit, view: AreaView, word: str) -> list[str]:
    """Return what the parts of one of the three words are called."""
    return [
        visit.label(view.parts_layer, part.key, part.name)
        for part in view.parts
        if part.word is not None and part.word.word == word
    ]


def layer_card(visit: Visit, view: LayerView, outlines: Outlines | None) -> Element:
    """Return the plan of the areas of a layer."""
    words = visit.words
    areas = say.layer_name(visit, view.layer, plural=True)
    said = [area.measured.word if area.measured else None for area in view.areas]
    drawn = [
        PlanArea(
            area.code,
            _label(visit, view.layer, area.key, area.name, found, area.open),
            _style(found),
            say.area_path(visit, view.layer, area.key),
        )
        for area, found in zip(view.areas, said, strict=True)
    ]
    label = words("area.plan.label", areas=areas)
    return card(
        words("area.plan.title"),
        element(
            "div",
            _drawn(visit, outlines, drawn, label, f"{visit.profile.id}-{view.layer}"),
            None if view.basis.pending else legend(visit, said),
            class_="plan-with-key",
        ),
        _note(visit, view),
        foot(picture_button(words)),
        size="third",
        key="plan",
    )


def _note(visit: Visit, view: AreaView | LayerView) -> Element | None:
    """Return what is compared with what; nothing while it is being worked out."""
    if view.basis.pending or view.basis.until is None:
        return None
    text = visit.words("area.plan.note", day=visit.words.day(view.basis.until))
    return element("p", text, class_="quiet-text")


def outlines_of(site: Site, layer: str) -> Outlines | None:
    """Return the outlines of a layer, None where they cannot be read: the rest is shown without."""
    try:
        return site.board.outlines(layer)
    except SnapshotError:
        return None


def _drawn(
    visit: Visit, outlines: Outlines | None, areas: Sequence[PlanArea], label: str, name: str
) -> Element:
    """Return the plan, or that it cannot be drawn."""
    if outlines is None:
        return element("p", visit.words("area.plan.missing"), class_="quiet-text")
    if not any(outlines.paths[area.code] for area in areas):
        return element("p", visit.words("area.plan.none"), class_="quiet-text")
    return plan(outlines, areas, label, name)


def legend(visit: Visit, said: Sequence[AreaWord | None]) -> Element:
    """Return what the colours mean, all of them whether they occur or not, with how often."""
    counts = [sum(_style(found) == style for found in said) for style in say.STYLES.values()]
    return key(
        [
            (style, f"{visit.words(f'measures.expected.word.{name}')} ({count})")
            for (name, style), count in zip(say.STYLES.items(), counts, strict=True)
        ]
    )


def _style(said: AreaWord | None) -> str:
    return say.STYLES["too_few" if said is None else said.word]


def _label(
    visit: Visit, layer: str, area: str, name: str, said: AreaWord | None, count: int
) -> str:
    """Return what is read out and shown of one area of a plan."""
    if said is None:
        return visit.words("area.plan.plain", area=visit.label(layer, area, name), count=count)
    told = say.word(visit, said)
    return visit.words(
        "area.plan.area", area=visit.label(layer, area, name), word=told, count=count
    )


def _twin(visit: Visit, view: AreaView) -> Element:
    """Return the table of what the plan shows, folded, and the ways to take it away."""
    words, layer = visit.words, view.parts_layer
    columns = (
        Column(say.layer_name(visit, layer), number=False),
        Column(words("area.open"), "open"),
        Column(words("area.old_short"), "age"),
        Column(words("measure.reported"), "reported"),
        Column(words("area.usual"), "expected"),
        Column(words("area.word.name"), number=False),
    )
    rows = list(_rows(visit, view))
    told = without_last(columns, rows, 2) if view.basis.pending else (columns, rows)
    return element(
        "div",
        element(
            "details",
            element("summary", words("chart.table")),
            table(visit, words("area.plan.caption"), *told),
            _straddling(visit, view),
            class_="twin",
        ),
        element(
            "span",
            picture_button(words),
            " ",
            None if view.basis.pending else area_file(visit, view, "parts"),
        ),
        class_="chart-foot no-print",
    )


def _rows(visit: Visit, view: AreaView) -> Iterator[Row]:
    """Yield a line for each part, in the order of their names."""
    words = visit.words
    for part in view.parts:
        filters = say.of_area(view.parts_layer, part.key)
        expected = part.word.expected if part.word else None
        cells = (
            say.area_link(visit, view.parts_layer, part.key, part.name),
            link(to_list(visit, filters), words.number(part.open)),
            words.number(part.over_four_weeks),
            link(to_list(visit, say.reported(view, filters)), words.number(part.reported)),
            words("measures.expected.word.too_few")
            if expected is None
            else words.number(round(expected)),
            say.word(visit, part.word),
        )
        yield Row(part.key, cells, chosen=view.finest and part.key == view.here.key)


def _straddling(visit: Visit, view: AreaView) -> Element | None:
    """Return which parts lie in more than one area, whose figures are those of the whole part."""
    across = [part for part in view.parts if not part.inside]
    if not across or view.finest:
        return None
    names = [visit.label(view.parts_layer, part.key, part.name) for part in across]
    text = visit.words("area.straddling", names=visit.words.listed(names))
    return element("p", text, class_="quiet-text")
