"""A note of an ensemble is the sum of its voices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.codec.tone.ensemble import FASTEST, PLACES, Ensemble, turned
from stemwright.codec.tone.tuning import Tuning
from stemwright.errors import UsageError


def test_gains_make_detuned_sines_of_one() -> None:
    ensemble = Ensemble(4, 0.7, 3.0)
    hz = np.array([220.0, 440.0])
    seconds = np.linspace(0, 2, 500)
    gains = ensemble.gains(57, 1234.0, hz, seconds)
    one = np.stack([np.cos(2 * np.pi * hz * t) for t in seconds])  # a cosine of each partial
    quarter = np.stack([np.sin(2 * np.pi * hz * t) for t in seconds])
    made = turned(np.stack([np.zeros_like(one), np.ones_like(one)], 1)[:, None], gains)
    heard = made[:, 0, 0] * quarter + made[:, 0, 1] * one
    begin = np.angle(ensemble.gains(57, 1234.0, hz, np.zeros(1)))
    assert np.allclose(heard[0], np.abs(gains[0]) * np.cos(begin[0]), atol=1e-5)
    spectrum = np.abs(np.fft.rfft(ensemble.gains(57, 1234.0, hz[1:], np.arange(0, 60, 1 / 75))[:, 0].real))
    peaks = np.fft.rfftfreq(4500, 1 / 75)[np.argsort(spectrum)[-8:]]
    wanted = [abs(440 * (2 ** (place * 3.0 / 1200) - 1)) for place in PLACES[4]]
    for f in wanted:
        assert np.abs(peaks - f).min() < 0.05


@given(
    st.sampled_from(sorted(PLACES)),
    st.floats(0, 1),
    st.floats(0, 100),
    st.integers(0, 127),
    st.floats(0, 1e8),
)
def test_power_stays_and_no_voice_is_faster_than_frames(
    voices: int, share: float, cents: float, pitch: int, onset: float
) -> None:
    hz = np.array([55.0, 1000.0, 15_000.0])
    gains = Ensemble(voices, share, cents).gains(pitch, onset, hz, np.arange(4) / 75)
    assert np.isfinite(gains).all()
    most = (1 + share * (voices - 1)) / np.sqrt(1 + share**2 * (voices - 1))
    assert np.abs(gains).max() <= most + 1e-4
    step = np.abs(np.diff(gains, axis=0)).max()
    assert step <= 2 * np.pi * FASTEST / 75 * most + 1e-4


def test_power_is_one_in_the_mean() -> None:
    gains = Ensemble(4, 0.8, 9.0).gains(60, 0.0, np.array([440.0]), np.arange(75 * 600) / 75)
    assert float(np.mean(np.abs(gains) ** 2)) == pytest.approx(1.0, abs=0.02)


def test_notes_that_begin_together_beat_apart() -> None:
    hz, seconds = np.array([440.0]), np.arange(75) / 75
    ensemble = Ensemble(4, 0.8, 9.0)
    a, b, c = (ensemble.gains(*note, hz, seconds) for note in ((60, 0.0), (61, 0.0), (60, 5000.0)))
    assert not np.allclose(a, b) and not np.allclose(a, c)


def test_tuning_keeps_it_and_older_bundles_have_none() -> None:
    tuning = Tuning(ensemble={"harmony/strings": Ensemble(4, 0.779, 8.62)})
    record = tuning.to_json()
    assert Tuning.from_json(record, "tuning.json") == tuning
    del record["ensemble"]
    assert Tuning.from_json(record, "tuning.json") == replace(tuning, ensemble={})


@pytest.mark.parametrize(
    "wrong",
    [
        {"voices": 3, "share": 0.5, "cents": 5.0},
        {"voices": 4, "share": 1.5, "cents": 5.0},
        {"voices": 4, "share": 0.5, "cents": 1e9},
        {"voices": 4, "share": 0.5},
        {"voices": "4", "share": 0.5, "cents": 5.0},
        [],
    ],
)
def test_what_is_no_ensemble_is_refused(wrong: object) -> None:
    record = {**Tuning().to_json(), "ensemble": {"harmony/strings": wrong}}
    with pytest.raises(UsageError, match=r"tuning\.json: ensemble of 'harmony/strings'"):
        Tuning.from_json(record, "tuning.json")
