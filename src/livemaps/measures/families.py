"""The families of measures, in the order in which they are computed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from livemaps.measures.compare import compare
from livemaps.measures.contents import FamilyResult
from livemaps.measures.expected import expected_of_world
from livemaps.measures.flow import flow
from livemaps.measures.forecast import forecasts
from livemaps.measures.life import life
from livemaps.measures.queues import queues_of_world
from livemaps.measures.rereported import rereported
from livemaps.measures.standards import standards
from livemaps.measures.surge import surges
from livemaps.measures.time_to_close import time_to_close
from livemaps.measures.world import World


@dataclass(frozen=True, slots=True)
class Family:
    """One family: its name, and what computes it from a world."""

    name: str
    compute: Callable[[World], FamilyResult]


FAMILIES: tuple[Family, ...] = (
    Family("life", life),
    Family("flow", flow),
    Family("queues", queues_of_world),
    Family("standards", standards),
    Family("re-reported", rereported),
    Family("expected", expected_of_world),
    Family("compare", compare),
    Family("time-to-close", time_to_close),
    Family("surge", surges),
    Family("forecast", forecasts),
)
