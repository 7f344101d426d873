"""Reading a city profile: every fault in it is found in one go."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from livemaps.errors import ProfileError, ProfileProblem
from livemaps.feeds.profile.consistency import inconsistencies
from livemaps.feeds.profile.lines import key_lines
from livemaps.feeds.profile.model import LayerProfile, Profile, SourceKind
from livemaps.feeds.profile.problems import Lines, model_problems, syntax_problem
from livemaps.feeds.profile.promises import Counting, PopulationTable
from livemaps.feeds.profile.values import nearest
from livemaps.feeds.profile.wording_checks import with_file

SUFFIX = ".toml"


def shipped_profiles() -> tuple[str, ...]:
    """Return the names of the profiles that ship with livemaps, sorted."""
    files = (entry.name for entry in _shipped_folder().iterdir())
    return tuple(sorted(name.removesuffix(SUFFIX) for name in files if name.endswith(SUFFIX)))


def load_profile(name_or_path: str | Path) -> Profile:
    """Read a city profile: one that ships with livemaps by its name, or a TOML file.

    Relative paths in the file are relative to its folder.

    Raises:
        ProfileError: the file is missing, is no TOML, or has faults; it lists all of them,
            each with its line, key, value and remedy.
    """
    name = str(name_or_path)
    if name in shipped_profiles():
        content = (_shipped_folder() / f"{name}{SUFFIX}").read_bytes()
        return _profile(content, name, Path.cwd())
    path = Path(name)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ProfileError(name, [_not_found(name, error)]) from error
    return _profile(content, name, path.resolve().parent)


def profile_from_mapping(
    data: Mapping[str, Any],
    *,
    source: str = "in memory",
    folder: Path | None = None,
    lines: Lines | None = None,
) -> Profile:
    """Build a profile from the values of a TOML file, with the same checks.

    `folder` is where relative paths start (None: where the program runs), `lines` where each
    key stands in a text.

    Raises:
        ProfileError: lists every fault.
    """
    known = lines or {}
    start = folder or Path.cwd()
    problems = list(inconsistencies(data, start, known))
    try:
        profile = Profile.model_validate(data)
    except ValidationError as error:
        problems += model_problems(error, known)
    if problems:
        raise ProfileError(source, sorted(problems, key=_by_line))
    return profile.model_copy(
        update={
            "layers": tuple(_located(profile, start)),
            "population": MappingProxyType(dict(_located_tables(profile, start))),
            "translations": MappingProxyType(
                {name: with_file(told, start) for name, told in profile.translations.items()}
            ),
        }
    )


def summary(profile: Profile) -> str:
    """Return a profile in a few lines, for an operator to see that it was understood."""
    feed, precision = profile.feed, profile.precision
    layers = (
        f"{layer.called_plural('en')} from {layer.source_kind} {layer.source}"
        for layer in profile.layers
    )
    return "\n".join(
        (
            f"{profile.name} ({profile.id}), days of {profile.time_zone}",
            f"requests: dataset {feed.dataset} on {feed.address} ({feed.platform})",
            f"precision: time {precision.time}, place {precision.place}",
            f"statuses: {len(profile.statuses)}, backlog: "
            + (", ".join(filter(profile.is_open, profile.statuses)) or "none"),
            *(f"areas: {layer}" for layer in layers),
            *_promises(profile),
        )
    )


def _promises(profile: Profile) -> Iterator[str]:
    """Yield what the profile says of standards and residents, and what may be amiss there."""
    if profile.standards:
        business = sum(one.counting is Counting.BUSINESS for one in profile.standards)
        yield f"standards: {len(profile.standards)}, {business} of them in business days"
    for layer, table in profile.population.items():
        yield f"residents by {layer}, {table.year}: from {table.source or 'this file'}"
    yield from (f"warning: {warning}" for warning in calendar_warnings(profile))


def calendar_warnings(profile: Profile) -> tuple[str, ...]:
    """Return what an operator has to know of the days that business days are counted by."""
    if not any(one.counting is Counting.BUSINESS for one in profile.standards):
        return ()
    years = profile.calendar.years
    if years is None:
        every = "every holiday counts as worked; list the city's holidays"
        return (f"standards count business days and calendar.holidays is empty: {every}",)
    covered = str(years[0]) if years[0] == years[1] else f"{years[0]} to {years[1]}"
    others = "in other years every holiday counts as worked, and the measures say for how many"
    return (f"calendar.holidays covers {covered}: {others} requests",)


def _shipped_folder() -> Any:
    return resources.files("livemaps.feeds") / "cities"


def _profile(content: bytes, source: str, folder: Path) -> Profile:
    """Read the bytes of a TOML file."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = ProfileProblem(
            line, "this line", content[error.start : error.end], "save the file as UTF-8"
        )
        raise ProfileError(source, [found]) from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(source, [syntax_problem(error, text)]) from error
    return profile_from_mapping(data, source=source, folder=folder, lines=key_lines(text))


def _not_found(name: str, error: OSError) -> ProfileProblem:
    """Return the problem of a file that cannot be read, or of a name that does not ship."""
    shipped = shipped_profiles()
    names = ", ".join(shipped)
    reason = error.strerror or str(error)
    remedy = (
        f"give a profile that ships with livemaps ({names}){nearest(name, list(shipped))} "
        f"or the path of a TOML file ({reason[:1].lower()}{reason[1:]})"
    )
    return ProfileProblem(None, "city", name, remedy)


def _located(profile: Profile, folder: Path) -> Iterator[LayerProfile]:
    """Yield the layers with whole paths in place of relative ones."""
    for layer in profile.layers:
        if layer.source_kind is SourceKind.FILE:
            yield layer.model_copy(update={"source": str(folder / layer.source)})
        else:
            yield layer


def _located_tables(profile: Profile, folder: Path) -> Iterator[tuple[str, PopulationTable]]:
    """Yield the tables of residents by layer, with whole paths in place of relative ones."""
    for layer, table in profile.population.items():
        if table.source is None:
            yield layer, table
        else:
            yield layer, table.model_copy(update={"source": str(folder / table.source)})


def _by_line(found: ProfileProblem) -> tuple[int, str]:
    return (found.line or 0, found.key)
