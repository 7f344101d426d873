"""The histories that are evaluated: a simulated city, whose truth is known, or a real one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely

from livemaps.demo.births import Facts, births
from livemaps.demo.cells import Cell, community_cells, ward_cells
from livemaps.demo.lives import CHANNELS, NEVER
from livemaps.demo.profile import demo_profile
from livemaps.demo.run import load_facts
from livemaps.demo.scale import BLOCK_DAYS, UNTIL
from livemaps.errors import SettingError
from livemaps.evaluation.history import WIDE, Frame, History, status_names
from livemaps.feeds.boundaries import BoundaryLayer, load_layer
from livemaps.feeds.profile import Profile
from livemaps.measures.world import World
from livemaps.model import Place, day_number
from livemaps.snapshot.columns import Table
from livemaps.snapshot.contents import Vocabularies, Vocabulary
from livemaps.snapshot.describe import snapshot_layer
from livemaps.snapshot.encode import place_table

NOWHERE = "http://127.0.0.1:9"
"""The address of the simulated feed, which is never asked."""

YEARS_AT_LEAST = 4
"""Two years of requests before the first day of origin, a year of origins, and what follows."""

LAST_DAY = day_number(UNTIL)


def simulated(rows: int, years: int, seed: int, *, calm: bool = False) -> History:
    """Return a simulated city's history of about `rows` requests over some years.

    In a `calm` city snow falls evenly: a day brings what weekday and season let expect, with
    chance and one common factor of the day (10 %), and no weather makes a surge by itself.

    Raises:
        SettingError: the years are too few to hold anything out.
        ConfigurationError: the installation is not complete.
    """
    if years < YEARS_AT_LEAST:
        raise SettingError("years", years, f"write {YEARS_AT_LEAST} or more")
    if rows < 1:
        raise SettingError("rows", rows, "write 1 or more")
    facts = _calm(load_facts()) if calm else load_facts()
    days = np.arange(LAST_DAY + 1 - round(365.25 * years), LAST_DAY + 1)
    share = rows / facts.rates.expected(days, 1.0).sum()
    lives = _drawn(facts, days, share, seed)
    lives["service"] += 1
    lives["agency"] += 1
    lives["next_agency"] += 1
    lives["channel"] += 1
    communities = len(facts.gazetteer.communities)
    lives["area"] += np.where(lives["pointless"] & (lives["area"] >= 0), communities, 0) + 1
    return History(_frame(facts), lives, int(days[0]))


def _calm(facts: Facts) -> Facts:
    """Return the city's facts without the lottery of snowfalls."""
    return replace(facts, rates=replace(facts.rates, snowy=np.zeros_like(facts.rates.snowy)))


def _drawn(facts: Facts, days: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Draw all lives, half a year at a time, sorted by requested day."""
    blocks = np.array_split(days, max(len(days) // BLOCK_DAYS, 1))
    drawn = [
        births(np.random.default_rng([seed, 10, place]), facts, block, share).astype(WIDE)
        for place, block in enumerate(blocks)
    ]
    return np.concatenate(drawn)


def _frame(facts: Facts) -> Frame:
    """Return the simulated city's words, layers and places."""
    profile = demo_profile(NOWHERE)
    layers = _layers(facts, profile)
    places = [Place((None,) * len(layers), None, None, None)]
    for pointless in (False, True):
        places += [
            Place(
                (c.code, None),
                c.name,
                None if pointless else c.long,
                None if pointless else c.lat,
            )
            for c in facts.gazetteer.communities
        ]
    return Frame(
        profile=profile,
        layers=layers,
        described=tuple(snapshot_layer(layer, "", profile) for layer in layers),
        vocab=_vocabularies(profile, facts.services.names, facts.agencies.names),
        places=place_table(layers, enumerate(places)),
    )


def _layers(facts: Facts, profile: Profile) -> tuple[BoundaryLayer, ...]:
    """Return the communities and the wards, derived from the communities' points."""
    communities = community_cells(facts.gazetteer)
    ward_profile = profile.layer("ward")
    wards = load_layer(ward_profile, _geojson(ward_cells(communities)))
    return (load_layer(profile.layer("community"), _geojson(communities), within=wards), wards)


def _geojson(cells: Sequence[Cell]) -> bytes:
    """Return areas as a GeoJSON file."""
    features = [
        {
            "type": "Feature",
            "properties": dict(cell.properties),
            "geometry": json.loads(shapely.to_geojson(cell.shape)),
        }
        for cell in cells
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def _vocabularies(
    profile: Profile, services: Sequence[str], agencies: Sequence[str]
) -> Vocabularies:
    """Return the words of the simulated city, blank first, as a store would number them."""
    names = ("", *services)
    categories = [profile.category(name) for name in names]
    category = Vocabulary(("", *sorted(set(categories) - {""})))
    return Vocabularies(
        service=Vocabulary(names),
        agency=Vocabulary(("", *agencies)),
        status=Vocabulary(status_names()),
        channel=Vocabulary(("", *CHANNELS)),
        category=category,
        service_category=np.array([category.codes[name] for name in categories], np.uint16),
        service_apart=np.array([profile.is_set_apart(name) for name in names], np.bool_),
    )


def existing(world: World) -> History:
    """Return the history of a city that has a snapshot: rebuilt from requested and closed days.

    What is open is taken never to close. A request is taken to be published the day after it
    was made, since a snapshot does not say when it was.
    """
    lives = np.zeros(world.rows, WIDE)
    requested, closed = world.column("requested_day"), world.column("closed_day")
    lives["requested"], lives["appears"] = requested, requested
    for event in ("touched", "transferred", "marked", "deleted", "reopened", "closed_again"):
        lives[event] = NEVER
    lives["revised"] = NEVER
    lives["closed"] = np.where(world.resolved, closed, NEVER)
    for name in ("service", "agency", "channel"):
        lives[name] = world.column(name)
    lives["next_agency"], lives["area"] = lives["agency"], world.column("place")
    lives = lives[np.argsort(requested, kind="stable")]
    lives["number"] = np.arange(len(lives))
    return History(_frame_of(world), lives, world.days.since)


def _frame_of(world: World) -> Frame:
    """Return a snapshot's own words, layers and places."""
    snapshot = world.snapshot
    vocab = snapshot.vocab
    places = snapshot.places
    return Frame(
        profile=world.profile,
        layers=tuple(world.layers),
        described=snapshot.layers,
        vocab=Vocabularies(
            service=vocab.service,
            agency=vocab.agency,
            status=Vocabulary(status_names()),
            channel=vocab.channel,
            category=vocab.category,
            service_category=vocab.service_category,
            service_apart=vocab.service_apart,
        ),
        places=Table(
            {name: np.concatenate([places.base[name], places.fresh[name]]) for name in places.base}
        ),
    )
