"""The life of one request as JSON. No point, no address, no free text: areas by name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

import msgspec
from flask import Blueprint, Response, request

from livemaps.api.answers import checked_language, etag, json_answer, labels, tagged, unchanged
from livemaps.api.exports import about_file, written
from livemaps.errors import UnknownValue
from livemaps.model import Filters, day_date
from livemaps.status import moment_to_json
from livemaps.text import Catalogue, Words
from livemaps.views import Board, ListedRequest
from livemaps.views.life import RequestLife, SeenChange, Step
from livemaps.views.query import printable

ROUTE = "/api/v1/requests/<path:service_request_id>"


def add_life(routes: Blueprint, board: Board, catalogue: Catalogue) -> None:
    """Add the life of one request; `catalogue` has the words of its caveat."""

    @routes.get(ROUTE)
    def life(service_request_id: str) -> Response:
        found = board.life(service_request_id)
        if found is None:
            raise UnknownValue(
                "service_request_id",
                printable(service_request_id),
                "the feed has no request of this number: copy it as the city gave it, and allow "
                "a new request a few days to appear",
            )
        words = catalogue.words(checked_language(catalogue, request.args.get("lang")))
        value = dict(_about(board, words)) | life_object(board, found)
        tag = etag(msgspec.json.encode(value))
        answer = unchanged(tag) or json_answer(value)
        answer.headers.update(labels(board.profile, board.snapshot().meta, board.status()))
        return tagged(answer, tag)


def life_object(board: Board, life: RequestLife) -> dict[str, object]:
    """Return the life of a request as an object for JSON."""
    name, service = life.request.service_request_id, life.request.service_name
    return {
        "service_request": _request(life.request),
        "standing": life.standing.name.lower(),
        "set_apart": life.set_apart,
        "timeline": [_step(step) for step in life.timeline],
        "changes": [_change(change) for change in life.changes],
        "changes_known": not life.unseen,
        "changes_unknown_because": life.unseen or None,
        "reopened": list(life.reopened),
        "reopened_times_seen": life.reopened_times,
        "age_days": life.age_days,
        "days_to_close": life.days_to_close,
        "impossible": life.impossible,
        "links": {
            "self": f"/api/v1/requests/{quote(name)}",
            "page": f"/request/{quote(name)}",
            "same_service": "/?" + board.query(Filters(services=frozenset({service} - {""}))),
        },
    }


def _about(board: Board, words: Words) -> Mapping[str, object]:
    """Return what the answer says of itself: source, version, both ages, definition, caveat."""
    status = board.status()
    checked = status.last_checked if status else None
    return {
        **about_file(board.profile, board.snapshot(), ""),
        "last_checked": _moment(checked),
        "definition": "/about#life",
        "caveat": words("measures.life.caveat"),
    }


def _request(listed: ListedRequest) -> dict[str, object]:
    """Return a request by Open311's names, its areas by key and name."""
    return {
        "service_request_id": listed.service_request_id,
        "status": listed.status,
        "stage": listed.stage.name.lower(),
        "service_name": listed.service_name,
        "category": listed.category,
        "agency_responsible": listed.agency_responsible,
        "channel": listed.channel,
        "requested_datetime": written(listed.requested_day, listed.requested_time),
        "updated_datetime": written(listed.updated_day, listed.updated_time),
        "closed_datetime": written(listed.closed_day, listed.closed_time),
        "expected_datetime": written(listed.expected_day, listed.expected_time),
        "areas": [{"layer": layer, "key": key, "name": name} for layer, key, name in listed.areas],
    }


def _step(step: Step) -> dict[str, object]:
    """Return one stage of the timeline."""
    return {
        "stage": step.stage.name.lower(),
        "reached": step.reached,
        "datetime": written(step.day, step.seconds),
        "source": step.source,
        "seen": _moment(step.seen),
    }


def _change(change: SeenChange) -> dict[str, object]:
    """Return one change that was seen."""
    return {
        "kind": change.kind.value,
        "seen": _moment(change.seen),
        "seen_day": day_date(change.day).isoformat(),
        "from_status": change.from_status,
        "to_status": change.to_status,
        "from_agency_responsible": change.from_agency,
        "to_agency_responsible": change.to_agency,
        "fields": list(change.fields),
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment_to_json(moment)
