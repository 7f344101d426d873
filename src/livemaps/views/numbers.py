"""A request's number as people type it: with or without its dashes, or only its end.

Cities number their requests by year and a long running number (`26-00712345`); people keep the
end. A whole number is looked up among all requests. An end is looked for among the open and
recent ones only: those are what people ask for, and all others would take a second to go through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from livemaps.model import Standing
from livemaps.snapshot import Snapshot, row_of

SHORTEST_END = 4
"""Characters from which on the end of a number is looked for."""

LONGEST_NUMBER = 40
MOST_ENDS = 5
"""Requests with the same end that are offered; more are no answer."""

LEAST_FIGURES = 4
"""Figures from which on a text may be meant as a request's number."""

SAME_END = 5
"""Characters at the end of a number that are taken for right when the others are not."""

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


def meant(text: str) -> bool:
    """Return whether a text looks as if a request's number were meant: mostly figures."""
    bare = SEPARATORS.sub("", text.strip())
    figures = sum(letter.isdecimal() for letter in bare)
    short = len(bare) <= LONGEST_NUMBER and FIGURES.fullmatch(bare) is not None
    return short and figures >= LEAST_FIGURES and 2 * figures > len(bare)


def example(snapshot: Snapshot) -> str:
    """Return the number of a request that there is, "" where there is none."""
    return next(iter(snapshot.current.ids(slice(-1, None))), "")


def like(snapshot: Snapshot, text: str) -> bool:
    """Return whether a text is written as the city's numbers are: figures where they have some."""
    return _form(text) == _form(example(snapshot))


def near(snapshot: Snapshot, text: str) -> tuple[str, ...]:
    """Return the open and recent requests whose number is nearly what was typed, at most a few.

    Those that a text means as it stands (its end, its dashes), else those with the same last
    characters, those with two neighbours exchanged and those with one character other, missing or
    too many. Where many differ in one character only, none of them is more likely than others.
    """
    bare = SEPARATORS.sub("", text.strip().lstrip("#"))
    found = dict.fromkeys(numbers(snapshot, text))
    if meant(text) and len(bare) > SAME_END:
        found |= dict.fromkeys(_ending(snapshot, bare[-SAME_END:]))
    if found or not meant(text):
        return tuple(found)[:MOST_ENDS]
    exchanged, other = _one_slip(snapshot, bare.upper().encode())
    return exchanged or other


def _one_slip(snapshot: Snapshot, typed: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the numbers with two neighbours exchanged, and those with one character amiss."""
    table = snapshot.current
    numbered = _bare(table["service_request_id"])
    length = len(SEPARATORS.sub("", example(snapshot)))
    rows = np.flatnonzero(np.strings.str_len(numbered) == length)
    shorter = min(length, len(typed))
    if abs(length - len(typed)) > 1 or not shorter or not len(rows):
        return (), ()
    width = numbered.dtype.itemsize
    letters = np.ascontiguousarray(numbered[rows]).view(np.uint8).reshape(-1, width)[:, :length]
    wanted = np.frombuffer(typed, np.uint8)
    front = _agreeing(letters[:, :shorter] == wanted[:shorter])
    back = _agreeing((letters[:, length - shorter :] == wanted[-shorter:])[:, ::-1])
    least = shorter - 1 if len(typed) == length else shorter
    amiss = rows[(front + back >= least) & (front < max(length, len(typed)))]
    swapped = np.zeros(0, np.intp)
    if len(typed) == length:
        two = np.flatnonzero(front + back == length - 2)
        at = front[two]
        crossed = (letters[two, at] == wanted[at + 1]) & (letters[two, at + 1] == wanted[at])
        swapped = rows[two[crossed]]
    return _few(snapshot, swapped), _few(snapshot, amiss)


def _agreeing(same: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return how many characters agree from the first on, for each row."""
    agreeing: NDArray[np.int64] = np.logical_and.accumulate(same, axis=1).sum(axis=1)
    return agreeing


def _few(snapshot: Snapshot, rows: NDArray[np.intp]) -> tuple[str, ...]:
    """Return the numbers of some rows, newest first; none where they are many."""
    table = snapshot.current
    if "standing" in table:
        rows = rows[table["standing"][rows] == Standing.COUNTS]
    if len(rows) > MOST_ENDS:
        return ()
    return tuple(table.ids(rows[np.argsort(table["requested_day"][rows], kind="stable")[::-1]]))


def _form(text: str) -> str:
    """Return how a number is written, without its separators: 9 for a figure, A for a letter."""
    bare = SEPARATORS.sub("", text.strip())
    return "".join(
        "9" if "0" <= letter <= "9" else "A" if letter.isalpha() else "?" for letter in bare
    )


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
    bare = _bare(table["service_request_id"])
    return list(_few(snapshot, np.flatnonzero(np.strings.endswith(bare, end.upper().encode()))))


def _bare(numbered: NDArray[np.bytes_]) -> NDArray[np.bytes_]:
    """Return numbers without their dashes."""
    if not len(numbered):
        return numbered
    found: NDArray[np.bytes_] = np.strings.replace(numbered, b"-", b"")
    return found
