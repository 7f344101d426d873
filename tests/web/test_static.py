"""Scripts compressed once, found again, and never a reason for a page to fail."""

from __future__ import annotations

from pathlib import Path

import brotli
import pytest

from livemaps.web import static
from tests.web.conftest import Town

SCRIPT = "/_dash-component-suites/dash/dcc/async-graph.js"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compress less well: how well is not what these tests are about."""
    monkeypatch.setattr(static, "BEST", 1)


def test_scripts_are_compressed_once(tmp_path: Path) -> None:
    assert static.precompress(tmp_path) > 5
    assert static.precompress(tmp_path) == 0


def test_a_compressed_script_is_sent_to_those_who_read_it(town: Town) -> None:
    static.precompress(town.settings.data_dir)
    app = town.app
    client = app.server.test_client()
    client.get("/")
    plain = client.get(SCRIPT, headers={"Accept-Encoding": "identity"})
    answer = client.get(SCRIPT, headers={"Accept-Encoding": "br"})

    assert answer.headers["Content-Encoding"] == "br"
    assert brotli.decompress(answer.data) == plain.data
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_before_they_are_compressed_scripts_are_sent_all_the_same(town: Town) -> None:
    client = town.client
    client.get("/")
    answer = client.get(SCRIPT, headers={"Accept-Encoding": "identity"})
    assert answer.status_code == 200
    assert b"webpackChunkdash_core_components" in answer.data


def test_a_folder_that_cannot_be_written_is_logged_and_nothing_more(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    assert static.precompress(tmp_path) == 0
    assert "less well compressed" in caplog.text


def test_assets_are_kept_by_browsers_while_their_address_stays(town: Town) -> None:
    client = town.client
    with client.get("/assets/tokens.css?m=1") as versioned, client.get("/assets/icon.svg") as other:
        assert versioned.cache_control.immutable
        assert not other.cache_control.immutable
