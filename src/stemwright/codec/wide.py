"""The wide decoder: the codec's tokens to 48 kHz stereo, from a bundle of one ONNX graph.

It takes the very tokens that the codec's own decoder takes, and is bound to them: a song's takes need not be
made again to be heard through it. As there, long tokens go through in chunks with context on both sides.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from stemwright.codec.bundle_graphs import Graphs, check_codes, require, whole
from stemwright.codec.codec import CODEBOOKS, DECODER
from stemwright.codec.streaming import FloatArray, StreamingDecoder, decoded
from stemwright.codec.tiles import AloneTiles, Tiles
from stemwright.codec.tokens import validate
from stemwright.song.timebase import HOP, SAMPLE_RATE

if TYPE_CHECKING:
    from stemwright.models import Bundle

RATE = 2 * SAMPLE_RATE
WIDE_HOP = 2 * HOP
CHANNELS = 2
CHUNK = 300  # frames


class WideDecoder(Graphs):
    """A wide decoder's bundle, ready to use. Methods may be called from several threads at once."""

    sample_rate = RATE

    def __init__(self, bundle: Bundle, threads: int = 1) -> None:
        super().__init__(bundle, {DECODER: ("tensor(int64)", "tensor(float)")}, threads)
        self.codebook_size = whole(bundle, "codebook_size", 2, 65535)
        self.context = whole(bundle, "context", 0, 4096)
        require(bundle, sample_rate=RATE, hop=WIDE_HOP, channels=CHANNELS, codebooks=CODEBOOKS)

    @classmethod
    def load(cls, bundle_dir: Path | str, threads: int = 1) -> WideDecoder:
        """Read and verify a bundle (checksums, kind). UsageError or StemwrightError where it is none."""
        from stemwright.models import load_bundle

        return cls(load_bundle(bundle_dir, kind="decoder"), threads)

    @property
    def tokens_sha256(self) -> str:
        """The identity of the tokens that it takes."""
        return str(self.bundle.manifest.codec_sha256)

    def decode(self, tokens: npt.NDArray[np.integer]) -> FloatArray:
        """Tokens ``[8, T]`` to audio float32 ``[T * 640, 2]``, left and right, at 48 kHz."""
        return decoded(self.stream(), validate(tokens, self.codebook_size))

    def stream(self) -> StreamingDecoder:
        """A decoder that takes tokens piece by piece and gives, joined, exactly what :meth:`decode` gives."""
        return StreamingDecoder(self._decode_piece, CODEBOOKS, CHUNK, self.context, WIDE_HOP, (CHANNELS,))

    def tiles(self, tokens: npt.NDArray[np.integer]) -> Tiles:
        """What :meth:`decode` gives, tile by tile."""
        return AloneTiles(self.stream(), validate(tokens, self.codebook_size), self.sha256)

    def _decode_piece(self, codes: npt.NDArray[np.int64]) -> FloatArray:
        check_codes(codes, self.codebook_size)
        audio: FloatArray = self._sound(DECODER, codes, (1, CHANNELS, codes.shape[1] * WIDE_HOP))[0].T
        return audio
