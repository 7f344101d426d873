"""Plans: what is more or less than expected is told by a mark too, never by colour alone."""

from __future__ import annotations

import re

import pytest

from livemaps.views.outlines import Outlines
from livemaps.web.elements import Element
from livemaps.web.markup import markup
from livemaps.web.plan import PlanArea, key, plan
from tests.web.conftest import elements

PATHS = ("M0 0L10 0L10 10Z", "M10 0L20 0L20 10Z", "", "M0 0L1 0L1 1Z")
BOXES = (
    (0.0, 0.0, 10.0, 10.0),
    (10.0, 0.0, 20.0, 10.0),
    (0.0, 0.0, 0.0, 0.0),
    (0.0, 0.0, 1.0, 1.0),
)
OUTLINES = Outlines(PATHS, BOXES, 1000, 1000)


def marks(drawn: Element) -> list[list[tuple[float, float]]]:
    """Return the corners of each mark: two of the base, then the tip."""
    classes = ((node, node[1].get("className", "")) for node in elements(drawn))
    found = [node[1]["d"] for node, class_ in classes if class_ == "plan-mark"]
    return [
        [(float(x), float(y)) for x, y in re.findall(r"([-\d.]+) ([-\d.]+)", path)]
        for path in found
    ]


@pytest.mark.parametrize(
    ("style", "up"), [("more", True), ("fewer", False), ("more plan-here", True)]
)
def test_more_points_up_and_fewer_points_down(style: str, up: bool) -> None:
    ((left, right, tip),) = marks(plan(OUTLINES, [PlanArea(1, "B", style)], "plan"))
    assert left[0] < tip[0] < right[0]
    assert tip[0] == pytest.approx(15)
    assert (tip[1] < left[1]) is up


def test_what_is_expected_or_not_told_has_no_mark_nor_has_what_has_no_outline() -> None:
    areas = [PlanArea(0, "A", "expected"), PlanArea(1, "B", "none"), PlanArea(2, "C", "more")]
    assert marks(plan(OUTLINES, areas, "plan")) == []


def test_a_mark_stays_within_a_small_area() -> None:
    ((left, right, _),) = marks(plan(OUTLINES, [PlanArea(3, "D", "more")], "plan"))
    assert 0 <= left[0] < right[0] <= 1


def test_the_key_shows_the_same_marks() -> None:
    drawn = key([("more", "more"), ("expected", "as expected"), ("fewer", "fewer")])
    assert len(marks(drawn)) == 2
    assert markup([drawn]).count("<svg") == 2
