"""The three stages of a request, each with how it is known, and what was seen to change."""

from __future__ import annotations

from collections.abc import Iterator

from livemaps.model import Stage, Standing
from livemaps.store.records import Kind
from livemaps.views.life import RequestLife, SeenChange, Step
from livemaps.web.components import definition, notice
from livemaps.web.elements import Child, Element, element
from livemaps.web.site import Site, Visit

STAGE_KEYS = tuple(stage.name.lower() for stage in Stage)


def notes(visit: Visit, life: RequestLife) -> list[Element]:
    """Return what has to be known before the rest is read: a duplicate, re-opened, odd dates."""
    return [notice("plain", text) for text in _notes(visit, life)]


def _notes(visit: Visit, life: RequestLife) -> Iterator[str]:
    words = visit.words
    if life.standing is not Standing.COUNTS:
        yield words(f"request.standing.{life.standing.name.lower()}")
    if life.reopened:
        yield words("request.reopened")
    if life.set_apart:
        yield words("request.apart")
    if life.impossible:
        yield words("request.impossible")


def card(site: Site, visit: Visit, life: RequestLife) -> Element:
    """Return the timeline of the three stages."""
    words = visit.words
    current = life.request.stage
    return element(
        "section",
        element("h2", words("request.timeline"), definition(words, visit.address, "life")),
        element(
            "ol",
            [_step(site, visit, step, step.stage is current) for step in life.timeline],
            class_="timeline",
        ),
        _changes(site, visit, life),
        class_="card half",
    )


def _step(site: Site, visit: Visit, step: Step, current: bool) -> Element:
    """Return one stage: reached or not, when, and how that is known."""
    words, stage = visit.words, STAGE_KEYS[step.stage]
    state = "reached" if step.reached else "open"
    return element(
        "li",
        element(
            "span",
            words(f"stage.{stage}"),
            element("span", words("request.now"), class_="stage-now") if current else None,
            class_="stage-name",
        ),
        element("span", _when(visit, step), class_="stage-day"),
        element("span", _known(site, visit, step, current), class_="quiet-text")
        if step.reached
        else None,
        class_=f"step step-{state} step-{stage}",
        aria_current="step" if current else None,
        key=stage,
    )


def _when(visit: Visit, step: Step) -> str:
    words = visit.words
    if not step.reached:
        return (
            words("request.not_yet") if step.stage is Stage.RESOLVED else words("request.not_said")
        )
    return words("request.day_unknown") if step.day is None else words.day(step.day)


def _known(site: Site, visit: Visit, step: Step, current: bool) -> list[Child]:
    """Return how the stage is known, and when this site saw it happen."""
    words, source = visit.words, str(step.source or "")
    if source == "inferred" and not current:
        source = "inferred_before"
    told: list[Child] = [words(f"request.source.{source}")] if source else []
    if step.seen is not None:
        told += [" ", words("request.seen", moment=words.moment(site.local(step.seen)))]
    return told


def _changes(site: Site, visit: Visit, life: RequestLife) -> Element | None:
    """Return what was seen to change, folded; nothing where nothing was."""
    words = visit.words
    if life.unseen:
        return element("p", words("request.unseen"), class_="quiet-text")
    if not life.changes:
        return None
    rows = [
        element(
            "li",
            element("span", words.moment(site.local(change.seen)), class_="quiet-text"),
            " ",
            _changed(visit, change),
            key=str(at),
        )
        for at, change in enumerate(life.changes)
    ]
    return element(
        "details",
        element("summary", words("request.changes", count=len(life.changes))),
        element("ul", rows, class_="plain-list"),
    )


def _changed(visit: Visit, change: SeenChange) -> str:
    """Return one change in words."""
    words, kind = visit.words, change.kind.value
    blank = words("no_value")
    before, after = change.from_status, change.to_status
    if change.kind is Kind.AGENCY:
        before, after = change.from_agency, change.to_agency
    return words(f"request.change.{kind}", before=before or blank, after=after or blank)
