"""Whole small datasets with geometry, such as boundaries, as one GeoJSON body."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from livemaps.errors import FeedMalformed, FeedRefused
from livemaps.feeds.http import HttpClient
from livemaps.feeds.tables import decode_json

PAGE = 50_000
MOST_PAGES = 100


def fetch_geojson(http: HttpClient, address: str, dataset: str) -> bytes:
    """Return a dataset with geometry as one GeoJSON FeatureCollection (WGS 84).

    Datasets that are a map and no table have no `/resource`; they are exported whole.

    Raises:
        FeedError: as `HttpClient.get`; FeedMalformed where an answer is no FeatureCollection.
    """
    try:
        features = [one for page in _pages(http, address, dataset) for one in page]
    except FeedRefused:
        return _exported(http, address, dataset)
    return msgspec.json.encode({"type": "FeatureCollection", "features": features})


def _pages(http: HttpClient, address: str, dataset: str) -> Iterator[list[Any]]:
    """Yield features until a page is empty: a portal may send fewer than it was asked for.

    A server that knows no paging sends the same again, which is the end too.
    """
    source = f"{address}/resource/{dataset}.geojson"
    offset, before = 0, b""
    for _ in range(MOST_PAGES):
        query = {"$limit": str(PAGE), "$offset": str(offset), "$order": ":id"}
        body = http.get(source, query, kind="json").body
        page = _features(body, source)
        if not page or body == before:
            return
        yield page
        offset, before = offset + len(page), body
    raise FeedMalformed(f"{source} does not come to an end after {offset:,} features")


def _exported(http: HttpClient, address: str, dataset: str) -> bytes:
    """Return the export of a map."""
    source = f"{address}/api/geospatial/{dataset}"
    body = http.get(source, {"method": "export", "format": "GeoJSON"}, kind="json").body
    _features(body, source)
    return body


def _features(body: bytes, source: str) -> list[Any]:
    said = decode_json(body, source)
    features = said.get("features") if isinstance(said, dict) else None
    if not isinstance(features, list):
        raise FeedMalformed(f"{source} sent no GeoJSON FeatureCollection")
    return features
