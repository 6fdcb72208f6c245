"""What happens to a stem after it was played: a small room, tone, gentle saturation, level.

Drawing and applying are apart: the drawn :class:`Effects` are plain numbers that stand in a clip's line, so
its audio can be made again. Rendered stems vary little (:data:`MILD`), because a performer has to learn one
sound per timbre; a codec has to stand much more (:data:`STRONG`), and that is cheapest drawn afresh whenever
a segment is read.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from random import Random

import numpy as np

from stemwright.instruments.sampler import MONO, RATE, Audio, SoundFormat, lowpass, resample

SPLIT_HZ = 800.0
ECHOES = 6
AMPLIFIER_HZ = 4200.0
ROOM_WIDTH = np.float32(0.7)


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much is drawn: chances of a room and of saturation, and ranges."""

    room_chance: float
    room_seconds: tuple[float, float]
    room_db: tuple[float, float]
    tilt_db: float
    drive_chance: float
    drive_db: float
    level_db: float


MILD = Amounts(0.5, (0.12, 0.4), (-26.0, -15.0), 1.5, 0.25, 4.0, 1.0)
STRONG = Amounts(0.4, (0.1, 0.8), (-22.0, -4.0), 5.0, 0.3, 12.0, 0.0)


@dataclass(frozen=True, slots=True)
class Effects:
    """``room``: seconds to -60 dB (0: none), ``wet``: its energy in dB against the dry sound, ``seed``: which
    room; ``tilt``: dB by which what is above 800 Hz rises over what is below; ``drive``: dB into a soft curve
    (0: none); ``level``: dB.
    """

    room: float = 0.0
    wet: float = 0.0
    seed: int = 0
    tilt: float = 0.0
    drive: float = 0.0
    level: float = 0.0

    def to_json(self) -> dict[str, float]:
        """The fields, for a clip's line."""
        return asdict(self)

    def apply(self, audio: Audio, form: SoundFormat = MONO) -> Audio:
        """float32 [samples], or of another format -> the same length; silence before the first sound stays
        silence.
        """
        out = audio
        if self.drive:
            out = saturate(out, self.drive)
        if self.tilt:
            out = tilted(out, self.tilt, form.rate)
        if self.room:
            room = in_wide_room if form.stereo else in_room
            out = room(out, self.room, self.wet, self.seed)
        return out * np.float32(10.0 ** (self.level / 20.0)) if self.level else out


def draw_effects(rng: Random, amounts: Amounts) -> Effects:
    """Random effects, in numbers short enough to be written down exactly."""
    room = rng.random() < amounts.room_chance
    drive = rng.random() < amounts.drive_chance
    return Effects(
        room=round(rng.uniform(*amounts.room_seconds), 3) if room else 0.0,
        wet=round(rng.uniform(*amounts.room_db), 2) if room else 0.0,
        seed=rng.getrandbits(31) if room else 0,
        tilt=round(rng.uniform(-amounts.tilt_db, amounts.tilt_db), 2),
        drive=round(rng.uniform(0.5, amounts.drive_db), 2) if drive else 0.0,
        level=round(rng.uniform(-amounts.level_db, amounts.level_db), 2),
    )


def saturate(audio: Audio, decibels: float) -> Audio:
    """A tanh curve driven by so many dB; a stem's usual peak, 0.5, stays where it is."""
    gain = np.float32(10.0 ** (decibels / 20.0))
    return np.asarray(np.tanh(audio * gain) * (0.5 / np.tanh(0.5 * gain)), dtype=np.float32)


def distort(audio: Audio, drive: float, rate: int = RATE) -> Audio:
    """A guitar amplifier in two lines: a hard-driven tanh, and a loudspeaker that ends at 4.2 kHz."""
    return lowpass(np.tanh(audio * np.float32(drive)), AMPLIFIER_HZ, rate) if drive else audio


def tilted(audio: Audio, decibels: float, rate: int = RATE) -> Audio:
    """Half of ``decibels`` more above 800 Hz and half less below, by a first-order crossover."""
    from scipy.signal import lfilter

    pole = float(np.exp(-2.0 * np.pi * SPLIT_HZ / rate))
    filters = np.array([1.0 - pole], np.float32), np.array([1.0, -pole], np.float32)
    low = np.asarray(lfilter(*filters, audio, axis=0), np.float32)
    gain = np.float32(10.0 ** (decibels / 40.0))
    return np.asarray((audio - low) * gain + low / gain, dtype=np.float32)


def impulse_response(seconds: float, seed: int) -> Audio:
    """A small room without its direct sound: float32 [seconds * 24000] of energy 1.

    A few echoes off the walls, then noise that falls by 60 dB within ``seconds`` and grows duller (after
    J. A. Moorer, About This Reverberation Business, 1979).
    """
    rng = np.random.default_rng(seed)
    count = round(seconds * RATE)
    t = np.arange(count, dtype=np.float32) / np.float32(RATE)
    bright, dull = rng.standard_normal((2, count), dtype=np.float32)
    dull = lowpass(dull, float(rng.uniform(1500.0, 4000.0)))
    fade = np.exp(-6.91 * t / seconds)
    tail = fade * (bright * np.exp(-t / (0.15 * seconds)) + 1.5 * dull)
    start = round(float(rng.uniform(0.004, 0.012)) * RATE)
    tail[:start] = 0.0
    places = rng.integers(round(0.002 * RATE), max(round(0.04 * RATE), start + 2), ECHOES)
    places = places[places < count]
    tail[places] += rng.uniform(2.0, 6.0, places.size) * rng.choice((-1.0, 1.0), places.size) * fade[places]
    tail -= tail.mean()
    return np.asarray(tail / np.sqrt(np.sum(np.square(tail))), dtype=np.float32)


def in_room(audio: Audio, seconds: float, wet: float, seed: int) -> Audio:
    """The dry sound and, ``wet`` dB beside it, the room."""
    from scipy.signal import oaconvolve

    echo = oaconvolve(audio, impulse_response(seconds, seed))[: audio.size]
    return np.asarray(audio + echo * np.float32(10.0 ** (wet / 20.0)), dtype=np.float32)


def in_wide_room(audio: Audio, seconds: float, wet: float, seed: int) -> Audio:
    """As :func:`in_room`, for [samples, 2] at 48 kHz: the middle stands in the very room, the side hears
    another part of it.
    """
    from scipy.signal import oaconvolve

    middle, side = (_upper(seconds, seed, number) for number in (0, 1))
    gain = np.float32(10.0 ** (wet / 20.0))
    sum_, difference = (audio[:, 0] + audio[:, 1]) / 2, (audio[:, 0] - audio[:, 1]) / 2
    count = len(audio)
    centre = sum_ + gain * oaconvolve(sum_, middle)[:count]
    apart = difference + gain * (
        oaconvolve(difference, middle)[:count] + ROOM_WIDTH * oaconvolve(sum_, side)[:count]
    )
    return np.asarray(np.stack((centre + apart, centre - apart), axis=1), dtype=np.float32)


def _upper(seconds: float, seed: int, number: int) -> Audio:
    """A room's impulse response at 48 kHz: that of :func:`impulse_response`, and the hiss of its walls above
    12 kHz, as dense as below.
    """
    from scipy.signal import butter, sosfilt

    low = impulse_response(seconds, seed + number)
    body = resample(low, RATE, to=2 * RATE) / 2
    t = np.arange(len(body), dtype=np.float32) / np.float32(2 * RATE)
    hiss = np.random.default_rng((seed, number, 48)).standard_normal(len(body), dtype=np.float32)
    sos = butter(6, RATE / 2, "highpass", fs=2 * RATE, output="sos")
    hiss = sosfilt(sos, hiss) * np.exp(-6.91 * t / seconds - t / (0.15 * seconds))
    late = low[round(0.012 * RATE) :]
    bright = float(np.sqrt(np.mean(np.square(np.diff(late))) / 2)) if late.size > 1 else 0.0
    hiss[: round(0.012 * 2 * RATE)] = 0.0
    size = float(np.sqrt(np.mean(np.square(hiss))))
    return np.asarray(body + hiss * (bright / 2 / size if size > 0 else 0.0), dtype=np.float32)
