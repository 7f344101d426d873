"""What pages and the API ask: the current snapshot's views, remembered while it is current."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import replace
from typing import Literal, TypeVar

from livemaps.errors import MeasuresPending, NoSnapshot
from livemaps.feeds.profile import Profile
from livemaps.measures.contents import Measures
from livemaps.measures.observed import events_of
from livemaps.measures.read import MeasuresReader
from livemaps.model import Clock, Filters, Order, utc_now
from livemaps.settings import Settings
from livemaps.snapshot import Snapshot
from livemaps.status import FILE, Status, read_status
from livemaps.views import (
    areas,
    facets,
    headline,
    life,
    listing,
    marks,
    numbers,
    query,
    search,
    trend,
)
from livemaps.views.addresses import AddressBook, AddressSearch, FoundAddress, located
from livemaps.views.area import AreaRows, AreaView, LayerView, area_rows, area_view, layer_view
from livemaps.views.backlog_page import BacklogPage, backlog_page
from livemaps.views.known import Known
from livemaps.views.life import RequestLife
from livemaps.views.measures import asking
from livemaps.views.measures.values import Answer, Asked, Value
from livemaps.views.memo import Memo
from livemaps.views.outlines import Outlines, read_outlines
from livemaps.views.request import RequestView, request_view
from livemaps.views.sources import MeasuresSource, SnapshotSource
from livemaps.views.tally import Tally, tally
from livemaps.views.values import (
    AreaValues,
    Bounds,
    Breakdown,
    Changes,
    Facets,
    Headline,
    Home,
    ListedRequest,
    Listing,
    Marks,
    Option,
    ParsedQuery,
    Suggestion,
    Trend,
    ViewOptions,
)
from livemaps.views.waiting import WaitingSource

MOST_ANSWERS = 256
"""Answers remembered in each process; one screen's is about 100 KB."""

MOST_TOLD = 64
"""Answers of measures remembered in each process: the longest has tens of thousands of rows."""

ROWS_ON_A_PAGE = 25

Remembered = TypeVar("Remembered")


class Board:
    """The views of the current snapshot of one city. One for a process; safe between threads.

    Every method that answers from the snapshot raises `NoSnapshot` before the first one, and
    `UnknownValue` for filters on a boundary layer that it does not have.
    """

    def __init__(
        self,
        source: SnapshotSource,
        profile: Profile,
        settings: Settings,
        clock: Clock = utc_now,
        measured: MeasuresSource | None = None,
        addresses: AddressSearch | None = None,
    ) -> None:
        self.profile = profile
        self.settings = settings
        self._measured = measured or MeasuresReader(settings.data_dir)
        self._source = WaitingSource(source, self._measured, profile)
        self._clock = clock
        self._addresses = AddressBook(addresses)
        self._memo = Memo(MOST_ANSWERS)
        self._told = Memo(MOST_TOLD)

    def snapshot(self) -> Snapshot:
        """Return the current snapshot, with how its open requests wait.

        It is the same one until another snapshot, or other measures, are published.
        """
        return self._source.latest()

    def status(self) -> Status | None:
        """Return how refreshing goes, None before the first refresh.

        Raises:
            SnapshotDamaged: the status file is unreadable.
        """
        folder = self.settings.data_dir
        try:
            seen = (folder / FILE).stat()
        except FileNotFoundError:
            return None
        key = ("status", seen.st_ino, seen.st_mtime_ns, seen.st_size)
        return self._memo.get(key, lambda: read_status(folder))

    def stale(self) -> Literal["check", "feed"] | None:
        """Tell whether what is shown is older than it may be, and why.

        `check`: the portal was last asked successfully longer ago than
        `settings.stale_after_seconds`. `feed`: the portal answers, but its newest request is
        more than the profile's `feed.stale_days` old. None before the first snapshot.
        """
        try:
            meta = self.snapshot().meta
        except NoSnapshot:
            return None
        status = self.status()
        checked = (status.last_success if status else None) or meta.created
        if (self._clock() - checked).total_seconds() > self.settings.stale_after_seconds:
            return "check"
        late = meta.newest_day is not None and (
            meta.as_of_day - meta.newest_day > self.profile.feed.stale_days
        )
        return "feed" if late else None

    def parse(self, text: str, others: Collection[str] = ()) -> ParsedQuery:
        """Take the query of an address apart; names are checked once there is a snapshot.

        `others` are keys that the page itself reads.
        """
        try:
            known = self._known(self.snapshot())
        except NoSnapshot:
            known = None
        return query.parse_query(text, known, others)

    def query(self, filters: Filters, view: ViewOptions | None = None) -> str:
        """Return the canonical query of the address that shows filters and view options."""
        return query.to_query(filters, view)

    def home(self, filters: Filters, view: ViewOptions | None = None) -> Home:
        """Return everything that the first screen shows, counted on one snapshot."""
        shown = view or ViewOptions()
        counted = replace(shown, table=False, lang=None, theme=None)
        snapshot = self.snapshot()
        found = self._remembered(
            snapshot,
            ("home", filters, counted),
            lambda: self._home(snapshot, filters, counted),
        )
        return replace(found, view=shown)

    def headline(self, filters: Filters) -> Headline:
        """Return the numbers of the answer in words."""
        return self._counted("headline", filters, headline.headline)

    def facets(self, filters: Filters) -> Facets:
        """Return every filter's options with their counts."""
        return self._counted("facets", filters, facets.facets)

    def breakdown(self, filters: Filters) -> Breakdown:
        """Return the requests by stage, age, agency and category."""
        return self._counted("breakdown", filters, areas.breakdown)

    def changes(self, filters: Filters) -> Changes:
        """Return what the last refresh changed, under the filters."""
        snapshot = self.snapshot()
        return self._remembered(
            snapshot, ("changes", filters), lambda: headline.changes(snapshot, filters)
        )

    def area_values(self, filters: Filters, layer: str = "") -> AreaValues:
        """Return the map's numbers for a layer, by default the finest."""
        snapshot = self.snapshot()
        return areas.area_values(snapshot, filters, layer, self._tally(snapshot, filters))

    def listing(
        self,
        filters: Filters,
        order: Order = Order.NEWEST,
        page: int = 1,
        size: int = ROWS_ON_A_PAGE,
    ) -> Listing:
        """Return one page of the list."""
        snapshot = self.snapshot()
        return self._remembered(
            snapshot,
            ("listing", filters, order, page, size),
            lambda: self._listing(snapshot, filters, order, page, size),
        )

    def outlines(self, layer: str) -> Outlines:
        """Return the outlines of a layer's areas, to draw a plan of them."""
        described = self.snapshot().layer(layer)
        folder = self.settings.data_dir / "areas"
        key = ("outlines", described.areas_file)
        return self._memo.get(key, lambda: read_outlines(folder, described))

    def trend(self, filters: Filters, since: int, until: int, step: int = 1) -> Trend:
        """Return the requests by day or week from day `since` to `until`."""
        snapshot = self.snapshot()
        return self._remembered(
            snapshot,
            ("trend", filters, since, until, step),
            lambda: trend.trend(snapshot, filters, since, until, step),
        )

    def marks(self, filters: Filters, bounds: Bounds, zoom: float) -> Marks:
        """Return at most 2,000 marks for a viewport; only for feeds with exact places."""
        snapshot = self.snapshot()
        return self._remembered(
            snapshot,
            ("marks", filters, bounds, zoom),
            lambda: marks.marks(snapshot, filters, bounds, zoom),
        )

    def service_options(self, filters: Filters, text: str, limit: int = 20) -> tuple[Option, ...]:
        """Return the services whose name holds every word of a text."""
        snapshot = self.snapshot()
        return facets.service_options(
            snapshot, self._known(snapshot), filters, text, limit, self._tally(snapshot, filters)
        )

    def search(self, filters: Filters, text: str, limit: int = 8) -> tuple[Suggestion, ...]:
        """Return what a text in the search box may mean, best first."""
        snapshot = self.snapshot()
        return search.search(
            snapshot, self._known(snapshot), filters, text, limit, self._tally(snapshot, filters)
        )

    def find(self, service_request_id: str) -> ListedRequest | None:
        """Return one request by its number, None where there is none."""
        return listing.find(self.snapshot(), service_request_id)

    def numbers(self, text: str) -> tuple[str, ...]:
        """Return the numbers of the requests that a typed number, or the end of one, means."""
        return numbers.numbers(self.snapshot(), text)

    @property
    def knows_addresses(self) -> bool:
        """Whether the city has an address search."""
        return self._addresses.exists

    def addresses(self, text: str) -> tuple[FoundAddress, ...]:
        """Return what an address may mean, with its areas. Raises what `AddressBook.find` does."""
        places = self._addresses.find(text)
        return located(self.snapshot(), self.settings.data_dir / "areas", places)

    def life(self, service_request_id: str) -> RequestLife | None:
        """Return the life of one request with what was seen of it, None where there is none.

        Where the database cannot be read now, the life is told without, and says so.
        """
        # An address may hold halves of characters, which no database can be asked for.
        name = service_request_id.encode("utf-8", "replace").decode()
        seen = events_of(self.settings.data_dir, self.profile, name)
        return life.life(self.snapshot(), self.profile, name, seen)

    def request(self, service_request_id: str) -> RequestView | None:
        """Return all that the page of one request shows, None where there is no such request."""
        found = self.life(service_request_id)
        if found is None:
            return None
        return request_view(self.snapshot(), self._measures(), self.profile, found)

    def backlog(self, filters: Filters) -> BacklogPage:
        """Return all that managers are shown of what the filters choose."""
        snapshot, measured = self.snapshot(), self._measures()
        key = ("backlog", measured.meta.id if measured else None, filters)
        return self._remembered(
            snapshot, key, lambda: backlog_page(snapshot, measured, self.profile, filters)
        )

    def layer(self, layer: str) -> LayerView:
        """Return all areas of a boundary layer side by side. UnknownValue: there is no such layer."""
        snapshot, measured = self.snapshot(), self._measures()
        key = ("layer", measured.meta.id if measured else None, layer)
        rows = self._area_rows(snapshot)
        return self._remembered(snapshot, key, lambda: layer_view(snapshot, measured, layer, rows))

    def area(self, layer: str, area: str, beside: str = "") -> AreaView:
        """Return all that is shown of one area, with another one `beside` it where it is named.

        Raises:
            UnknownValue: there is no such layer or area.
        """
        snapshot, measured = self.snapshot(), self._measures()
        key = ("area", measured.meta.id if measured else None, layer, area, beside)
        rows = self._area_rows(snapshot)
        return self._remembered(
            snapshot, key, lambda: area_view(snapshot, measured, rows, layer, area, beside)
        )

    def measures(self) -> Measures:
        """Return the current measures, which may be of an earlier snapshot than the current one.

        Raises:
            MeasuresPending: there are none yet, or none for these boundaries.
        """
        return asking.checked_measures(self._measured.latest(), self.snapshot())

    def measure(
        self, name: str, filters: Filters, options: Mapping[str, Value] | None = None
    ) -> Answer:
        """Return what a measure answers; `options` are its own parameters, as text or in type.

        Raises:
            UnknownValue: there is no such measure, parameter or choice.
            VisitorError: the measure cannot be filtered so, or a number is out of its range.
            MeasuresPending: it is not computed yet.
        """
        return self.told(name, self.asked(name, filters, options))

    def asked(
        self, name: str, filters: Filters, options: Mapping[str, Value] | None = None
    ) -> Asked:
        """Return what a measure is asked, checked; `told` answers it. Raises what `measure` does."""
        view, snapshot = asking.view_of(name), self.snapshot()
        asking.refuse_filters(view, filters, tuple(layer.id for layer in snapshot.layers))
        chosen = asking.checked_options(view, options or {})
        measures = asking.checked_measures(self._measured.latest(), snapshot)
        return Asked(snapshot, measures, self.profile, filters, chosen)

    def told(self, name: str, asked: Asked) -> Answer:
        """Return the answer to what a measure is asked, remembered as others are."""
        chosen = tuple(asked.options.items())
        shown = asked.snapshot
        key = (shown.version, shown.usual_of, asked.measures.meta.id, name, asked.filters, chosen)
        return self._told.get(key, lambda: asking.view_of(name).answer(asked))

    def _area_rows(self, snapshot: Snapshot) -> AreaRows:
        """Return what every area of a snapshot is counted from."""
        return self._remembered(snapshot, ("area rows",), lambda: area_rows(snapshot))

    def _measures(self) -> Measures | None:
        """Return the current measures, None while there are none."""
        try:
            return self.measures()
        except MeasuresPending:
            return None

    def _home(self, snapshot: Snapshot, filters: Filters, view: ViewOptions) -> Home:
        """Work out the first screen."""
        counted = self._tally(snapshot, filters)
        return Home(
            version=snapshot.version,
            as_of_day=snapshot.meta.as_of_day,
            filters=filters,
            view=view,
            headline=headline.headline(snapshot, filters, counted),
            facets=facets.facets(snapshot, filters, counted),
            areas=areas.area_values(snapshot, filters, view.layer, counted),
            breakdown=areas.breakdown(snapshot, filters, counted),
            listing=self._listing(snapshot, filters, view.order, view.page, ROWS_ON_A_PAGE),
            changes=headline.changes(snapshot, filters),
        )

    def _listing(
        self, snapshot: Snapshot, filters: Filters, order: Order, page: int, size: int
    ) -> Listing:
        """Work out one page of the list, with the tally's total."""
        total = self._tally(snapshot, filters).total
        return listing.listing(snapshot, filters, order, page, size, total)

    def _known(self, snapshot: Snapshot) -> Known:
        """Return the names of a snapshot."""
        return self._remembered(snapshot, ("known",), lambda: Known.of(snapshot, self.profile))

    def _tally(self, snapshot: Snapshot, filters: Filters) -> Tally:
        """Return the one count that most views are read from."""
        return self._remembered(snapshot, ("tally", filters), lambda: tally(snapshot, filters))

    def _counted(
        self, name: str, filters: Filters, view: Callable[[Snapshot, Filters, Tally], Remembered]
    ) -> Remembered:
        """Return a view that is read from the tally."""
        snapshot = self.snapshot()
        return self._remembered(
            snapshot,
            (name, filters),
            lambda: view(snapshot, filters, self._tally(snapshot, filters)),
        )

    def _remembered(
        self, snapshot: Snapshot, key: tuple[Hashable, ...], work: Callable[[], Remembered]
    ) -> Remembered:
        """Return an answer remembered for a version and its usual times, or work it out."""
        return self._memo.get((snapshot.version, snapshot.usual_of, *key), work)
