"""Outlines for the map: fewer vertices, with neighbours still sharing their edges."""

from __future__ import annotations

from livemaps.feeds.boundaries import BoundaryLayer


def simplified_geojson(layer: BoundaryLayer, tolerance_metres: float | None = None) -> bytes:
    """Return a layer as compact GeoJSON, simplified (None: as its profile says)."""
    raise NotImplementedError
