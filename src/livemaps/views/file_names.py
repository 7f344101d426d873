"""What files are called that somebody takes away: the city, the view, the day.

Such as `calgary-311-ward-7-open-2026-11-02.csv`. Whatever stands in an address, a name has only
the signs a to z, 0 to 9, the hyphen and the dot before its ending, and fits every file system.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from unicodedata import combining, normalize
from urllib.parse import parse_qsl

from livemaps.model import Filters, day_date
from livemaps.views.query import to_query

LONGEST_PART = 40
"""Letters of one value, such as a service's name."""

LONGEST_VIEW = 90
"""Letters of what tells the view: a name is under 200 letters, and file systems take 255."""

MARK_LETTERS = 6


def filtered_name(city: str, what: Sequence[str], filters: Filters, day: int, ending: str) -> str:
    """Return the name of a file of requests under filters, or of `what` is made of them."""
    return f"{filtered_stem(city, what, filters)}-{day_date(day).isoformat()}.{ending}"


def filtered_stem(city: str, what: Sequence[str], filters: Filters) -> str:
    """Return the same without day and ending; what is counted stands last."""
    query = to_query(filters)
    return "-".join((_stem(city, what, query, without="measure"), filters.measure.value))


def table_name(city: str, what: Sequence[str], query: str, day: int) -> str:
    """Return the name of a CSV of `what` under a canonical query."""
    return f"{_stem(city, what, query)}-{day_date(day).isoformat()}.csv"


def _stem(city: str, what: Sequence[str], query: str, without: str = "") -> str:
    """Return city, content and query as parts of a name.

    Where something of it had to be left out, a mark made of all of it keeps names apart.
    """
    pairs = [pair for pair in parse_qsl(query) if pair[0] != without]
    texts = [*what, *_told(pairs)]
    parts = [_plain(text)[:LONGEST_PART].strip("-") for text in texts]
    view = "-".join(part for part in parts if part)
    kept = view[:LONGEST_VIEW].strip("-")
    whole = kept == view and all(map(_tells_all, texts))
    mark = "" if whole else sha256("\n".join((*what, query)).encode()).hexdigest()[:MARK_LETTERS]
    return "-".join(part for part in (_plain(city)[:LONGEST_PART], "311", kept, mark) if part)


def _told(pairs: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield key and value of each filter, a key once for all of its values."""
    before = ""
    for key, value in pairs:
        if key != before:
            yield key
        # A switch has no value worth telling.
        if (key, value) != ("apart", "1"):
            yield value
        before = key


def _folded(text: str) -> str:
    """Return a text in small letters without accents."""
    apart = normalize("NFKD", text)
    return "".join(sign for sign in apart if not combining(sign)).lower()


def _plain(text: str) -> str:
    """Return a text in the signs that a name may have: "Été / 1" is "ete-1"."""
    return "-".join(re.findall(r"[a-z0-9]+", _folded(text)))


def _tells_all(text: str) -> bool:
    """Whether a text is told by its plain form, with no letter of it missing."""
    plain = _plain(text)
    known = all(sign.isascii() for sign in _folded(text) if sign.isalnum())
    return known and 0 < len(plain) <= LONGEST_PART
