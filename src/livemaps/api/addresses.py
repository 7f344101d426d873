"""The areas around an address that was typed: this server asks the city's address search.

Answers are never cached outside this process, and what was typed goes into no log of ours.
"""

from __future__ import annotations

import logging

from flask import Blueprint, Response, request

from livemaps.api.answers import error_answer, json_answer
from livemaps.errors import FeedError, http_status
from livemaps.views import Board

ROUTE = "/api/v1/addresses"
UNANSWERED = "the city's address search does not answer: try again, or search for the area by name"

log = logging.getLogger(__name__)


def add_addresses(routes: Blueprint, board: Board) -> None:
    """Add the search for addresses; without one in the profile it answers 404 and says so."""

    @routes.get(ROUTE)
    def addresses() -> Response:
        try:
            found = board.addresses(request.args.get("q", ""))
        except FeedError as error:
            log.warning("the address search failed: %s", type(error).__name__)
            return error_answer(type(error).__name__, UNANSWERED, http_status(error))
        geocoder = board.profile.geocoder
        answer = json_answer(
            {
                "attribution": geocoder.attribution if geocoder else None,
                "addresses": [
                    {
                        "address": address.label,
                        "areas": [
                            {"layer": layer, "key": key, "name": name}
                            for layer, key, name in address.areas
                        ],
                    }
                    for address in found
                ],
            }
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer
