"""Audio to tone tokens: spectra in NumPy, the network and its codebooks as one graph.

The encoder hears log-magnitudes only, so that tokens say what an ear hears and nothing of phases.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from stemwright.codec.tokens import Tokens, validate
from stemwright.codec.tone.graphs import ToneGraphs
from stemwright.codec.tone.layout import HOP, RATE, Floats, mel
from stemwright.errors import StemwrightError, UsageError

ENCODER = "encoder.onnx"
SPECTRA = ((2048, 128, 0), (1024, 64, 24))
"""Window, mel bands, bands left out from below."""
SPECTRA_SIZE = sum(bands - skip for _, bands, skip in SPECTRA)
STRETCH = 600
CONTEXT = 8
"""Frames on either side that the encoder's network sees, or more."""


@cache
def mel_filters(n_fft: int, bands: int, sample_rate: int = RATE) -> Floats:
    """Triangular filters of height 1, evenly spaced in mel: ``[n_fft / 2 + 1, bands]``."""
    places = np.linspace(0.0, float(mel(sample_rate / 2)), bands + 2)
    edges = 700.0 * (10.0 ** (places / 2595.0) - 1.0)
    bins = np.linspace(0.0, sample_rate / 2, n_fft // 2 + 1)[:, None]
    rise = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    return np.maximum(np.minimum(rise, fall), 0.0).astype(np.float32)


def spectra(audio: Floats) -> Floats:
    """Audio [T * 320] at 24 kHz to log-mel [T, 168] of about unit scale: a long window, and the upper bands
    of a short one.
    """
    out = []
    for n, bands, skip in SPECTRA:
        pad = (n - HOP) // 2
        window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n)).astype(np.float32) * np.float32(4 / n)
        pieces = np.lib.stride_tricks.sliding_window_view(np.pad(audio, pad), n)[::HOP] * window
        made = np.fft.rfft(pieces, axis=-1)
        power = (np.square(made.real) + np.square(made.imag)).astype(np.float32, copy=False)
        out.append(
            np.log(np.sqrt(power + np.float32(1e-14)) @ mel_filters(n, bands)[:, skip:] + np.float32(2e-5))
        )
    return (np.concatenate(out, axis=-1) + np.float32(6.5)) / np.float32(2.5)


class ToneEncoder(ToneGraphs):
    """A tone bundle, ready to encode. May be used from several threads at once."""

    @classmethod
    def load(cls, path: Path | str, threads: int = 1) -> ToneEncoder:
        """Read and verify a bundle. UsageError or StemwrightError where it is none."""
        from stemwright.models import load_bundle

        return cls(load_bundle(path, kind="tone"), threads)

    def encode(self, audio: npt.NDArray[np.floating]) -> Tokens:
        """Audio ``[N]`` at 24 kHz to tokens uint16 ``[K, ceil(N / 320)]``; the end is filled up with
        silence."""
        if audio.ndim != 1 or not bool(np.isfinite(audio).all()):
            raise UsageError("audio: must be mono [samples] and finite; check the file")
        frames = -(-len(audio) // HOP)
        if not frames:
            return np.zeros((self.codebooks, 0), np.uint16)
        seen = spectra(np.pad(audio.astype(np.float32), (0, frames * HOP - len(audio))))
        codes = np.zeros((self.codebooks, frames), np.uint16)
        for start in range(0, frames, STRETCH):
            stop = min(frames, start + STRETCH)
            low, high = max(0, start - CONTEXT), min(frames, stop + CONTEXT)
            codes[:, start:stop] = self._codes(seen[None, low:high])[:, start - low : stop - low]
        return validate(codes, self.codebook_size)

    def _codes(self, seen: Floats) -> npt.NDArray[np.int64]:
        """Codes [K, T] of spectra [1, T, 168]; checked before they are cast to 16 bits, which would hide one
        that is out of range.
        """
        (made,) = self.run(ENCODER, {"spectra": seen}, np.int64, (1, self.codebooks, seen.shape[1]))
        codes: npt.NDArray[np.int64] = made[0].astype(np.int64, copy=False)
        if int(codes.min(initial=0)) < 0 or int(codes.max(initial=0)) >= self.codebook_size:
            raise StemwrightError(
                f"{self.bundle.path / ENCODER}: gave codes outside 0 to {self.codebook_size - 1}; "
                "get the bundle again"
            )
        return codes
