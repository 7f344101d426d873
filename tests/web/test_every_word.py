"""Every word on every page comes from the catalogue.

The pages are drawn in a made-up language whose sentences have a dot for every letter: a letter that
is left was written into the program. Names of the feed and of the profile are taken out before.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from babel import Locale

from livemaps.errors import NoSnapshot
from livemaps.feeds.profile import load_profile
from livemaps.measures.contents import Measures
from livemaps.measures.families import FAMILIES
from livemaps.model import Stage, Standing
from livemaps.settings import Settings
from livemaps.snapshot import Snapshot
from livemaps.status import Progress, State
from livemaps.text import Catalogue, Sentence, Words
from livemaps.web import shell
from livemaps.web.app import PAGES
from livemaps.web.freshness import freshness, published
from tests.measures.village import areas, measures_of, world_of
from tests.views.town import TODAY, Row, snapshot_of
from tests.web.conftest import NOW, MeasuredTown, twice

MONTHS = re.compile(r"\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b")
"""As Babel writes them in English, where a page asks it for a date of its own form."""
LETTERS = re.compile(r"[^\W\d_]")
READ = frozenset({"aria-label", "title", "placeholder", "alt", "aria-description", "data-label"})
SAID = frozenset(
    {
        "data-done",
        "data-asking",
        "data-outside",
        "data-refused",
        "data-failed",
        "data-lost",
        "data-back",
    }
)
ROWS = [
    *(Row(requested=TODAY - 5 - at % 300, ward=str(1 + at % 2)) for at in range(600)),
    *(
        Row(requested=TODAY - 60 - at, closed=TODAY - 40 - at, stage=Stage.RESOLVED)
        for at in range(300)
    ),
    Row(standing=Standing.DUPLICATE),
    Row(community="unplaced:no_place", ward="unplaced:no_place"),
]
NAMED = "ward=1&service=" + quote(Row().service)


class Dotted(Words):
    """A language that is written in dots and figures."""

    __slots__ = ()

    def day(self, day: int, width: str = "medium") -> str:
        return f"{day}" if width else ""

    def month(self, day: int) -> str:
        return f"{day // 30}"

    def moment(self, moment: datetime) -> str:
        return f"{moment:%Y-%m-%d %H:%M}"

    def clock(self, moment: datetime) -> str:
        return f"{moment:%H:%M}"

    def since(self, moment: datetime, now: datetime) -> str:
        return f"{(now - moment).total_seconds():.0f}"

    def listed(self, items: Any) -> str:
        return ", ".join(items)


def dotted(sentence: Sentence) -> Sentence:
    """Return a sentence with a dot for each letter; its placeholders stay."""
    if not isinstance(sentence, str):
        return {plural: str(dotted(text)) for plural, text in sentence.items()}
    parts = string.Formatter().parse(sentence)
    return "".join(
        LETTERS.sub("·", text).replace("{", "{{").replace("}", "}}")
        + (f"{{{name}}}" if name is not None else "")
        for text, name, _, _ in parts
    )


def made_up() -> Catalogue:
    english = Catalogue.load().words("en")
    sentences = {key: dotted(sentence) for key, sentence in english.sentences.items()}
    return Catalogue({"en": Dotted("en", sentences, Locale("en"), ",")})


@pytest.fixture(scope="module")
def measures() -> Measures:
    return measures_of(world_of(ROWS, layers=areas()), FAMILIES)


@pytest.fixture
def dots(tmp_path: Path, measures: Measures) -> MeasuredTown:
    built = MeasuredTown(
        load_profile("calgary"), Settings(data_dir=tmp_path), snapshot_of(ROWS), made_up(), measures
    )
    built.say()
    return built


def texts(node: Any) -> Iterator[str]:
    """Yield all that is read or said of elements, Dash components and callbacks' answers."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for value in node.values():
            yield from texts(value)
    elif isinstance(node, list | tuple):
        is_element = len(node) > 1 and isinstance(node[0], str) and isinstance(node[1], Mapping)
        if is_element and node[0] != "template":
            yield from (str(node[1][name]) for name in (READ | SAID) & node[1].keys())
        for child in node[2:] if is_element else node:
            yield from texts(child)
    elif hasattr(node, "available_properties"):
        for name in ("children", "tree", *READ):
            yield from texts(getattr(node, name, None))


def names_of(town: MeasuredTown) -> list[str]:
    """Return the names of the feed and of the profile, the longest first."""
    profile = town.profile
    names = {profile.name, profile.attribution, profile.licence, profile.time_zone, profile.id}
    names |= {profile.feed.dataset, profile.feed.address, "EN", *profile.blanks}
    names |= {link for link in vars(profile.links).values() if link}
    names |= {*profile.set_apart_services, *profile.statuses}
    for layer in profile.layers:
        names |= {layer.called("en"), layer.called_plural("en"), layer.source, layer.id}
        names |= {text.split("{")[0].strip() for text in (layer.key_label or {}).values()}
        names |= {layer.attribution or "", layer.licence or ""}
    # What the visitor typed into the address is quoted back.
    names |= {"“x”", "“from”"}
    if isinstance(town.shown, Snapshot):
        names.add(town.shown.version)
        vocab = town.shown.vocab
        for kind in ("service", "category", "agency", "channel", "status"):
            for name in vocab.of(kind).names:
                names |= {name, *name.split(profile.category_separator)}
        for shown in town.shown.layers:
            names |= {*shown.keys, *shown.area_names, *map(str.title, shown.area_names)}
            names |= {shown.attribution, shown.licence, shown.source, *shown.names.values()}
    return sorted(filter(None, names), key=len, reverse=True)


def left(town: MeasuredTown, node: Any) -> set[str]:
    """Return what is read on a part of a page that no catalogue and no feed has."""
    pattern = re.compile("|".join(re.escape(name) for name in names_of(town)), re.IGNORECASE)
    unmarked = (MONTHS.sub(" ", pattern.sub(" ", text)) for text in texts(node))
    return {text.strip() for text in unmarked if LETTERS.search(text)}


ADDRESSES = [
    "/",
    "/?ward=99&from=x",
    "/status",
    "/about",
    "/nowhere",
    "/request/26-00004",
    "/request/26-00700",
    "/request/0",
    "/ward",
    "/ward/1",
    "/ward/1?with=2",
    "/ward/1/brief",
    "/community/BLN",
    "/ward/99",
    "/backlog",
    "/agency/Mobility",
    "/wall",
]


@pytest.mark.parametrize("measured", [True, False], ids=["measured", "pending"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_no_page_says_a_word_that_is_not_in_the_catalogue(
    dots: MeasuredTown, address: str, measured: bool
) -> None:
    town = dots if measured else replace(dots, measures=None)
    path, _, query = address.partition("?")
    site = town.site
    visit = site.visit(f"?{query}", path)
    page = site.page_of(path)
    shown = page.layout(site, visit)
    number = path.rpartition("/")[2]
    allowed = {number} if page.name in ("request", "area", "brief", "missing") else set()
    assert {text for text in left(town, shown) if text.strip("/“”· ") not in allowed} == set()
    told = [site.title(visit), site.summary(visit)]
    assert {text for text in left(town, told) if number not in text} == set()


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_two_siblings_of_a_page_share_a_key(dots: MeasuredTown, address: str) -> None:
    path, _, query = address.partition("?")
    site = replace(dots, catalogue=Catalogue.load()).site
    shown = site.page_of(path).layout(site, site.visit(f"?{query}", path))
    trees = [part.tree for part in shown if getattr(part, "tree", None)]
    assert twice(trees) == []


@pytest.mark.parametrize(
    "query", ["", f"?{NAMED}", "?stage=received&from=2024-01-01&apart=1", "?ward=2&age=7-27"]
)
def test_no_part_of_the_first_screen_says_a_word_of_its_own(dots: MeasuredTown, query: str) -> None:
    unfolded = ["category", "agency", "channel", "community", "ward"]
    parts = [
        dots.ask("answer", url=query),
        dots.ask("more-filters", url=query, unfolded=unfolded),
        dots.ask("services", url=query),
        dots.ask("search-results", url=query, **{"search-text": "ward"}),
        dots.ask("search-request", url=query, **{"search-text": "26-00004"}),
    ]
    trees = [answer["tree"] for part in parts for answer in part.values()]
    assert {text for text in left(dots, trees) if text not in ("26-00004", "ward")} == set()


def test_neither_do_the_map_s_title_legend_and_table(dots: MeasuredTown) -> None:
    found = dots.ask("map-head", url="?table=1", theme="light")
    trees = [found[name]["tree"] for name in ("map-head", "map-legend", "map-table")]
    assert left(dots, trees) == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_every_page_has_a_name_in_the_catalogue(page: Any) -> None:
    assert Catalogue.load().words("en").has(f"nav.{page.name}")


@pytest.mark.parametrize(
    "state",
    [State.OK, State.FAILING, State.PARTIAL],
    ids=lambda state: str(state.name),
)
@pytest.mark.parametrize("first", [True, False])
def test_neither_does_what_surrounds_the_pages(
    dots: MeasuredTown, state: State, first: bool
) -> None:
    town = replace(dots, shown=NoSnapshot("nothing yet")) if first else dots
    town.say(
        state,
        error_kind="FeedUnavailable",
        failing_since=NOW - timedelta(hours=1),
        next_check=NOW + timedelta(minutes=5),
        progress=Progress(3, 12) if first else None,
    )
    site = town.site
    visit = site.visit("", "/")
    around = [
        shell.header(site, visit),
        shell.footer(site, visit),
        shell.embedded(site, visit),
        freshness(site, visit, site.board.status(), published(site)),
    ]
    assert left(town, around) == set()
