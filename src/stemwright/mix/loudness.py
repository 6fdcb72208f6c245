"""Loudness and peaks after ITU-R BS.1770-4: integrated loudness in LUFS, true peak in dBTP.

K-weighting is the standard's two biquads; their coefficients at 48 kHz belong to the analogue filters given
here (as libebur128 derives them), so that any sample rate is served. Their impulse response decays below
1e-11 within 1/8 s; we apply it as a FIR filter of that length. True peaks are found between samples by a
windowed sinc that passes all but the last 2% below half the sample rate, or a resampler that does not.
"""

import functools
import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stemwright.mix.filters import Signal, filtered

SILENCE_DB = -120.0
"""What levels at or below this are reported as, so that they stay numbers."""

_ABSOLUTE_GATE = -70.0
_RELATIVE_GATE = -10.0
_OFFSET = -0.691
OVERSAMPLING = 4
_HALF_TAPS = 128
_PIECE = 1 << 18


def decibels(amplitude: float) -> float:
    """20 log10, not below SILENCE_DB."""
    return max(20.0 * math.log10(amplitude), SILENCE_DB) if amplitude > 1e-12 else SILENCE_DB


def amplitude(level_db: float) -> float:
    """The factor for `level_db`."""
    return float(10.0 ** (level_db / 20.0))


def integrated_loudness(audio: ArrayLike, sample_rate: int) -> float:
    """Integrated loudness in LUFS of `audio` [N] or [N, channels] (left and right weigh alike), -120 or more.

    Blocks of 400 ms, 75% overlapped, gated at -70 LUFS and 10 LU below the mean of what is left. Audio
    shorter than 400 ms counts as one block.
    """
    signal = _columns(audio)
    if not len(signal):
        return SILENCE_DB
    size = round(0.4 * sample_rate)
    powers = sum(_block_powers(channel.astype(np.float64), sample_rate, size) for channel in signal.T)
    return _gated(np.asarray(powers))


def true_peak(audio: ArrayLike) -> float:
    """The true peak in dBTP of `audio` [N] or [N, channels]: largest magnitude at 4x oversampling.

    Meters differ in how they treat what lies just below half the sample rate. We take the higher reading of
    two: a windowed sinc that passes it (`peak_envelope`) and a resampler that removes it (soxr).
    """
    signal = _columns(audio)
    if not signal.size:
        return SILENCE_DB
    return decibels(max(max(float(peak_envelope(ch).max()), _smooth_peak(ch)) for ch in signal.T))


def peak_envelope(channel: Signal) -> Signal:
    """The largest magnitude at each sample of `channel` [N] and at the 3 points up to the next."""
    single = channel.astype(np.float32)
    envelope = np.abs(single)
    for start, piece in filtered(single, _interpolators(), block=8192):
        first = start - _HALF_TAPS  # the filters' delay
        low, high = max(first, 0), min(first + piece.shape[1], len(channel))
        if low < high:
            between = np.abs(piece[:, low - first : high - first]).max(axis=0)
            np.maximum(envelope[low:high], between, out=envelope[low:high])
    return envelope


def _smooth_peak(channel: Signal) -> float:
    """The largest magnitude of the resampled `channel` [N], piece by piece, for the whole would be large."""
    import soxr

    stream = soxr.ResampleStream(1, OVERSAMPLING, 1, dtype="float32", quality="HQ")
    highest = 0.0
    for start in range(0, len(channel), _PIECE):
        piece = channel[start : start + _PIECE].astype(np.float32)
        smooth = stream.resample_chunk(piece, last=start + _PIECE >= len(channel))
        highest = max(highest, float(np.abs(smooth).max(initial=0.0)))
    return highest


def _columns(audio: ArrayLike) -> Signal:
    signal: Signal = np.asarray(audio)
    return signal[:, None] if signal.ndim == 1 else signal


def _block_powers(channel: Signal, sample_rate: int, size: int) -> NDArray[np.float64]:
    """Mean square of the K-weighted `channel` in each block."""
    energy = np.zeros(len(channel) + 1)
    for start, piece in filtered(channel, _k_taps(sample_rate)):
        end = min(start + piece.shape[1], len(channel))
        if start < end:
            energy[start + 1 : end + 1] = piece[0, : end - start] ** 2
    total = np.cumsum(energy, out=energy)
    if len(channel) < size:
        return total[-1:] / len(channel)
    count = round((len(channel) - size) / (0.25 * size)) + 1
    starts = np.minimum(np.rint(np.arange(count) * 0.25 * size).astype(np.int64), len(channel) - size)
    powers: NDArray[np.float64] = np.maximum(total[starts + size] - total[starts], 0.0) / size
    return powers


def _gated(powers: NDArray[np.float64]) -> float:
    loud = powers[powers > _power(_ABSOLUTE_GATE)]
    if not len(loud):
        return SILENCE_DB
    gate = _lufs(float(loud.mean())) + _RELATIVE_GATE
    return _lufs(float(loud[loud > _power(gate)].mean()))


def _power(loudness: float) -> float:
    return float(10.0 ** ((loudness - _OFFSET) / 10.0))


def _lufs(power: float) -> float:
    return _OFFSET + 10.0 * math.log10(power)


@functools.cache
def _k_taps(sample_rate: int) -> Signal:
    """Impulse response of the K-weighting, [1, L]."""
    length = sample_rate // 8
    points = 1 << (2 * length - 1).bit_length()
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(points))
    response = np.ones_like(z)
    for b, a in (_shelf(sample_rate), _high_pass(sample_rate)):
        response *= (b[0] + b[1] * z + b[2] * z * z) / (a[0] + a[1] * z + a[2] * z * z)
    return np.fft.irfft(response, points)[None, :length]


Biquad = tuple[tuple[float, float, float], tuple[float, float, float]]


def _shelf(sample_rate: int) -> Biquad:
    """The head's high shelf: +4 dB above about 1.7 kHz."""
    gain, quality = 3.999843853973347, 0.7071752369554196
    k = math.tan(math.pi * 1681.974450955533 / sample_rate)
    high = 10.0 ** (gain / 20.0)
    middle = high**0.4996667741545416
    b = (high + middle * k / quality + k * k, 2 * (k * k - high), high - middle * k / quality + k * k)
    return b, (1 + k / quality + k * k, 2 * (k * k - 1), 1 - k / quality + k * k)


def _high_pass(sample_rate: int) -> Biquad:
    """The RLB curve: a high pass at 38 Hz. Its numerator is 1, -2, 1 in the standard, not normalised."""
    quality = 0.5003270373238773
    k = math.tan(math.pi * 38.13547087602444 / sample_rate)
    scale = 1 + k / quality + k * k
    return (1.0, -2.0, 1.0), (1.0, 2 * (k * k - 1) / scale, (1 - k / quality + k * k) / scale)


@functools.cache
def _interpolators() -> Signal:
    """Windowed-sinc fractional delays, [3, 2 x half]: the signal 1/4, 2/4 and 3/4 of a sample later."""
    places = np.arange(1 - _HALF_TAPS, _HALF_TAPS + 1)
    rows = []
    for phase in range(1, OVERSAMPLING):
        distance = places - phase / OVERSAMPLING
        window = np.i0(6.0 * np.sqrt(1.0 - (distance / (_HALF_TAPS + 1)) ** 2))  # Kaiser, beta 6
        taps = np.sinc(distance) * window
        rows.append((taps / taps.sum())[::-1])
    return np.array(rows)
