"""The parts of a profile that say how people call things: everyday words, translations, addresses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PlainSerializer

from livemaps.feeds.profile.part import Part
from livemaps.feeds.profile.values import FrozenMapping, Text, template_check, url

Kind = Literal["service", "category", "agency", "channel"]
KINDS: tuple[Kind, ...] = ("service", "category", "agency", "channel")


def _address_search(value: str) -> str:
    if "{text}" not in value:
        raise ValueError("put {text} where what was typed belongs")
    return url(template_check("text")(value))


def _thawed(tables: Mapping[str, Mapping[str, tuple[str, ...]]]) -> dict[str, dict[str, object]]:
    return {language: dict(table) for language, table in tables.items()}


EverydayWords = Annotated[
    FrozenMapping[FrozenMapping[tuple[Text, ...]]],
    PlainSerializer(_thawed, return_type=dict),
]
"""By language: an everyday word, and what to look for in the names of services instead."""


class Translation(Part):
    """How names of the feed read in one language; what is not listed stays as published."""

    file: Text | None = Field(
        default=None,
        description="a CSV file beside the profile with the columns kind, name, translation",
    )
    services: FrozenMapping[Text] = Field(
        default_factory=dict, description="services by their published name"
    )
    categories: FrozenMapping[Text] = Field(
        default_factory=dict, description="categories by the first part of their services' names"
    )
    agencies: FrozenMapping[Text] = Field(
        default_factory=dict, description="agencies by their published name"
    )
    channels: FrozenMapping[Text] = Field(
        default_factory=dict, description="ways of reporting by their published name"
    )

    def read(self, kind: str, name: str) -> str | None:
        """Return how a name reads, None where it is not listed. `kind` is one of `KINDS`."""
        if kind == "service":
            return self.services.get(name)
        if kind == "category":
            return self.categories.get(name)
        if kind == "agency":
            return self.agencies.get(name)
        return self.channels.get(name) if kind == "channel" else None


class Geocoder(Part):
    """A search for addresses that this server asks for its visitors."""

    address: Annotated[str, AfterValidator(_address_search)] = Field(
        description="the address of a search that answers in GeoJSON, with {text} in it"
    )
    label_field: Text = Field(
        default="label", description="the property of each result that reads as an address"
    )
    attribution: Text | None = Field(
        default=None, description="what its licence asks to be shown beside its results"
    )
