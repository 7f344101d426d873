"""Whether the backlog of an area has changed otherwise than the city's, beyond what chance gives."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from livemaps.statistics.dispersion import dispersion
from livemaps.statistics.queues import LEAST_EVENTS, LEAST_NET
from livemaps.views.comparing import Moves
from livemaps.views.values import Change

DEVIATIONS = 3.0902
"""Beyond which 0.2 % of areas lie by chance alone: the outer limits of the funnel."""


class Against(StrEnum):
    """How the change of an area lies against that of the whole city; no word of it is praise."""

    ALIKE = "alike"
    """No further from it than chance gives."""
    GREW_MORE = "grew_more"
    GREW_LESS = "grew_less"
    FELL_MORE = "fell_more"
    FELL_LESS = "fell_less"
    UNLIKE = "unlike"
    """One grew and the other fell."""


def against_city(areas: Moves | None, city: Moves | None, code: int, number: int) -> Against | None:
    """Return how the change of an area lies against the city's; None where that is not told.

    If an area's backlog had changed by the city's share, and requests came and went as
    independent Poisson counts (Skellam 1946), its net change would have the standard deviation
    of the root of all that came and went. The limits are wider where areas vary by more than
    that (`statistics.dispersion`, Spiegelhalter 2005); of the groups only the first `number`
    are areas, the others are why a request lies in none.
    """
    if areas is None or city is None:
        return None
    whole, change = city.change(0), areas.change(code)
    if whole.share is None or change.share is None:
        return None
    events = areas.came + areas.went
    apart = (areas.now - areas.before) - whole.share * areas.before
    scores = apart / np.sqrt(np.maximum(events, 1))
    busy = events[:number] >= LEAST_EVENTS
    limit = DEVIATIONS * np.sqrt(dispersion(scores[:number][busy]))
    surely = events[code] >= LEAST_EVENTS and abs(apart[code]) >= LEAST_NET
    if not surely or abs(scores[code]) <= limit:
        return Against.ALIKE
    return _direction(change, whole)


def _direction(change: Change, whole: Change) -> Against:
    """Return the word for a change that clearly differs from the whole's."""
    if change.more * whole.more < 0:
        return Against.UNLIKE
    more = (change.share or 0) > (whole.share or 0)
    if change.more > 0 or whole.more > 0:
        return Against.GREW_MORE if more else Against.GREW_LESS
    return Against.FELL_LESS if more else Against.FELL_MORE
