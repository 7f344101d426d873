"""Errors, each with the same shape."""

from __future__ import annotations

import logging

import pytest
from flask.testing import FlaskClient

from livemaps.errors import NoSnapshot, SnapshotDamaged
from tests.api.conftest import EXPORTS, Source, error


class TestErrors:
    def test_an_unknown_value_is_never_left_out_of_a_file(self, client: FlaskClient) -> None:
        status, found = error(client, "/api/v1/requests.csv?service=Roads+-+Pothole")
        assert (status, found["type"]) == (404, "UnknownValue")
        assert "Roads - Potholes" in found["remedy"]

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("from=2024-02-30", 400),
            ("from=2024-02-02&to=2024-02-01", 400),
            ("page=99999999999999999999", 400),
            ("service=a%00b", 400),
            ("service=" + "x" * 100_000, 400),
            ("&".join(f"a{n}=1" for n in range(3000)), 400),
            ("wards=7", 404),
            ("layer=planet", 404),
            ("ward=%ff%fe", 404),
        ],
    )
    def test_absurd_addresses_are_answered_clearly(
        self, client: FlaskClient, query: str, expected: int
    ) -> None:
        for name in EXPORTS:
            status, found = error(client, f"/api/v1/{name}?{query}")
            assert status == expected
            assert len(found["message"]) < 1_000

    def test_an_unknown_address_has_the_same_shape(self, client: FlaskClient) -> None:
        for address in ("/api/v2/x", "/api/", "/api/v1/requests", "/api/v1/requests.csv/x"):
            status, found = error(client, address)
            assert (status, found["type"]) == (404, "UnknownValue")

    def test_writing_is_refused(self, client: FlaskClient) -> None:
        for address in ("/api/v1/requests.csv", "/api/v1/nothing"):
            answer = client.post(address)
            assert answer.status_code == 405
            assert (answer.json or {})["error"]["type"] == "MethodNotAllowed"
            assert "GET" in answer.headers["Allow"]

    def test_without_data_exports_say_so(self, client: FlaskClient, source: Source) -> None:
        source.current = NoSnapshot("nothing was published yet")
        assert error(client, "/api/v1/requests.csv")[0] == 503

    def test_what_concerns_only_the_operator_goes_to_the_log(
        self, client: FlaskClient, source: Source, caplog: pytest.LogCaptureFixture
    ) -> None:
        source.current = SnapshotDamaged("/srv/secret/base-3/service.npy is cut off")
        status, found = error(client, "/api/v1/facets")
        assert status == 503
        assert "secret" not in found["message"]
        assert "secret" in caplog.text

    def test_a_fault_of_the_program_has_the_same_shape_and_is_logged(
        self, client: FlaskClient, source: Source, caplog: pytest.LogCaptureFixture
    ) -> None:
        source.current = ZeroDivisionError("division by zero")
        with caplog.at_level(logging.ERROR):
            status, found = error(client, "/api/v1/facets")
        assert (status, found["type"]) == (500, "InternalError")
        assert "ZeroDivisionError" in caplog.text
