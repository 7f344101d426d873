"""Names published in capitals."""

import pytest

from livemaps.feeds.profile.names import title_case


@pytest.mark.parametrize(
    ("published", "written"),
    [
        ("EAU CLAIRE", "Eau Claire"),
        ("MCKENZIE TOWNE", "McKenzie Towne"),
        ("SCARBORO/ SUNALTA WEST", "Scarboro/ Sunalta West"),
        ("ST. ANDREWS HEIGHTS", "St. Andrews Heights"),
        ("CFB - LINCOLN PARK PMQ", "CFB - Lincoln Park PMQ"),
        ("Eagle's NEST", "Eagle's Nest"),
        ("01B", "01B"),
        ("STONEY 4", "Stoney 4"),
        ("MÉTIS", "Métis"),
        ("", ""),
    ],
)
def test_capitals_become_what_people_write(published: str, written: str) -> None:
    assert title_case(published, ["CFB", "PMQ"]) == written
