"""The words in which trouble is ordered, and the pace of the demo's calendar."""

from __future__ import annotations

import pytest

from livemaps.demo.publication import Pace
from livemaps.demo.trouble import (
    MEANINGS,
    DemoTrouble,
    PlannedTrouble,
    parse_trouble,
)
from livemaps.errors import SettingError


@pytest.mark.parametrize(
    ("text", "planned"),
    [
        ("", ()),
        ("outage", (PlannedTrouble(DemoTrouble.OUTAGE, 0, 60),)),
        ("outage@60s", (PlannedTrouble(DemoTrouble.OUTAGE, 60, 60),)),
        ("slow@1.5m+2h", (PlannedTrouble(DemoTrouble.SLOW, 90, 7200),)),
        (
            " 429@5 , Storm@2m+30 ",
            (
                PlannedTrouble(DemoTrouble.THROTTLED, 5, 60),
                PlannedTrouble(DemoTrouble.SURGE, 120, 30),
            ),
        ),
    ],
)
def test_trouble_is_a_kind_a_start_and_a_duration(
    text: str, planned: tuple[PlannedTrouble, ...]
) -> None:
    assert parse_trouble(text) == planned


@pytest.mark.parametrize("text", ["outage@soon", "@60", "outage@60d", "outage 60"])
def test_trouble_that_cannot_be_read_is_told_with_an_example(text: str) -> None:
    with pytest.raises(SettingError, match="outage@60s"):
        parse_trouble(text)


def test_unknown_trouble_is_told_with_the_known_kinds() -> None:
    with pytest.raises(SettingError, match=r"earthquake.*outage.*surge"):
        parse_trouble("earthquake@5")


def test_every_kind_is_explained() -> None:
    assert set(MEANINGS) == set(DemoTrouble)


def test_a_publication_is_a_day_at_first_and_a_part_of_one_later() -> None:
    pace = Pace(brisk_days=10, calm_parts=4)
    assert [pace.days_after(count) for count in (0, 1, 10, 11, 14)] == [0, 1, 10, 10.25, 11]


def test_a_demo_left_alone_for_a_week_lives_through_a_few_years_at_most() -> None:
    publications = 7 * 86_400 / Pace().seconds_per_day
    assert Pace().days_after(int(publications)) < 7 * 365
