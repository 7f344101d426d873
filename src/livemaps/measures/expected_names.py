"""How the family of what is expected is laid out, for who computes it and for who reads it."""

from __future__ import annotations

FAMILY = "expected"

WINDOWS = (28, 91)
"""Whole weeks, so that each has as many Sundays as its earlier years."""

SPOT_WINDOW = WINDOWS[0]
"""The window in which hot spots are sought."""

YEARS = 3
"""Earlier years that are looked at: more would compare with another city."""

LEAST_OF_SERVICE = 100
"""Requests of a service in a layer's areas in the window; of fewer nothing is expected anywhere."""

MAIN_CATEGORIES = 4
"""Hot spots are sought for all requests and for so many categories, the largest."""

LEAST_IN_CLUSTER = 1.0
"""Expected requests of an area that takes part in the search for hot spots; a park has none."""

SEED = 20_211_018
"""Of the permutations."""

ALL, CATEGORY, SERVICE = range(3)
KINDS = ("all", "category", "service")
"""What a group is, by the code in `groups`."""

PAST, MIX = BASES = ("past", "mix")
"""What an area is set against: its own past, or the city's mix."""

PER_RESIDENTS = 1_000
"""Rates are per so many."""
