"""The feed of one request: the stages it reached and what was seen to change."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, request

from livemaps.api import atom
from livemaps.api.answers import checked_language, etag, labels, tagged, unchanged
from livemaps.errors import UnknownValue
from livemaps.text import Catalogue, Words
from livemaps.views import Board
from livemaps.views.life import RequestLife
from livemaps.views.query import printable

ROUTE = "/api/v1/requests/<service_request_id>.atom"


def asked_words(catalogue: Catalogue, language: str | None) -> Words:
    """Return the words of the address, else of what the reader's program asks for."""
    accepted = catalogue.preferred(list(request.accept_languages.values()))
    return catalogue.words(language or accepted)


def add_request_feed(routes: Blueprint, board: Board, catalogue: Catalogue) -> None:
    """Add the feed to follow one request by."""

    @routes.get(ROUTE)
    def followed(service_request_id: str) -> Response:
        found = board.life(service_request_id)
        if found is None:
            remedy = "the feed has no request of this number: copy it as the city gave it"
            raise UnknownValue("service_request_id", printable(service_request_id), remedy)
        content = _content(
            board,
            found,
            asked_words(catalogue, checked_language(catalogue, request.args.get("lang"))),
        )
        tag = etag(content)
        answer = unchanged(tag) or Response(content, mimetype=atom.MIMETYPE)
        answer.vary.add("Accept-Language")
        answer.headers.update(labels(board.profile, board.snapshot().meta, board.status()))
        return tagged(answer, tag)


def _content(board: Board, life: RequestLife, words: Words) -> bytes:
    """Return the feed of a request; it is as new as its newest entry."""
    host, number = request.host_url.rstrip("/"), quote(life.request.service_request_id, safe="")
    entries = atom.of_life(life, board.profile, words)
    feed = atom.Feed(
        title=words("feed.title", city=board.profile.name, filters=life.request.service_request_id),
        own=f"{host}/api/v1/requests/{number}.atom?lang={words.language}",
        page=f"{host}/request/{number}?lang={words.language}",
        updated=entries[0].updated,
    )
    return atom.atom(feed, entries, board.profile, words, host)
