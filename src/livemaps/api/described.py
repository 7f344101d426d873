"""What each route answers, with which parameters, and how it can fail: a line for each.

`openapi.py` makes the interface's description of it, and adds the measures.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from livemaps.api.area_tables import AREA_ROUTE, LAYER_ROUTE
from livemaps.api.measures import LIST_ROUTE
from livemaps.api.schemas import Schema, reference

ROUTE = "/api/v1/openapi.json"
JSON, CSV, GEOJSON, ATOM = (
    "application/json",
    "text/csv",
    "application/geo+json",
    "application/atom+xml",
)
TEXT_BODY: Mapping[str, str] = {"type": "string"}


def path_of(rule: str) -> str:
    """Write a rule of Flask as OpenAPI does: `/areas/<path:name>` is `/areas/{name}`."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)


@dataclass(frozen=True, slots=True)
class Described:
    """One route: what it answers, with which parameters, and how it can fail."""

    summary: str
    content: Mapping[str, Schema]
    """By media type."""
    filtered: bool = False
    """Whether it takes the filters of the screens."""
    contained: bool = False
    """Whether it takes the filters on the layers that contain others."""
    parameters: tuple[str, ...] = ()
    """Further ones: keys of `PARAMETERS`."""
    errors: tuple[int, ...] = ()
    cached: bool = False
    """Whether it can be asked again with its ETag."""


def _of_a_view(
    summary: str, content: Mapping[str, Schema], *parameters: str, bounded: bool = False
) -> Described:
    """Describe what gives the requests under the filters; `bounded`: too many are refused."""
    errors = (400, 404, 413, 503) if bounded else (400, 404, 503)
    return Described(
        summary, content, filtered=True, parameters=parameters, errors=errors, cached=True
    )


ROUTES: Mapping[str, Described] = MappingProxyType(
    {
        "/healthz": Described(
            "200 while the process serves.", {JSON: reference("Alive")}, errors=()
        ),
        "/readyz": Described(
            "200 while there is data and it was checked recently, else 503 with the reason.",
            {JSON: reference("Ready")},
            errors=(503,),
        ),
        "/api/v1/status": Described(
            "The ages of the data, how refreshing goes, and how much there is.",
            {JSON: reference("Status")},
            errors=(503,),
        ),
        "/api/v1/version": Described(
            "Whether there is anything new.", {JSON: reference("Version")}, cached=True
        ),
        ROUTE: Described("This document.", {JSON: {"type": "object"}}, cached=True),
        "/api/v1/requests.csv": _of_a_view(
            "The requests behind the list.", {CSV: TEXT_BODY}, "order", bounded=True
        ),
        "/api/v1/requests.geojson": _of_a_view(
            "The requests behind the list as points.",
            {GEOJSON: reference("Features")},
            "order",
            bounded=True,
        ),
        "/api/v1/requests.atom": _of_a_view(
            "What happened lately to the requests under the filters, as a feed to follow.",
            {ATOM: TEXT_BODY},
            "lang",
        ),
        "/api/v1/requests/{service_request_id}": Described(
            "The life of one request: its stages, and what was seen to change.",
            {JSON: reference("Life")},
            parameters=("service_request_id",),
            errors=(404, 503),
            cached=True,
        ),
        "/api/v1/requests/{service_request_id}.atom": Described(
            "The life of one request as a feed to follow.",
            {ATOM: TEXT_BODY},
            parameters=("service_request_id", "lang"),
            errors=(404, 503),
            cached=True,
        ),
        "/api/v1/addresses": Described(
            "The areas around an address, where the city has an address search.",
            {JSON: reference("Addresses")},
            parameters=("q",),
            errors=(400, 404, 502, 503),
        ),
        "/api/v1/areas.csv": _of_a_view("The map's numbers.", {CSV: TEXT_BODY}, "layer"),
        "/api/v1/areas.geojson": _of_a_view(
            "The map's numbers with the outlines of the areas.",
            {GEOJSON: reference("Areas")},
            "layer",
        ),
        "/api/v1/facets": _of_a_view(
            "Every filter's options, each with its count under all other filters.",
            {JSON: reference("Facets")},
        ),
        LIST_ROUTE: Described(
            "The measures that can be asked for: filters, parameters, fields.",
            {JSON: reference("Measures")},
            parameters=("lang",),
            cached=True,
        ),
        path_of(LAYER_ROUTE): Described(
            "All areas of a boundary layer side by side, and the whole city last.",
            {CSV: TEXT_BODY},
            contained=True,
            parameters=("boundary_layer",),
            errors=(400, 404, 503),
            cached=True,
        ),
        path_of(AREA_ROUTE): Described(
            "One of the tables of the page of an area.",
            {CSV: TEXT_BODY},
            parameters=("boundary_layer", "area", "area_table", "with"),
            errors=(400, 404, 503),
            cached=True,
        ),
        "/areas/{name}": Described(
            "The outlines of a boundary layer alone; the name holds a digest of the content.",
            {GEOJSON: reference("Outlines")},
            parameters=("outlines",),
            errors=(404,),
            cached=True,
        ),
    }
)
"""Every route but the measures', by its path."""
