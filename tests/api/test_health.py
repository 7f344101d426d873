"""Health, status and version, and that every route is in the document."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from flask.testing import FlaskClient

from livemaps.errors import NoSnapshot
from livemaps.status import State, Status, write_status
from tests.api.conftest import DOCUMENT, NOW, Source, error
from tests.views.town import TODAY, Row, snapshot_of


class TestHealth:
    def test_a_serving_process_is_alive_even_without_data(
        self, client: FlaskClient, source: Source
    ) -> None:
        source.current = NoSnapshot("nothing was published yet")
        assert client.get("/healthz").status_code == 200

    def test_it_is_ready_with_data_that_was_checked_recently(self, client: FlaskClient) -> None:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json) == (
            200,
            {"ready": True, "version": "20241004T120000Z-000001"},
        )

    def test_it_is_not_ready_before_the_first_snapshot(
        self, client: FlaskClient, source: Source
    ) -> None:
        source.current = NoSnapshot("nothing was published yet")
        status, found = error(client, "/readyz")
        assert (status, found["type"]) == (503, "NoSnapshot")
        assert "nothing was published yet" in found["message"]

    def test_it_is_not_ready_when_the_last_success_is_too_long_ago(
        self, client: FlaskClient, tmp_path: Path
    ) -> None:
        success = NOW - timedelta(seconds=1801)
        failing = Status(
            State.FAILING, last_checked=NOW, last_success=success, error="the portal is silent"
        )
        write_status(tmp_path, failing)
        status, found = error(client, "/readyz")
        assert (status, found["type"]) == (503, "StaleSnapshot")
        assert "the portal is silent" in found["message"]
        assert client.get("/healthz").status_code == 200

    def test_a_late_portal_does_not_take_the_server_away(
        self, client: FlaskClient, source: Source
    ) -> None:
        source.current = snapshot_of([Row(requested=TODAY - 50)], version="late")
        assert client.get("/readyz").status_code == 200
        assert (client.get("/api/v1/status").json or {})["stale"] == "feed"


class TestStatus:
    def test_it_says_two_ages_the_state_and_the_counts(self, client: FlaskClient) -> None:
        found = client.get("/api/v1/status").json or {}
        assert found["state"] == "ok"
        assert found["last_checked"] == "2024-10-04T12:03:00Z"
        assert found["last_checked_seconds"] == 120
        assert found["newest_record_days"] == 1
        assert found["counts"]["open"] == 4
        assert found["simulated"] is False
        assert found["stale"] is None
        assert found["version"] == "20241004T120000Z-000001"

    def test_before_the_first_snapshot_it_still_answers(
        self, client: FlaskClient, source: Source, tmp_path: Path
    ) -> None:
        source.current = NoSnapshot("nothing was published yet")
        (tmp_path / "status.json").unlink()
        answer = client.get("/api/v1/status")
        assert answer.status_code == 200
        assert (answer.json or {})["version"] is None
        assert (answer.json or {})["counts"] is None

    def test_the_version_is_tiny_and_unchanged_until_something_happens(
        self, client: FlaskClient, tmp_path: Path
    ) -> None:
        first = client.get("/api/v1/version")
        assert len(first.data) < 200
        headers = {"If-None-Match": first.headers["ETag"]}
        again = client.get("/api/v1/version", headers=headers)
        assert (again.status_code, again.data) == (304, b"")
        write_status(tmp_path, Status(State.OK, last_checked=NOW, last_success=NOW))
        assert client.get("/api/v1/version", headers=headers).status_code == 200

    def test_the_version_answers_before_there_is_one(
        self, client: FlaskClient, source: Source
    ) -> None:
        source.current = NoSnapshot("nothing was published yet")
        assert (client.get("/api/v1/version").json or {})["version"] is None


def test_every_route_is_in_the_document_and_no_other(client: FlaskClient) -> None:
    documented = set(re.findall(r"^\| `(?:GET )?(/[^`]*)` \|", DOCUMENT.read_text(), re.MULTILINE))
    served = {
        rule.rule
        for rule in client.application.url_map.iter_rules()
        if rule.endpoint != "static" and rule.rule != "/api/"
    }
    assert documented == served
