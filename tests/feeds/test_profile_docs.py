"""`docs/adding-a-city.md` says what the model says, and its worked example works."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from livemaps.feeds.boundaries import load_layer
from livemaps.feeds.decode import RowDecoder
from livemaps.feeds.places import How, place_all
from livemaps.feeds.profile import Profile, load_profile
from livemaps.feeds.profile.problems import part_at, profile_keys
from livemaps.feeds.tables import read_json
from livemaps.model import Stage

GUIDE = Path(__file__).parents[2] / "docs" / "adding-a-city.md"
SECTIONS = {
    "Top of the file": "",
    "`[feed]`": "feed.",
    "`[fields]`": "fields.",
    "`[precision]`": "precision.",
    "`[statuses]`": "statuses.*.",
    "`[[layers]]`": "layers[].",
    "`[[standards]]`": "standards[].",
    "`[calendar]`": "calendar.",
    "`[population]`": "population.*.",
    "`[translations.<language>]`": "translations.*.",
    "`[geocoder]`": "geocoder.",
    "`[links]`": "links.",
    "`[map]`": "map.",
}
WITHOUT_KEYS = {"`[search_words.<language>]`": "search_words"}
"""Sections about a table whose keys are for the city to choose."""


def described() -> Mapping[str, str]:
    """Return each key of the guide's tables, as `feed.address`, with its default as written."""
    found = {}
    for part in GUIDE.read_text("utf-8").split("\n### ")[1:]:
        heading, _, body = part.partition("\n")
        body = body.split("\n## ")[0]
        if heading in WITHOUT_KEYS:
            found[WITHOUT_KEYS[heading]] = "empty"
        for key, default in re.findall(r"^\| `(\w+)` \| ([^|]*) \|", body, re.MULTILINE):
            found[SECTIONS[heading] + key] = default
    return found


def table_of(key: str) -> type[BaseModel]:
    path: list[str | int] = []
    for name in re.split(r"\.", key)[:-1]:
        path += [name.removesuffix("[]"), 0] if name.endswith("[]") else [name]
    table = part_at(tuple(path))
    assert table is not None
    return table


def shown(default: Any) -> str:
    """Return a default as the guide writes it."""
    if default is PydanticUndefined:
        return "needed"
    if default is None:
        return "none"
    if default in ((), {}):
        return "empty"
    value = getattr(default, "name", default)
    value = value.lower() if default is not value else value
    return f"`{json.dumps(int(value) if isinstance(value, float) else value)}`"


def test_the_guide_describes_every_key_and_no_other() -> None:
    assert set(described()) == set(profile_keys())


@pytest.mark.parametrize("key", profile_keys())
def test_the_guide_says_which_keys_are_needed_and_what_the_others_default_to(key: str) -> None:
    field = table_of(key).model_fields[key.rsplit(".", 1)[-1]]
    assert described()[key] == shown(field.get_default(call_default_factory=True))


@pytest.fixture
def new_york(tmp_path: Path, shared_data: Path) -> Profile:
    """The guide's example, with the real boundary file where it says."""
    (example,) = re.findall(r"```toml\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    (tmp_path / "new_york.toml").write_text(example, "utf-8")
    (tmp_path / "community_districts.geojson").symlink_to(
        shared_data / "new_york" / "community_districts.geojson"
    )
    return load_profile(tmp_path / "new_york.toml")


def test_the_guide_s_example_reads_and_places_the_real_rows(
    new_york: Profile, shared_data: Path
) -> None:
    body = (shared_data / "new_york" / "soda_requests_2024-05.json").read_bytes()
    decoder = RowDecoder(new_york)
    decoded = decoder.decode(read_json(body, decoder.columns, "the sample"))
    assert (len(decoded.rows), decoded.rejects) == (1000, ())
    stages = [new_york.meaning(row.status).stage for row in decoded.rows]
    assert [stages.count(stage) for stage in Stage] == [29, 294, 677]
    assert {row.status for row in decoded.rows} <= set(new_york.statuses)
    assert "Noise" in {new_york.category(row.service_name) for row in decoded.rows}
    layer = load_layer(new_york.finest, Path(new_york.finest.source))
    assert (len(layer.areas), layer.areas[0].name) == (71, "District 101")
    placed = place_all([layer], [row.place for row in decoded.rows])
    assert (placed.how == How.POINT).sum() == 988
