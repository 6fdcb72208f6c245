"""Where the partials of every timbre lie, measured on single notes.

Pitched timbres: the first 24 partials of a held note are found as peaks of its spectrum; cents come from the
first four, weighted by their level, inharmonicity from a line through (f_h / h)^2 against h^2. Kits: the
modes of a hit are the peaks that stand out of its spectrum from 60 ms on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt

from stemwright.codec.tone.ensemble import Ensemble
from stemwright.codec.tone.layout import MODES
from stemwright.codec.tone.tuning import Strings, Tuning
from stemwright.codec.tone.vibrato import Vibrato
from stemwright.instruments.events import PlacedNote
from stemwright.instruments.render import Studio, mix_events
from stemwright.instruments.sampler import RATE, Instrument
from stemwright.instruments.timbres import names
from stemwright.song.drums import PIECE_PITCH
from stemwright.training.tone.beating import ensemble_of
from stemwright.training.tone.wobble import vibrato_of

PITCHES = {"bass": (26, 64), "harmony": (36, 92), "lead": (45, 96)}
SIZE = 1 << 18
STRAY_CENTS = 60.0
OUT_OF_TUNE = 60.0
HELD = 1.0
STANDS_OUT_DB = 18.0
WITHIN_DB = 45.0
TOP_MODE = 6000.0

Samples = npt.NDArray[np.float64]


def calibrate(studio: Studio, say: Callable[[str], None] = lambda line: None) -> Tuning:
    """The tuning of all timbres that models are trained on."""
    strings: dict[str, Strings] = {}
    modes: dict[str, dict[int, tuple[float, ...]]] = {}
    vibrato: dict[str, Vibrato] = {}
    ensemble: dict[str, Ensemble] = {}
    for layer, found in names(studio.recipes).items():
        for timbre in found:
            instrument, _ = studio.instrument(layer, timbre)
            key = f"{layer}/{timbre}"
            if layer == "drums":
                modes[key] = _kit(instrument)
                say(f"{key}: modes {sum(map(len, modes[key].values()))}")
                continue
            low, high = PITCHES.get(layer, PITCHES["harmony"])
            made = _strings(instrument, range(low, high + 1))
            if made is not None:
                strings[key] = made
                moves = _movement(instrument, Tuning(strings), layer, timbre, range(low, high + 1))
                if isinstance(moves, Vibrato):
                    vibrato[key] = moves
                elif moves is not None:
                    ensemble[key] = moves
                say(f"{key}: {np.median(made.cents):+.1f} cents, B {np.median(made.stiffness) * 1e5:.1f}e-5")
    return Tuning(strings, modes, vibrato, ensemble)


def _movement(
    instrument: Instrument, tuning: Tuning, layer: str, timbre: str, pitches: range
) -> Vibrato | Ensemble | None:
    """The vibrato of a timbre, or, where it has none, the ensemble that it is."""

    def play(pitch: int, seconds: float) -> Samples:
        return _sound(instrument, pitch, seconds)

    def hz(pitch: int) -> Samples:
        return tuning.frequencies(layer, timbre, pitch, False)

    found = vibrato_of(play, hz, pitches)
    return found if found is not None else ensemble_of(play, hz, inner(pitches))


def inner(pitches: range) -> range:
    """Every fourth pitch of the middle half."""
    quarter = len(pitches) // 4
    return pitches[quarter : len(pitches) - quarter : 4]


def _sound(instrument: Instrument, pitch: int, seconds: float) -> Samples:
    event = PlacedNote(0, round(seconds * RATE), pitch, 92)
    return mix_events(instrument, [event], round((seconds + 0.1) * RATE)).astype(np.float64)


def _strings(instrument: Instrument, pitches: Iterable[int]) -> Strings | None:
    rows = [(p, *found) for p in pitches if (found := _note(_sound(instrument, p, HELD), p)) is not None]
    if not rows:
        return None
    table = np.array(rows)
    stiffness = _running_median(np.where(table[:, 3] >= 4, table[:, 2], 0.0), 7)
    return Strings(
        tuple(table[:, 0].tolist()),
        tuple(np.round(table[:, 1], 3).tolist()),
        tuple(np.round(stiffness, 9).tolist()),
    )


def _running_median(values: Samples, width: int) -> Samples:
    padded = np.pad(values, width // 2, mode="edge")
    return np.asarray(np.median(np.lib.stride_tricks.sliding_window_view(padded, width), axis=1))


def _note(sound: Samples, pitch: int) -> tuple[float, float, int] | None:
    """Cents, inharmonicity and how many partials they come from; None where no tone of this pitch is
    heard."""
    part = sound[round(0.12 * RATE) : round(0.95 * RATE)]
    if np.sqrt(np.mean(np.square(part))) < 1e-4:
        return None
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), SIZE))
    even = 440.0 * 2.0 ** ((pitch - 69) / 12)
    first = [(h, *peak) for h in range(1, 5) if (peak := _peak(spectrum, even * h, STRAY_CENTS)) is not None]
    if not first:
        return None
    off = np.array([1200 * np.log2(f / (even * h)) for h, f, _ in first])
    order = np.argsort(off)
    weight = np.cumsum(np.array([size for _, _, size in first])[order])
    cents = float(off[order][np.searchsorted(weight, weight[-1] / 2)])
    f0, stiffness, count = _series(spectrum, even * 2 ** (cents / 1200), max(size for _, _, size in first))
    cents = float(1200 * np.log2(f0 * np.sqrt(1 + stiffness) / even))
    return (cents, stiffness, count) if abs(cents) <= OUT_OF_TUNE else None


def _series(spectrum: Samples, f0: float, top: float) -> tuple[float, float, int]:
    """f0 of a string without stiffness, its stiffness, and the number of partials, from the lowest up."""
    stiffness, points = 0.0, []
    for h in range(1, 25):
        f = f0 * h * np.sqrt(1 + stiffness * h * h)
        if f > 11_000:
            break
        peak = _peak(spectrum, f, min(45.0, 30.0 + 2 * h) if h < 6 else 28.0)
        if peak is not None and peak[1] > top * 10 ** (-55 / 20):
            points.append((h, *peak))
        if len(points) >= 3 and h >= 3:
            number, hz, size = np.array(points).T
            weight = np.sqrt(size) * number
            rows = np.stack([np.ones_like(number), number**2], 1) * weight[:, None]
            base, slope = np.linalg.lstsq(rows, (hz / number) ** 2 * weight, rcond=None)[0]
            f0 = float(np.sqrt(max(base, 1.0)))
            stiffness = float(np.clip(slope / base, 0.0, 2e-3))
    return f0, stiffness, len(points)


def _peak(spectrum: Samples, hz: float, cents: float) -> tuple[float, float] | None:
    """Frequency and size of the highest peak so near to a frequency; None where it lies at the edge."""
    step = RATE / SIZE
    low, high = (int(hz * 2 ** (sign * cents / 1200) / step) for sign in (-1, 1))
    low, high = max(1, low), min(len(spectrum) - 2, high + 1)
    if high <= low + 2:
        return None
    at = low + int(np.argmax(spectrum[low:high]))
    return None if at in (low, high - 1) else (at * step, float(spectrum[at]))


def _kit(instrument: Instrument) -> dict[int, tuple[float, ...]]:
    found = {pitch: _modes(_sound(instrument, pitch, 1.2)) for pitch in sorted(PIECE_PITCH.values())}
    return {pitch: hz for pitch, hz in found.items() if hz}


def _modes(sound: Samples) -> tuple[float, ...]:
    """The frequencies that ring on after a hit, rising."""
    part = sound[round(0.06 * RATE) : round(0.8 * RATE)]
    if not len(part) or np.sqrt(np.mean(np.square(part))) < 1e-4:
        return ()
    size = 1 << 16
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), size))
    step = RATE / size
    level = 20 * np.log10(spectrum[: round(TOP_MODE / step)] + 1e-9)
    around = _running_median(level[::8], 81).repeat(8)[: len(level)]
    peaks = [
        i
        for i in range(round(25 / step), len(level) - 3)
        if level[i] == level[max(0, i - 12) : i + 13].max()
        and level[i] > around[min(i, len(around) - 1)] + STANDS_OUT_DB
        and level[i] > level.max() - WITHIN_DB
    ]
    chosen = sorted(peaks, key=lambda i: -level[i])[:MODES]
    return tuple(sorted(round(i * step, 2) for i in chosen))
