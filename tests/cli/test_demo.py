"""The command `demo`: a whole city, live."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.commands import fetch, nothing_is_left, running, stopped, url_in
from tests.quadville import ROOT, environment_of, eventually


@pytest.mark.slow
def test_a_whole_city_is_live_and_leaves_nothing_behind(tmp_path: Path) -> None:
    passing = tmp_path / "passing"
    passing.mkdir()
    program = [sys.executable, str(ROOT / "app.py"), "--port", "0"]
    with running(program, environment_of() | {"TMPDIR": str(passing)}, tmp_path) as process:
        url = url_in(process.stdout)
        eventually(lambda: fetch(f"{url}/readyz")[0] == 200, 180)
        first = version(url)
        eventually(lambda: version(url) != first, 180)
        status, output = stopped(process)
    assert status == 0, output
    assert "Traceback" not in output
    assert nothing_is_left(process, url)
    assert list(passing.iterdir()) == []


def version(url: str) -> str:
    """Return which snapshot is on show."""
    shown: str = json.loads(fetch(f"{url}/api/v1/status")[1])["version"]
    return shown
