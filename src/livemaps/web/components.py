"""Small pieces that several pages are made of. Each returns elements as data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from livemaps.model import day_date
from livemaps.text import Words
from livemaps.web.elements import Child, Children, Element, element
from livemaps.web.urlstate import Address

ICONS: Mapping[str, str] = {
    "search": "M10.5 4a6.5 6.5 0 1 0 4 11.6l4.7 4.7M10.5 4a6.5 6.5 0 0 1 4 11.6",
    "close": "M6 6l12 12M18 6L6 18",
    "pause": "M9 5v14M15 5v14",
    "play": "M8 5l11 7-11 7z",
    "theme": "M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18",
    "download": "M12 4v11M7 11l5 5 5-5M5 20h14",
    "plus": "M12 5v14M5 12h14",
    "minus": "M5 12h14",
    "locate": "M12 3v4M12 17v4M3 12h4M17 12h4M12 7a5 5 0 1 0 .01 0M12 11a1 1 0 1 0 .01 0",
    "whole": "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
    "table": "M4 5h16v14H4zM4 10h16M4 14.5h16M10 10v9",
    "map": "M9 4L3.5 6.5v13L9 17l6 3 5.5-2.5v-13L15 7zM9 4v13M15 7v13",
    "filter": "M4 6h16M7 12h10M10 18h4",
    "warning": "M12 4L2.5 20h19zM12 10v5M12 17.6v.1",
    "mark": "M12 21s7-6.2 7-11.5A7 7 0 0 0 5 9.5C5 14.8 12 21 12 21zM12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
}


def icon(name: str) -> Element:
    """Return a drawing that says nothing by itself: a word or label stands beside it."""
    return element(
        "svg",
        element("path", d=ICONS[name]),
        viewBox="0 0 24 24",
        class_="icon",
        aria_hidden=True,
        focusable="false",
    )


def hidden(text: str) -> Element:
    """Return a text for screen readers only."""
    return element("span", text, class_="visually-hidden")


def rich(sentence: str) -> list[Child]:
    """Return a sentence with the parts between `**` made strong."""
    parts = re.split(r"\*\*(.+?)\*\*", sentence)
    return [
        element("strong", part) if position % 2 else part for position, part in enumerate(parts)
    ]


def link(href: str | Address, *children: Children, **attributes: object) -> Element:
    """Return a link that changes the address without loading the page again."""
    return element("a", *children, href=str(href), data_nav=True, **attributes)


def request_link(address: Address, service_request_id: str) -> Element:
    """Return a request's number, which leads to its page."""
    path = f"/request/{quote(service_request_id, safe='')}"
    return link(address.page_link(path), service_request_id)


def definition(words: Words, address: Address, metric: str) -> Element:
    """Return the way to a figure's definition, named for those who hear it out of context."""
    return link(
        address.page_link("/about", metric),
        element("span", "?", aria_hidden=True),
        hidden(words("definition", metric=words(f"metric.{metric}.name"))),
        class_="definition",
    )


def ago(moment: datetime | None, words: Words, shown: str, now: datetime) -> Element | str:
    """Return an age at `now` that counts on in the browser; `shown` is the time itself."""
    if moment is None:
        return words("never")
    age = words.since(moment, now)
    return element("time", age, datetime=moment.isoformat(), data_ago=True, title=shown)


def badge(text: str, kind: str) -> Element:
    """Return a short label; `kind` is `simulated`, `good`, `warning` or `plain`."""
    return element("span", text, class_=f"badge badge-{kind}")


def notice(kind: str, title: str, *children: Children, urgent: bool = False) -> Element:
    """Return a message across the page. Urgent ones are read out at once."""
    return element(
        "div",
        icon("warning") if kind != "plain" else None,
        element("div", element("p", element("strong", title)), *children),
        class_=f"notice notice-{kind}",
        role="alert" if urgent else "status",
    )


def share_bar(value: int, most: int, kind: str = "") -> Element:
    """Return a bar whose length is `value` of `most`; the number itself stands beside it."""
    share = 0 if most == 0 else max(100 * value / most, 0.6 if value else 0)
    return element(
        "span",
        element("span", class_=f"bar-fill {kind}".strip(), style={"width": f"{share:.1f}%"}),
        class_="bar",
        aria_hidden=True,
    )


def radios(
    name: str, legend: str, options: Sequence[tuple[str, Children]], chosen: str, **attributes: str
) -> Element:
    """Return one choice of a few as a segmented control of native radio buttons.

    `name` is the key in the address, each option a value and what it reads.
    """
    return element(
        "fieldset",
        element("legend", legend, class_="visually-hidden"),
        [
            element(
                "label",
                element(
                    "input",
                    type="radio",
                    name=name,
                    value=value,
                    checked=value == chosen,
                    data_param=name,
                    **attributes,
                ),
                element("span", label),
                key=value,
            )
            for value, label in options
        ],
        class_="segmented",
    )


def menu(label: Children, items: Sequence[Element], class_: str = "menu") -> Element:
    """Return a button that opens a short list of links."""
    return element(
        "details",
        element("summary", label, class_="button"),
        element("ul", [element("li", item, key=str(at)) for at, item in enumerate(items)]),
        class_=class_,
        data_menu=True,
    )


def iso(day: int | None) -> str:
    """Return a day number as a date field takes it, empty for none."""
    return "" if day is None else day_date(day).isoformat()
