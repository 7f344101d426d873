"""Feeds to follow a view or a request by."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

from flask.testing import FlaskClient

from livemaps.model import day_date
from livemaps.snapshot import Vocabulary
from tests.api.conftest import Source
from tests.views.town import TODAY, Row, snapshot_of

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def followed(client: FlaskClient, query: str = "") -> ET.Element:
    """Return a feed to follow, parsed."""
    answer = client.get(f"/api/v1/requests.atom{query}")
    assert answer.status_code == 200
    assert answer.mimetype == "application/atom+xml"
    return ET.fromstring(answer.data)


def test_a_view_can_be_followed_by_a_feed_that_tells_each_stage_once(client: FlaskClient) -> None:
    feed = followed(client, "?lang=en")
    titles = [entry.findtext("a:title", "", ATOM) for entry in feed.findall("a:entry", ATOM)]
    assert titles == [
        "In progress (inferred): Roads - Potholes",
        "Received: Roads - Potholes",
        "Closed: Roads - Potholes",
        "Received: Roads - Potholes",
    ]
    ids = [entry.findtext("a:id", "", ATOM) for entry in feed.findall("a:entry", ATOM)]
    assert len(set(ids)) == len(ids)
    assert all(identity.startswith("urn:livemaps:calgary:") for identity in ids)
    assert feed.find("a:link[@rel='self']", ATOM) is not None


def test_a_feed_follows_the_filters_of_its_address(client: FlaskClient) -> None:
    assert len(followed(client, "?measure=resolved").findall("a:entry", ATOM)) == 1
    ward = followed(client, "?ward=2&lang=en")
    assert len(ward.findall("a:entry", ATOM)) == 1
    assert ward.findtext("a:title", "", ATOM) == "Calgary 311: Ward 2"
    days = [entry.findtext("a:updated", "", ATOM)[:10] for entry in ward.findall("a:entry", ATOM)]
    assert days == [day_date(TODAY - 400).isoformat()]


def test_a_feed_is_asked_for_again_cheaply_and_speaks_the_readers_language(
    client: FlaskClient,
) -> None:
    first = client.get("/api/v1/requests.atom", headers={"Accept-Language": "fr"})
    assert "Reçue" in first.get_data(as_text=True)
    again = client.get("/api/v1/requests.atom", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_hostile_words_of_the_feed_do_not_break_a_feed_to_follow(
    client: FlaskClient, source: Source
) -> None:
    town = snapshot_of([Row()])
    names = ("<b>&\x00\x08]]>",) * len(town.vocab.service.names)
    vocab = replace(town.vocab, service=Vocabulary(names))
    source.current = replace(town, vocab=vocab)
    (entry,) = followed(client).findall("a:entry", ATOM)
    assert "<b>&" in entry.findtext("a:title", "", ATOM)


def test_one_request_can_be_followed_by_a_feed_of_its_own(
    client: FlaskClient, source: Source
) -> None:
    number = source.latest().base.ids()[0]
    answer = client.get(f"/api/v1/requests/{number}.atom?lang=en")
    assert answer.status_code == 200
    feed = ET.fromstring(answer.data)
    (entry,) = feed.findall("a:entry", ATOM)
    assert entry.findtext("a:title", "", ATOM) == "Received: Roads - Potholes"
    missing = client.get("/api/v1/requests/nobody.atom")
    assert missing.status_code == 404
    assert missing.get_json()["error"]["type"] == "UnknownValue"
