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
from livemaps.feeds.profile.reading import (
    load_profile,
    profile_from_mapping,
    shipped_profiles,
    summary,
)

__all__ = [
    "FeedProfile",
    "Fields",
    "LayerProfile",
    "Links",
    "MapProfile",
    "Precision",
    "Profile",
    "SourceKind",
    "StatusMeaning",
    "load_profile",
    "profile_from_mapping",
    "shipped_profiles",
    "summary",
]
