"""Every word that a visitor reads, by key and language, from one TOML file a language.

A key names a sentence; `{name}` in it is replaced. A table with the plural categories of CLDR
(`one`, `other`, ...) is a sentence that depends on `count`. Numbers and dates are written as the
language writes them. A new language is one file in `locales/`.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from babel import Locale
from babel.dates import (
    format_date,
    format_datetime,
    format_skeleton,
    format_time,
    format_timedelta,
)
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent, get_group_symbol

from livemaps.errors import ConfigurationError
from livemaps.model import day_date

LOCALES = Path(__file__).parent / "locales"
FALLBACK = "en"
PLURALS = frozenset({"zero", "one", "two", "few", "many", "other"})

LONG_DAYS = 90
"""From here on nobody counts days: months are told, and from two years on years."""

MONTH_DAYS, YEAR_DAYS = 30.4375, 365.25

Sentence = str | Mapping[str, str]
"""One text, or one for each plural category."""


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one language, and how it writes numbers and dates."""

    language: str
    sentences: Mapping[str, Sentence]
    locale: Locale
    thousands: str | None = None
    """What stands between groups of three figures; None where the language groups otherwise."""

    def __call__(self, key: str, /, **values: object) -> str:
        """Return the sentence of a key with its `{placeholders}` filled in.

        Whole numbers and fractions are written as the language writes them; `count` chooses the
        plural. Raises `KeyError` for a key or placeholder that is not there.
        """
        sentence = self.sentences[key]
        if not isinstance(sentence, str):
            sentence = sentence.get(self._plural(values["count"]), sentence["other"])
        return sentence.format_map({name: self._written(value) for name, value in values.items()})

    @property
    def direction(self) -> str:
        """The direction of the script, as HTML's `dir` names it: `ltr` or `rtl`."""
        return str(self.locale.text_direction)

    def plurals(self, key: str) -> dict[str, str]:
        """Return a sentence in all its plurals, for a browser to choose from and fill in.

        The categories are those of CLDR, which `Intl.PluralRules` knows too; `{count}` stays.
        """
        sentence = self.sentences[key]
        return {"other": sentence} if isinstance(sentence, str) else dict(sentence)

    def has(self, key: str) -> bool:
        """Return whether there is a sentence for a key."""
        return key in self.sentences

    def number(self, value: float) -> str:
        """Return a number as the language writes it, such as `7,012` or `7 012`."""
        if isinstance(value, int) and self.thousands is not None:
            return f"{value:,}".replace(",", self.thousands)
        return str(format_decimal(value, locale=self.locale))

    def percent(self, share: float) -> str:
        """Return a share from 0 to 1 as a whole percentage; a trace is not written as 0 %."""
        if 0 < share < 0.01:
            return "<\N{NO-BREAK SPACE}" + str(format_percent(0.01, locale=self.locale))
        return str(format_percent(share, locale=self.locale))

    def day(self, day: int) -> str:
        """Return a day number as a date, such as `Aug 27, 2026`: each language has one way."""
        return str(format_date(day_date(day), format="medium", locale=self.locale))

    def date(self, day: int) -> str:
        """Return a day number as a date without its year, such as `Aug 27`."""
        return str(format_skeleton("MMMd", day_date(day), locale=self.locale))

    def month(self, day: int) -> str:
        """Return the month of a day number, such as `Aug 2026`."""
        return str(format_skeleton("yMMM", day_date(day), locale=self.locale))

    def moment(self, moment: datetime) -> str:
        """Return a datetime as date and time; turn it to the city's zone first."""
        return str(format_datetime(moment, format="medium", locale=self.locale))

    def clock(self, moment: datetime) -> str:
        """Return a datetime's time of day; turn it to the city's zone first."""
        return str(format_time(moment, format="short", locale=self.locale))

    def since(self, moment: datetime, now: datetime) -> str:
        """Return how long before `now` a moment was, such as `5 minutes ago`, or will be.

        Written as `assets/live.js` goes on writing it: seconds by the five, and never none.
        """
        seconds = (moment - now).total_seconds()
        rough = 5 * round(seconds / 5) if abs(seconds) < 60 else seconds
        apart = timedelta(seconds=rough or -1)
        return str(format_timedelta(apart, threshold=1, add_direction=True, locale=self.locale))

    def days(self, count: int) -> str:
        """Return a whole number of days in words; 0 is `same day`, never `0 hours`."""
        return self("days.same") if count == 0 else self("days.count", count=count)

    def age(self, days: int, *, closed: bool = False) -> str:
        """Return the age of a request in whole days, `today` for 0; of a closed one, how long it took."""
        return self("ago.today") if days == 0 and not closed else self.days(days)

    def span(self, days: int) -> str:
        """Return how long a number of days is as one speaks of it: `5 days`, `8 months`, `2.5 years`.

        Years are told to the half up to five.
        """
        if days < LONG_DAYS:
            return self.days(days)
        years = days / YEAR_DAYS
        if years < 2:
            return self("span.months", count=round(days / MONTH_DAYS))
        half = round(2 * years) / 2
        whole = years >= 5 or half.is_integer()
        return self("span.years", count=round(years) if whole else half)

    def short_span(self, count: int, unit: str) -> str:
        """Return a number of `day`s, `month`s or `year`s in short, as an axis has it: `6 mths`."""
        return self(f"span.short_{unit}", count=count)

    def ages(self, days: int) -> str:
        """Return how long ago a day is, such as `today`, `yesterday`, `5 days ago`."""
        if days <= 0:
            return self("ago.today")
        if days >= LONG_DAYS:
            return self("ago.long", span=self.span(days))
        return self("ago.yesterday") if days == 1 else self("ago.days", count=days)

    def listed(self, items: Sequence[str]) -> str:
        """Return items as a sentence lists them: `a, b and c`."""
        return str(format_list(list(items), locale=self.locale))

    def _plural(self, count: object) -> str:
        return str(self.locale.plural_form(float(str(count))))

    def _written(self, value: object) -> str:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return str(value)
        return self.number(value)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The languages that the site speaks."""

    by_language: Mapping[str, Words]

    @classmethod
    def load(cls, folder: Path = LOCALES) -> Catalogue:
        """Read every `<language>.toml` of a folder.

        Raises:
            ConfigurationError: a file cannot be read, or does not have the same keys and
                placeholders as the English one; every difference is named.
        """
        read = {path.stem: _read(path) for path in sorted(folder.glob("*.toml"))}
        if FALLBACK not in read:
            raise ConfigurationError(f"{folder / FALLBACK}.toml is missing: install livemaps again")
        problems = [
            f"{language}.toml: {problem}"
            for language, sentences in read.items()
            for problem in _differences(read[FALLBACK], sentences)
        ]
        if problems:
            raise ConfigurationError("the texts do not match:\n  " + "\n  ".join(problems))
        return cls(
            MappingProxyType(
                {language: _words(language, sentences) for language, sentences in read.items()}
            )
        )

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages, English first."""
        others = sorted(language for language in self.by_language if language != FALLBACK)
        return (FALLBACK, *others)

    def words(self, language: str | None) -> Words:
        """Return the words of a language; English where it is not spoken."""
        return self.by_language.get(language or FALLBACK, self.by_language[FALLBACK])

    def preferred(self, accepted: Sequence[str]) -> str:
        """Return the first language spoken among a browser's (`fr-CA` is `fr`), else English."""
        for tag in accepted:
            language = tag.split("-")[0].lower()
            if language in self.by_language:
                return language
        return FALLBACK


def _words(language: str, sentences: Mapping[str, Sentence]) -> Words:
    """Return the words of a language, with what its numbers have between their figures.

    A page writes hundreds of whole numbers, and Babel takes its time over each; so they are
    written here, where the language groups its figures by three from the first thousand on.
    """
    locale = Locale.parse(language)
    separator = get_group_symbol(locale)
    usual = all(
        format_decimal(number, locale=locale) == f"{number:,}".replace(",", separator)
        for number in (-1234567, 0, 1234, 12345)
    )
    return Words(language, MappingProxyType(dict(sentences)), locale, separator if usual else None)


def _read(path: Path) -> dict[str, Sentence]:
    """Return the sentences of a file by their dotted keys."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}") from error
    return dict(_flattened(tables, ""))


def _flattened(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, Sentence]]:
    """Yield the sentences of nested tables; a table with `other` is one sentence in plurals."""
    for name, value in table.items():
        if isinstance(value, str):
            yield prefix + name, value
        elif isinstance(value, Mapping):
            if "other" in value and PLURALS.issuperset(value):
                yield prefix + name, MappingProxyType({k: str(v) for k, v in value.items()})
            else:
                yield from _flattened(value, f"{prefix}{name}.")
        else:
            raise ConfigurationError(f"{prefix}{name} = {value!r}: a text is in quotes")


def placeholders(sentence: Sentence) -> frozenset[str]:
    """Return the names in braces of a sentence; of plurals, those of `other`."""
    text = sentence if isinstance(sentence, str) else sentence["other"]
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)


def _differences(reference: Mapping[str, Sentence], other: Mapping[str, Sentence]) -> list[str]:
    """Return what a language lacks, has too much, or fills in differently, as sentences."""
    lacking = [f"{key} is missing" for key in reference if key not in other]
    surplus = [f"{key} is not in {FALLBACK}.toml" for key in other if key not in reference]
    differing = [
        f"{key} fills in {sorted(placeholders(other[key]))}, not {sorted(placeholders(text))}"
        for key, text in reference.items()
        if key in other and placeholders(other[key]) != placeholders(text)
    ]
    return lacking + surplus + differing
