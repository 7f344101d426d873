"""City profiles: all that livemaps has to know about a city, in one TOML file checked by a model.

`load_profile` reads one and reports every fault at once; `Profile` is what the rest of the
program asks. `docs/adding-a-city.md` walks through writing one.
"""

from livemaps.feeds.profile.model import (
    FeedProfile,
    Fields,
    LayerProfile,
    Links,
    MapProfile,
    Precision,
    Profile,
    SourceKind,
    StatusMeaning,
)
from livemaps.feeds.profile.promises import CalendarProfile, Counting, PopulationTable, Standard
from livemaps.feeds.profile.reading import (
    calendar_warnings,
    load_profile,
    profile_from_mapping,
    shipped_profiles,
    summary,
)
from livemaps.feeds.profile.wording import Geocoder, Translation

__all__ = [
    "CalendarProfile",
    "Counting",
    "FeedProfile",
    "Fields",
    "Geocoder",
    "LayerProfile",
    "Links",
    "MapProfile",
    "PopulationTable",
    "Precision",
    "Profile",
    "SourceKind",
    "Standard",
    "StatusMeaning",
    "Translation",
    "calendar_warnings",
    "load_profile",
    "profile_from_mapping",
    "shipped_profiles",
    "summary",
]
