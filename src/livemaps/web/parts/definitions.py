"""What each figure means: in one sentence, with how it is counted in a fold below it.

Every figure has an anchor of its own, to which the "?" beside it leads; `assets/definitions.js`
unfolds what an address points to.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from livemaps.text import Words
from livemaps.web.components import hidden, rich
from livemaps.web.elements import Element, element
from livemaps.web.site import Site, Visit

GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "counting": (
            "open",
            "reported",
            "resolved",
            "in_progress",
            "life",
            "backlog-by",
            "unplaced",
            "duplicates",
            "apart",
            "impossible",
        ),
        "waiting-times": (
            "age",
            "time-to-close",
            "usual-time",
            "still-to-wait",
            "waiting",
            "unattended",
            "standards",
            "on-time",
            "overdue",
            "re-reported",
        ),
        "change": (
            "week",
            "four_weeks",
            "flow",
            "queues",
            "cleared-by",
            "surge",
            "forecast",
            "reporting-delay",
        ),
        "comparing": (
            "classes",
            "expected",
            "hot-spots",
            "rates",
            "against",
            "compare",
        ),
    }
)
"""Figures with a definition, by what they tell of; groups and figures are anchors."""

METRICS = tuple(metric for metrics in GROUPS.values() for metric in metrics)


def definitions(site: Site, visit: Visit) -> list[Element]:
    """Return all definitions, in groups, with links to each of them first."""
    words = visit.words
    values: dict[str, object] = {
        "services": words.listed(site.profile.set_apart_services)
        or words("definitions.no_service"),
        "days": site.settings.recent_days,
        "layer": site.profile.finest.called(words.language).lower(),
    }
    return [
        element("h2", words("definitions.title"), id="definitions"),
        _jumps(words),
        *(_group(words, group, values) for group in GROUPS),
    ]


def _jumps(words: Words) -> Element:
    """Return the list to jump from: each group with its figures."""
    return element(
        "nav",
        element("ul", [_jump_group(words, group) for group in GROUPS]),
        aria_label=words("definitions.jump"),
        class_="jumps no-print",
    )


def _jump_group(words: Words, group: str) -> Element:
    """Return the links to a group and to what it holds."""
    return element(
        "li",
        _jump(group, words(f"definitions.group.{group}")),
        element(
            "ul",
            [
                element("li", _jump(metric, words(f"metric.{metric}.name")), key=metric)
                for metric in GROUPS[group]
            ],
        ),
        key=group,
    )


def _jump(anchor: str, text: str) -> Element:
    """Return a link within the page; the browser itself follows it."""
    return element("a", text, href=f"#{anchor}")


def _group(words: Words, group: str, values: Mapping[str, object]) -> Element:
    """Return the definitions of a group below its heading."""
    cards = [_definition(words, metric, values) for metric in GROUPS[group]]
    return element(
        "section",
        element("h3", words(f"definitions.group.{group}")),
        element("div", cards, class_="definitions"),
        id=group,
        key=group,
    )


def _definition(words: Words, metric: str, values: Mapping[str, object]) -> Element:
    """Return one definition under its own anchor."""
    name = words(f"metric.{metric}.name")
    method = element(
        "details",
        # Heard out of its context, each fold says of which figure it tells.
        element("summary", words("definitions.method"), hidden(f": {name}")),
        element("p", rich(words(f"metric.{metric}.method", **values))),
        class_="method",
    )
    return element(
        "section",
        element("h4", name),
        element("p", rich(words(f"metric.{metric}.plain", **values))),
        method,
        id=metric,
        key=metric,
        class_="card",
    )
