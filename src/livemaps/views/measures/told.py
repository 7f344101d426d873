"""What measures tell, as far as they are there: a page shows the rest without."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from livemaps.errors import MeasuresPending
from livemaps.measures.contents import Measures

Told = TypeVar("Told")


def if_told(measures: Measures | None, look_up: Callable[[Measures], Told]) -> Told | None:
    """Return what a look-up finds in measures, None while they or its family are worked out."""
    if measures is None:
        return None
    try:
        return look_up(measures)
    except MeasuresPending:
        return None
