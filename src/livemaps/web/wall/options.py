"""What the address of a wall asks for; what it asks for in vain is said in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from livemaps.views.query import printable
from livemaps.web.site import Visit

VIEWS = ("map", "backlog", "queues", "surge", "oldest", "unattended", "standards", "forecast")
"""All views, in the order in which a wall shows them where its address names none."""

OPTIONS = ("views", "every", "shift")
"""Keys of the address that only a wall has."""

EVERY, LEAST_EVERY, MOST_EVERY = 20, 5, 600
"""Seconds that each view stays."""

SHIFT, MOST_SHIFT = 6, 20
"""How far the picture moves about, in pixels, so that nothing burns in; 0 leaves it in place."""

MOST_VIEWS = 24
MOST_NAMED = 3
"""Unknown views that are named on the wall; more would only fill it."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a wall shows, and how."""

    views: tuple[str, ...]
    every: int
    shift: int
    asked: bool
    """Whether the address names its views: then what cannot be shown is told."""
    notes: tuple[str, ...] = ()
    """What of the address could not be used, as sentences."""


def options(visit: Visit) -> Options:
    """Read the options of an address; whatever stands in it, there is something to show."""
    asked = [name.strip().lower() for name in visit.address.option("views").split(",")]
    named = list(dict.fromkeys(name for name in asked if name))[:MOST_VIEWS]
    views = tuple(name for name in named if name in VIEWS)
    every, shift = visit.address.option("every"), visit.address.option("shift")
    return Options(
        views=views or VIEWS,
        every=_whole(every, EVERY, LEAST_EVERY, MOST_EVERY),
        shift=_whole(shift, SHIFT, 0, MOST_SHIFT),
        asked=bool(views),
        notes=tuple(_notes(visit, [name for name in named if name not in VIEWS], every, shift)),
    )


def _whole(text: str, usual: int, least: int, most: int) -> int:
    """Return a number of the address, the nearest allowed one, or the usual one."""
    # Longer ones are no less too large, and Python would refuse to read some.
    digits = text[:6]
    if not (digits.isascii() and digits.isdigit()):
        return usual
    return min(max(int(digits), least), most)


def _notes(visit: Visit, unknown: Sequence[str], every: str, shift: str) -> Iterator[str]:
    """Yield what could not be used."""
    words = visit.words
    for name in unknown[:MOST_NAMED]:
        yield words("wall.note.view", name=printable(name, 40), views=", ".join(VIEWS))
    if every and every != str(_whole(every, -1, LEAST_EVERY, MOST_EVERY)):
        yield words("wall.note.every", least=LEAST_EVERY, most=MOST_EVERY)
    if shift and shift != str(_whole(shift, -1, 0, MOST_SHIFT)):
        yield words("wall.note.shift", most=MOST_SHIFT)
    for problem in visit.problems[:MOST_NAMED]:
        kind = problem.kind if words.has(f"problem.{problem.kind}") else "other"
        yield words(f"problem.{kind}", name=problem.name, value=problem.value)
