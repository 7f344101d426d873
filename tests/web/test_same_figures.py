"""One figure is one figure: screens drawn from the same data say the same, whether measures
are current, lag behind or are not there yet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import pytest

from livemaps.measures.contents import Measures
from livemaps.measures.families import FAMILIES
from livemaps.model import Filters, Measure, Stage
from livemaps.text import Catalogue
from livemaps.views import Board
from livemaps.web.pages import wall
from livemaps.web.parts.answer import answer
from livemaps.web.site import Site, Visit
from tests.measures.village import areas, measures_of, world_of
from tests.views.town import SERVICES, SET_APART, TODAY, Row, snapshot_of
from tests.web.conftest import MeasuredTown, TextOf, Town, outlines

LAG = 5
"""Days that measures are behind in a third of the tests."""

COMPLETE = TODAY - 3
"""The last complete day: the newest request is of two days ago."""

ROWS = [
    *(
        Row(
            requested=day,
            closed=day + 3,
            stage=Stage.RESOLVED,
            service=SERVICES[day % 3],
            ward=str(1 + day % 2),
        )
        for day in range(TODAY - 700, TODAY - 4)
        for _ in range(2)
    ),
    # The backlog grows, and the more the later: nothing stays as it was when measures lag.
    *(
        Row(
            requested=TODAY - 2 - at * at // 40,
            ward="2" if at % 3 else "1",
            service=SERVICES[at % 3],
        )
        for at in range(90)
    ),
    Row(requested=TODAY - 2, community="unplaced:no_place", ward="unplaced:no_place"),
    *(Row(requested=TODAY - 50, service=SET_APART) for _ in range(7)),
]
CITY_PAGES = ("/", "/ward", "/backlog")
WARD_PAGES = ("/?ward=2", "/ward/2", "/ward/2/brief", "/backlog?ward=2")


def as_of(day: int) -> Measures:
    """Return the measures of what was known at the end of a day."""
    known = [row for row in ROWS if row.requested <= day - 2]
    still = [
        replace(row, stage=Stage.RECEIVED, closed=-1) if row.closed > day else row for row in known
    ]
    return measures_of(world_of(still, layers=areas(), as_of_day=day), FAMILIES)


@pytest.fixture(scope="module", params=[0, LAG, None], ids=["current", "lagging", "none"])
def lag(request: pytest.FixtureRequest) -> int | None:
    """Return how many days measures are behind, None where there are none yet."""
    found: int | None = request.param
    return found


measured = pytest.mark.parametrize(
    "lag", [0, LAG], ids=["current", "lagging"], indirect=True, scope="module"
)
"""Of tests of what cannot be told without measures."""


@pytest.fixture(scope="module")
def measures(lag: int | None) -> Measures | None:
    if lag is None:
        return None
    found = as_of(TODAY - lag)
    assert found.meta.complete_day == COMPLETE - lag
    return found


@dataclass
class Screens:
    """What the pages of one site say, without the spaces that their elements bring along."""

    site: Site
    language: str
    text_of: TextOf

    def visit(self, address: str) -> Visit:
        path, _, query = address.partition("?")
        return self.site.visit(f"?{query}&lang={self.language}", path)

    def say(self, address: str) -> str:
        visit = self.visit(address)
        if visit.address.path == "/":
            home = self.site.board.home(visit.address.filters)
            return squeezed(self.text_of(answer(visit, home)))
        regions = self.site.page_of(visit.address.path).layout(self.site, visit)
        return squeezed(self.text_of([region.tree for region in regions]))

    def wall(self, query: str = "") -> str:
        visit = self.site.visit(f"?{query}&lang={self.language}", "/wall")
        return squeezed(self.text_of(wall.content(self.site, visit)))

    def found(self, key: str, address: str) -> list[dict[str, str]]:
        """Return what a sentence of the catalogue was filled in with on a page, each time."""
        return matches(self.language, key, self.say(address))


def squeezed(text: str) -> str:
    return re.sub(r"\s|\*\*", "", text)


def beside(label: str, number: int, text: str) -> bool:
    """Tell whether a number stands beside what it is called, before or after its definition."""
    return re.search(rf"{re.escape(squeezed(label))}\D{{0,80}}{number}(?!\d)", text) is not None


def matches(language: str, key: str, text: str) -> list[dict[str, str]]:
    """Return what a sentence was filled in with in a text without spaces, in either plural."""
    words = Catalogue.load().words(language)
    found = []
    for sentence in dict.fromkeys(words.plurals(key).values()):
        pattern = re.escape(squeezed(sentence))
        pattern = re.sub(r"\\\{(count|came|went)\\\}", r"(?P<\1>\\d+)", pattern)
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.{1,60}?)", pattern)
        found += [match.groupdict() for match in re.finditer(pattern, text)]
    return found


@pytest.fixture(params=["en", "fr"])
def screens(
    request: pytest.FixtureRequest, town: Town, measures: Measures | None, text_of: TextOf
) -> Screens:
    here = MeasuredTown(town.profile, town.settings, snapshot_of(ROWS), town.catalogue, measures)
    outlines(here)
    return Screens(here.site, request.param, text_of)


def came_and_went(screens: Screens, query: str, days: int) -> tuple[int, int]:
    """Count what was reported and what was closed in the last complete days."""
    filters = screens.visit(f"/?{query}").address.filters
    dated = replace(filters, since=COMPLETE - days + 1, until=COMPLETE)
    came, went = (
        screens.site.board.headline(replace(dated, measure=measure)).total
        for measure in (Measure.REPORTED, Measure.RESOLVED)
    )
    return came, went


@pytest.mark.parametrize("pages", [CITY_PAGES, WARD_PAGES], ids=["city", "ward"])
def test_every_screen_compares_with_four_weeks_ago_by_the_same_figure(
    screens: Screens, pages: tuple[str, ...]
) -> None:
    query = pages[0].removeprefix("/?").removeprefix("/")
    filters = screens.visit(pages[0]).address.filters
    change = screens.site.board.headline(filters).change
    assert change is not None
    assert change.more > 10
    told = [screens.found("answer.change.more", page) for page in pages]
    assert all(len(one) == 1 for one in told), told
    assert {one[0]["count"] for one in told} == {str(change.more)}
    assert len({one[0]["share"] for one in told}) == 1
    words = screens.visit("/").words
    assert squeezed(f"{words('wall.change')}+{change.more}") in screens.wall(query)


@pytest.mark.parametrize("query", ["", "ward=2"])
def test_home_and_the_wall_tell_of_the_same_complete_week(screens: Screens, query: str) -> None:
    words = screens.visit("/").words
    came, went = came_and_went(screens, query, 7)
    day, short = squeezed(words.day(COMPLETE)), words.date(COMPLETE)
    (home,) = screens.found("answer.week.reported", f"/?{query}")
    assert (home["day"], home["count"]) == (day, str(came))
    hung = screens.wall(query)
    assert beside(words("wall.came", day=short), came, hung)
    assert beside(words("wall.went"), went, hung)


@measured
@pytest.mark.parametrize("query", ["", "ward=2"])
def test_managers_are_told_of_the_same_complete_week(screens: Screens, query: str) -> None:
    words = screens.visit("/").words
    came, went = came_and_went(screens, query, 7)
    day, short = squeezed(words.day(COMPLETE)), words.date(COMPLETE)
    managers = screens.say(f"/backlog?{query}")
    (flow,) = matches(screens.language, "backlog.flow.said", managers)
    assert (flow["day"], flow["came"], flow["went"]) == (day, str(came), str(went))
    for key, number in (("backlog.figure.in", came), ("backlog.figure.out", went)):
        assert beside(words(key, day=short), number, managers), key


def test_what_came_and_went_in_four_weeks_ends_with_the_same_day(screens: Screens) -> None:
    words = screens.visit("/").words
    came, went = came_and_went(screens, "ward=2", 28)
    for page in ("/ward/2", "/ward/2/brief"):
        said = screens.say(page)
        assert squeezed(words.day(COMPLETE)) in said
        assert beside(words("area.reported.name"), came, said)
        assert beside(words("area.closed"), went, said)


def test_the_table_of_areas_has_the_figures_of_the_page_of_each(screens: Screens) -> None:
    words, site = screens.visit("/").words, screens.site
    view = site.board.layer("ward")
    regions = site.page_of("/ward").layout(site, screens.visit("/ward"))
    said = screens.text_of([region.tree for region in regions])
    assert all(words(title) in said for title in ("area.compare.change", "area.in", "area.out"))
    for area in (*view.areas, view.city):
        query = f"ward={area.key}" if area.key else ""
        change = site.board.headline(screens.visit(f"/?{query}").address.filters).change
        assert change is not None
        came, went = came_and_went(screens, query, 28)
        assert re.search(rf" \+{change.more} \S+( %)? {came} {went} ", said), area.name


@measured
def test_figures_that_lag_behind_are_said_to_be_of_their_day_once(
    screens: Screens, measures: Measures
) -> None:
    words, day = screens.visit("/").words, measures.meta.complete_day
    assert day is not None
    lagging = day < COMPLETE
    note = squeezed(words("lag.text", day=words.day(day)))
    for page in ("/ward", "/ward/2", "/ward/2/brief", "/backlog", "/backlog?ward=2"):
        assert screens.say(page).count(note) == int(lagging), page
    assert note not in screens.say("/")
    hung, short = screens.wall(), words("lag.short", day=words.day(day))
    for view in ("surge", "forecast"):
        assert (squeezed(words(f"wall.view.{view}") + f", {short}") in hung) is lagging, view


@measured
def test_the_groups_of_managers_change_by_what_their_own_screens_say(screens: Screens) -> None:
    board = screens.site.board
    found = board.backlog(Filters())
    for level, table in (("agency", found.agencies), ("service", found.services)):
        for group in table.groups:
            one = frozenset({group.name})
            chosen = Filters(agencies=one) if level == "agency" else Filters(services=one)
            change = board.headline(chosen).change
            assert change is not None
            assert group.net == change.more, group.name


@pytest.mark.parametrize("query", ["", "apart=1"])
def test_the_line_of_ages_counts_the_requests_of_the_headline(town: Town, query: str) -> None:
    here = replace(town, shown=snapshot_of(ROWS))
    site = here.site
    visit = site.visit(f"?{query}", "/")
    board: Board = site.board
    shown = board.headline(visit.address.filters)
    drawn = here.ask("freshness", url=f"?{query}")["freshness"]["tree"]
    told = visit.words(
        "freshness.unplaced", count=shown.unplaced, open=shown.total, city=site.profile.name
    )
    assert (shown.total, shown.unplaced) == ((98, 1) if query else (91, 1))
    assert told in repr(drawn)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_backlog_that_grows_is_never_called_better_or_worse(language: str) -> None:
    sentences = Catalogue.load().words(language).sentences
    judging = re.compile(r"\b(better|worse|mieux|moins bien|pire)\b")
    told = [key for key in sentences if key.startswith(("area.against.", "answer.change."))]
    assert len(told) >= 9
    assert not [key for key in told if judging.search(str(sentences[key]))]
