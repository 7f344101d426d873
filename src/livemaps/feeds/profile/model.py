"""The typed model of a city profile. Every field says what it means; the remedies quote it."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from livemaps.feeds.profile.names import title_case
from livemaps.feeds.profile.part import Day, Flag, Number, Part, Whole
from livemaps.feeds.profile.promises import (
    CalendarProfile,
    PopulationTable,
    Standard,
    standard_of,
)
from livemaps.feeds.profile.values import (
    DATASET,
    Address,
    Dataset,
    FrozenMapping,
    Identifier,
    InLanguages,
    LabelTemplate,
    LayerId,
    RequestPage,
    Separator,
    StageName,
    StandingName,
    Text,
    TimeZone,
    Url,
    in_language,
)
from livemaps.feeds.profile.wording import EverydayWords, Geocoder, Translation
from livemaps.model import PlacePrecision, Stage, Standing, TimePrecision

DEFAULT_SIMPLIFY_METRES = 40.0


class FeedProfile(Part):
    """Where the requests come from."""

    platform: Literal["socrata"] = Field(description="the portal's software: 'socrata'")
    address: Address = Field(description="the portal's address, such as 'https://data.calgary.ca'")
    dataset: Dataset = Field(description="the dataset's id, such as 'iahh-g8bj'")
    delay_days: Whole = Field(
        default=2, ge=0, le=60, description="how many of the newest days are still incomplete"
    )
    stale_days: Whole = Field(
        default=4,
        ge=1,
        le=366,
        description="the age in days of the newest request from which the feed itself is late",
    )


class Fields(Part):
    """The feed's column for each field, named as in Open311 GeoReport v2."""

    service_request_id: Text = Field(description="the column of the request's number")
    requested_datetime: Text = Field(description="the column of when it was requested")
    status: Text = Field(description="the column of the status")
    service_name: Text = Field(description="the column of the kind of request")
    updated_datetime: Text | None = Field(
        default=None, description="the column of when it was last updated"
    )
    closed_datetime: Text | None = Field(default=None, description="the column of when it closed")
    expected_datetime: Text | None = Field(
        default=None, description="the column of when it is promised to be done"
    )
    agency_responsible: Text | None = Field(
        default=None, description="the column of the accountable unit"
    )
    channel: Text | None = Field(default=None, description="the column of how it was reported")
    long: Text | None = Field(default=None, description="the column of the longitude in degrees")
    lat: Text | None = Field(default=None, description="the column of the latitude in degrees")
    point: Text | None = Field(
        default=None,
        description="the column of a nested point, for feeds without long and lat columns",
    )
    place_name: Text | None = Field(default=None, description="the column of the area's name")
    area_codes: FrozenMapping[Text] = Field(
        default_factory=dict, description="for each boundary layer the column of the area's key"
    )


class Precision(Part):
    """How exact the feed's times and places are."""

    time: TimePrecision = Field(description="'day' or 'second'")
    place: PlacePrecision = Field(
        description="'exact', or 'area centre' where every request of an area shares one point"
    )


class StatusMeaning(Part):
    """What one word in the status column means."""

    stage: StageName = Field(description="'received', 'in_progress' or 'resolved'")
    standing: StandingName = Field(
        default=Standing.COUNTS,
        description="'counts', or 'duplicate' or 'deleted' to keep it out of the backlog",
    )


UNKNOWN_STATUS = StatusMeaning(stage=Stage.RECEIVED)
"""A word that the profile does not list is taken for an open request, so that none is hidden."""


class SourceKind(StrEnum):
    """Where a boundary layer comes from."""

    DATASET = "dataset"
    URL = "url"
    FILE = "file"


class LayerProfile(Part):
    """A boundary layer: areas that do not overlap, such as communities or wards."""

    id: LayerId = Field(description="a short word for addresses, such as 'ward'")
    name: InLanguages = Field(description="one area is called, such as { en = 'Ward' }")
    names: InLanguages = Field(description="several areas are called, such as { en = 'Wards' }")
    source: Text = Field(
        description="a dataset's id on the portal, a web address, or a file beside the profile"
    )
    key_field: Text = Field(description="the boundary file's field with each area's key")
    name_field: Text | None = Field(
        default=None, description="the boundary file's field with each area's name"
    )
    name_case: Literal["as published", "title"] = Field(
        default="as published", description="'title' turns 'EAU CLAIRE' into 'Eau Claire'"
    )
    name_words: tuple[Text, ...] = Field(
        default=(), description="words that 'title' writes exactly so, such as 'CFB'"
    )
    key_label: LabelTemplate | None = Field(
        default=None, description="how an area is called by its key, such as { en = 'Ward {key}' }"
    )
    within: LayerId | None = Field(
        default=None, description="the id of the layer whose areas contain these"
    )
    valid_from: Day | None = Field(
        default=None, description="the first day of this map, such as 2025-10-20"
    )
    valid_to: Day | None = Field(default=None, description="the last day of this map")
    crs: Text | None = Field(
        default=None,
        description="the coordinate system where the file does not say it, or says it wrongly, "
        "such as 'EPSG:3780'",
    )
    simplify_metres: Number = Field(
        default=DEFAULT_SIMPLIFY_METRES,
        ge=0,
        le=1000,
        description="how much detail the map may leave out, as the side of a square in metres",
    )
    note: InLanguages | None = Field(
        default=None,
        description="what has to be known of these areas, such as { en = 'Areas are approximate.' }; "
        "said once in the legend of their map, never in their name",
    )
    licence: Text | None = Field(
        default=None, description="the licence, where it is not that of the requests"
    )
    attribution: Text | None = Field(
        default=None, description="the attribution, where it is not that of the requests"
    )

    @property
    def source_kind(self) -> SourceKind:
        """Tell a portal's dataset, a web address and a file apart."""
        if DATASET.fullmatch(self.source):
            return SourceKind.DATASET
        is_url = self.source.startswith(("https://", "http://"))
        return SourceKind.URL if is_url else SourceKind.FILE

    def called(self, locale: str) -> str:
        """Return what one area is called in a language, in English where that is missing."""
        return in_language(self.name, locale)

    def called_plural(self, locale: str) -> str:
        """Return what several areas are called in a language, in English where that is missing."""
        return in_language(self.names, locale)

    def noted(self, locale: str) -> str | None:
        """Return what has to be known of these areas, in English where a language lacks it."""
        return None if self.note is None else in_language(self.note, locale)

    def area_name(self, key: str, published: str | None, locale: str = "en") -> str:
        """Return how one area is called, from its key and its published name.

        `key_label` wins, because it is known in every language; then the published name, in
        the case that the profile asks for; then the key itself.
        """
        if self.key_label is not None:
            return in_language(self.key_label, locale).format(key=key, name=published or key)
        if not published:
            return key
        return title_case(published, self.name_words) if self.name_case == "title" else published


class Links(Part):
    """Where visitors can go on from the map."""

    report_a_problem: Url | None = Field(
        default=None, description="the city's page for a new request"
    )
    request_page: RequestPage | None = Field(
        default=None, description="the city's page of one request, with {service_request_id}"
    )
    portal: Url | None = Field(default=None, description="the dataset's page on the portal")


class MapProfile(Part):
    """What the map shows at first."""

    long: Number = Field(ge=-180, le=180, description="the longitude of the map's centre")
    lat: Number = Field(ge=-90, le=90, description="the latitude of the map's centre")
    zoom: Number = Field(ge=0, le=22, description="the zoom: 9 to 11 for a whole city")
    tile_style: Text | None = Field(
        default=None,
        description="a map style beneath the areas; leave it out to ask no other host",
    )


class Profile(Part):
    """A city: its feed, what its words mean, its areas, its licence and its links.

    Make one with `load_profile` or `profile_from_mapping`, which also check what spans
    several keys; `model_copy(update=…)` gives a changed one.
    """

    id: Identifier = Field(description="a short word for the city, such as 'calgary'")
    name: Text = Field(description="the city's name, such as 'Calgary'")
    time_zone: TimeZone = Field(description="an IANA time zone, such as 'America/Edmonton'")
    simulated: Flag = Field(default=False, description="true marks every screen as simulated")
    feed: FeedProfile = Field(description="where the requests come from")
    fields: Fields = Field(description="the feed's column for each field")
    blanks: tuple[str, ...] = Field(
        default=(), description="words in text cells that mean nothing, such as 'None'"
    )
    precision: Precision = Field(description="how exact times and places are")
    statuses: FrozenMapping[StatusMeaning] = Field(
        min_length=1, description="what each word in the status column means"
    )
    infer_in_progress: Flag = Field(
        default=False,
        description="true takes an open request for in progress once it was updated after the "
        "day it was requested",
    )
    layers: tuple[LayerProfile, ...] = Field(
        min_length=1, description="the boundary layers, the finest first"
    )
    set_apart_services: tuple[Text, ...] = Field(
        default=(), description="services or categories left out of the backlog until asked for"
    )
    category_separator: Separator = Field(
        default=" - ", description="what stands between the parts of a service's name"
    )
    standards: tuple[Standard, ...] = Field(
        default=(), description="the service standards that the city publishes"
    )
    calendar: CalendarProfile = Field(
        default=CalendarProfile(), description="the days on which the city works"
    )
    population: FrozenMapping[PopulationTable] = Field(
        default_factory=dict,
        description="for each boundary layer how many people live in its areas",
    )
    attribution: Text = Field(description="the sentence that the licence asks to be shown")
    licence: Text = Field(description="the licence's name")
    licence_url: Url | None = Field(default=None, description="the licence's page")
    links: Links = Field(default=Links(), description="where visitors can go on")
    map: MapProfile = Field(description="what the map shows at first")
    geocoder: Geocoder | None = Field(
        default=None, description="an address search; leave it out to have none"
    )
    search_words: EverydayWords = Field(
        default_factory=dict,
        description="by language: everyday words, and what they mean in the names of services",
    )
    translations: FrozenMapping[Translation] = Field(
        default_factory=dict, description="by language: how names of the feed read"
    )

    @property
    def finest(self) -> LayerProfile:
        """The layer of the smallest areas, the one that a request is placed in first."""
        return self.layers[0]

    def layer(self, layer_id: str) -> LayerProfile:
        """Return a layer by its id; raises KeyError where there is none."""
        return {layer.id: layer for layer in self.layers}[layer_id]

    def meaning(self, status: str) -> StatusMeaning:
        """Return what a status means; one that is not listed counts as received."""
        return self.statuses.get(status, UNKNOWN_STATUS)

    def is_open(self, status: str) -> bool:
        """Whether a request with this status is backlog: not resolved, no duplicate, not deleted."""
        meaning = self.meaning(status)
        return meaning.stage != Stage.RESOLVED and meaning.standing == Standing.COUNTS

    def category(self, service_name: str) -> str:
        """Return the first part of "Category - Subject - Detail"; the whole where it has no parts."""
        return service_name.split(self.category_separator, 1)[0].strip()

    def is_set_apart(self, service_name: str) -> bool:
        """Whether a service is left out of the backlog until a visitor asks for it.

        True where its name, or the parts it begins with, equals one of `set_apart_services`:
        "311 Contact Us" sets "311 Contact Us" and "311 Contact Us - Email" apart, and leaves
        "311 Contact Us Form" alone.
        """
        return any(
            service_name == apart or service_name.startswith(apart + self.category_separator)
            for apart in self.set_apart_services
        )

    def translated(self, kind: str, name: str, language: str) -> str:
        """Return how a service, category, agency or channel reads in a language.

        What the profile does not translate reads as it was published.
        """
        translation = self.translations.get(language)
        return (translation.read(kind, name) if translation else None) or name

    def standard(self, service_name: str) -> Standard | None:
        """Return the standard of a service: its own, else its category's, else None."""
        return standard_of(self.standards, service_name, self.category(service_name))
