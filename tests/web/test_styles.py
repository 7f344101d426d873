"""Styles: they follow the direction of the script, and take their colours from the tokens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ASSETS = Path(__file__).parents[2] / "assets"
PHYSICAL = re.compile(
    r"^\s*(?:(?:margin|padding|border)-(?:left|right)\b|(?:left|right):"
    r"|border-(?:top|bottom)-(?:left|right)-radius|text-align: (?:left|right)|float: (?:left|right))",
    re.MULTILINE,
)


@pytest.mark.parametrize("sheet", sorted(ASSETS.glob("*.css")), ids=lambda path: str(path.name))
def test_no_style_names_a_side_that_is_another_in_other_scripts(sheet: Path) -> None:
    found = PHYSICAL.findall(sheet.read_text(encoding="utf-8"))
    assert found == [], "use inline-start and inline-end"


@pytest.mark.parametrize("sheet", sorted(ASSETS.glob("*.css")), ids=lambda path: str(path.name))
def test_the_four_sides_of_a_shorthand_are_the_same_left_and_right(sheet: Path) -> None:
    shorthands = re.findall(
        r"^\s*(?:margin|padding|inset): ([^;()]+);", sheet.read_text("utf-8"), re.MULTILINE
    )
    sides = [tuple(text.split()) for text in shorthands]
    assert [four for four in sides if len(four) == 4 and four[1] != four[3]] == []
