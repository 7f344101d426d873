"""The interface described for programs: an OpenAPI 3.1 document, made of what the routes serve.

The filters and measures are those of the city that is served; everything else is in
`described.py`, a line for each route. A test compares it with the routes that there are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response

from livemaps import __version__
from livemaps.api.answers import etag, json_answer, tagged, unchanged
from livemaps.api.described import CSV, JSON, ROUTE, ROUTES, TEXT_BODY, Described, path_of
from livemaps.api.measures import FORMATS, LIST_ROUTE, MOST_ROWS, shown_layers
from livemaps.api.measures import ROUTE as MEASURE_ROUTE
from livemaps.api.schemas import SCHEMAS, Schema, answer_name, answer_schema, reference
from livemaps.feeds.profile import Profile
from livemaps.model import AGE_BANDS, Measure, Order, Stage
from livemaps.views import Board
from livemaps.views.area_tables import AREA_TABLES
from livemaps.views.measures import registry
from livemaps.views.measures.asking import filter_keys
from livemaps.views.measures.levels import choices_of
from livemaps.views.measures.values import MeasureView, Parameter
from livemaps.views.query import LAST_PAGE, WAITING

FILTERS = (
    "measure",
    "service",
    "category",
    "agency",
    "channel",
    "stage",
    "age",
    "waiting",
    "from",
    "to",
    "apart",
)
"""The filters of every city; each boundary layer adds one."""

WAITING_MEANS = (
    "How open requests wait: nothing heard for 28 days; past their due day, or due within seven; "
    "older than the usual time of their service. Several mean or. `overdue` and `due_this_week` "
    "are refused where the city publishes no standards and its feed expects no dates; "
    "`/api/v1/facets` has those that are told."
)

PARAMETERS: Mapping[str, Schema] = {
    "order": {
        "name": "order",
        "in": "query",
        "schema": {"type": "string", "enum": [str(order) for order in Order], "default": "newest"},
    },
    "lang": {
        "name": "lang",
        "in": "query",
        "description": "The language of sentences.",
        "schema": {"type": "string", "examples": ["en", "fr"]},
    },
    "q": {
        "name": "q",
        "in": "query",
        "required": True,
        "description": "The address as it was typed.",
        "schema": {"type": "string", "minLength": 3, "maxLength": 120},
    },
    "service_request_id": {
        "name": "service_request_id",
        "in": "path",
        "required": True,
        "description": "The request's number as the city gave it.",
        "schema": TEXT_BODY,
    },
    "boundary_layer": {
        "name": "layer",
        "in": "path",
        "required": True,
        "description": "The id of a boundary layer.",
        "schema": TEXT_BODY,
    },
    "area": {
        "name": "area",
        "in": "path",
        "required": True,
        "description": "The key of an area of the layer.",
        "schema": TEXT_BODY,
    },
    "area_table": {
        "name": "table",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "enum": list(AREA_TABLES)},
    },
    "with": {
        "name": "with",
        "in": "query",
        "description": "Of the table `compare`: the key of another area to set beside.",
        "schema": TEXT_BODY,
    },
    "outlines": {
        "name": "name",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "examples": ["ward-0123456789abcdef.geojson"]},
    },
    "page": {
        "name": "page",
        "in": "query",
        "schema": {"type": "integer", "minimum": 1, "maximum": LAST_PAGE, "default": 1},
    },
    "limit": {
        "name": "limit",
        "in": "query",
        "description": "How many rows a page has.",
        "schema": {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": MOST_ROWS},
    },
    "format": {
        "name": "format",
        "in": "query",
        "description": "The form of the answer; `.csv` at the end of the name asks for CSV too.",
        "schema": {"type": "string", "enum": list(FORMATS), "default": "json"},
    },
}

MEANINGS: Mapping[int, str] = {
    400: "A part of the address cannot be read, or cannot be honoured.",
    404: "The address names what is not there.",
    502: "What is asked on the way does not answer.",
    413: "The answer would be too large.",
    503: "There is no data yet, it is stale, or it cannot be read just now.",
}

# Of the flow of many groups over many days; a page of any other measure is never too large.
MEASURE_ERRORS = (400, 404, 413, 503)


def add_openapi(routes: Blueprint, board: Board) -> None:
    """Add the document of the interface."""

    @routes.get(ROUTE)
    def openapi() -> Response:
        found = document(board.profile, shown_layers(board))
        tag = etag(found)
        return tagged(unchanged(tag) or json_answer(found), tag)


def document(profile: Profile, shown: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the OpenAPI document of a city's interface; `shown` are its snapshot's layers.

    The levels of measures are listed where there is a snapshot, whose areas they may be.
    """
    views = tuple(registry.MEASURES.values())
    described = {path: _path(path, route, profile) for path, route in ROUTES.items()}
    measures = {f"{LIST_ROUTE}/{view.name}": _measure(view, profile, shown) for view in views}
    schemas = dict(SCHEMAS) | {answer_name(view): answer_schema(view) for view in views}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"livemaps: service requests of {profile.name}",
            "version": __version__,
            "description": f"Read-only, without a key. {profile.attribution}",
            "license": {"name": profile.licence} | _url(profile),
        },
        "servers": [{"url": "/"}],
        "paths": described | {path_of(MEASURE_ROUTE): _any_measure(views)} | measures,
        "components": {
            "schemas": schemas,
            "parameters": dict(PARAMETERS) | _filters(profile),
            "responses": {str(status): _error(meaning) for status, meaning in MEANINGS.items()},
            "headers": {"ETag": {"schema": TEXT_BODY, "description": "Send as If-None-Match."}},
        },
    }


def _path(path: str, route: Described, profile: Profile) -> dict[str, Any]:
    """Return the description of one route."""
    names = (
        *(_filter_names(profile) if route.filtered else ()),
        *(_containing(profile) if route.contained else ()),
        *route.parameters,
    )
    return _operation(
        re.sub(r"\W+", "_", path).strip("_"),
        route.summary,
        [_named(name) for name in names],
        _answers(route.content, route.errors, cached=route.cached),
    )


def _measure(view: MeasureView, profile: Profile, shown: tuple[str, ...]) -> dict[str, Any]:
    """Return the description of the route of one measure."""
    layers = tuple(layer.id for layer in profile.layers)
    filters = [_named(f"filter_{key}") for key in filter_keys(view, layers)]
    shared = [_named(name) for name in ("page", "limit", "format", "lang")]
    own = (_own(parameter, choices_of(view, parameter, shown)) for parameter in view.parameters)
    content = {JSON: reference(answer_name(view)), CSV: TEXT_BODY}
    return _operation(
        f"measure_{view.name.replace('-', '_')}",
        f"{view.name}, as defined under /about#{view.anchor}.",
        [*filters, *own, *shared],
        _answers(content, MEASURE_ERRORS, cached=True),
    )


def _any_measure(views: Sequence[MeasureView]) -> dict[str, Any]:
    """Return the description of the route that all measures share."""
    name = {
        "name": "name",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "enum": [view.name for view in views]},
    }
    content = {JSON: reference("Measure"), CSV: TEXT_BODY}
    return _operation(
        "measure",
        "One measure; each has a path of its own below, with its filters and parameters.",
        [name, *(_named(shared) for shared in ("page", "limit", "format", "lang"))],
        _answers(content, MEASURE_ERRORS, cached=True),
    )


def _operation(
    name: str, summary: str, parameters: list[Schema], responses: Schema
) -> dict[str, Any]:
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "parameters": parameters,
            "responses": responses,
        }
    }


def _answers(content: Mapping[str, Schema], errors: Sequence[int], *, cached: bool) -> Schema:
    """Return the answers of a route by HTTP status."""
    good: dict[str, Any] = {
        "description": "The answer.",
        "content": {media: {"schema": schema} for media, schema in content.items()},
    }
    if cached:
        good["headers"] = {"ETag": {"$ref": "#/components/headers/ETag"}}
    same = {"304": {"description": "Not changed since the ETag sent."}} if cached else {}
    failed = {str(status): {"$ref": f"#/components/responses/{status}"} for status in errors}
    return {"200": good, **same, **failed}


def _error(meaning: str) -> Schema:
    return {"description": meaning, "content": {JSON: {"schema": reference("Error")}}}


def _named(name: str) -> Schema:
    return {"$ref": f"#/components/parameters/{name}"}


def _own(parameter: Parameter, choices: tuple[str, ...]) -> Schema:
    """Return a measure's own parameter."""
    known = {"minimum": parameter.least, "maximum": parameter.most, "default": parameter.default}
    schema: dict[str, Any] = {"type": "integer" if parameter.kind == "whole" else "string"}
    schema |= {key: value for key, value in known.items() if value is not None}
    schema |= {"enum": list(choices)} if choices else {}
    return {
        "name": parameter.name,
        "in": "query",
        "description": parameter.meaning,
        "schema": schema,
    }


def _filter_names(profile: Profile) -> tuple[str, ...]:
    """Return the names of the parameters of all filters."""
    layers = (layer.id for layer in profile.layers)
    return tuple(f"filter_{key}" for key in (*FILTERS, *layers))


def _containing(profile: Profile) -> list[str]:
    """Return the names of the filters on the layers that contain others."""
    layers = profile.layers
    containing = [layer.id for layer in layers if any(one.within == layer.id for one in layers)]
    return [f"filter_{layer}" for layer in containing]


def _filters(profile: Profile) -> dict[str, Schema]:
    """Return the filters of a city, and the layers that a map can show, as parameters."""
    several = {
        "service": "A service as published.",
        "category": "A category as published.",
        "agency": "An agency as published.",
        "channel": "A channel as published.",
        **{
            layer.id: f"The key of an area of the layer {layer.called_plural('en')}."
            for layer in profile.layers
        },
    }
    words = {
        "stage": ([stage.name.lower() for stage in Stage], "Several mean or."),
        "age": ([band.key for band in AGE_BANDS], "Several mean or."),
        "waiting": (list(WAITING), WAITING_MEANS),
    }
    one: dict[str, Schema] = {
        "measure": {"type": "string", "enum": [str(measure) for measure in Measure]},
        "from": {"type": "string", "format": "date"},
        "to": {"type": "string", "format": "date"},
        "apart": {"type": "string", "enum": ["0", "1"]},
    }
    layers = {"type": "string", "enum": [layer.id for layer in profile.layers]}
    return {
        **{f"filter_{key}": _repeated(key, TEXT_BODY, text) for key, text in several.items()},
        **{
            f"filter_{key}": _repeated(key, {"type": "string", "enum": choices}, meaning)
            for key, (choices, meaning) in words.items()
        },
        **{
            f"filter_{key}": {"name": key, "in": "query", "schema": schema}
            for key, schema in one.items()
        },
        "layer": {"name": "layer", "in": "query", "schema": layers},
    }


def _repeated(name: str, item: Schema, description: str) -> Schema:
    """Return a parameter that may stand several times."""
    return {
        "name": name,
        "in": "query",
        "description": description,
        "explode": True,
        "schema": {"type": "array", "items": item},
    }


def _url(profile: Profile) -> dict[str, str]:
    return {"url": str(profile.licence_url)} if profile.licence_url else {}
