"""Pieces of a page as plain lists, drawn by the browser's own React through one Dash component.

A callback that answers with Dash components has them *replaced* in the page: what had the
focus loses it, an opened `<details>` closes, a scrolled list jumps. A `Region` instead takes its
content as data, `["li", {attributes}, child, ...]`, and lets React change only what differs
(`assets/region.js`). It may hold any HTML element, native inputs too, and costs the browser far
less than a Dash component for each cell of a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dash.development.base_component import Component, _explicitize_args

Element = list[Any]
"""`[name, attributes, child, ...]`, as JSON."""
Child = Element | str | None | bool
Children = Child | Iterable[Child]

KEYWORDS: Mapping[str, str] = {"class_": "className", "for_": "htmlFor"}
CAMEL: Mapping[str, str] = {
    "autocomplete": "autoComplete",
    "colspan": "colSpan",
    "datetime": "dateTime",
    "readonly": "readOnly",
    "spellcheck": "spellCheck",
    "tabindex": "tabIndex",
}


def element(name: str, /, *children: Children, **attributes: Any) -> Element:
    """Return an HTML element as data.

    `children` are texts, elements, iterables of both; None and False are left out. Attributes
    are named as in HTML, with `_` for `-` (`aria_label`, `data_param`), `class_` and `for_`; None
    and False are left out, True stands for an attribute without value. `key` names an element
    among its siblings, so that it is moved and not redrawn.
    """
    return [name, dict(_attributes(attributes)), *_flat(children)]


def named(text: str) -> dict[str, Any]:
    """Return the name of a Dash component for those who cannot see where it begins."""
    return {"aria-label": text}


def tree(*children: Children) -> list[Element]:
    """Return elements as a `Region` holds them; None and False are left out."""
    return [child for child in _flat(children) if not isinstance(child, str)]


def _attributes(attributes: dict[str, Any]) -> Iterable[tuple[str, Any]]:
    """Yield attributes by the names that React gives them."""
    for name, value in attributes.items():
        if value is None or value is False:
            continue
        if name.startswith(("aria_", "data_")):
            yield name.replace("_", "-"), "true" if value is True else value
        else:
            yield KEYWORDS.get(name) or CAMEL.get(name) or name.rstrip("_"), value


def _flat(children: Iterable[Children]) -> Iterable[Element | str]:
    """Yield texts and elements of nested iterables; an element is a list that starts with a name."""
    for child in children:
        if child is None or isinstance(child, bool):
            continue
        if isinstance(child, str) or (
            isinstance(child, list) and len(child) > 1 and isinstance(child[1], dict)
        ):
            yield child
        else:
            yield from _flat(child)


class Region(Component):
    """A part of a page whose content is data.

    Keyword Arguments:
    - id (string; optional): The id for callbacks, and of the HTML element.

    - tree (list; optional): What it holds: elements as `element` makes them.

    - name (string; default "div"): The HTML element that it is.

    - attributes (dict; optional): Its other HTML attributes, by React's names.
    """

    _children_props: list[str] = []  # noqa: RUF012 - Dash declares it so
    _base_nodes = ["children"]  # noqa: RUF012
    _namespace = "livemaps"
    _type = "Region"

    @_explicitize_args  # type: ignore[untyped-decorator]
    def __init__(
        self,
        id: str | None = None,  # noqa: A002 - Dash names it so and reads it from the frame
        tree: list[Any] | None = None,
        name: str | None = None,
        attributes: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self._prop_names = ["id", "tree", "name", "attributes"]
        self._valid_wildcard_attributes: list[str] = []
        self.available_properties = self._prop_names
        self.available_wildcard_properties: list[str] = []
        explicit = kwargs.pop("_explicit_args")
        given = {name: value for name, value in locals().items() if name in explicit}
        super().__init__(**given)  # type: ignore[no-untyped-call]
