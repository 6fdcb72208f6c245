from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stemwright.instruments.audition import audition, centroid, decibels, pitch_error
from stemwright.instruments.render import Studio
from stemwright.instruments.sampler import RATE


@pytest.mark.parametrize("pitch", [28, 45, 60, 84])
@pytest.mark.parametrize("cents", [-40, 0, 13])
def test_detuned_notes_are_measured(pitch: int, cents: int) -> None:
    t = np.arange(RATE // 2) / RATE
    frequency = 440.0 * 2 ** ((pitch - 69 + cents / 100) / 12)
    partials = [np.sin(2 * np.pi * k * frequency * t) / k for k in range(1, 9) if k * frequency < 11000]
    assert pitch_error(np.sum(partials, axis=0).astype(np.float32), pitch) == pytest.approx(cents, abs=1)


def test_levels_and_centres() -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE).astype(np.float32)
    assert centroid(tone) == pytest.approx(1000, abs=1)
    assert decibels(0.5) == pytest.approx(-6.02, abs=0.01) and decibels(0.0) == -120.0


@pytest.mark.parametrize(
    ("layer", "timbre"), [("drums", "vintage"), ("lead", "spanish guitar"), ("lead", "driven guitar")]
)
def test_an_audition_hears_what_is_there(samples: Path, layer: str, timbre: str) -> None:
    heard = audition(Studio(samples), layer, timbre)
    assert -30 < heard.rms < heard.peak < -3 and heard.quietest > -40 and heard.late < 2.0
    assert heard.soft > (0 if timbre == "driven guitar" else 8)
    if layer == "drums":
        assert heard.cents != heard.cents
    else:
        assert abs(heard.worst_cents) <= 2 and heard.rest == -120.0 and heard.held > 5
