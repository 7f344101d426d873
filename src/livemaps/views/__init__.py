"""Views: pure functions of (snapshot, filters) that answer with the plain values of `values`.

`Board` holds the current snapshot and remembers answers; pages and the API call it:

    board.snapshot() -> Snapshot                     NoSnapshot before the first refresh
    board.status() -> Status | None                  what the refresher last wrote
    board.parse(query_string) -> ParsedQuery         filters, view options, problems
    board.query(filters, view) -> str                the address of a view, canonical
    board.home(filters, view) -> Home                all that the first screen shows, in one call
    board.headline | facets | breakdown | changes (filters)
    board.area_values(filters, layer) -> AreaValues
    board.listing(filters, order, page, size=25) -> Listing
    board.trend(filters, since, until, step=1) -> Trend
    board.marks(filters, bounds, zoom) -> Marks
    board.service_options(filters, text, limit=20) -> tuple[Option, ...]
    board.search(filters, text, limit=8) -> tuple[Suggestion, ...]
    board.find(service_request_id) -> ListedRequest | None
    board.life(service_request_id) -> RequestLife | None

Everything here needs numpy and no more.
"""

from livemaps.views.board import Board
from livemaps.views.life import RequestLife, SeenChange, Step
from livemaps.views.values import (
    AreaValues,
    Bounds,
    Breakdown,
    Changes,
    Facet,
    Facets,
    Group,
    Headline,
    Home,
    ListedRequest,
    Listing,
    Mark,
    Marks,
    Option,
    ParsedQuery,
    QueryProblem,
    Suggestion,
    Trend,
    ViewOptions,
)

__all__ = [
    "AreaValues",
    "Board",
    "Bounds",
    "Breakdown",
    "Changes",
    "Facet",
    "Facets",
    "Group",
    "Headline",
    "Home",
    "ListedRequest",
    "Listing",
    "Mark",
    "Marks",
    "Option",
    "ParsedQuery",
    "QueryProblem",
    "RequestLife",
    "SeenChange",
    "Step",
    "Suggestion",
    "Trend",
    "ViewOptions",
]
