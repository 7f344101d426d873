"""Words: every sentence in every language, numbers and dates as each writes them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from livemaps.errors import ConfigurationError
from livemaps.model import day_number
from livemaps.text import LOCALES, Catalogue, Words, placeholders

WEB = LOCALES.parent / "web"
SPEAKING = tuple(LOCALES.parent / folder for folder in ("web", "api", "views"))
SAME_IN_BOTH = re.compile(
    r"(filter\.service|scope\..*|list\.(comma|service)|nav\.label|download\.geojson|footer\.licence|"
    r"backlog\.queues\.service)"
)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load()


@pytest.fixture(scope="module")
def english(catalogue: Catalogue) -> Words:
    return catalogue.words("en")


@pytest.fixture(scope="module")
def french(catalogue: Catalogue) -> Words:
    return catalogue.words("fr")


def written(folder: Path, **languages: str) -> Path:
    for language, text in languages.items():
        (folder / f"{language}.toml").write_text(text, encoding="utf-8")
    return folder


def test_english_comes_first_and_an_unknown_language_is_english(catalogue: Catalogue) -> None:
    assert catalogue.languages == ("en", "fr")
    assert catalogue.words("xx").language == "en"
    assert catalogue.words(None).language == "en"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [(["fr-CA", "en"], "fr"), (["de", "en-GB"], "en"), (["de"], "en"), ([], "en")],
)
def test_the_browsers_first_language_that_is_spoken_is_preferred(
    catalogue: Catalogue, accepted: list[str], language: str
) -> None:
    assert catalogue.preferred(accepted) == language


def test_the_plural_follows_the_language(english: Words, french: Words) -> None:
    assert english("days.count", count=0) == "0 days"
    assert english("days.count", count=1) == "1 day"
    assert french("days.count", count=0) == "0 jour"
    assert french("days.count", count=2) == "2 jours"
    assert french("days.count", count=1_000_000).endswith("jours")


def test_numbers_and_days_are_written_as_the_language_writes_them(
    english: Words, french: Words
) -> None:
    day = day_number(date(2026, 8, 27))
    assert english.number(7012) == "7,012"
    assert french.number(7012) == "7\N{NARROW NO-BREAK SPACE}012"
    assert english.day(day) == "Aug 27, 2026"
    assert french.day(day) == "27 août 2026"
    assert english("answer.open", scope="Ward 7", count=1204) == "Ward 7: **1,204** open requests"


def test_a_trace_is_not_written_as_nothing(english: Words) -> None:
    assert english.percent(0) == "0%"
    assert english.percent(0.0004) == "<\N{NO-BREAK SPACE}1%"
    assert english.percent(0.08) == "8%"


def test_no_days_are_the_same_day_and_never_hours(english: Words, french: Words) -> None:
    assert english.days(0) == "same day"
    assert [english.age(days) for days in (0, 1, 5)] == ["today", "1 day", "5 days"]
    assert english.age(0, closed=True) == "same day"
    assert french.days(0) == "même jour"
    assert [english.ages(days) for days in (0, 1, 5)] == ["today", "yesterday", "5 days ago"]


def test_a_key_that_is_not_there_is_an_error(english: Words) -> None:
    with pytest.raises(KeyError, match=r"no\.such\.key"):
        english("no.such.key")


def test_a_language_that_differs_names_every_difference(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        en='a = "A"\nb = "{count} of {name}"',
        fr='b = "{count} de {nom}"\nc = "C"',
    )
    with pytest.raises(ConfigurationError) as raised:
        Catalogue.load(folder)
    message = str(raised.value)
    assert "fr.toml: a is missing" in message
    assert "fr.toml: c is not in en.toml" in message
    assert "fr.toml: b fills in ['count', 'nom'], not ['count', 'name']" in message


@pytest.mark.parametrize("text", ["a = ", "a = 3", 'a = ["x"]'])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"a = |en\.toml"):
        Catalogue.load(written(tmp_path, en=text))


def test_without_english_the_installation_is_not_complete(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"en\.toml is missing"):
        Catalogue.load(tmp_path)


def test_every_plural_of_a_sentence_fills_in_no_more_than_the_general_one(
    catalogue: Catalogue,
) -> None:
    for language in catalogue.languages:
        for key, sentence in catalogue.words(language).sentences.items():
            if not isinstance(sentence, str):
                for text in sentence.values():
                    assert placeholders(text) <= placeholders(sentence), (language, key)


@pytest.mark.parametrize(
    ("seconds", "told", "dit"),
    [
        (0, "1 second ago", "il y a 1 seconde"),
        (13, "15 seconds ago", "il y a 15 secondes"),
        (600, "10 minutes ago", "il y a 10 minutes"),
        (8 * 86_400, "1 week ago", "il y a 1 semaine"),
        (-290, "in 5 minutes", "dans 5 minutes"),
    ],
)
def test_an_age_is_told_back_from_now_and_a_time_to_come_forward(
    english: Words, french: Words, seconds: int, told: str, dit: str
) -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert english.since(now - timedelta(seconds=seconds), now) == told
    assert french.since(now - timedelta(seconds=seconds), now) == dit


def test_french_is_translated(english: Words, french: Words) -> None:
    left = [
        key
        for key, sentence in english.sentences.items()
        if sentence == french.sentences[key]
        and re.search(r"[a-z]{4}", re.sub(r"\{.*?\}", "", str(sentence)))
        and not SAME_IN_BOTH.fullmatch(key)
    ]
    assert set(left) <= {"filter.service", "nav.label", "list.service", "area.moved.services"}


def test_french_is_set_as_it_is_written(french: Words) -> None:
    # U+2019 is the apostrophe; a line never breaks before a colon or within quotation marks.
    wrong = re.compile(r"'| [:;?!»%]|« |[\w\d][;?!»](?!\w)")
    assert [key for key, text in _texts(french) if wrong.search(text)] == []


def test_english_has_one_apostrophe(english: Words) -> None:
    assert [key for key, text in _texts(english) if "'" in text] == []


def _texts(words: Words) -> list[tuple[str, str]]:
    """Return every text of a language with its key, each plural by itself."""
    return [
        (key, text)
        for key, sentence in words.sentences.items()
        for text in ([sentence] if isinstance(sentence, str) else sentence.values())
    ]


def test_every_sentence_that_a_page_asks_for_is_there(english: Words) -> None:
    asked = {
        key
        for path in WEB.rglob("*.py")
        for key in re.findall(r'words\(\s*"([a-z_.]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(asked) > 80
    assert asked <= set(english.sentences)


def test_every_sentence_is_asked_for_somewhere(english: Words) -> None:
    sources = [
        LOCALES.parent / "text.py",
        *(path for folder in SPEAKING for path in folder.rglob("*.py")),
    ]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    literal = set(re.findall(r'"([a-z_]+(?:\.[a-z_]+)*)"', text))
    stems = set(re.findall(r'"([a-z_.]+\.)(?:[a-z]+_)?\{', text))
    generic = {f"{name}." for name in ("stage", "age", "waiting", "measure")}
    unused = [
        key
        for key in english.sentences
        if key not in literal and not any(key.startswith(stem) for stem in stems | generic)
    ]
    assert unused == []
