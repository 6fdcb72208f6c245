"""What the user sets of a layer's place, in figures."""

from __future__ import annotations

import numpy as np
import pytest

from stemwright.mix.mixer import mix, placed
from stemwright.mix.placement import Placement, pan_gains, placement

RATE = 24_000
STEMS = {
    name: (np.random.default_rng(seed).standard_normal(RATE) * 0.1).astype(np.float32)
    for seed, name in enumerate(("drums", "bass", "lead"))
}


def level(audio: np.ndarray) -> float:
    return 10 * float(np.log10(np.mean(np.square(audio, dtype=np.float64))))


def with_gain(**gains: float) -> dict[str, Placement]:
    usual = {name: placement(name) for name in STEMS}
    return {
        name: Placement(place.level_db, place.pan, place.room_db, gains.get(name, 0.0))
        for name, place in usual.items()
    }


def test_usual_places_give_the_same_bits() -> None:
    assert mix(STEMS, RATE).audio.tobytes() == mix(STEMS, RATE, places=with_gain()).audio.tobytes()


@pytest.mark.parametrize("gain", [-60.0, -6.0, 3.0, 24.0])
def test_a_gain_is_so_many_decibels_and_nobody_elses(gain: float) -> None:
    usual, moved = dict(placed(STEMS, RATE)), dict(placed(STEMS, RATE, with_gain(bass=gain)))
    assert level(moved["bass"]) - level(usual["bass"]) == pytest.approx(gain, abs=1e-3)
    for name in ("drums", "lead"):
        np.testing.assert_array_equal(moved[name], usual[name])
    gains = mix(STEMS, RATE, places=with_gain(bass=gain)).gains
    before = mix(STEMS, RATE).gains
    beside = (gains["bass"] - gains["drums"]) - (before["bass"] - before["drums"])
    assert beside == pytest.approx(gain)


def test_a_gain_comes_on_top_of_what_a_quiet_stem_is_raised_by() -> None:
    faint = {"bass": STEMS["bass"] * np.float32(0.01)}
    usual, moved = (dict(placed(faint, RATE, with_gain(bass=gain)))["bass"] for gain in (0.0, 6.0))
    assert level(moved) - level(usual) == pytest.approx(6.0, abs=1e-3)


@pytest.mark.parametrize("pan", [-1.0, -0.2, 0.0, 1.0])
def test_a_pan_moves_the_sound_and_keeps_its_power(pan: float) -> None:
    dry = {"lead": Placement(0.0, pan, -120.0)}
    (part,) = dict(placed({"lead": STEMS["lead"]}, RATE, dry)).values()
    left, right = pan_gains(pan)
    heard = np.sqrt(np.mean(np.square(part, dtype=np.float64), axis=0))
    np.testing.assert_allclose(heard / np.linalg.norm(heard), [left, right], atol=1e-5)
