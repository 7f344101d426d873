"""Lives as the feed writes them: the 15 columns of Calgary's dataset, every value as text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import repeat

import numpy as np

from livemaps.demo.births import Facts
from livemaps.demo.gazetteer import Community
from livemaps.demo.lives import CHANNELS, NO_PLACE, STATUSES, States
from livemaps.demo.soda_table import Column
from livemaps.model import SECONDS_PER_DAY, Place, RequestRow, day_number

FEED_COLUMNS = (
    Column("service_request_id"),
    Column("requested_date", "calendar_date"),
    Column("updated_date", "calendar_date"),
    Column("closed_date", "calendar_date"),
    Column("status_description"),
    Column("source"),
    Column("service_name"),
    Column("agency_responsible"),
    Column("address"),
    Column("comm_code"),
    Column("comm_name"),
    Column("location_type"),
    Column("longitude"),
    Column("latitude"),
    Column("point", "point"),
)

FeedRow = tuple[str | None, ...]
"""One row in the order of FEED_COLUMNS; None where the API leaves the column out."""

MIDNIGHT_SINCE = day_number(date(2020, 1, 1))
"""Before this day some dates carry a time of day; from it on all are midnights."""


class FeedRows:
    """Writes lives as rows of the feed, or as decoded requests."""

    def __init__(self, facts: Facts) -> None:
        """Prepare the texts of services, agencies and places, which all rows share."""
        communities = facts.gazetteer.communities
        self._services = _texts(facts.services.names)
        self._agencies = _texts(facts.agencies.names)
        self._codes = _texts([*(c.code for c in communities), None])
        self._names = _texts([*(c.name for c in communities), None])
        self._longs = _texts([*(_text(c.long) for c in communities), None])
        self._lats = _texts([*(_text(c.lat) for c in communities), None])
        self._points = _texts([*(_point(c) for c in communities), None])
        self._kinds = _texts([*(_location_type(c) for c in communities), "None"])
        self._places = [*(_place(c) for c in communities), Place((None,), None, None, None)]
        self._pointless = [
            Place((c.code,), c.name, None, None) for c in communities
        ] + self._places[-1:]

    def rows(self, lives: np.ndarray, states: States) -> Iterator[FeedRow]:
        """Yield each life as a row of the feed."""
        area = lives["area"]
        located = np.where(lives["pointless"], NO_PLACE, area)
        times = (lives["requested"], states.updated, states.closed)
        columns: list[Sequence[str | None]] = [
            request_ids(lives["number"]),
            *(_dates(wall_seconds(lives, days)) for days in times),
            _texts(STATUSES)[states.status].tolist(),
            _texts(CHANNELS)[lives["channel"]].tolist(),
            self._services[lives["service"]].tolist(),
            self._agencies[states.agency].tolist(),
            [None] * len(lives),
            self._codes[area].tolist(),
            self._names[area].tolist(),
            self._kinds[located].tolist(),
            self._longs[located].tolist(),
            self._lats[located].tolist(),
            self._points[located].tolist(),
        ]
        return zip(*columns, strict=True)

    def mappings(self, lives: np.ndarray, states: States) -> Iterator[Mapping[str, str | None]]:
        """Yield each life as a mapping of the feed's column names to text."""
        names = [column.name for column in FEED_COLUMNS]
        for row in self.rows(lives, states):
            yield dict(zip(names, row, strict=True))

    def requests(self, lives: np.ndarray, states: States) -> Iterator[RequestRow]:
        """Return each life as a decoded request, for loading a store without a feed."""
        times = (lives["requested"], states.updated, states.closed)
        requested, updated, closed = (wall_seconds(lives, days).tolist() for days in times)
        places = zip(lives["area"].tolist(), lives["pointless"].tolist(), strict=True)
        columns = zip(
            request_ids(lives["number"]),
            requested,
            [None if seconds < 0 else seconds for seconds in updated],
            [None if seconds < 0 else seconds for seconds in closed],
            repeat(None, len(lives)),
            _texts(STATUSES)[states.status].tolist(),
            self._services[lives["service"]].tolist(),
            self._agencies[states.agency].tolist(),
            _texts(CHANNELS)[lives["channel"]].tolist(),
            [self._pointless[code] if bare else self._places[code] for code, bare in places],
            strict=True,
        )
        return map(RequestRow._make, columns)


def request_ids(numbers: np.ndarray) -> list[str]:
    """Return numbers as the feed's ids, such as 26-00653401."""
    return [
        f"{number // 100_000_000:02d}-{number % 100_000_000:08d}" for number in numbers.tolist()
    ]


def wall_seconds(lives: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Return days of lives as wall seconds, -1 where blank; old ones may have a time of day."""
    number = lives["number"]
    timed = (lives["requested"] < MIDNIGHT_SINCE) & (number % 2 == 0) & (days < MIDNIGHT_SINCE)
    morning = 7 * 3600 + number * 7_919 % (8 * 3600)
    later = np.where(days > lives["requested"], 4 * 3600, 0)
    seconds = days * np.int64(SECONDS_PER_DAY) + np.where(timed, morning + later, 0)
    return np.where(days < 0, -1, seconds)


def _dates(seconds: np.ndarray) -> list[str | None]:
    """Write wall seconds as the API's floating timestamps; None where blank."""
    texts = np.datetime_as_string((seconds * 1000).astype("datetime64[ms]")).astype(object)
    texts[seconds < 0] = None
    dates: list[str | None] = texts.tolist()
    return dates


def _texts(values: Sequence[str | None]) -> np.ndarray:
    """Return texts as an array to be indexed by codes; code -1 is the last."""
    return np.array(values, dtype=object)


def _text(degrees: float | None) -> str | None:
    """Write a coordinate as the feed does, as text."""
    return None if degrees is None else repr(degrees)


def _point(community: Community) -> str | None:
    """Write a community's point as GeoJSON."""
    if community.long is None:
        return None
    return json.dumps({"type": "Point", "coordinates": [community.long, community.lat]})


def _location_type(community: Community) -> str:
    """Say what the point is; the feed writes the word None where there is none."""
    return "None" if community.long is None else "Community Centrepoint"


def _place(community: Community) -> Place:
    """Return a community's place as the decoder of the feed gives it."""
    return Place((community.code,), community.name, community.long, community.lat)
