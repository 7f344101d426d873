"""What the requests of an area are about, who has them, and which are the oldest."""

from __future__ import annotations

import numpy as np

from livemaps.views.area.asked import AreaAsked
from livemaps.views.area.moved import change_of
from livemaps.views.area.values import AgencyRow, OldRequest, ServiceRow
from livemaps.views.comparing import Moves
from livemaps.views.listing import Ranked, requests_of
from livemaps.views.measures.told import if_told
from livemaps.views.measures.usual_time import usual_days

MOST_SERVICES = 20
"""As the City's own monthly ward report has them."""

MOST_OLD = 10


def services_of(area: AreaAsked, moved: Moves | None) -> tuple[ServiceRow, ...]:
    """Return the services most reported in the four weeks; of as many, the more open first.

    `moved` is how the backlog of each has changed in the area.
    """
    names, column = area.snapshot.vocab.service.names, area.layer.column
    reported, still = (
        np.bincount(part["service"][part[column] == area.code], minlength=len(names))
        for part in (area.rows.reported, area.rows.open)
    )
    order = np.lexsort((np.arange(len(names)), -still, -reported))[:MOST_SERVICES]
    return tuple(
        ServiceRow(
            names[service],
            int(reported[service]),
            int(still[service]),
            _usual_days(area, names[service]),
            *change_of(moved, service),
        )
        for service in order.tolist()
        if reported[service] or still[service]
    )


def agencies_of(area: AreaAsked) -> tuple[AgencyRow, ...]:
    """Return what each agency has open, those with most first."""
    names, still, mine = area.snapshot.vocab.agency.names, area.rows.open, area.open
    held, old, quiet = (
        np.bincount(still["agency"][some], minlength=len(names)).tolist()
        for some in (mine, mine[still["over_four_weeks"][mine]], mine[still["unattended"][mine]])
    )
    found = (
        AgencyRow(names[code], held[code], old[code], quiet[code])
        for code in range(len(names))
        if held[code]
    )
    return tuple(sorted(found, key=lambda row: (-row.open, row.agency)))


def oldest_of(area: AreaAsked) -> tuple[OldRequest, ...]:
    """Return the oldest open requests, with how long nothing was heard of them."""
    at, still = area.open[:MOST_OLD], area.rows.open
    ranked = Ranked((area.rows.part,), np.zeros(len(at), np.uint8), area.rows.rows[at])
    told = zip(
        requests_of(area.snapshot, ranked),
        still["silent"][at].tolist(),
        still["unattended"][at].tolist(),
        strict=True,
    )
    return tuple(OldRequest(*one) for one in told)


def _usual_days(area: AreaAsked, service: str) -> int | None:
    """Return the usual time of a service in the whole city, None where it has none."""
    return if_told(area.measures, lambda held: usual_days(held, service))
