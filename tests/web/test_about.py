"""What each figure means: grouped, linked to, a plain sentence first."""

from __future__ import annotations

import json
from typing import Any

import pytest

from livemaps.views.measures.registry import MEASURES
from livemaps.web.parts.definitions import GROUPS, METRICS, definitions
from tests.web.conftest import TextOf, Town, named

LONGEST_PLAIN = 20
"""Words of the sentence that is read first."""


@pytest.fixture(params=["en", "fr"])
def drawn(request: pytest.FixtureRequest, town: Town) -> list[Any]:
    return definitions(town.site, town.site.visit(f"lang={request.param}", "/about"))


def test_each_definition_has_one_anchor_and_every_measure_has_one() -> None:
    assert len(set(METRICS)) == len(METRICS)
    assert not {*METRICS} & {*GROUPS}
    assert {view.anchor for view in MEASURES.values()} <= {*METRICS}


def test_groups_and_figures_are_jumped_to_in_their_order(drawn: list[Any]) -> None:
    jumps = [link[1]["href"] for link in named(drawn, "a")]
    anchors = [part[1]["id"] for part in named(drawn, "section")]
    assert jumps == [f"#{anchor}" for anchor in anchors]
    assert anchors == [name for group in GROUPS for name in (group, *GROUPS[group])]


def test_a_plain_sentence_is_read_and_the_method_is_folded(
    drawn: list[Any], text_of: TextOf
) -> None:
    cards = [part for part in named(drawn, "section") if part[1]["id"] in METRICS]
    for card in cards:
        _heading, plain, fold = card[2:]
        assert len(text_of(plain).split()) <= LONGEST_PLAIN, text_of(plain)
        assert (fold[0], fold[1].get("open")) == ("details", None)
        assert text_of(fold[3])
    assert "{" not in json.dumps(text_of(cards))


def test_folds_are_told_apart_by_those_who_hear_them_alone(
    drawn: list[Any], text_of: TextOf
) -> None:
    names = [text_of(fold) for fold in named(drawn, "summary")]
    assert len(set(names)) == len(names) == len(METRICS)
