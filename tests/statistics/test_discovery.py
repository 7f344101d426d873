"""Benjamini-Hochberg, against the procedure as its paper has it."""

from __future__ import annotations

import numpy as np

from livemaps.statistics.discovery import q_values


def test_what_is_called_is_what_the_step_up_procedure_calls() -> None:
    rng = np.random.default_rng(1)
    p = np.concatenate([rng.uniform(0, 1e-3, 20), rng.uniform(size=200)])
    in_order = np.sort(p)
    passed = np.flatnonzero(in_order <= 0.05 * np.arange(1, 221) / 220)
    threshold = in_order[passed[-1]]
    assert ((q_values(p) <= 0.05) == (p <= threshold)).all()


def test_what_was_not_tested_is_no_test() -> None:
    p = np.array([[0.01, np.nan], [0.02, np.nan]])
    np.testing.assert_array_equal(q_values(p), [[0.02, np.nan], [0.02, np.nan]])


def test_no_test_at_all_gives_no_q() -> None:
    assert np.isnan(q_values(np.full(3, np.nan))).all()
    assert len(q_values(np.empty(0))) == 0
