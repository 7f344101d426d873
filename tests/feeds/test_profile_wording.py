"""Translations, everyday words and the address search of a profile, and how faults are told."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from livemaps.errors import ProfileError
from livemaps.feeds.profile import load_profile

CALGARY = (resources.files("livemaps.feeds") / "cities" / "calgary.toml").read_text("utf-8")
FRENCH = "kind,name,translation\nservice,Roads - Sign,Voirie - Panneau\nagency,Mobility,Mobilité\n"


def written(folder: Path, text: str, file: str = FRENCH) -> Path:
    (folder / "fr.csv").write_text(file, "utf-8")
    path = folder / "city.toml"
    path.write_text(CALGARY + text, "utf-8")
    return path


def test_a_file_of_translations_is_read_and_the_profile_wins(tmp_path: Path) -> None:
    text = '[translations.de]\nfile = "fr.csv"\nagencies = { Mobility = "La Mobilité" }\n'
    profile = load_profile(written(tmp_path, text))
    assert profile.translated("service", "Roads - Sign", "de") == "Voirie - Panneau"
    assert profile.translated("agency", "Mobility", "de") == "La Mobilité"


@pytest.mark.parametrize(
    ("text", "file", "remedy"),
    [
        ('[translations.fr]\nfile = "gone.csv"\n', FRENCH, "existing CSV file"),
        ('[translations.fr]\nfile = "fr.csv"\n', "a,b\n1,2\n", "header line kind,name,translation"),
        (
            '[translations.fr]\nfile = "fr.csv"\n',
            FRENCH + "servise,A,B\n",
            "did you mean 'service'",
        ),
        ('[translations.fr]\nfile = "fr.csv"\n', FRENCH + "service,A\n", "line 4"),
        ('[translations.French]\nservices = { A = "B" }\n', FRENCH, "as a language"),
        ('[search_words.FR]\n"a" = ["b"]\n', FRENCH, "as a language"),
        ('[geocoder]\naddress = "https://x.example/search"\n', FRENCH, "{text}"),
        ('[geocoder]\naddress = "search?q={text}"\n', FRENCH, "whole web address"),
        ('[geocoder]\nadress = "https://x.example/?q={text}"\n', FRENCH, "did you mean 'address'"),
    ],
)
def test_a_fault_is_told_with_its_remedy(tmp_path: Path, text: str, file: str, remedy: str) -> None:
    with pytest.raises(ProfileError) as raised:
        load_profile(written(tmp_path, text, file))
    assert remedy in str(raised.value)


def test_no_city_ships_with_an_address_search() -> None:
    assert load_profile("calgary").geocoder is None
