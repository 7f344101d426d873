"""What cannot be answered of a measure, and what to write instead."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.api.measures.conftest import ADDRESS, error_of


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ("?ward=99", 404, "ward = '99' is not known"),
        ("?wards=2", 404, "wards = '2' is not known: did you mean 'ward'?"),
        ("?days=40", 400, "days = '40' cannot be used: write a whole number from 1 to 30"),
        ("?days=0", 400, "days = '0' cannot be used"),
        ("?days=seven", 400, "days = 'seven' cannot be used"),
        ("?days=7&days=8", 400, "days is given twice"),
        ("?by=colour", 404, "by = 'colour' is not known: choose one of agency, service"),
        ("?limit=5001", 400, "limit = '5001' cannot be used: write a whole number from 1 to 5,000"),
        ("?limit=0", 400, "limit = '0' cannot be used"),
        ("?page=0", 400, "page = '0' cannot be used"),
        ("?format=xml", 400, "format = 'xml' cannot be used: choose one of json, csv"),
        ("?from=2024-13-01", 400, "from = '2024-13-01' cannot be used"),
    ],
)
def test_what_cannot_be_understood_is_an_error_that_says_what_to_write(
    client: FlaskClient, query: str, status: int, told: str
) -> None:
    found = error_of(client, ADDRESS + query)
    assert found[0] == status
    assert told in found[1]


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("agency=Mobility", "agency"),
        ("channel=App", "channel"),
        ("stage=received", "stage"),
        ("age=0-6", "age"),
        ("apart=1", "apart"),
        ("measure=reported", "measure"),
    ],
)
def test_a_filter_that_a_measure_does_not_honour_is_refused_by_name(
    client: FlaskClient, query: str, key: str
) -> None:
    assert error_of(client, f"{ADDRESS}?{query}") == (
        400,
        (
            f"VisitorError: counted-things cannot be filtered by {key}: leave {key} out; "
            "it can be filtered by service, community, ward, from, to"
        ),
    )


@pytest.mark.parametrize(
    "query", ["layer=ward", "layer=community", "order=oldest", "table=1", "theme=dark", "embed=1"]
)
def test_what_only_lays_out_a_screen_is_refused_with_what_there_is_instead(
    client: FlaskClient, query: str
) -> None:
    key = query.partition("=")[0]
    found = client.get(f"{ADDRESS}?{query}")
    remedy = f"leave {key} out; by= says what a row is of"
    assert (found.status_code, found.get_json()["error"]) == (
        400,
        {
            "type": "VisitorError",
            "message": f"counted-things takes no {key}: {remedy}",
            "remedy": remedy,
        },
    )
    bare = client.get(f"/api/v1/measures/bare?{query}").get_json()["error"]
    assert bare["remedy"] == f"leave {key} out"


def test_an_unknown_key_is_answered_with_the_keys_that_the_measure_takes(
    client: FlaskClient,
) -> None:
    keys = "service, community, ward, from, to, by, days, page, lang, format, limit"
    for query, close in (("ddays=7", "days"), ("zzzz=1", "")):
        found = client.get(f"{ADDRESS}?{query}")
        remedy = f"counted-things takes {keys}"
        remedy = f"did you mean {close!r}? Else {remedy}" if close else remedy
        assert (found.status_code, found.get_json()["error"]["remedy"]) == (404, remedy)


@pytest.mark.parametrize(
    "query",
    ["agency=Mobility", "days=40", "days=7&days=8", "format=xml", "limit=0", "page=0", "ward=99"],
)
def test_every_refusal_has_its_remedy_as_a_member_too(client: FlaskClient, query: str) -> None:
    error = client.get(f"{ADDRESS}?{query}").get_json()["error"]
    assert error["remedy"]
    assert error["message"].endswith(f": {error['remedy']}")


@pytest.mark.parametrize(
    ("query", "remedy"),
    [
        ("from=2024-02-01&to=2024-01-01", "the first day comes first, so exchange from= and to="),
        ("from=2024-02-01&from=2024-01-01", "give from once"),
    ],
)
def test_a_refusal_does_not_claim_that_anything_was_answered(
    client: FlaskClient, query: str, remedy: str
) -> None:
    for address in (ADDRESS, "/api/v1/facets"):
        found = client.get(f"{address}?{query}")
        assert (found.status_code, found.get_json()["error"]["remedy"]) == (400, remedy)


@pytest.mark.parametrize(
    "address", [ADDRESS, "/api/v1/measures", "/api/v1/requests.atom", f"{ADDRESS}.csv"]
)
def test_a_language_that_is_not_spoken_is_refused_with_those_that_are(
    client: FlaskClient, address: str
) -> None:
    assert client.get(f"{address}?lang=fr").status_code == 200
    assert error_of(client, f"{address}?lang=xx") == (
        404,
        "UnknownValue: lang = 'xx' is not known: choose one of en, fr",
    )


@pytest.mark.parametrize("query", ["ward=1", "from=2024-01-01", "to=2024-01-01"])
def test_a_measure_without_filters_refuses_all(client: FlaskClient, query: str) -> None:
    status, told = error_of(client, f"/api/v1/measures/bare?{query}")
    assert status == 400
    assert "it can be filtered by nothing" in told


@pytest.mark.parametrize("name", ["speed", "counted-things.xlsx", "counted-things.csv.csv"])
def test_an_unknown_measure_is_an_error_that_names_those_there_are(
    client: FlaskClient, name: str
) -> None:
    status, told = error_of(client, f"/api/v1/measures/{name}")
    assert (status, told) == (
        404,
        f"UnknownValue: measure = {name!r} is not known: choose one of counted-things, bare",
    )
