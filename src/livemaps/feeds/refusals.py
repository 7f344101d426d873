"""What a portal says when it refuses: the error bodies of Socrata, old and new, and of others."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import msgspec

LONGEST_MESSAGE = 500
_SQUEEZE = re.compile(r"\s+")
_COLUMN = re.compile(r"[Nn]o such column:? *'?([:@\w]+)")


class Refusal(NamedTuple):
    """The portal's error code, its message in one line, and the column that it names, if any."""

    code: str = ""
    message: str = ""
    column: str | None = None


def read_refusal(body: bytes) -> Refusal:
    """Read an error body; an empty `Refusal` where it is not a JSON error.

    Known forms: `{"message", "errorCode", "data": {"column"}}` (SODA 2.1),
    `{"code", "error": true, "message"}` (SODA 2.0 and `/api/views`), and
    `[{"code", "description"}]` (Open311).
    """
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Refusal()
    if isinstance(said, list) and said:
        said = said[0]
    return refusal_of(said) or Refusal()


def refusal_of(said: object) -> Refusal | None:
    """Return the refusal in a decoded answer, None where it is something else."""
    if not isinstance(said, dict):
        return None
    code = str(said.get("errorCode") or said.get("code") or "")
    message = str(said.get("message") or said.get("description") or "")
    if not (message or said.get("error") is True):
        return None
    message = _SQUEEZE.sub(" ", message or code or "no reason given")[:LONGEST_MESSAGE]
    return Refusal(code, message, _column(said, message))


def _column(said: dict[str, Any], message: str) -> str | None:
    data = said.get("data")
    if isinstance(data, dict) and isinstance(data.get("column"), str):
        return str(data["column"])
    found = _COLUMN.search(message)
    return found.group(1) if found else None
