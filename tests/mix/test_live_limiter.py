"""The limiter of endless sounds: it gives what the limiter of whole ones does, and nothing goes over."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.mix.levels import amplitude
from stemwright.mix.limiter import limited
from stemwright.mix.live_limiter import LiveLimiter
from stemwright.mix.peaks import true_peak

RATE = 48_000
CEILING = amplitude(-1.0)


def sound(seed: int, seconds: float, loud: float) -> np.ndarray:
    """Noise with bursts, stereo."""
    draw = np.random.Generator(np.random.Philox(seed))
    count = round(seconds * RATE)
    bursts = np.repeat(draw.exponential(loud, count // 2400 + 1), 2400)[:count]
    return (draw.standard_normal((count, 2)) * bursts[:, None] * 0.3).astype(np.float32)


def streamed(signal: np.ndarray, sizes: list[int]) -> np.ndarray:
    limiter, made, at = LiveLimiter(RATE, CEILING), [], 0
    for size in sizes:
        made.append(limiter.push(signal[at : at + size]))
        at += size
    return np.concatenate([*made, limiter.push(signal[at:]), limiter.flush()])


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 99),
    seconds=st.floats(0.0, 0.7),
    loud=st.sampled_from([0.05, 1.0, 6.0]),
    sizes=st.lists(st.integers(0, 9000), max_size=5),
)
def test_streamed_is_the_whole(seed: int, seconds: float, loud: float, sizes: list[int]) -> None:
    signal = sound(seed, seconds, loud)
    made = streamed(signal, sizes)
    whole = limited(signal, RATE, CEILING) if len(signal) else signal
    assert made.shape == whole.shape and made.dtype == np.float32
    assert np.allclose(made, whole, atol=2e-6 * max(1.0, loud))
    assert np.abs(made).max(initial=0.0) <= CEILING + 1e-5


def test_what_is_quiet_stays_to_the_bit() -> None:
    quiet = sound(1, 0.5, 0.05)
    assert np.array_equal(streamed(quiet, [100, 20_000]), quiet)


def test_peaks_between_samples_are_held() -> None:
    """A tone at a quarter of the rate, whose samples all lie 3 dB below its peaks."""
    phase = np.pi / 2 * np.arange(RATE) + np.pi / 4
    tone = np.sin(phase).astype(np.float32)[:, None].repeat(2, axis=1)
    assert true_peak(tone[1000:-1000]) > -0.05
    assert true_peak(streamed(tone, [4800] * 9)[1000:-1000]) < -0.85  # a cut tone rings


def test_it_is_late_by_less_than_thirty_milliseconds() -> None:
    limiter, given_in, given_out = LiveLimiter(RATE, CEILING), 0, 0
    for block in np.array_split(sound(3, 1.0, 1.0), 40):
        given_in += len(block)
        given_out += len(limiter.push(block))
        assert given_in - given_out < 0.03 * RATE
