"""Wall seconds as people read them."""

from __future__ import annotations

from datetime import datetime, timedelta


def wall_datetime(wall_seconds: int) -> datetime:
    """Return wall seconds as a naive datetime of the city's clock."""
    return datetime(1970, 1, 1) + timedelta(seconds=int(wall_seconds))  # noqa: DTZ001
