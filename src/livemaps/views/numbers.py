"""A request's number as people type it: with or without its dashes, or only its end.

Cities number their requests by year and a long running number (`26-00712345`); people keep the
end. A whole number is looked up among all requests. An end is looked for among the open and
recent ones only: those are what people ask for, and all others would take a second to go through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from livemaps.model import Standing
from livemaps.snapshot import Snapshot, row_of

SHORTEST_END = 4
"""Characters from which on the end of a number is looked for."""

LONGEST_NUMBER = 40
MOST_ENDS = 5
"""Requests with the same end that are offered; more are no answer."""

SEPARATORS = re.compile(r"[\s\-–—./#]+")
FIGURES = re.compile(r"(?=.*[0-9])[A-Za-z0-9]+", re.ASCII)


def numbers(snapshot: Snapshot, text: str) -> tuple[str, ...]:
    """Return the numbers of the requests that a text means, newest first; none for other texts."""
    text = text.strip().lstrip("#")
    if not text or len(text) > LONGEST_NUMBER:
        return ()
    whole = next(
        (name for name in _spellings(snapshot, text) if row_of(snapshot, name) is not None), None
    )
    if whole is not None:
        return (whole,)
    return tuple(_ending(snapshot, SEPARATORS.sub("", text)))


def _spellings(snapshot: Snapshot, text: str) -> Iterator[str]:
    """Yield a number as it was typed, then with dashes where the city's numbers have them."""
    text = text.encode("utf-8", "replace").decode()
    yield text
    bare = SEPARATORS.sub("", text).upper()
    for sample in snapshot.current.ids(slice(-1, None)):
        spelled, left = "", bare
        for letter in sample:
            if SEPARATORS.fullmatch(letter):
                spelled += letter
            else:
                spelled, left = spelled + left[:1], left[1:]
        if not left and len(bare) == len(SEPARATORS.sub("", sample)):
            yield spelled


def _ending(snapshot: Snapshot, end: str) -> list[str]:
    """Return the open and recent requests whose number ends so, at most `MOST_ENDS` or none."""
    if len(end) < SHORTEST_END or not FIGURES.fullmatch(end):
        return []
    table = snapshot.current
    bare = np.strings.replace(table["service_request_id"], b"-", b"")
    shown = np.strings.endswith(bare, end.upper().encode())
    shown &= table["standing"] == Standing.COUNTS if "standing" in table else True
    rows = np.flatnonzero(shown)
    if len(rows) > MOST_ENDS:
        return []
    newest = rows[np.argsort(table["requested_day"][rows], kind="stable")[::-1]]
    return table.ids(newest)
