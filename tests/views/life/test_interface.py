"""The life of one request as JSON and as a feed to follow."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from livemaps.api import blueprint
from livemaps.model import SECONDS_PER_DAY, Stage, day_date
from livemaps.settings import Settings
from tests.snapshot.hamlet import TODAY, Hamlet, request
from tests.views.life.conftest import EVENING, board_of


@pytest.fixture
def client(hamlet: Hamlet) -> FlaskClient:
    hamlet.apply(request("26-1"), request("27/1 a"), request("26-3", service=""))
    hamlet.apply(request("26-1", status="Closed", closed=TODAY - 1))
    hamlet.publish()
    app = Flask(__name__)
    settings = Settings(data_dir=hamlet.data_dir)
    app.register_blueprint(blueprint(board_of(hamlet), settings, lambda: EVENING))
    return app.test_client()


class TestFeed:
    def test_what_was_inferred_stays_in_the_feed_and_in_the_interface_after_the_closing(
        self, hamlet: Hamlet, client: FlaskClient
    ) -> None:
        row = request("26-9", day=TODAY - 9, updated=TODAY - 4)
        hamlet.apply(row)
        hamlet.apply(row._replace(status="Closed", closed_datetime=TODAY * SECONDS_PER_DAY))
        hamlet.publish()
        day = day_date(TODAY - 4).isoformat()
        step = client.get("/api/v1/requests/26-9").get_json()["timeline"][1]
        assert step == {
            "stage": "in_progress",
            "reached": True,
            "datetime": day,
            "source": "inferred",
            "seen": None,
        }
        feed = client.get("/api/v1/requests/26-9.atom?lang=en").get_data(as_text=True)
        assert "In progress (inferred): Roads - Pothole" in feed
        assert f":in_progress:{day}" in feed


class TestInterface:
    def test_the_life_of_a_request_is_told_in_the_standard_s_names(
        self, client: FlaskClient
    ) -> None:
        answer = client.get("/api/v1/requests/26-1")
        found: dict[str, Any] = answer.get_json()
        assert found["service_request"]["requested_datetime"] == day_date(TODAY - 5).isoformat()
        assert found["service_request"]["agency_responsible"] == "Mobility"
        assert found["service_request"]["areas"][0] == {
            "layer": "community",
            "key": "A",
            "name": "Area A",
        }
        assert [step["stage"] for step in found["timeline"]] == [
            stage.name.lower() for stage in Stage
        ]
        assert found["changes"][0]["to_status"] == "Closed"
        assert (found["days_to_close"], found["age_days"]) == (4, None)
        assert found["definition"] == "/about#life"
        assert found["caveat"]
        assert answer.headers["Livemaps-Version"] == found["version"]

    def test_neither_points_nor_places_in_words_are_told(self, client: FlaskClient) -> None:
        text = client.get("/api/v1/requests/26-1").get_data(as_text=True)
        assert "114.15" not in text
        assert '"lat"' not in text
        assert "ALPHA" not in text

    def test_what_has_to_be_said_is_said_in_the_language_asked_for(
        self, client: FlaskClient
    ) -> None:
        english, french = (
            client.get(f"/api/v1/requests/26-1?lang={lang}").get_json()["caveat"]
            for lang in ("en", "fr")
        )
        assert "In progress" in english
        assert "En cours" in french

    def test_an_unchanged_life_is_not_sent_again(self, client: FlaskClient) -> None:
        tag = client.get("/api/v1/requests/26-1").headers["ETag"]
        again = client.get("/api/v1/requests/26-1", headers={"If-None-Match": tag})
        assert again.status_code == 304

    def test_a_number_with_signs_in_it_is_found(self, client: FlaskClient) -> None:
        found = client.get("/api/v1/requests/27%2F1%20a").get_json()
        assert found["service_request"]["service_request_id"] == "27/1 a"
        assert found["links"]["self"] == "/api/v1/requests/27/1%20a"

    def test_a_request_without_a_service_has_links_too(self, client: FlaskClient) -> None:
        found = client.get("/api/v1/requests/26-3").get_json()
        assert found["links"]["same_service"] == "/?"

    def test_an_unknown_number_says_what_to_do(self, client: FlaskClient) -> None:
        answer = client.get("/api/v1/requests/99-9")
        assert answer.status_code == 404
        error = answer.get_json()["error"]
        assert error["type"] == "UnknownValue"
        assert "99-9" in error["message"]
        assert error["remedy"]
