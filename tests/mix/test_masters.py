"""Masters by name: their loudness and peaks, and stems under them."""

from __future__ import annotations

import numpy as np
import pytest

from stemwright.errors import UsageError
from stemwright.mix.bus import MAX_COMPRESSION_DB, MAX_TILT_DB, balance, balancing_tilt, compression, tilt
from stemwright.mix.loudness import integrated_loudness
from stemwright.mix.masters import MASTERS, master_of
from stemwright.mix.mixer import mix, mixing, placed
from stemwright.mix.peaks import true_peak
from stemwright.mix.stems import ArrayStem

RATE = 24_000


def band(seconds: int = 6) -> dict[str, np.ndarray]:
    """Hits, a bass and a chord that is held: something like music."""
    time, rng = np.arange(seconds * RATE) / RATE, np.random.default_rng(0)
    hits = rng.standard_normal(len(time)) * np.exp(-(time % 0.5) * 8) * 0.3
    bass = np.sin(2 * np.pi * 55 * time) * np.exp(-(time % 0.5) * 3) * 0.5
    chord = sum(np.sin(2 * np.pi * hz * time) for hz in (220, 277, 330, 1760, 3520)) * 0.08
    return {"drums": hits.astype("f4"), "bass": bass.astype("f4"), "harmony": chord.astype("f4")}


@pytest.mark.parametrize(("name", "lufs"), [("streaming", -14.0), ("club", -9.0)])
def test_loudness_and_peak_are_reached(name: str, lufs: float) -> None:
    made = mix(band(), RATE, master=MASTERS[name])
    assert made.reached and integrated_loudness(made.audio, RATE) == pytest.approx(lufs, abs=0.1)
    assert -2.0 < true_peak(made.audio) <= -1.0
    assert made.loudness_lufs == pytest.approx(integrated_loudness(made.audio, RATE), abs=0.01)
    assert made.true_peak_dbtp == pytest.approx(true_peak(made.audio), abs=0.01)


def test_none_is_the_plain_sum() -> None:
    made = mix(band(), RATE, master=MASTERS["none"])
    total = sum(part.astype(np.float64) for _, part in placed(band(), RATE))
    assert np.abs(made.audio - total).max() < 1e-6
    assert made.loudness_lufs == pytest.approx(integrated_loudness(total, RATE), abs=0.01)
    assert made.true_peak_dbtp == pytest.approx(true_peak(total), abs=0.01)
    assert made.limiting_db == 0.0 and made.reached


@pytest.mark.parametrize("name", list(MASTERS))
def test_stems_under_the_master_add_up_to_it(name: str) -> None:
    stems = {layer: ArrayStem(stem) for layer, stem in band().items()}
    with mixing(stems, RATE, MASTERS[name]) as made:
        whole = np.concatenate(list(made.pieces()))
        parts = [made.made.curve.turned(made.mixing.part(layer)) for layer in made.mixing.parts]
        total = sum(np.concatenate(list(part)).astype(np.float64) for part in parts)
    assert np.abs(whole - total).max() < 2**-21


def test_the_compressor_is_gentle_and_leaves_an_even_sound_nearly_alone() -> None:
    even = compression(np.full(4000, 0.01))
    assert len(even) == 4001 and 10 ** (-1.5 / 20) < even[-1] <= 1.0
    powers = np.full(4000, 0.001)
    powers[1000:2000] = 1.0
    gain = compression(powers)
    assert gain.min() < 0.95 and gain.min() >= 10 ** (-MAX_COMPRESSION_DB / 20)
    assert gain[:900].min() > 0.99 and gain[-1] > 0.99
    assert np.abs(np.diff(gain)).max() < 0.02
    assert compression(np.zeros(0)).tolist() == [1.0] and np.isfinite(compression(np.zeros(9))).all()


@pytest.mark.parametrize(("lows", "highs", "sign"), [(1.0, 0.001, 1), (0.01, 1.0, -1), (0.0, 0.0, 0)])
def test_tilt_only_where_it_is_needed(lows: float, highs: float, sign: int) -> None:
    time = np.arange(RATE) / RATE
    sound = lows * np.sin(2 * np.pi * 80 * time) + highs * np.sin(2 * np.pi * 6000 * time)
    found = balancing_tilt(*balance(np.stack([sound, sound], axis=1), RATE, 0))
    assert np.sign(found) == sign and abs(found) <= MAX_TILT_DB
    sound = np.sin(2 * np.pi * 80 * time) + 0.16 * np.sin(2 * np.pi * 6000 * time)
    assert balancing_tilt(*balance(np.stack([sound, sound], axis=1), RATE, 0)) == 0.0
    assert tilt(1.0, RATE).shape == (2, 5)


def test_another_name_is_refused() -> None:
    with pytest.raises(UsageError, match="use streaming, club or none"):
        master_of("radio")
