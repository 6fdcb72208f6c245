"""Stems to a mix: each at its level and place, with its part of the room; the sum at a loudness, true peaks
below a ceiling.

Up to the sum all is linear, so a stem's part in it is a sound of its own (`placed`): what is exported. The
master, one gain and the limiter, comes after.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stemwright.errors import StemwrightError, UsageError
from stemwright.mix.filters import Signal
from stemwright.mix.limiter import limiting_gain, stereo_envelope
from stemwright.mix.loudness import SILENCE_DB, amplitude, decibels, integrated_loudness, true_peak
from stemwright.mix.placement import Placement, gain_db, pan_gains, placement
from stemwright.mix.room import add_room

MAX_LIMITING_DB = 9.0
"""More peak reduction than this would be heard; the mix then stays quieter than asked for."""

HEADROOM_DB = 6.0
"""How far below `placement` all stems lie before the master, so that they and their sum seldom go over."""

_MARGIN_DB = 0.1
_ROUNDS = 5
_CLOSE_LU = 0.05
_REACHED_LU = 0.5


@dataclass(frozen=True, slots=True)
class MixResult:
    """`audio` float32 [N, 2]; loudness in LUFS and true peak in dBTP (-120 for silence).

    `gains`: layer -> dB applied to its stem before the limiter. `limiting_db`: the largest gain reduction.
    `reached`: whether the loudness asked for was reached.
    """

    audio: NDArray[np.float32]
    loudness_lufs: float
    true_peak_dbtp: float
    gains: dict[str, float]
    limiting_db: float
    reached: bool


def mix(
    stems: Mapping[str, NDArray[np.float32]],
    sample_rate: int = 24000,
    target_lufs: float = -14.0,
    ceiling_dbtp: float = -1.0,
    each: Callable[[str, NDArray[np.float32]], object] = lambda layer, part: None,
    places: Mapping[str, Placement] | None = None,
) -> MixResult:
    """Mix `stems` (name -> mono [N] or stereo [N, 2] in -1..1; shorter ones end in silence): the sum of
    `placed`, mastered. `each` is given these parts one by one, and may keep them. `places`: by name, where
    they are not those that the names say (`placement`).

    The same input gives the same bits.

    UsageError for no stems or impossible targets, StemwrightError for stems of another shape or not finite.
    """
    _check(stems, sample_rate)
    if not (math.isfinite(target_lufs) and -70.0 < target_lufs <= 0.0):
        raise UsageError(f"target loudness {target_lufs} is outside -70..0 LUFS")
    if not (math.isfinite(ceiling_dbtp) and -20.0 <= ceiling_dbtp <= 0.0):
        raise UsageError(f"true-peak ceiling {ceiling_dbtp} is outside -20..0 dBTP")
    gains: dict[str, float] = {}
    summed = np.zeros((max(len(stem) for stem in stems.values()), 2))
    for layer, gain, part in _placed(stems, sample_rate, places or {}):
        gains[layer] = gain
        summed += part
        each(layer, part)
    del part  # a long song's arrays are large
    loudness = integrated_loudness(summed, sample_rate)
    envelope = stereo_envelope(summed)
    if loudness <= SILENCE_DB:
        return _unmastered(summed, gains, envelope, ceiling_dbtp, target_lufs)
    highest = ceiling_dbtp - decibels(float(envelope.max())) + MAX_LIMITING_DB
    master = min(target_lufs - loudness, highest)
    ceiling = ceiling_dbtp - _MARGIN_DB
    for _ in range(_ROUNDS):
        curve = limiting_gain(envelope, sample_rate, amplitude(ceiling), amplitude(master))
        lowest = float(curve.min())
        curve *= amplitude(master)
        audio = summed * curve[:, None]
        del curve
        reached, peak = integrated_loudness(audio, sample_rate), true_peak(audio)
        missing, over = target_lufs - reached, max(peak - ceiling_dbtp + _MARGIN_DB / 2, 0.0)
        if not over and (abs(missing) <= _CLOSE_LU or (missing > 0 and master >= highest)):
            break
        ceiling -= over
        master = min(master + missing, highest)
    audio *= amplitude(-over)
    return MixResult(
        audio=audio.astype(np.float32),
        loudness_lufs=reached - over,
        true_peak_dbtp=peak - over,
        gains={layer: level + master for layer, level in gains.items()},
        limiting_db=over - decibels(lowest),
        reached=abs(missing + over) <= _REACHED_LU,
    )


def placed(
    stems: Mapping[str, NDArray[np.float32]],
    sample_rate: int = 24000,
    places: Mapping[str, Placement] | None = None,
) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """The stems as they are in the mix before its master, by name: float32 [N, 2], as long as the longest;
    their sum is that mix. They may go beyond -1..1.

    A mono stem is panned to its place; a stereo stem keeps its width, its balance moves. Each brings its part
    of the room (`room`). `places` and errors as those of `mix`.
    """
    _check(stems, sample_rate)
    for layer, _, part in _placed(stems, sample_rate, places or {}):
        yield layer, part


def _check(stems: Mapping[str, NDArray[np.float32]], rate: int) -> None:
    if not stems:
        raise UsageError("nothing to mix: the song has no layer with an active take; run generate first")
    if not 8000 <= rate <= 192_000:
        raise UsageError(f"sample rate {rate} is outside 8000..192000 Hz")
    for layer, stem in stems.items():
        if np.ndim(stem) != 1 and np.shape(stem)[1:] != (2,):
            raise StemwrightError(f"stem {layer}: should be mono or stereo, has shape {np.shape(stem)}")
        if not np.isfinite(stem).all():
            raise StemwrightError(
                f"stem {layer}: holds samples that are not finite; generate the layer again"
            )


def _loudness(stem: NDArray[np.float32], sample_rate: int) -> float:
    """The loudness of a stem as it will be heard: in the middle, both channels have half their power."""
    measured = integrated_loudness(stem, sample_rate)
    return measured if np.ndim(stem) == 1 else measured - decibels(math.sqrt(2.0))


def _placed(
    stems: Mapping[str, NDArray[np.float32]], rate: int, places: Mapping[str, Placement]
) -> Iterator[tuple[str, float, NDArray[np.float32]]]:
    """Name, gain in dB and sound in the mix of each stem, in the order of their names."""
    length = max(len(stem) for stem in stems.values())
    for layer in sorted(stems):
        place, stem = places.get(layer) or placement(layer), stems[layer]
        gain = gain_db(place, _loudness(stem, rate)) - HEADROOM_DB
        if place.curve is not None:  # after its loudness was measured, which would level the curve out
            stem = place.curve.applied(stem, rate)
        level = amplitude(gain)
        wide = stem[:, None] if stem.ndim == 1 else stem
        part = np.zeros((length, 2), np.float32)
        for channel, factor in enumerate(pan_gains(place.pan)):
            part[: len(stem), channel] = wide[:, channel % wide.shape[1]] * np.float32(level * factor)
        sent = np.zeros(length, np.float32)
        sent[: len(stem)] = wide.mean(axis=1) * np.float32(level * amplitude(place.room_db))
        add_room(part, sent, rate)
        yield layer, gain, part


def _unmastered(
    summed: NDArray[np.float64],
    gains: Mapping[str, float],
    envelope: Signal,
    ceiling_dbtp: float,
    target_lufs: float,
) -> MixResult:
    """Silence, or too little to measure: no gain, no limiter, only the ceiling."""
    over = max(decibels(float(envelope.max(initial=0.0))) - (ceiling_dbtp - _MARGIN_DB), 0.0)
    audio = (summed * amplitude(-over)).astype(np.float32)
    lowered = {layer: gain - over for layer, gain in gains.items()}
    return MixResult(audio, SILENCE_DB, true_peak(audio), lowered, 0.0, target_lufs <= SILENCE_DB)
