"""Managers: are we keeping up, what grows, what is overdue, is there a surge, what will come?"""

from __future__ import annotations

from livemaps.views.backlog_page import BacklogPage
from livemaps.web.elements import Element, element, tree
from livemaps.web.page import screen
from livemaps.web.parts import backlog_answer, backlog_flow, open_groups, promises, surges
from livemaps.web.parts.answer import scope
from livemaps.web.parts.help import how_to_read
from livemaps.web.site import Site, Visit

METRICS = ("backlog-by", "flow", "queues", "cleared-by", "unattended", "surge", "forecast")


def content(site: Site, visit: Visit) -> list[Element]:
    """Return the answer, the pictures of flow and path, queues, tables, surge and forecast."""
    found = site.board.backlog(visit.address.filters)
    facets = site.board.facets(found.filters)
    where = scope(visit, facets)
    return tree(
        backlog_answer.head(
            visit,
            found,
            facets,
            where,
            visit.words("nav.backlog"),
            backlog_answer.narrowing(visit, facets),
        ),
        element("div", parts(visit, found), class_="screen-grid", key="parts"),
        how_to_read(visit, "backlog", *METRICS),
    )


def parts(visit: Visit, found: BacklogPage) -> list[Element]:
    """Return the cards of the screen in their order."""
    return [
        backlog_flow.flow(visit, found),
        backlog_flow.path(visit, found),
        surges.surges(visit, found),
        backlog_flow.forecast(visit, found),
        open_groups.open_groups(visit, found, found.agencies),
        open_groups.queues(visit, found),
        promises.promises(visit, found),
        promises.unattended(visit, found),
        open_groups.open_groups(visit, found, found.services),
    ]


def _summary(site: Site, visit: Visit) -> str:
    found = site.board.backlog(visit.address.filters)
    return backlog_answer.plain(visit, found, scope(visit, site.board.facets(found.filters)))


PAGE = screen(
    "/backlog",
    "backlog",
    content,
    summary=_summary,
    in_navigation=True,
    options=open_groups.OPTIONS,
)
