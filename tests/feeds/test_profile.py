"""City profiles: what a good one says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from livemaps.feeds.profile import (
    Profile,
    SourceKind,
    load_profile,
    profile_from_mapping,
    shipped_profiles,
    summary,
)
from livemaps.model import PlacePrecision, Stage, Standing, TimePrecision
from tests.feeds.profiles import CALGARY, Changed


class TestCalgary:
    def test_it_ships(self) -> None:
        assert "calgary" in shipped_profiles()

    def test_it_names_the_feed_and_its_columns(self, calgary: Profile) -> None:
        assert (calgary.feed.address, calgary.feed.dataset) == (
            "https://data.calgary.ca",
            "iahh-g8bj",
        )
        assert calgary.fields.requested_datetime == "requested_date"
        assert calgary.fields.expected_datetime is None
        assert dict(calgary.fields.area_codes) == {"community": "comm_code"}

    def test_its_columns_are_those_of_the_published_feed(
        self, calgary: Profile, shared_data: Path
    ) -> None:
        published = json.loads((shared_data / "calgary" / "feed_profile.json").read_text("utf-8"))
        columns = set(published["dataset"]["columns"])
        mapped = calgary.fields.model_dump(exclude={"area_codes"}, exclude_none=True)
        assert {*mapped.values(), *calgary.fields.area_codes.values()} <= columns

    def test_it_knows_every_status_that_the_feed_has(
        self, calgary: Profile, shared_data: Path
    ) -> None:
        published = json.loads((shared_data / "calgary" / "feed_profile.json").read_text("utf-8"))
        words = set(published["live_aggregates_2026_06_25"]["status_description"])
        assert words == set(calgary.statuses)

    def test_only_open_is_backlog(self, calgary: Profile) -> None:
        assert [status for status in calgary.statuses if calgary.is_open(status)] == ["Open"]
        assert calgary.meaning("Duplicate (Open)").standing is Standing.DUPLICATE
        assert calgary.meaning("TO BE DELETED").standing is Standing.DELETED

    def test_a_status_never_seen_counts_as_received(self, calgary: Profile) -> None:
        assert calgary.meaning("Escalated").stage is Stage.RECEIVED
        assert calgary.is_open("Escalated")

    def test_days_and_area_centres_are_declared(self, calgary: Profile) -> None:
        assert calgary.precision.time is TimePrecision.DAY
        assert calgary.precision.place is PlacePrecision.AREA_CENTRE
        assert calgary.time_zone == "America/Edmonton"

    def test_communities_lie_in_the_ward_map_of_2025(self, calgary: Profile) -> None:
        community, ward = calgary.layers
        assert calgary.finest is community
        assert (community.source, community.within) == ("surr-xmvs", "ward")
        assert (ward.source, ward.source_kind) == ("tz8z-hyaz", SourceKind.DATASET)
        assert ward.valid_from is not None
        assert ward.valid_from.isoformat() == "2025-10-20"
        assert calgary.layer("ward") is ward

    def test_areas_are_called_in_both_languages(self, calgary: Profile) -> None:
        community, ward = calgary.layers
        assert ward.area_name("5", "WARD 5") == "Ward 5"
        assert ward.area_name("5", "WARD 5", "fr-CA") == "Quartier 5"
        assert community.area_name("EAU", "EAU CLAIRE", "fr") == "Eau Claire"
        assert (community.called("en"), community.called_plural("fr")) == (
            "Community",
            "Communautés",
        )
        assert community.called("de") == "Community"

    @pytest.mark.parametrize(
        ("kind", "name", "english", "french"),
        [
            ("category", "CT", "Calgary Transit", "Calgary Transit"),
            ("category", "WRS", "Waste and Recycling", "Déchets et recyclage"),
            ("category", "GFL", "GFL", "GFL"),
            (
                "agency",
                "OS - Mobility",
                "Mobility (Operational Services)",
                "Mobilité (Services opérationnels)",
            ),
            (
                "agency",
                "TRAN - Roads",
                "Roads (former Transportation)",
                "Voirie (anciens Transports)",
            ),
        ],
    )
    def test_initials_are_written_out_where_they_are_sure(
        self, calgary: Profile, kind: str, name: str, english: str, french: str
    ) -> None:
        assert calgary.translated(kind, name, "en") == english
        assert calgary.translated(kind, name, "fr") == french

    def test_the_attribution_is_the_licence_s_sentence(self, calgary: Profile) -> None:
        assert calgary.attribution == (
            "Contains information licensed under the Open Government Licence – City of Calgary."
        )

    def test_its_summary_says_what_was_understood(self, calgary: Profile) -> None:
        text = summary(calgary)
        for said in ("Calgary", "America/Edmonton", "iahh-g8bj", "surr-xmvs", "backlog: Open"):
            assert said in text


@pytest.mark.parametrize(
    ("service", "category", "apart"),
    [
        ("Roads - Pothole Maintenance", "Roads", False),
        ("Roads - Sidewalk - Curb and Gutter Repair", "Roads", False),
        ("311 Contact Us", "311 Contact Us", True),
        ("311 Contact Us - Email", "311 Contact Us", True),
        ("311 Contact Us Form", "311 Contact Us Form", False),
        ("", "", False),
    ],
)
def test_category_and_setting_apart_follow_the_parts_of_a_name(
    calgary: Profile, service: str, category: str, apart: bool
) -> None:
    assert calgary.category(service) == category
    assert calgary.is_set_apart(service) is apart


def test_a_profile_cannot_be_changed_once_read(calgary: Profile) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        calgary.name = "Elsewhere"
    with pytest.raises(TypeError):
        calgary.statuses["Open"] = calgary.statuses["Closed"]  # type: ignore[index]


def test_what_a_profile_dumps_makes_the_same_profile(calgary: Profile) -> None:
    assert Profile.model_validate_json(calgary.model_dump_json()) == calgary
    assert profile_from_mapping(calgary.model_dump(mode="python")) == calgary


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path, calgary: Profile) -> None:
    path = tmp_path / "city.toml"
    path.write_bytes(b"\xef\xbb\xbf" + CALGARY.encode())
    assert load_profile(path) == calgary


def test_paths_in_a_file_start_at_the_file(changed: Changed, tmp_path: Path) -> None:
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "wards.csv").write_text("x")
    profile = load_profile(changed('source = "tz8z-hyaz"', 'source = "maps/wards.csv"'))
    ward = profile.layer("ward")
    assert ward.source_kind is SourceKind.FILE
    assert Path(ward.source) == tmp_path / "maps" / "wards.csv"


def test_a_web_address_is_a_source_too(changed: Changed) -> None:
    path = changed('source = "tz8z-hyaz"', 'source = "https://x.example/wards.zip"')
    assert load_profile(path).layer("ward").source_kind is SourceKind.URL
