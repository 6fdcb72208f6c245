"""Sounds without a beat, made here: noise, applause, speech. Float32 [samples] at 24 kHz, RMS about 0.05.

Speech is a glottal pulse train through three formants that move from vowel to vowel, with hiss between, in
syllables of uneven length (the source-filter model: G. Fant, Acoustic theory of speech production, 1960). It
says nothing, but rises and falls as talk does. Applause is many hands, each clapping at its own pace: short
bursts of noise in a band about 1.5 kHz.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import numpy as np
from numpy.typing import NDArray

from stemwright.instruments.sampler import Audio
from stemwright.song.timebase import SAMPLE_RATE

LEVEL = 0.05
VOWELS = (
    (730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410),
    (440, 1020, 2240), (490, 1350, 1690),
)  # fmt: skip
"""Formants in Hz (Peterson and Barney, Control methods used in a study of the vowels, 1952)."""
FALL = 0.35
"""How far a pitch falls in a sentence (logarithm)."""


def noise(rng: Random, count: int) -> Audio:
    """Hiss between white and brown."""
    spectrum = np.fft.rfft(_numbers(rng).standard_normal(count))
    frequency = np.maximum(np.fft.rfftfreq(count, 1 / SAMPLE_RATE), 20.0)
    return _levelled(np.fft.irfft(spectrum * frequency ** -rng.uniform(0.0, 1.0), count))


def applause(rng: Random, count: int) -> Audio:
    """A few or a hundred people clap."""
    draw = _numbers(rng)
    strikes = np.zeros(count)
    people = rng.choice((5, 20, 100))
    for _ in range(people):
        gap = rng.uniform(0.17, 0.4) * SAMPLE_RATE
        number = int(count / gap) + 1
        times = np.cumsum(gap * draw.lognormal(0.0, 0.12, number)) - rng.random() * gap
        places = times[(times >= 0) & (times < count)].astype(np.int64)
        strikes[places] += draw.normal(0.0, rng.uniform(0.3, 1.0), len(places))
    length = round(0.03 * SAMPLE_RATE)
    time = np.arange(length) / SAMPLE_RATE
    hand = np.exp(-time / 0.006) * np.sin(
        2 * np.pi * rng.uniform(900, 2200) * time + draw.normal(0, 1, length)
    )
    return _levelled(_convolved(strikes, hand, count))


def speech(rng: Random, count: int) -> Audio:
    """Somebody talks, with pauses."""
    out, at = np.zeros(count), rng.randrange(SAMPLE_RATE // 2)
    pitch = rng.uniform(90.0, 230.0)
    while at < count:
        syllables = rng.randint(3, 14)
        for number in range(syllables):
            length = round(rng.lognormvariate(np.log(0.17), 0.35) * SAMPLE_RATE)
            hertz = pitch * np.exp(-FALL * number / syllables + rng.gauss(0.0, 0.05))
            made = _syllable(rng, max(length, 800), float(hertz))[: max(0, count - at)]
            out[at : at + len(made)] += made
            at += length
        at += round(rng.lognormvariate(np.log(0.5), 0.5) * SAMPLE_RATE)
    return _levelled(out)


def silence(rng: Random, count: int) -> Audio:
    """Nothing, or the faint hum of a stage."""
    hum = np.sin(2 * np.pi * rng.choice((50.0, 60.0)) * np.arange(count) / SAMPLE_RATE)
    return np.asarray(rng.choice((0.0, 0.0, 1e-4, 1e-3)) * hum, np.float32)


BEATLESS: tuple[Callable[[Random, int], Audio], ...] = (silence, noise, applause, speech)


def _syllable(rng: Random, count: int, hertz: float) -> NDArray[np.float64]:
    """A consonant's hiss and a vowel."""
    first, last = np.array(rng.choice(VOWELS)), np.array(rng.choice(VOWELS))
    draw = _numbers(rng)
    time = np.arange(count) / SAMPLE_RATE
    phase = np.cumsum(np.full(count, hertz) * np.exp(draw.normal(0, 0.01, count))) / SAMPLE_RATE
    glide = np.linspace(0.0, 1.0, count)[:, None]
    formants = first * (1 - glide) + last * glide
    vowel = np.zeros(count)
    for harmonic in range(1, min(40, int(5000 / hertz))):
        away = (harmonic * hertz - formants) / np.array([70.0, 100.0, 140.0])
        gain = (1.0 / (1.0 + away * away) * np.array([1.0, 0.5, 0.25])).sum(1)
        vowel += gain / harmonic**0.3 * np.sin(2 * np.pi * harmonic * phase)
    hiss = draw.normal(0.0, rng.choice((0.0, 0.02, 0.1)), count) * np.exp(-time / 0.05)
    swell = np.sin(np.pi * np.clip(time / time[-1], 0, 1)) ** 0.7 * rng.uniform(0.4, 1.0)
    return np.asarray((vowel + hiss) * swell)


def _convolved(signal: NDArray[np.float64], kernel: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    from scipy.signal import oaconvolve

    return np.asarray(oaconvolve(signal, kernel)[:count])


def _levelled(signal: NDArray[np.float64]) -> Audio:
    size = float(np.sqrt(np.mean(np.square(signal))))
    return np.asarray(signal * (LEVEL / size if size > 0 else 0.0), np.float32)


def _numbers(rng: Random) -> np.random.Generator:
    return np.random.default_rng(rng.getrandbits(63))
