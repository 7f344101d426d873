"""How areas are told apart: one spelling of a key, whatever type a file gave it."""

from __future__ import annotations

import math
import re

_WHOLE_NUMBER = re.compile(r"([+-]?\d+)\.0*")
_DIGITS = re.compile(r"(\d+)")


def area_key(value: object) -> str | None:
    """Return a key as text: 5, 5.0, "5", "5.0" and " 5 " are all "5"; None where it is blank.

    Text keeps its letters and leading zeros ("01B", "03"), because they may carry meaning.
    """
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return str(int(value)) if value.is_integer() else repr(value)
    text = str(value).strip()
    whole = _WHOLE_NUMBER.fullmatch(text)
    return (whole.group(1) if whole else text) or None


def natural_order(key: str) -> tuple[tuple[int, int, str], ...]:
    """Return what to sort keys by so that "2" comes before "10", and "9A" before "10A"."""
    parts = (part for part in _DIGITS.split(key) if part)
    ordered = tuple(
        (0, int(part), "") if part.isdecimal() else (1, 0, part.casefold()) for part in parts
    )
    return (*ordered, (-1, 0, key))
