"""What changed since the last visit: the browser remembers, the server only gives the numbers.

The server writes today's numbers and the sentences into the page; `assets/visits.js` keeps the
numbers of the last visit in this browser and fills the sentences in. Nothing of it is ever sent.
"""

from __future__ import annotations

import json
from dataclasses import replace

from livemaps.model import Measure
from livemaps.snapshot import SnapshotMeta
from livemaps.views import Home
from livemaps.views.query import to_query
from livemaps.web.elements import Element, element
from livemaps.web.site import Visit

SENTENCES = ("new", "closed", "more", "fewer")
LONGEST_KEY = 300
"""Characters of a view's filters; longer ones are not remembered."""


def place(visit: Visit, home: Home, meta: SnapshotMeta) -> Element | None:
    """Return where the browser writes what changed, hidden until it does.

    Reports and closings are told where the filters say where and what; under filters of stage,
    age or days only how many are open. None where nothing can be compared.
    """
    filters, words = visit.address.filters, visit.words
    key, measures = to_query(replace(filters, measure=Measure.OPEN)), home.facets.measures
    opened, reported = measures.get(Measure.OPEN), measures.get(Measure.REPORTED)
    if opened is None or len(key) > LONGEST_KEY:
        return None
    told = None if reported is None or filters.of_life else reported
    texts = {name: words.plurals(f"visit.{name}") for name in SENTENCES}
    return element(
        "p",
        hidden=True,
        class_="quiet-text",
        key="visit",
        data_last_visit=key or "/",
        data_open=str(opened),
        data_reported=None if told is None else str(told),
        # Older requests that are fetched later are no news.
        data_held=str(meta.complete_since),
        data_since=words("visit.since", day="{day}"),
        data_nothing=words("visit.nothing"),
        data_sentences=json.dumps(texts, ensure_ascii=False),
    )
