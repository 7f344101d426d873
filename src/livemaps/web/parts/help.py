"""How to read a screen: a few sentences that unfold, and the definitions one click away."""

from __future__ import annotations

from livemaps.web.components import link, rich
from livemaps.web.elements import Element, element
from livemaps.web.site import Visit


def how_to_read(visit: Visit, page: str, *metrics: str, unfolded: bool = False) -> Element:
    """Return the help of a screen, folded unless asked otherwise.

    The sentences are `help.<page>` in the catalogue, each line of it a paragraph; it may name
    `{city}` and `{layer}`, the smallest areas. `metrics` are the figures of the screen whose
    definitions (`metric.<metric>`, `/about#<metric>`) are linked below.
    """
    words = visit.words
    layer = visit.profile.finest.called(words.language).lower()
    text = words(f"help.{page}", city=visit.profile.name, layer=layer)
    sentences = [
        element("p", rich(line), key=str(at)) for at, line in enumerate(text.strip().splitlines())
    ]
    return element(
        "details",
        element("summary", words("help.title")),
        sentences,
        _definitions(visit, metrics) if metrics else None,
        class_="help no-print",
        open=unfolded or None,
        key="help",
    )


def _definitions(visit: Visit, metrics: tuple[str, ...]) -> Element:
    """Return links to what each figure means."""
    words, address = visit.words, visit.address
    items = [
        element(
            "li",
            link(address.page_link("/about", metric), words(f"metric.{metric}.name")),
            key=metric,
        )
        for metric in metrics
    ]
    return element(
        "div",
        element("p", words("help.definitions")),
        element("ul", items),
        class_="help-definitions",
    )
