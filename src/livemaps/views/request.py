"""Everything that the page of one request shows, in one answer."""

from __future__ import annotations

from dataclasses import dataclass, replace

from livemaps.feeds.profile import Profile
from livemaps.measures.contents import Measures
from livemaps.model import Filters, Stage, Standing
from livemaps.snapshot import Snapshot
from livemaps.views.life import RequestLife
from livemaps.views.listing import listing
from livemaps.views.measures.due import RequestDue, standard_of
from livemaps.views.measures.standards import NOTHING_OVERDUE, Record, record_of
from livemaps.views.measures.time_to_close import UsualTime, usual
from livemaps.views.measures.told import if_told
from livemaps.views.overdue import overdue_under
from livemaps.views.values import ListedRequest, Listing

MOST_SIMILAR = 6
"""Others like it that are listed; the list behind has them all."""


@dataclass(frozen=True, slots=True)
class RequestView:
    """One request, what usually becomes of such requests, and who is accountable."""

    life: RequestLife
    usual: UsualTime | None
    """None where too few such requests are known, or while it is being worked out."""
    pending: bool
    """Whether figures are still being worked out."""
    due: RequestDue | None
    """When it is due; None where nothing is promised."""
    agency_record: Record | None
    """How often the agency was on time; None where the city publishes no standards."""
    agency: Listing
    """The open requests for the same service that the agency has."""
    similar: Listing | None
    """The other open requests for the same service in the same area; None where it lies in none."""
    area: tuple[str, str, str] | None
    """The layer, key and name of the area that `similar` is about."""


def request_view(
    snapshot: Snapshot, measures: Measures | None, profile: Profile, life: RequestLife
) -> RequestView:
    """Gather what is told beside the life of a request; `measures` is None while there are none."""
    request = life.request
    area = next((area for area in request.areas if not area[1].startswith("unplaced:")), None)
    same = Filters(services=frozenset({request.service_name}), set_apart=True)
    held = frozenset({request.agency_responsible} - {""})
    near = None if area is None else same.with_area(area[0], frozenset({area[1]}))
    return RequestView(
        life=life,
        usual=_usual(measures, life),
        pending=measures is None,
        due=_due(profile, life),
        agency_record=_record(snapshot, measures, request),
        agency=listing(snapshot, replace(same, agencies=held), size=1),
        similar=None if near is None else _others(snapshot, near, life),
        area=area,
    )


def _others(snapshot: Snapshot, near: Filters, life: RequestLife) -> Listing:
    """Return the open requests under some filters but the one that the page is about."""
    found, own = listing(snapshot, near, size=MOST_SIMILAR + 1), life.request
    counted = own.stage is not Stage.RESOLVED and life.standing is Standing.COUNTS
    rows = [row for row in found.rows if row.service_request_id != own.service_request_id]
    return replace(found, rows=tuple(rows[:MOST_SIMILAR]), total=found.total - counted)


def _usual(measures: Measures | None, life: RequestLife) -> UsualTime | None:
    """Return the usual time of the service, given the request's age while it is open.

    The data may end a day or two before today: until then the request is known to be open.
    """
    if measures is None or life.request.service_name not in measures.vocab.service.codes:
        return None
    service = life.request.service_name
    return if_told(measures, lambda held: usual(held, service=service, age=life.age_days))


def _due(profile: Profile, life: RequestLife) -> RequestDue | None:
    request = life.request
    return standard_of(
        profile,
        request.service_name,
        request.requested_day,
        today=life.as_of_day,
        expected_day=request.expected_day,
        closed_day=request.closed_day if request.stage is Stage.RESOLVED else None,
    )


def _record(snapshot: Snapshot, measures: Measures | None, request: ListedRequest) -> Record | None:
    """Return how often the agency was on time as measured, and what it has overdue now."""
    agency = request.agency_responsible
    code = measures.vocab.agency.codes.get(agency) if measures and agency else None
    if measures is None or code is None:
        return None
    record = if_told(measures, lambda held: record_of(held, "agency", code))
    now = overdue_under(snapshot, Filters(agencies=frozenset({agency})))
    return record and replace(record, now=now or NOTHING_OVERDUE)
