"""The managers' screens over a town with a hostile name, every measure worked out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from livemaps.measures.contents import Measures
from livemaps.measures.families import FAMILIES
from livemaps.model import Stage
from livemaps.snapshot import Snapshot, Vocabulary
from livemaps.views import Board
from livemaps.web.page import drawn, path_to
from livemaps.web.pages import agency, backlog
from livemaps.web.site import Site, Visit
from tests.measures.village import areas, measures_of, world_of
from tests.views.town import TODAY, Row, snapshot_of
from tests.web.conftest import NOW, Always, Town, elements, outlines

HOSTILE = "<script>alert(1)</script> & / ? # %2F"
RENAMED = "=Finance"
"""The agency that has a hostile name here."""
ROWS = [
    *(
        Row(requested=day, closed=day + 3, stage=Stage.RESOLVED)
        for day in range(TODAY - 700, TODAY - 60)
        for _ in range(2)
    ),
    *(Row(requested=TODAY - 2 - at // 3, expected=TODAY - 1 - at % 9) for at in range(150)),
    Row(requested=TODAY - 900, agency=RENAMED, service="Waste - Cart"),
    Row(requested=TODAY - 901, agency=""),
]


def renamed(snapshot: Snapshot) -> Snapshot:
    """Return a snapshot with an agency that is called by every character that is trouble."""
    names = tuple(HOSTILE if name == RENAMED else name for name in snapshot.vocab.agency.names)
    return replace(snapshot, vocab=replace(snapshot.vocab, agency=Vocabulary(names)))


@pytest.fixture(scope="session")
def measured() -> Measures:
    world = world_of(ROWS, layers=areas())
    return measures_of(replace(world, snapshot=renamed(world.snapshot)), FAMILIES)


@pytest.fixture
def full(town: Town, measured: Measures) -> Site:
    """A site whose every measure is worked out."""
    here = replace(town, shown=renamed(snapshot_of(ROWS)))
    outlines(here)
    board = Board(here, here.profile, here.settings, lambda: NOW, Always(measured))
    return replace(here.site, board=board)


def shown(site: Site, query: str = "?lang=en", name: str | None = None) -> list[Any]:
    """Return the elements of the city's page, or of an agency's."""
    path = "/backlog" if name is None else path_to(agency.PAGE.path, name)
    content = backlog.content if name is None else agency.content
    return drawn(content, site, site.visit(query, path))


def visit_of(site: Site, query: str = "?lang=en") -> Visit:
    return site.visit(query, "/backlog")


def links(tree: Any) -> list[str]:
    return [str(node[1]["href"]) for node in elements(tree) if "href" in node[1]]
