"""What got worse in an area in four weeks, and what got better: said only beyond what chance gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from livemaps.views.area import AreaView, Moved, Movers
from livemaps.web.components import definition
from livemaps.web.elements import Child, Element, element
from livemaps.web.parts import area_words as say
from livemaps.web.parts.behind import linked, to_list
from livemaps.web.site import Visit
from livemaps.web.urlstate import Address

Target = Address | str


def told(visit: Visit, view: AreaView) -> Element | None:
    """Return which services and parts grew and shrank most; nothing where that is not told."""
    sentences = [part for text in _sentences(visit, view) for part in (*text, " ")]
    if not sentences:
        return None
    words = visit.words
    what = element("strong", words("area.moved.title"))
    meaning = definition(words, visit.address, "queues")
    return element("p", what, " ", sentences, meaning, class_="what-moved", key="moved")


def _sentences(visit: Visit, view: AreaView) -> Iterator[list[Child]]:
    """Yield a sentence for the services, and one for the parts, with the links to each."""

    def to_service(moved: Moved) -> Target:
        here = say.of_area(view.layer, view.here.key)
        return to_list(visit, replace(here, services=frozenset({moved.key})))

    def to_part(moved: Moved) -> Target:
        return say.area_path(visit, view.parts_layer, moved.key)

    if view.services_moved is not None:
        yield _sentence(
            visit, visit.words("area.moved.services"), view.services_moved, "service", to_service
        )
    if view.parts_moved is not None and view.parts and not view.finest:
        areas = say.layer_name(visit, view.parts_layer, plural=True)
        yield _sentence(visit, areas, view.parts_moved, view.parts_layer, to_part)


def _sentence(
    visit: Visit, groups: str, found: Movers, dimension: str, target: Callable[[Moved], Target]
) -> list[Child]:
    """Return what grew and shrank most of some groups, or that nothing clearly did."""

    def named(some: tuple[Moved, ...]) -> str:
        return visit.words("list.comma").join(_named(visit, dimension, moved) for moved in some)

    kinds = {(True, True): "both", (True, False): "grown", (False, True): "shrunk"}
    kind = kinds.get((bool(found.grown), bool(found.shrunk)), "none")
    grown, shrunk = named(found.grown), named(found.shrunk)
    # All sentences take the same words: each leaves out what it does not say.
    text = visit.words(f"area.moved.{kind}", groups=groups, grown=grown, shrunk=shrunk)
    return linked(text, *(target(moved) for moved in (*found.grown, *found.shrunk)))


def _named(visit: Visit, dimension: str, moved: Moved) -> str:
    """Return a group with its change, marked as what leads to it; no name marks anything itself."""
    name = visit.label(dimension, moved.key, moved.name).replace("*", "")
    return f"**{name} {say.signed(visit, moved.more)}**"
