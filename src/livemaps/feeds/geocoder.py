"""The city's address search: any that answers in GeoJSON, as Pelias, Photon and Nominatim do.

It is asked once, with short limits: a visitor waits. Neither the portal's token nor anything of
the visitor but the text goes to it.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import msgspec
import requests

from livemaps.errors import FeedMalformed
from livemaps.feeds.http import HttpClient
from livemaps.feeds.profile import Geocoder
from livemaps.model import AddressPoint
from livemaps.settings import Settings

CONNECT_SECONDS = 2.0
READ_SECONDS = 3.0
LARGEST_ANSWER = 2**20
LONGEST_LABEL = 200

OpenClient = Callable[[Settings], HttpClient]


class Geocoding:
    """An address search; safe between threads, because each question has a client of its own."""

    def __init__(
        self, geocoder: Geocoder, settings: Settings, open_client: OpenClient | None = None
    ) -> None:
        """`open_client` returns the client for one question; by default a real one."""
        self._geocoder = geocoder
        self._settings = dataclasses.replace(
            settings,
            app_token=None,
            attempts=1,
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            response_limit=LARGEST_ANSWER,
        )
        self._open = open_client or _open

    def find(self, text: str) -> tuple[AddressPoint, ...]:
        """Return the places that a text may mean, in the search's own order.

        Raises:
            FeedError: the search does not answer in time, refuses, or answers in no GeoJSON.
        """
        url = self._geocoder.address.replace("{text}", quote(text, safe=""))
        answer = self._open(self._settings).get(url, kind="json")
        try:
            features = msgspec.json.decode(answer.body)["features"]
            return tuple(_points(features, self._geocoder.label_field))
        except (msgspec.DecodeError, KeyError, TypeError, AttributeError) as error:
            raise FeedMalformed(f"the address search answered in no GeoJSON: {error!r}") from error


def _points(features: list[dict[str, Any]], label_field: str) -> Iterator[AddressPoint]:
    """Yield the features that are a point on earth and have a label; others are no address."""
    for feature in features:
        geometry = feature.get("geometry") or {}
        label = (feature.get("properties") or {}).get(label_field)
        if geometry.get("type") != "Point" or not isinstance(label, str) or not label.strip():
            continue
        long, lat, *_ = geometry["coordinates"]
        if math.isfinite(long) and math.isfinite(lat) and abs(long) <= 180 and abs(lat) <= 90:
            yield AddressPoint(label.strip()[:LONGEST_LABEL], float(long), float(lat))


def _open(settings: Settings) -> HttpClient:
    return HttpClient(requests.Session(), settings)
