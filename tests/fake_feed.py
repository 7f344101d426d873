"""A portal in memory: a feed that can be told to change, to fail and to rewrite everything."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from livemaps.errors import FeedError
from livemaps.feeds.base import CatchUp, Plan, PlanKind
from livemaps.feeds.profile import Profile, load_profile
from livemaps.model import Page, Place, Reject, RequestRow, day_date, day_number
from livemaps.refresh import Refresher
from livemaps.settings import Settings
from livemaps.status import Status, read_status
from livemaps.store import Store
from tests.quadville import COMMUNITIES, profile_text, square

NOON = datetime(2026, 8, 27, 18, 0, tzinfo=UTC)
TODAY = day_number(NOON.date())
NORTHWEST = Place(("NW", None), None, -114.15, 51.07)

COMMUNITY_SQUARES = {
    "NW": square(-114.2, 51.05, -114.1, 51.1),
    "NE": square(-114.1, 51.05, -114.0, 51.1),
}
WARD_SQUARES = {"1": square(-114.2, 51.0, -114.1, 51.1), "2": square(-114.1, 51.0, -114.0, 51.1)}


def row(number: int | str, *, days_ago: int = 5, **changes: Any) -> RequestRow:
    """Return an open request in the north-west, with other fields where they are given."""
    usual = RequestRow(
        service_request_id=str(number),
        requested_datetime=(TODAY - days_ago) * 86_400,
        updated_datetime=None,
        closed_datetime=None,
        expected_datetime=None,
        status="Open",
        service_name="Roads - Pothole",
        agency_responsible="Mobility",
        channel="Web",
        place=NORTHWEST,
    )
    return usual._replace(**changes)


def closed(number: int | str, *, days_ago: int = 5) -> RequestRow:
    return row(number, days_ago=days_ago, status="Closed", closed_datetime=TODAY * 86_400)


def geojson(squares: Mapping[str, str], key: str) -> bytes:
    features = [
        {"type": "Feature", "properties": {key: name, "title": name}, "geometry": json.loads(shape)}
        for name, shape in squares.items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@dataclass
class FakeFeed:
    """A feed over rows in memory, `page_size` to a page.

    Whatever `error` is set to is raised by every call; `page_error` by that page (from 1).
    """

    page_size: int = 2
    error: FeedError | None = None
    page_error: tuple[int, FeedError] | None = None
    rejects: tuple[Reject, ...] = ()
    defects: Mapping[str, int] = field(default_factory=dict)
    published: datetime | None = None
    rewritten: list[str] = field(default_factory=list)
    """Ids that `catch_up` is still to bring."""
    communities: bytes = geojson(COMMUNITY_SQUARES, "code")
    calls: Counter[str] = field(default_factory=Counter)
    before_page: Any = None
    """Called with the number of each page before it is given."""

    def __post_init__(self) -> None:
        self.rows: dict[str, RequestRow] = {}
        self.changed: dict[str, int] = {}
        self.version = 0

    def put(self, *rows: RequestRow) -> None:
        """Publish rows, as the portal would at once."""
        self.version += 1
        for new in rows:
            self.rows[new.service_request_id] = new
            self.changed[new.service_request_id] = self.version

    def remove(self, *numbers: int | str) -> None:
        """Make requests vanish; no poll tells of it."""
        for number in numbers:
            del self.rows[str(number)], self.changed[str(number)]

    def edit_silently(self, *rows: RequestRow) -> None:
        """Change rows so that no poll tells of it."""
        self.rows.update({new.service_request_id: new for new in rows})

    def _called(self, name: str) -> None:
        self.calls[name] += 1
        if self.error is not None:
            raise self.error

    def plan(self, state: str) -> Plan:
        self._called("plan")
        if state == str(self.version):
            return Plan(PlanKind.UNCHANGED, state, published=self.published)
        kind = PlanKind.CHANGES if state else PlanKind.FIRST
        wanted = [name for name in self.changed if self.changed[name] > int(state or 0)]
        return Plan(
            kind,
            str(self.version),
            rows_expected=len(wanted),
            pages_expected=-(-len(wanted) // self.page_size),
            published=self.published,
            query=json.dumps(wanted),
        )

    def pages(self, plan: Plan) -> Iterator[Page]:
        wanted: list[str] = json.loads(plan.query)
        rejects, defects = self.rejects, self.defects
        for number, start in enumerate(range(0, len(wanted), self.page_size), 1):
            self._called("page")
            if self.before_page is not None:
                self.before_page(number)
            if self.page_error is not None and number == self.page_error[0]:
                raise self.page_error[1]
            names = wanted[start : start + self.page_size]
            yield Page(tuple(self.rows[name] for name in names), rejects, defects)
            rejects, defects = (), {}

    def catch_up(self, state: str) -> CatchUp | None:
        if not self.rewritten:
            return None
        self._called("catch_up")
        names, self.rewritten = self.rewritten[: self.page_size], self.rewritten[self.page_size :]
        page = Page(tuple(self.rows[name] for name in names))
        return CatchUp(page, state, done=not self.rewritten, left=len(self.rewritten))

    def open_ids(self) -> Iterator[Sequence[str]]:
        self._called("open_ids")
        yield [name for name, held in self.rows.items() if held.status == "Open"]

    def existing(self, ids: Sequence[str]) -> Sequence[RequestRow]:
        self._called("existing")
        return [self.rows[name] for name in ids if name in self.rows]

    def counts_by_month(self) -> Mapping[str, int]:
        self._called("counts_by_month")
        return Counter(month_of(held) for held in self.rows.values())

    def ids_of_month(self, month: str) -> Iterator[Sequence[str]]:
        self._called("ids_of_month")
        yield [name for name, held in self.rows.items() if month_of(held) == month]

    def _of_days(self, since: int, until: int) -> list[str]:
        days = {name: held.requested_datetime // 86_400 for name, held in self.rows.items()}
        return sorted(name for name, day in days.items() if since <= day < until)

    def count_history(self, since: int, until: int) -> int:
        self._called("count_history")
        return len(self._of_days(since, until))

    def history(self, since: int, until: int, position: str = "") -> Iterator[Page]:
        names = [name for name in self._of_days(since, until) if name > position]
        for start in range(0, len(names), self.page_size):
            self._called("history")
            some = names[start : start + self.page_size]
            yield Page(tuple(self.rows[name] for name in some), position=some[-1])

    def fetch_dataset(self, dataset: str, format: str) -> bytes:  # noqa: A002, ARG002
        self._called("fetch_dataset")
        return self.communities if dataset == COMMUNITIES else geojson(WARD_SQUARES, "number")

    def fetch_url(self, url: str) -> bytes:
        raise AssertionError(url)


def month_of(held: RequestRow) -> str:
    return f"{day_date(held.requested_datetime // 86_400):%Y-%m}"


class MovedClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)

    def today(self) -> int:
        return day_number(self.now.date())


def profile_in(folder: Path) -> Profile:
    """Return Quadville's profile, with no portal behind it."""
    path = folder / "quadville.toml"
    path.write_text(profile_text("http://127.0.0.1:9"), encoding="utf-8")
    return load_profile(str(path))


@contextmanager
def town_in(folder: Path) -> Iterator[Town]:
    """Give a town whose portal has nothing yet, and whose data folder is not made yet."""
    profile, data_dir = profile_in(folder), folder / "data"
    with Store.open(data_dir, profile) as store:
        yield Town(FakeFeed(), MovedClock(), profile, store, data_dir)


@dataclass
class Town:
    """A refresher with its portal, its clock and its data folder."""

    feed: FakeFeed
    clock: MovedClock
    profile: Profile
    store: Store
    data_dir: Path

    def status(self) -> Status:
        """Return what the refresher last wrote."""
        status = read_status(self.data_dir)
        assert status is not None
        return status

    def refresher(self, **settings: Any) -> Refresher:
        """Return a new refresher, as after a restart."""
        return Refresher(
            self.profile,
            self.feed,
            self.store,
            self.data_dir,
            Settings(**{"jitter_seconds": 0, **settings}),
            clock=self.clock,
            today=self.clock.today,
        )
