"""The shapes of the interface's answers, in JSON Schema (2020-12), as OpenAPI 3.1 takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from livemaps.views.measures.values import Field, Kind, MeasureView

Schema = Mapping[str, Any]

TEXT: Mapping[str, Any] = {"type": "string"}
OPTIONAL_TEXT: Mapping[str, Any] = {"type": ["string", "null"]}
COUNT: Mapping[str, Any] = {"type": "integer", "minimum": 0}
WHOLE: Mapping[str, Any] = {"type": "integer"}
FLAG: Mapping[str, Any] = {"type": "boolean"}
DAY: Mapping[str, Any] = {"type": ["string", "null"], "format": "date"}
MOMENT: Mapping[str, Any] = {"type": ["string", "null"], "format": "date-time"}
ANYTHING: Mapping[str, Any] = {"type": "object"}
OPTIONAL_OBJECT: Mapping[str, Any] = {"type": ["object", "null"]}

KINDS: Mapping[Kind, Schema] = {
    "text": OPTIONAL_TEXT,
    "count": {"type": ["integer", "null"]},
    "number": {"type": ["number", "null"]},
    "share": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
    "days": {"type": ["integer", "null"]},
    "day": DAY,
    "flag": {"type": ["boolean", "null"]},
}
"""What a field of a measure may hold; null where there is no such figure."""


def reference(name: str) -> Schema:
    """Return a reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def record(
    properties: Mapping[str, Schema], optional: Sequence[str] = (), description: str = ""
) -> Schema:
    """Return an object with exactly these members; all but the optional ones are always there."""
    return {
        "type": "object",
        **({"description": description} if description else {}),
        "properties": dict(properties),
        "required": [name for name in properties if name not in optional],
    }


def listed(items: Schema) -> Schema:
    """Return a list of one shape."""
    return {"type": "array", "items": items}


def by_name(values: Schema) -> Schema:
    """Return an object whose members, whatever they are called, have one shape."""
    return {"type": "object", "additionalProperties": values}


ABOUT: Mapping[str, Schema] = {
    "attribution": {**TEXT, "description": "To be shown wherever the data is."},
    "licence": TEXT,
    "licence_url": OPTIONAL_TEXT,
    "simulated": {**FLAG, "description": "True where no city is meant."},
    "version": {**TEXT, "description": "The snapshot."},
    "as_of": {**DAY, "description": "The day in the city that ages are relative to."},
    "newest_record": {**DAY, "description": "The day of the newest request."},
    "place_precision": {**TEXT, "enum": ["exact", "area centre"]},
    "filters": {**TEXT, "description": "The filters in force, as a canonical query."},
}
"""What every file says of itself."""

FIELD = record(
    {
        "name": TEXT,
        "kind": {**TEXT, "enum": list(KINDS)},
        "meaning": TEXT,
    }
)

PARAMETER = record(
    {
        "name": TEXT,
        "kind": {**TEXT, "enum": ["choice", "whole", "text"]},
        "default": {"type": ["string", "integer", "null"]},
        "choices": listed(TEXT),
        "least": {"type": ["integer", "null"]},
        "most": {"type": ["integer", "null"]},
        "meaning": TEXT,
    }
)

MEASURED = record(
    {
        "id": TEXT,
        "version": {**TEXT, "description": "The snapshot that was measured."},
        "computed": MOMENT,
        "as_of": DAY,
        "data_through": {**DAY, "description": "The newest requested day."},
        "complete_through": {**DAY, "description": "The newest day that the feed has in full."},
        "complete_since": {
            **DAY,
            "description": "The day from which on every request is held; null: all of them.",
        },
        "left_out": {**by_name(COUNT), "description": "Requests whose days cannot be, by reason."},
    },
    description="What the figures were computed of: the snapshot on show, or one just before.",
)

FEATURES = record(
    {
        **ABOUT,
        "type": {"const": "FeatureCollection"},
        "features": listed(reference("Feature")),
    },
    description="GeoJSON (RFC 7946) with what the file says of itself.",
)

AREAS = record(
    {
        **FEATURES["properties"],
        "layer": TEXT,
        "layer_attribution": TEXT,
        "layer_licence": TEXT,
        "measure": TEXT,
        "total": COUNT,
        "unplaced": by_name(COUNT),
    }
)

OPTION = record({"value": TEXT, "label": TEXT, "count": COUNT, "chosen": FLAG})

FACETS = record(
    {
        **ABOUT,
        "facets": by_name(
            record(
                {
                    "dimension": TEXT,
                    "options": listed(OPTION),
                    "total": COUNT,
                    "left_out": COUNT,
                    "blank": COUNT,
                }
            )
        ),
        "set_apart": COUNT,
        "measures": by_name({"type": ["integer", "null"]}),
    }
)

STATUS = record(
    {
        **dict.fromkeys(("city", "name", "attribution", "licence"), TEXT),
        "simulated": FLAG,
        **dict.fromkeys(("state", "version", "licence_url", "error", "error_kind"), OPTIONAL_TEXT),
        "stale": {"enum": ["check", "feed", None]},
        **dict.fromkeys(
            ("last_checked", "last_success", "next_check", "published", "failing_since"), MOMENT
        ),
        "last_checked_seconds": {"type": ["integer", "null"]},
        **dict.fromkeys(("as_of", "newest_record"), DAY),
        "newest_record_days": {"type": ["integer", "null"]},
        "consecutive_failures": COUNT,
        "trouble": listed(TEXT),
        "rejected_total": COUNT,
        **dict.fromkeys(
            ("progress", "catch_up", "counts", "unplaced", "changes", "precision"),
            OPTIONAL_OBJECT,
        ),
    }
)

CHANGE = record(
    {
        "kind": TEXT,
        "seen": MOMENT,
        "seen_day": DAY,
        **dict.fromkeys(
            (
                "from_status",
                "to_status",
                "from_agency_responsible",
                "to_agency_responsible",
            ),
            OPTIONAL_TEXT,
        ),
        "fields": listed(TEXT),
    }
)

LIFE = record(
    {
        **ABOUT,
        "last_checked": MOMENT,
        "definition": TEXT,
        "caveat": TEXT,
        "service_request": ANYTHING,
        "standing": {**TEXT, "enum": ["counts", "duplicate", "deleted"]},
        "set_apart": FLAG,
        "timeline": listed(
            record(
                {
                    "stage": {**TEXT, "enum": ["received", "in_progress", "resolved"]},
                    "reached": FLAG,
                    "datetime": OPTIONAL_TEXT,
                    "source": OPTIONAL_TEXT,
                    "seen": MOMENT,
                }
            )
        ),
        "changes": listed(CHANGE),
        "changes_known": FLAG,
        "changes_unknown_because": OPTIONAL_TEXT,
        "reopened": listed(TEXT),
        "reopened_times_seen": {"type": ["integer", "null"]},
        "age_days": {"type": ["integer", "null"]},
        "days_to_close": {"type": ["integer", "null"]},
        "impossible": OPTIONAL_TEXT,
        "links": by_name(TEXT),
    }
)

SCHEMAS: Mapping[str, Schema] = {
    "Error": record(
        {
            "error": record(
                {"type": TEXT, "message": TEXT, "remedy": TEXT},
                optional=("remedy",),
            )
        },
        description="Every error has this shape; `remedy` says what to write instead.",
    ),
    "Alive": record({"alive": FLAG}),
    "Ready": record({"ready": FLAG, "version": TEXT}),
    "Status": STATUS,
    "Version": record(
        {
            "version": OPTIONAL_TEXT,
            "measures": OPTIONAL_TEXT,
            "state": OPTIONAL_TEXT,
            "last_checked": MOMENT,
            "status": TEXT,
            "stale": {**OPTIONAL_TEXT, "description": "check, feed, or null: as in Status."},
            "build": {**TEXT, "description": "The program and its assets: pages load anew."},
        }
    ),
    "Feature": record(
        {
            "type": {"const": "Feature"},
            "id": TEXT,
            "geometry": {"type": ["object", "null"]},
            "properties": ANYTHING,
        }
    ),
    "Features": FEATURES,
    "Areas": AREAS,
    "Outlines": record(
        {"type": {"const": "FeatureCollection"}, "features": listed(reference("Feature"))}
    ),
    "Facets": FACETS,
    "Addresses": record(
        {
            "attribution": OPTIONAL_TEXT,
            "addresses": listed(
                record(
                    {
                        "address": TEXT,
                        "areas": listed(record(dict.fromkeys(("layer", "key", "name"), TEXT))),
                    }
                )
            ),
        }
    ),
    "Life": LIFE,
    "Field": FIELD,
    "Parameter": PARAMETER,
    "Measured": MEASURED,
    "Measures": record(
        {
            "measures": listed(
                record(
                    {
                        **dict.fromkeys(("measure", "address", "definition", "caveat"), TEXT),
                        "filters": listed(TEXT),
                        "parameters": listed(reference("Parameter")),
                        "fields": listed(reference("Field")),
                    }
                )
            )
        }
    ),
    "Measure": record(
        {
            "measure": TEXT,
            **ABOUT,
            "last_checked": {**MOMENT, "description": "When the portal was last asked."},
            "measured": reference("Measured"),
            "definition": {**TEXT, "description": "The address of the definition."},
            "caveat": {**TEXT, "description": "To be said beside the figures."},
            "options": by_name({"type": ["string", "integer", "null"]}),
            "fields": listed(reference("Field")),
            "facts": ANYTHING,
            "total": {**COUNT, "description": "Rows on all pages."},
            "page": {**WHOLE, "minimum": 1},
            "limit": {**WHOLE, "minimum": 1},
            "rows": listed(ANYTHING),
            "links": record({"self": TEXT, "next": OPTIONAL_TEXT}),
        }
    ),
}
"""The named schemas of the document, besides those of the measures' rows."""


def answer_name(view: MeasureView) -> str:
    """Return the name of the schema of a measure's answer, such as `TimeToClose`."""
    return "Measure" + "".join(part.title() for part in view.name.split("-"))


def answer_schema(view: MeasureView) -> Schema:
    """Return the shape of a measure's answer: that of all measures, with its own rows."""
    rows = {field.name: _described(field) for field in view.fields}
    # An answer has those of the fields that fit what was asked: no area where none is told apart.
    own = {"measure": {"const": view.name}, "rows": listed(record(rows, optional=tuple(rows)))}
    return {"allOf": [reference("Measure"), {"type": "object", "properties": own}]}


def _described(field: Field) -> Schema:
    return {**KINDS[field.kind], "description": field.meaning}
