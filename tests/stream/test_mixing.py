"""Levels that move slowly, places, and a sum that stays below its ceiling."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.mix.levels import amplitude
from stemwright.mix.loudness import integrated_loudness
from stemwright.mix.placement import placement
from stemwright.stream.mixing import RATE, SLEW_DB, TRUSTED, Loudness, StreamMix

PLACES = {layer: placement(layer) for layer in ("drums", "bass", "harmony", "lead")}
BLOCK = 23_040


def noise(seed: int, seconds: float, level_db: float) -> np.ndarray:
    draw = np.random.Generator(np.random.Philox(seed))
    return (draw.standard_normal((round(seconds * RATE), 2)) * amplitude(level_db)).astype(np.float32)


def mixed(stems: dict[str, np.ndarray], size: int = BLOCK) -> np.ndarray:
    mix, made = StreamMix(), []
    mix.follow(PLACES)
    for at in range(0, len(next(iter(stems.values()))), size):
        made.append(mix.push((layer, "", stem[at : at + size]) for layer, stem in stems.items()))
    return np.concatenate(made)


def test_the_measured_loudness_is_the_standards_as_a_mix_hears_it() -> None:
    sound = noise(1, 12.0, -30.0)
    heard = Loudness(-24.0)
    for at in range(0, len(sound), 1000):
        heard.push(sound[at : at + 1000])
    standard = integrated_loudness(sound, RATE) - 10 * np.log10(2)
    usual, measured = 10 ** (-24.0 / 10), 10 ** (standard / 10)
    share = TRUSTED / (TRUSTED + 12.0)
    assert abs(heard.lufs - 10 * np.log10(share * usual + (1 - share) * measured)) < 0.1


def test_silence_says_nothing_of_loudness() -> None:
    heard = Loudness(-24.0)
    heard.push(np.zeros((RATE, 2), np.float32))
    assert abs(heard.lufs + 24.0) < 1e-9


@settings(deadline=None, max_examples=6)
@given(
    st.lists(st.floats(-50, 0), min_size=4, max_size=4), st.integers(0, 9), st.sampled_from([7000, 23_040])
)
def test_nothing_goes_over_whatever_comes(levels: list[float], seed: int, size: int) -> None:
    stems = {
        layer: noise(seed + n, 2.0, level)
        for n, (layer, level) in enumerate(zip(PLACES, levels, strict=True))
    }
    made = mixed(stems, size)
    assert made.dtype == np.float32 and np.isfinite(made).all()
    assert np.abs(made).max() <= amplitude(-1.0)


def test_a_level_never_jumps() -> None:
    """A layer that is suddenly 20 dB louder is turned down by a decibel a second, no faster."""
    tone = np.sin(2 * np.pi * 997 / RATE * np.arange(20 * RATE)).astype(np.float32)[:, None] * 0.02
    stem = np.repeat(tone, 2, axis=1)
    stem[10 * RATE :] *= 10.0
    mix, gains = StreamMix(), []
    mix.follow({"lead": PLACES["lead"]})
    for at in range(0, len(stem), 4800):
        mix.push([("lead", "", stem[at : at + 4800])])
        gains.append(mix.gains["lead", ""])
    moves = np.diff(np.array(gains, float))
    assert np.abs(moves).max() <= SLEW_DB * 0.1 + 1e-9
    assert moves[100:].sum() < -2.0


def test_it_comes_to_the_loudness_of_finished_songs() -> None:
    stems = {layer: noise(n, 14.0, -25.0 - n) for n, layer in enumerate(PLACES)}
    made = mixed(stems)[8 * RATE :]
    assert abs(integrated_loudness(made, RATE) + 14.0) < 2.0


def test_a_layer_that_comes_back_is_measured_anew_and_nothing_is_kept_of_it() -> None:
    mix = StreamMix()
    mix.follow(PLACES)
    mix.push([("bass", "pick", noise(1, 0.5, -20)), ("lead", "sax", noise(2, 0.5, -20))])
    mix.push([("bass", "pick", noise(1, 0.5, -20))])
    assert list(mix.gains) == [("bass", "pick")]
    assert len(mix.push([])) == 0
