"""Which module speaks to which platform: a new platform is one line here."""

from __future__ import annotations

from types import MappingProxyType

from livemaps.feeds.http import HttpClient, open_client
from livemaps.feeds.profile import Profile
from livemaps.feeds.socrata import SocrataFeed
from livemaps.model import Clock
from livemaps.settings import Settings

FEEDS = MappingProxyType({"socrata": SocrataFeed})


def open_feed(
    profile: Profile, settings: Settings, *, clock: Clock, http: HttpClient | None = None
) -> SocrataFeed:
    """Return the feed of a city, over a connection of its own unless one is given.

    Use one in each thread.
    """
    return FEEDS[profile.feed.platform](
        profile, http or open_client(settings), settings, clock=clock
    )
