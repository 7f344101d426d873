"""Names of levels, parameters and layers share addresses and tables: none may mean two things."""

from __future__ import annotations

import pytest

from livemaps.api.measures import OWN_KEYS
from livemaps.errors import ProfileError
from livemaps.feeds.profile.values import RESERVED_LAYER_IDS
from livemaps.measures.levels import CITY, VOCABULARY_LEVELS
from livemaps.views.measures.open_rows import AGE, STAGE
from livemaps.views.measures.registry import VIEWS
from tests.measures.village import profile
from tests.snapshot import hamlet


def test_no_boundary_layer_is_called_like_a_level_or_a_parameter_of_a_measure() -> None:
    parameters = {parameter.name for view in VIEWS for parameter in view.parameters}
    assert {"by", "at_day"} <= parameters
    assert parameters | {CITY, *VOCABULARY_LEVELS, STAGE, AGE, *OWN_KEYS} <= RESERVED_LAYER_IDS


def test_a_layer_that_is_called_like_the_whole_city_is_a_fault_of_the_profile() -> None:
    (finest, *_) = [spec.model_dump() for spec in hamlet.profile().layers]
    with pytest.raises(ProfileError, match="already has a meaning"):
        profile(layers=[{**finest, "id": CITY, "within": None}])
