"""Feeds to follow (Atom, RFC 4287): a filtered view, without an account.

An entry is a request and the stage it reached; its id names both, so that a reader shows each
once. A feed that knows only days dates an entry at the beginning of that day in the city.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from urllib.parse import quote
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from livemaps.feeds.profile import Profile
from livemaps.model import Filters, Stage, day_date
from livemaps.text import Words
from livemaps.views import ListedRequest
from livemaps.views.life import RequestLife
from livemaps.views.news import News

NAMESPACE = "http://www.w3.org/2005/Atom"
MIMETYPE = "application/atom+xml"
MOST_ENTRIES = 100
UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML may hold."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed says of itself."""

    title: str
    own: str
    """Its own address."""
    page: str
    """The address of the page that shows the same."""
    updated: datetime
    """When its data was last new, aware."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened."""

    key: str
    """What happened and when: with the request's number it names the entry for ever."""
    title: str
    updated: datetime
    request: ListedRequest
    summary: str


def atom(feed: Feed, entries: Iterable[Entry], profile: Profile, words: Words, host: str) -> bytes:
    """Return a feed as XML. `host` begins the addresses of its entries, without a slash."""
    root = ET.Element("feed", {"xmlns": NAMESPACE, "xml:lang": words.language})
    _text(root, "id", feed.own)
    _text(root, "title", feed.title)
    _text(root, "updated", feed.updated.astimezone(UTC).isoformat())
    _text(root, "rights", profile.attribution)
    author = ET.SubElement(root, "author")
    _text(author, "name", words("site.called", city=profile.name))
    for relation, href in (("self", feed.own), ("alternate", feed.page)):
        ET.SubElement(root, "link", {"rel": relation, "href": href})
    for entry in entries:
        _entry(root, entry, profile, words, host)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def scope(filters: Filters, profile: Profile, words: Words) -> str:
    """Return what a feed follows, in words: names, areas and ways of waiting, else everything."""
    named = (filters.services, filters.categories, filters.agencies, filters.channels)
    names = [name for chosen in named for name in sorted(chosen)]
    for layer, keys in filters.areas:
        names += [profile.layer(layer).area_name(key, None, words.language) for key in sorted(keys)]
    names += [words(f"waiting.{name}") for name in sorted(filters.waiting)]
    return words.listed(names) if names else words("feed.all")


def of_news(news: News, profile: Profile, words: Words) -> Entry:
    """Return what reached a stage as an entry: where it is, with whom, since when."""
    request, stage = news.request, news.stage
    told = profile.meaning(request.status).stage is stage
    return Entry(
        key=f"{stage.name.lower()}:{day_date(news.day)}",
        title=words(
            "feed.entry", stage=_stage(stage, words, told=told), service=request.service_name
        ),
        updated=_moment(news.day, news.seconds, profile),
        request=request,
        summary=_summary(request, profile, words),
    )


def of_life(life: RequestLife, profile: Profile, words: Words) -> list[Entry]:
    """Return the stages that a request reached, and what was seen to change, newest first."""
    summary = _summary(life.request, profile, words)
    service = life.request.service_name
    entries = [
        Entry(
            key=f"{step.stage.name.lower()}:{day_date(step.day)}",
            title=words(
                "feed.entry",
                stage=_stage(step.stage, words, told=step.source != "inferred"),
                service=service,
            ),
            updated=step.seen or _moment(step.day, step.seconds, profile),
            request=life.request,
            summary=summary,
        )
        for step in life.timeline
        if step.reached and step.day is not None
    ]
    entries += [
        Entry(
            key=f"{change.kind}:{int(change.seen.timestamp())}",
            title=words("feed.entry", stage=words(f"feed.change.{change.kind}"), service=service),
            updated=change.seen,
            request=life.request,
            summary=summary,
        )
        for change in life.changes
    ]
    return sorted(entries, key=lambda entry: entry.updated, reverse=True)


def _stage(stage: Stage, words: Words, *, told: bool) -> str:
    """Return a stage by its name, which says so where the feed has not told of it."""
    name = words(f"stage.{stage.name.lower()}")
    return name if told else words("feed.inferred", stage=name)


def _entry(root: ET.Element, told: Entry, profile: Profile, words: Words, host: str) -> None:
    entry = ET.SubElement(root, "entry")
    number = quote(told.request.service_request_id, safe="")
    _text(entry, "id", f"urn:livemaps:{profile.id}:{number}:{told.key}")
    _text(entry, "title", told.title)
    _text(entry, "updated", told.updated.isoformat())
    href = f"{host}/request/{number}?lang={words.language}"
    ET.SubElement(entry, "link", {"rel": "alternate", "href": href})
    ET.SubElement(entry, "category", {"term": _writable(told.request.category)})
    _text(entry, "summary", told.summary)


def _summary(request: ListedRequest, profile: Profile, words: Words) -> str:
    """Return where a request is, with whom, and since when."""
    places = [
        profile.layer(layer).area_name(key, name, words.language)
        for layer, key, name in request.areas
        if not key.startswith("unplaced:")
    ]
    return words(
        "feed.summary",
        number=request.service_request_id,
        place=words.listed(places) if places else words("unplaced.no_place"),
        agency=request.agency_responsible or words("no_value"),
        day=words.day(request.requested_day),
    )


def _moment(day: int, second: int | None, profile: Profile) -> datetime:
    """Return when something happened, on the city's clock."""
    seconds = second or 0
    at = time(seconds // 3600, seconds // 60 % 60, seconds % 60)
    return datetime.combine(day_date(day), at, ZoneInfo(profile.time_zone))


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = _writable(text)


def _writable(text: str) -> str:
    """Return text without the characters that XML cannot hold."""
    return UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)
