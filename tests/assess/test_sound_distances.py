"""Distances between the halves of stems and controls."""

from __future__ import annotations

import numpy as np
import pytest

from stemwright.assess.sound.distances import distances


def halves(mean: float, seed: int, patches: int = 40) -> tuple[np.ndarray, np.ndarray]:
    first, second = mean + np.random.default_rng(seed).standard_normal((2, patches, 4))
    return first, second


def test_a_stem_like_its_control_is_as_near_as_the_control_s_own_halves() -> None:
    rows = distances(["bass", "lead"], [halves(0, 1), halves(3, 2)], [halves(0, 3), halves(0.5, 4)])
    found = {(row["layer"], row["what"]): row for row in rows}
    assert list(found) == [
        (layer, what) for layer in ("bass", "lead") for what in ("song", "control", "floor")
    ]
    assert abs(found["bass", "song"]["kad"]) < 3 and found["lead", "song"]["kad"] > 50
    assert found["bass", "song"]["fad"] < 3 * found["bass", "control"]["fad"] < found["lead", "song"]["fad"]
    assert found["bass", "floor"]["fad"] == pytest.approx(found["lead", "floor"]["fad"], rel=1e-6)
    assert found["bass", "song"]["patches"] == 80


def test_a_single_layer_has_no_floor_and_few_patches_no_rows() -> None:
    assert [row["what"] for row in distances(["bass"], [halves(0, 1)], [halves(0, 2)])] == ["song", "control"]
    assert distances(["bass"], [halves(0, 1, 3)], [halves(0, 2)]) == []
