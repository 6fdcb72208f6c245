"""Whether a team of threads pays is found by trying: quickly, and seldom enough to cost little."""

from __future__ import annotations

import numpy as np

from stemwright.native import _engine

TRIAL = 4


def decisions(all_seconds: np.ndarray, alone_seconds: np.ndarray) -> np.ndarray:
    return np.array(_engine.governor(TRIAL, all_seconds.tolist(), alone_seconds.tolist()))


def spent(all_seconds: np.ndarray, alone_seconds: np.ndarray) -> float:
    return float(np.where(decisions(all_seconds, alone_seconds), all_seconds, alone_seconds).sum())


def test_a_quiet_machine_works_together() -> None:
    alone = np.ones(3000)
    made = decisions(0.55 * alone, alone)
    assert made[:TRIAL].all() and not made[TRIAL : 2 * TRIAL].any()
    assert spent(0.55 * alone, alone) < 1.02 * 0.55 * 3000


def test_a_busy_core_is_left_alone() -> None:
    alone = np.ones(3000)
    together = np.where(np.arange(3000) % 3 == 0, 4.0, 0.6)  # waits for the thread that is not running
    assert spent(together, alone) < 1.02 * 3000


def test_a_neighbour_that_comes_is_noticed_within_a_stretch() -> None:
    together = np.full(2000, 0.55)
    together[700:] = 3.0
    assert spent(together, np.ones(2000)) < 700 * 0.55 + 1300 + 120


def test_a_neighbour_that_goes_is_noticed_after_a_while() -> None:
    together = np.full(4000, 3.0)
    together[300:] = 0.55
    made = decisions(together, np.ones(4000))
    assert made[2000:].mean() > 0.97
