"""Documentation that is missing is a failure: settings, commands, statuses, routes, profile keys."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import click
import pytest
from pydantic import BaseModel

from livemaps.cli import main
from livemaps.cli.common import Exit
from livemaps.feeds.profile import Profile
from livemaps.main import create_app
from livemaps.settings import PREFIX, Settings
from livemaps.views.measures.registry import MEASURES

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.glob("*.md")])
SETTINGS = {field.name: field for field in dataclasses.fields(Settings)}
FOR_TESTS = {"LIVEMAPS_TEST_DATA", "LIVEMAPS_TEST_EXAMPLES"}
CATCH_ALL = {"/", "/<path>", "/api/", "/api/<rest>"}
INTERNAL_ROUTES = ("/_dash", "/assets/", "/_favicon", "/_reload", "/_alive", "/static/")


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """Return what stands under a heading, up to the next one of the same depth."""
    depth = heading.partition(" ")[0]
    found = re.search(
        rf"^{re.escape(heading)}$(.*?)(?=^{depth} |\Z)", text, re.MULTILINE | re.DOTALL
    )
    assert found, f"no heading {heading!r}"
    return found.group(1)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_described_with_its_default(name: str) -> None:
    rows = [line for line in text_of("docs/settings.md").splitlines() if line.startswith("|")]
    row = next((line for line in rows if f"`{PREFIX}{name.upper()}`" in line.split("|")[1]), None)
    assert row, f"docs/settings.md has no row for {PREFIX}{name.upper()}"
    shown = written(SETTINGS[name].default)
    assert f"| {shown} |" in row, f"the row does not say that the default is {shown}"


def written(default: object) -> str:
    """Return a default as docs/settings.md writes it."""
    if default is None or default == "":
        return "none" if default is None else "empty"
    return f"`{int(default) if isinstance(default, float) else default}`"


def test_no_setting_is_described_that_does_not_exist() -> None:
    known = {f"{PREFIX}{name.upper()}" for name in SETTINGS} | FOR_TESTS
    for page in PAGES:
        named = set(re.findall(r"\bLIVEMAPS_[A-Z_]+[A-Z]\b", page.read_text(encoding="utf-8")))
        assert named <= known, f"{page.name} names settings that do not exist"


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_is_described_with_each_of_its_flags(name: str) -> None:
    described = section(text_of("docs/commands.md"), f"## `livemaps {name}`")
    for parameter in main.commands[name].params:
        if isinstance(parameter, click.Option):
            assert parameter.opts[0] in described, f"{parameter.opts[0]} is not described"


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_has_a_help_with_an_example(name: str) -> None:
    command = main.commands[name]
    assert command.help
    assert f"livemaps {name}" in (command.epilog or ""), "the help shows no example"
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{parameter.name} has no help"


def test_no_command_is_shown_that_does_not_exist() -> None:
    for page in PAGES:
        fenced = re.findall(r"^```.*?^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
        shown = re.findall(r"^(?:[$#] )?livemaps ([a-z-]+)", "\n".join(fenced), re.MULTILINE)
        assert set(shown) <= set(main.commands), f"{page.name} shows commands that do not exist"


@pytest.mark.parametrize("status", Exit, ids=lambda status: str(int(status)))
def test_every_exit_status_is_described(status: Exit) -> None:
    described = section(text_of("docs/operations.md"), "## Exit statuses")
    assert f"| {int(status)} |" in described
    assert main.epilog
    assert re.search(rf"^  {int(status)} ", main.epilog, re.MULTILINE)


def test_every_route_is_described(tmp_path: Path) -> None:
    described = text_of("docs/api.md")
    server = create_app(Settings(data_dir=tmp_path)).server
    routes = {_readable(rule.rule) for rule in server.url_map.iter_rules()}
    public = {route for route in routes if not route.startswith(INTERNAL_ROUTES)}
    assert {route for route in public - CATCH_ALL if f"`GET {route}`" not in described} == set()


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_is_defined_under_its_anchor_and_listed_for_programs(name: str) -> None:
    anchor = MEASURES[name].anchor
    definition = re.search(
        rf'^<a id="{anchor}"></a>$(.*?)(?=^<a id=|\Z)',
        text_of("docs/metrics.md"),
        re.MULTILINE | re.DOTALL,
    )
    assert definition, f"docs/metrics.md has no anchor {anchor}"
    assert re.search(rf"[`/]{name}`", definition.group(1)), f"#{anchor} does not name {name}"
    assert f"| [`{name}`](metrics.md#{anchor}) |" in text_of("docs/api.md")


def _readable(route: str) -> str:
    """Write `/areas/<path:name>` as people read it: `/areas/<name>`."""
    return re.sub(r"<\w+:(\w+)>", r"<\1>", route)


def profile_keys(model: type[BaseModel]) -> Iterator[str]:
    """Yield every key of a profile and of the tables in it."""
    for name, field in model.model_fields.items():
        yield name
        for kind in _models_in(field.annotation):
            yield from profile_keys(kind)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


@pytest.mark.parametrize("key", sorted(set(profile_keys(Profile))))
def test_every_key_of_a_city_profile_is_described(key: str) -> None:
    assert f"`{key}`" in text_of("docs/adding-a-city.md")


def links(page: Path) -> Mapping[str, Path]:
    """Return the relative links and pictures of a page, each with the file that it points to."""
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    return {target: page.parent / target for target in targets if "://" not in target}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    assert [target for target, file in links(page).items() if not file.exists()] == []


def test_every_dependency_is_explained() -> None:
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    names = [re.split(r"[^a-z0-9-]", requirement)[0] for requirement in project["dependencies"]]
    table = section(text_of("docs/architecture.md"), "## Dependencies")
    assert [name for name in names if f"| `{name}` |" not in table] == []
