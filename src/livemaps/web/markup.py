"""The parts of a page as HTML, for those who look before any script has run, or without scripts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from dash import dcc
from dash.development.base_component import Component

from livemaps.web.elements import CAMEL, KEYWORDS, Region

NAMES: Mapping[str, str] = {
    written: name.rstrip("_") for name, written in (*KEYWORDS.items(), *CAMEL.items())
}
"""Attributes whose name in HTML is another than React's."""

VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
"""Elements that have no content and no end."""

HTML_NAMESPACE = "dash_html_components"


def markup(part: Any) -> str:
    """Return a part of a page as HTML: a Dash component, an element as data, a text, or many.

    A graph is an empty box of its id and class; components that show nothing (stores, intervals)
    are left out, as are the `key`s of elements.
    """
    if part is None:
        return ""
    if isinstance(part, str):
        return escape(part, quote=False)
    if isinstance(part, Component):
        return _component(part)
    if _is_element(part):
        return _element(part)
    if not isinstance(part, list | tuple):
        return escape(str(part), quote=False)
    return "".join(markup(node) for node in part)


def _is_element(node: Any) -> bool:
    """Return whether this is `[name, attributes, child, ...]`."""
    return isinstance(node, list) and len(node) > 1 and isinstance(node[1], dict)


def _component(component: Component) -> str:
    """Return a Dash component as HTML."""
    told = component.to_plotly_json()["props"]  # type: ignore[no-untyped-call]
    given = dict(told)
    if isinstance(component, Region):
        drawn = given.pop("tree", None) or []
        name = given.pop("name", None) or "div"
        attributes = {"id": given.get("id"), **(given.get("attributes") or {})}
        return _tag(name, attributes, _children(drawn))
    if component._namespace == HTML_NAMESPACE:
        return _tag(component._type.lower(), given, markup(given.pop("children", None)))
    if isinstance(component, dcc.Graph):
        return _tag("div", {name: given.get(name) for name in ("id", "className")}, "")
    return ""


def _element(node: list[Any], chosen: Any = None) -> str:
    """Return an element as HTML; an option of a list knows which value is `chosen`."""
    name, attributes, *children = node
    if name == "option" and chosen is not None:
        attributes = {**attributes, "selected": attributes.get("value") == chosen}
    if name == "select":
        chosen = attributes.get("value")
        attributes = {key: value for key, value in attributes.items() if key != "value"}
    return _tag(name, attributes, _children(children, chosen))


def _children(children: Iterable[Any], chosen: Any = None) -> str:
    """Return what stands within an element."""
    return "".join(
        _element(child, chosen) if isinstance(child, list) else escape(str(child), quote=False)
        for child in children
    )


def _tag(name: str, attributes: Mapping[str, Any], content: str) -> str:
    """Return an element of HTML around its content."""
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    return f"<{name}{written}>" if name in VOID else f"<{name}{written}>{content}</{name}>"


def _attribute(name: str, value: Any) -> str:
    """Return an attribute as HTML, nothing where it is not set."""
    if name == "key" or value is None or value is False:
        return ""
    if isinstance(value, Mapping):
        value = ";".join(f"{part}:{setting}" for part, setting in value.items())
    written = NAMES.get(name, name)
    return f" {written}" if value is True else f' {written}="{escape(str(value))}"'
