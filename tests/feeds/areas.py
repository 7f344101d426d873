"""Small boundary layers for tests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import shapely

from livemaps.feeds.boundaries import BoundaryLayer, load_layer
from livemaps.feeds.profile import LayerProfile


def layer_profile(layer_id: str = "ward", **more: Any) -> LayerProfile:
    """Describe a layer whose features have `key`."""
    given = {"name": layer_id, "names": f"{layer_id}s", "source": "aaaa-bbbb", "key_field": "key"}
    return LayerProfile.model_validate({"id": layer_id} | given | more)


def geojson(shapes: Mapping[Any, Any]) -> bytes:
    """Return shapes by key as a GeoJSON file."""
    features = [
        {
            "type": "Feature",
            "properties": {"key": key},
            "geometry": None if shape is None else json.loads(shapely.to_geojson(shape)),
        }
        for key, shape in shapes.items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def layer_of(
    shapes: Mapping[Any, Any],
    layer_id: str = "ward",
    *,
    within: BoundaryLayer | None = None,
    **more: Any,
) -> BoundaryLayer:
    """Return a loaded layer of shapes by key."""
    if within is not None:
        more["within"] = within.profile.id
    return load_layer(layer_profile(layer_id, **more), geojson(shapes), within=within)
