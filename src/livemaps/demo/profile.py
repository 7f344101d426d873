"""The profile of the simulated city: Calgary's own, pointed at the demo's server."""

from __future__ import annotations

from collections.abc import Mapping

from livemaps.demo.promises import STANDARDS, working_calendar
from livemaps.feeds.profile import LayerProfile, Links, Profile, load_profile

REQUESTS = "iahh-demo"
COMMUNITIES = "dcom-2026"
WARDS = "dwrd-2026"

SOURCES: Mapping[str, str] = {"community": COMMUNITIES, "ward": WARDS}
"""The demo's boundary dataset of each layer."""

NOTE: Mapping[str, str] = {
    "en": "The shapes of these areas are approximate.",
    "fr": "Les contours de ces secteurs sont approximatifs.",
}
"""What the legend says of every layer: the shapes are derived from centre points."""

REMARK = "Requests are simulated and areas are approximate."


def demo_profile(address: str) -> Profile:
    """Return the demo's profile for a server at `address`, such as `http://127.0.0.1:8311`.

    Fields, statuses and rules are those of the real city, so that both are read alike; what it
    promises is made up (`demo/promises.py`).

    Raises:
        ProfileError: the installation is not complete.
    """
    real = load_profile("calgary")
    return real.model_copy(
        update={
            "id": "demo",
            "simulated": True,
            "feed": real.feed.model_copy(update={"address": address, "dataset": REQUESTS}),
            "layers": tuple(_approximate(layer) for layer in real.layers),
            "attribution": f"{real.attribution} {REMARK}",
            "links": Links(),
            "standards": STANDARDS,
            "calendar": working_calendar(),
        }
    )


def _approximate(layer: LayerProfile) -> LayerProfile:
    """Return a layer of the real city with the demo's dataset and what it is to say of it."""
    return layer.model_copy(update={"source": SOURCES[layer.id], "note": NOTE})
