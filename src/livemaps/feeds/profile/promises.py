"""The parts of a profile that say what a city promises, when it works, and who lives where."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from pydantic import Field

from livemaps.feeds.profile.part import Day, Part, Whole
from livemaps.feeds.profile.values import FrozenMapping, Text, Url

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


class Counting(StrEnum):
    """Which days a service standard counts."""

    CALENDAR = "calendar"
    BUSINESS = "business"


class Standard(Part):
    """A service standard: within how many days the city says that a request is done.

    It is of one service or of one category; `Profile.standard` finds the one of a service.
    """

    service: Text | None = Field(
        default=None, description="the service it is of, exactly as the feed names it"
    )
    category: Text | None = Field(
        default=None, description="the category it is of, for services without their own"
    )
    days: Whole = Field(ge=0, le=3660, description="within how many days it is to be done")
    counting: Counting = Field(description="which days count: 'calendar' or 'business'")
    source: Url | None = Field(default=None, description="the page that promises it")


class CalendarProfile(Part):
    """The days on which the city works; business days are counted by them."""

    working_days: tuple[Weekday, ...] = Field(
        default=WEEKDAYS[:5], min_length=1, description="the days of the week that are worked"
    )
    holidays: tuple[Day, ...] = Field(
        default=(), description="the days that are not worked, such as 2026-07-01"
    )

    @property
    def week(self) -> tuple[bool, ...]:
        """Whether each day of the week is worked, Monday first."""
        return tuple(day in self.working_days for day in WEEKDAYS)

    @property
    def years(self) -> tuple[int, int] | None:
        """The first and last year that the holidays cover, None without holidays.

        A year without one holiday between two that have some is taken for covered.
        """
        years = [day.year for day in self.holidays]
        return (min(years), max(years)) if years else None


class PopulationTable(Part):
    """How many people live in each area of a layer: in a CSV file, or written out here.

    `livemaps.feeds.population.load_population` reads it.
    """

    source: Text | None = Field(
        default=None, description="a CSV file, relative to the profile; or give residents"
    )
    key_field: Text | None = Field(
        default=None, description="the file's column with each area's key"
    )
    count_field: Text | None = Field(
        default=None, description="the file's column with the number of residents"
    )
    residents: FrozenMapping[Whole] = Field(
        default_factory=dict, description="the number of residents by area key; or give a source"
    )
    year: Whole = Field(ge=1800, le=2200, description="the year that was counted, such as 2021")
    licence: Text | None = Field(
        default=None, description="the licence, where it is not that of the requests"
    )
    attribution: Text | None = Field(
        default=None, description="the attribution, where it is not that of the requests"
    )


def standard_of(standards: tuple[Standard, ...], service: str, category: str) -> Standard | None:
    """Return a service's own standard, else its category's, else None."""
    by_service: Mapping[str, Standard] = {one.service: one for one in standards if one.service}
    by_category = {one.category: one for one in standards if one.category}
    return by_service.get(service) or by_category.get(category)
