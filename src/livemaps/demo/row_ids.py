"""Row ids that look like a portal's: opaque, and *not* in the order of their text.

A client that sorts or compares them itself is wrong; only the server knows their order. A
multiplication modulo a power of two scrambles the row's number and can be undone.
"""

from __future__ import annotations

from types import MappingProxyType

_BITS = 60
_MASK = (1 << _BITS) - 1
_FACTOR = 0x9E3779B97F4A7C1 | 1
_INVERSE = pow(_FACTOR, -1, 1 << _BITS)
_DIGITS = "23456789abcdefghijkmnpqrstuvwxyz"
_VALUES = MappingProxyType({digit: value for value, digit in enumerate(_DIGITS)})
_LENGTH = _BITS // 5


def row_id(number: int) -> str:
    """Return the id of a row's number, such as `row-k3m2.9xwe-p4dz`."""
    scrambled = (number * _FACTOR) & _MASK
    digits = "".join(_DIGITS[(scrambled >> 5 * place) & 31] for place in range(_LENGTH))
    return f"row-{digits[:4]}.{digits[4:8]}-{digits[8:]}"


def row_number(text: str) -> int:
    """Return the number behind an id.

    Raises:
        ValueError: the text is no row id.
    """
    digits = text.removeprefix("row-").replace(".", "").replace("-", "")
    if not text.startswith("row-") or len(digits) != _LENGTH or not _VALUES.keys() >= set(digits):
        raise ValueError(f"{text!r} is no row id")
    scrambled = sum(_VALUES[digit] << 5 * place for place, digit in enumerate(digits))
    return (scrambled * _INVERSE) & _MASK
