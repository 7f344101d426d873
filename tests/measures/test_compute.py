"""Measures are computed family by family: one that fails takes nothing from the others."""

from __future__ import annotations

import logging
from collections import Counter

import numpy as np
import pytest

from livemaps import __version__
from livemaps.errors import MeasuresPending
from livemaps.measures.families import FAMILIES
from livemaps.measures.read import MeasuresReader
from tests.measures.small import COUNTING, FAILING, NOTHING, measured
from tests.snapshot.hamlet import TODAY, Hamlet, request


def test_what_families_give_is_read_back_as_it_was(hamlet: Hamlet) -> None:
    meta = measured(hamlet, COUNTING, NOTHING)
    found = MeasuresReader(hamlet.data_dir).latest()
    counting = found.family("counting")
    assert counting.arrays["by_service"].tolist() == [0, 3]
    assert counting.arrays["table/of/two"].shape == (2, 3)
    assert counting.arrays["table/of/two"].dtype == np.float32
    assert counting.facts == {"rows": 3, "share": 0.5, "names": ["a", "b"], "none": None}
    assert (found.family("nothing").arrays, found.family("nothing").facts) == ({}, {})
    assert found.meta == meta
    assert found.vocab.service.names == hamlet.snapshot().vocab.service.names
    assert [layer.keys for layer in found.layers] == [("A", "B", "C", "D"), ("1", "2")]


def test_measures_say_what_they_are_of(hamlet: Hamlet) -> None:
    meta, shown = measured(hamlet), hamlet.snapshot().meta
    assert (meta.snapshot, meta.city) == (shown.version, "hamlet")
    assert (meta.as_of_day, meta.data_day, meta.complete_day) == (TODAY, TODAY - 5, TODAY - 6)
    assert meta.basis == (shown.city, shown.database, shown.rules, __version__)
    assert meta.state == (shown.sequence, shown.complete_since, TODAY)
    assert meta.families["counting"].values == 2 + 6
    assert sum(meta.left_out.values()) == 0


def test_a_family_that_fails_is_named_with_its_reason_and_the_others_stay(
    hamlet: Hamlet, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        meta = measured(hamlet, FAILING, COUNTING)
    assert meta.failed == {"failing": "ValueError: 3 rows are too few"}
    assert set(meta.families) == {"counting"}
    (record,) = caplog.records
    assert record.exc_info is not None
    found = MeasuresReader(hamlet.data_dir).latest()
    assert found.family("counting").facts["rows"] == 3
    with pytest.raises(MeasuresPending) as told:
        found.family("failing")
    assert str(told.value) == "these figures could not be worked out; the operator is told"
    with pytest.raises(MeasuresPending, match="it is computed after the next refresh"):
        found.family("another")


def test_a_city_without_a_request_has_measures_that_say_so(hamlet: Hamlet) -> None:
    hamlet.vanish("26-1", "26-2", "26-3")
    hamlet.apply(request("26-9", day=TODAY + 3))
    hamlet.publish()
    meta = measured(hamlet, COUNTING)
    assert (meta.data_day, meta.complete_day) == (None, None)
    with pytest.raises(MeasuresPending, match="no request yet"):
        MeasuresReader(hamlet.data_dir).latest().family("counting")


def test_what_is_left_out_is_counted_by_reason(hamlet: Hamlet) -> None:
    hamlet.apply(request("26-4", day=TODAY - 9, status="Closed", closed=TODAY - 20))
    hamlet.publish()
    meta = measured(hamlet)
    assert +Counter(meta.left_out) == {"closed before requested": 1}


def test_the_families_of_the_program_have_different_names_without_a_slash() -> None:
    names = [family.name for family in FAMILIES]
    assert len(set(names)) == len(names)
    assert not [name for name in names if "/" in name]


def test_the_families_of_the_program_can_be_computed_of_a_small_city(hamlet: Hamlet) -> None:
    meta = measured(hamlet, *FAMILIES)
    assert meta.failed == {}
    again = measured(hamlet, *FAMILIES)
    assert (meta.families.keys(), meta.failed) == (again.families.keys(), again.failed)


def test_the_same_rows_give_the_same_measures(hamlet: Hamlet) -> None:
    measured(hamlet, *FAMILIES)
    one = MeasuresReader(hamlet.data_dir).latest()
    measured(hamlet, *FAMILIES)
    other = MeasuresReader(hamlet.data_dir).latest()
    for name, result in one.families.items():
        for array, values in result.arrays.items():
            np.testing.assert_array_equal(
                values, other.family(name).arrays[array], f"{name}/{array}"
            )
        assert repr(result.facts) == repr(other.family(name).facts)
