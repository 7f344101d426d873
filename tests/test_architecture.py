"""The shape of the code: who imports whom, how long a module is, what an import does."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "src" / "livemaps").rglob("*.py"))
LONGEST_MODULE = 400
HEAVY = ("pandas", "geopandas", "shapely", "pyarrow", "pyogrio", "requests", "apscheduler")


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def run_python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | environment,
        cwd=ROOT,
    )


def test_a_file_imports_only_from_its_own_layer_or_from_lower_ones() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    checked = subprocess.run(
        [command, "--no-logo", "--no-cache"], capture_output=True, text=True, cwd=ROOT, timeout=120
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_a_module_is_short_enough_to_be_read_at_once(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_MODULE, f"{named(path)} has {lines} lines: split it"


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_a_module_keeps_no_state_that_can_change(path: Path) -> None:
    """A container at module level is a constant of a kind that cannot be changed."""
    changeable = list(_changeable_globals(ast.parse(path.read_text(encoding="utf-8"))))
    assert changeable == [], f"make these a tuple, a frozenset or a MappingProxyType: {changeable}"


def _changeable_globals(module: ast.Module) -> Iterator[str]:
    """Yield the names of lists and sets, and of dicts that are not annotated as `Mapping`."""
    for statement in module.body:
        if isinstance(statement, ast.Assign):
            names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
            annotation = ""
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            names, annotation = [statement.target.id], ast.unparse(statement.annotation)
        else:
            continue
        if isinstance(statement.value, ast.Dict) and "Mapping" in annotation:
            continue
        if isinstance(statement.value, ast.List | ast.Set | ast.Dict) and names != ["__all__"]:
            yield from names


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_only_the_command_line_and_app_py_read_the_environment_or_the_clock(path: Path) -> None:
    """Clock and environment come in as parameters; `model.utc_now` is the one clock handed out."""
    allowed = {
        "os.environ": {"cli"},
        "os.getenv": set[str](),
        "datetime.now": {"model.py", "schedule.py"},  # APScheduler runs by the machine's clock
        "time.time": set[str](),
        "date.today": set[str](),
    }
    parts = set(path.relative_to(ROOT / "src" / "livemaps").parts)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    used = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    forbidden = {call for call, places in allowed.items() if call in used and not places & parts}
    assert not forbidden


def test_importing_the_program_starts_nothing_and_prints_nothing() -> None:
    done = run_python(
        "import threading, app, livemaps.main, livemaps.cli\n"
        "print(threading.active_count(), sorted(vars(app)).count('server'))"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["1", "0"]
    assert done.stderr == ""


def test_a_web_worker_imports_nothing_that_only_the_refresher_needs(tmp_path: Path) -> None:
    done = run_python(
        "import sys, app\n"
        "server = app.server\n"
        "server.test_client().get('/')\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])",
        LIVEMAPS_CITY="calgary",
        LIVEMAPS_DATA_DIR=str(tmp_path),
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
