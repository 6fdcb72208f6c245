"""What is no partial: noise in bands, and the free spectra of attacks; NumPy, for any stretch of frames."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stemwright.codec.tone import layout as L
from stemwright.codec.tone.noise import white
from stemwright.codec.tone.notes import Notes, attacks, bursts

EDGE = 2
"""Frames on either side whose windows of noise reach into a stretch."""
BEFORE = 4
"""Frames before it whose attacks do."""
_HUSHED = 5e-4
"""Bursts below this are not heard."""

Complex = npt.NDArray[np.complex64]


@dataclass(frozen=True, slots=True)
class Controls:
    """What the trunk says of frames, float32: ``envelope`` [T, 104] and ``width`` [T, 24] of partials,
    ``noise`` [T, 3, 88] and ``side`` [T, 3, 24], ``free`` [T, 3, 641].
    """

    envelope: L.Floats
    width: L.Floats
    noise: L.Floats
    side: L.Floats
    free: L.Floats


@dataclass(frozen=True, slots=True)
class RestStretch:
    """Frames ``first`` to ``first + frames`` of a layer, at ``scale`` times 24 kHz; ``channels`` 1 or 2."""

    layer: str
    notes: Notes
    first: int
    frames: int
    scale: int
    channels: int

    @property
    def hop(self) -> int:
        """Samples a frame."""
        return L.HOP * self.scale

    @property
    def samples(self) -> int:
        """Samples of the stretch."""
        return self.frames * self.hop


def rest(controls: Controls, stretch: RestStretch) -> L.Floats:
    """Noise and attacks ``[channels, samples]`` of a stretch; ``controls`` hold its frames, ``BEFORE`` more
    before them and ``EDGE`` after.
    """
    made = _noise(controls.noise[BEFORE - EDGE :], controls.side[BEFORE - EDGE :], stretch)
    made[0] += _attacks(controls.free, stretch)
    return made


def _noise(noise_bands: L.Floats, side_levels: L.Floats, stretch: RestStretch) -> L.Floats:
    """Three streams of white noise, steady and in two bursts at each onset, shaped band by band."""
    bins = L.LOW_BINS if stretch.scale == 1 else L.WIDE_BINS
    middle = np.exp(np.minimum(noise_bands @ L.band_matrix()[:, :bins], 3.0) - 5.0)
    if not stretch.notes.drums:
        middle[:, 0] *= L.steady_ramp()[:bins]
    pad = EDGE * stretch.hop + (L.N_FFT - L.HOP) // 2 * stretch.scale
    first = stretch.first * stretch.hop - pad
    total = stretch.samples + 2 * pad
    burst = _padded_bursts(stretch, pad)
    out = []
    for channel in range(stretch.channels):
        skipped = max(0, -first)  # before the song there is no noise
        noise = np.zeros(total, np.float32)
        level = np.float32((stretch.scale / 2) ** 0.5)  # a band's power, at either rate
        noise[skipped:] = level * white(stretch.layer, channel, first + skipped, total - skipped)
        mask = middle
        if channel:
            mask = middle * np.exp(np.minimum(side_levels @ L.side_matrix()[:, :bins], 2.0) - 1.5)
        spectrum = _spectra(noise, stretch.scale) * mask[:, 0]
        for stream, envelope in enumerate(burst, 1):
            heard = _frames(envelope, stretch.scale).max(axis=1) > _HUSHED
            if heard.any():
                spectrum[heard] += _spectra(noise * envelope, stretch.scale, heard) * mask[heard, stream]
        out.append(_sound(spectrum, stretch))
    return np.stack(out)


def _padded_bursts(stretch: RestStretch, pad: int) -> L.Floats:
    """The bursts of a stretch and of ``pad`` samples before and after it."""
    made = bursts(
        stretch.notes, stretch.first - EDGE - 2, stretch.frames + 2 * EDGE + 4, L.BURSTS, stretch.scale
    )
    edge = (EDGE + 2) * stretch.hop - pad
    return made[:, edge : made.shape[1] - edge]


def _attacks(free: L.Floats, stretch: RestStretch) -> L.Floats:
    """A sound of its own at each onset, [samples]: one spectrum, from the onset's sample on. Frames of
    spectra would be heard as a tone of 75 Hz.
    """
    size = L.N_FFT * stretch.scale
    out = np.zeros(stretch.samples + 2 * size, np.float32)
    frame, start = attacks(stretch.notes, stretch.first - BEFORE, stretch.frames + BEFORE)
    if len(frame):
        part = free[frame]
        level = np.exp(np.minimum(part[:, 0], 6.0) - 2.0) * np.float32(stretch.scale / 2)  # the transform's
        spectrum = np.zeros((len(frame), size // 2 + 1), np.complex64)
        spectrum[:, : L.LOW_BINS] = level * (part[:, 1] + 1j * part[:, 2])
        pieces = np.fft.irfft(spectrum, n=size, axis=-1) * L.attack_window(stretch.scale)
        places = np.round(start * stretch.scale).astype(np.int64) - stretch.first * stretch.hop + size
        for piece, place in zip(pieces, places, strict=True):
            out[max(place, 0) : place + size] += piece[max(-place, 0) :]
    return out[size : size + stretch.samples]


def _frames(sound: L.Floats, scale: int) -> L.Floats:
    """Windows of 1280 samples (24 kHz), a hop apart: ``[T, N]``, a view."""
    view = np.lib.stride_tricks.sliding_window_view(sound, L.N_FFT * scale)
    return view[:: L.HOP * scale]


def _window(scale: int) -> L.Floats:
    n = L.N_FFT * scale
    return np.asarray(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n), np.float32)


def _spectra(sound: L.Floats, scale: int, which: npt.NDArray[np.bool_] | slice = slice(None)) -> Complex:
    """Spectra of windows, ``[T, bins]``."""
    made: Complex = np.fft.rfft(_frames(sound, scale)[which] * _window(scale), axis=-1).astype(
        np.complex64, copy=False
    )
    return made


def _sound(spectra: Complex, stretch: RestStretch) -> L.Floats:
    """Spectra of a stretch's frames and two on either side, windowed and added up: ``[samples]``."""
    n, hop = L.N_FFT * stretch.scale, stretch.hop
    pieces = np.fft.irfft(spectra, n=n, axis=-1).astype(np.float32, copy=False)
    pieces *= _window(stretch.scale) / np.float32(1.5)
    count = len(pieces)
    rows = np.zeros((count + 3, hop), np.float32)
    for i in range(4):
        rows[i : i + count] += pieces[:, i * hop : (i + 1) * hop]
    start = EDGE * hop + (n - hop) // 2
    return rows.reshape(-1)[start : start + stretch.samples]
