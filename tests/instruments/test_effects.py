from __future__ import annotations

import json
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.instruments.audition import centroid
from stemwright.instruments.effects import (
    MILD,
    STRONG,
    Effects,
    distort,
    draw_effects,
    impulse_response,
    in_room,
    saturate,
    tilted,
)
from stemwright.instruments.sampler import RATE


def noise(seconds: float = 1.0, start: float = 0.25) -> np.ndarray:
    """Noise of peak 0.5 after some silence."""
    audio = np.random.default_rng(3).uniform(-0.5, 0.5, round(seconds * RATE)).astype(np.float32)
    audio[: round(start * RATE)] = 0.0
    return audio


@given(st.integers(0, 2**32), st.sampled_from([MILD, STRONG]))
@settings(max_examples=25, deadline=None)
def test_silence_before_a_sound_stays_silence(seed: int, amounts: object) -> None:
    effects = draw_effects(Random(seed), amounts)  # type: ignore[arg-type]
    dry = noise()
    wet = effects.apply(dry)
    assert wet.shape == dry.shape and wet.dtype == np.float32 and np.isfinite(wet).all()
    assert np.abs(wet[: RATE // 4]).max() < 1e-6  # a convolution by FFT rounds
    assert np.abs(wet[RATE // 4 : RATE // 4 + 240]).max() > 0.1
    assert np.abs(effects.apply(np.zeros(4800, np.float32))).max() == 0.0


@given(st.integers(0, 2**32))
def test_effects_are_written_down_exactly(seed: int) -> None:
    effects = draw_effects(Random(seed), MILD)
    assert Effects(**json.loads(json.dumps(effects.to_json()))) == effects
    assert abs(effects.tilt) <= MILD.tilt_db and abs(effects.level) <= MILD.level_db
    assert effects.drive <= MILD.drive_db and effects.room <= MILD.room_seconds[1]


def test_dry_is_dry() -> None:
    dry = noise()
    np.testing.assert_array_equal(Effects().apply(dry), dry)
    assert distort(dry, 0.0) is dry


@pytest.mark.parametrize("wet", [-20.0, -6.0])
def test_a_room_has_the_energy_and_the_length_that_were_asked_for(wet: float) -> None:
    click = np.zeros(RATE, np.float32)
    click[100] = 1.0
    heard = in_room(click, 0.3, wet, 5)
    assert heard[100] == pytest.approx(1.0, abs=0.02)
    rest = heard - click
    assert 10 * np.log10(np.sum(rest**2)) == pytest.approx(wet, abs=0.1)
    assert np.abs(rest[:100]).max() < 1e-5 and np.abs(rest[100 + round(0.31 * RATE) :]).max() < 1e-5
    response = impulse_response(0.3, 5)
    early, late = (np.sum(response[a:b] ** 2) for a, b in ((0, RATE // 10), (RATE // 5, RATE * 3 // 10)))
    assert late < 0.01 * early
    assert not np.array_equal(response, impulse_response(0.3, 6))


def test_tilt_moves_the_balance() -> None:
    dry = noise()
    assert centroid(tilted(dry, -6.0)) < centroid(dry) < centroid(tilted(dry, 6.0))
    np.testing.assert_allclose(tilted(tilted(dry, 3.0), 0.0), tilted(dry, 3.0), atol=1e-6)


@pytest.mark.parametrize("drive", [1.0, 6.0, 12.0])
def test_saturation_bends_and_keeps_the_usual_peak(drive: float) -> None:
    line = np.linspace(-1, 1, 201, dtype=np.float32)
    bent = saturate(line, drive)
    assert (np.diff(bent) > 0).all() and bent[100] == 0.0
    assert bent[150] == pytest.approx(0.5, abs=1e-6) and bent[200] < 1.0 and bent[125] > 0.25
