"""The codec: audio to tokens and back, from a bundle of two ONNX graphs.

Tokens, not waveforms, are exact everywhere: another machine or version of ONNX Runtime may differ in the last
bits. Long audio goes through in chunks, with context on both sides or, where a graph is recurrent, with the
state that the chunk before has left.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from stemwright.codec.bundle_graphs import Graphs, Memory, check_codes, whole
from stemwright.codec.streaming import FloatArray, StreamingDecoder, decoded
from stemwright.codec.tiles import AloneTiles, Tiles, in_order
from stemwright.codec.tokens import MAX_CODEBOOKS, Tokens, validate
from stemwright.errors import StemwrightError, UsageError

if TYPE_CHECKING:
    from stemwright.models import Bundle

ENCODER = "encoder.onnx"
DECODER = "decoder.onnx"
ENCODE_CHUNK = 600  # frames
DECODE_CHUNK = 150
CODEBOOKS = 8
_TYPES = {ENCODER: ("tensor(float)", "tensor(int64)"), DECODER: ("tensor(int64)", "tensor(float)")}


class Codec(Graphs):
    """A codec bundle, ready to use. Methods may be called from several threads at once.

    It has the bundle's own ``sample_rate``, samples a frame (``hop``) and ``codebooks`` K. Songs and
    performers need those that `models.require_frames` asks for.
    """

    def __init__(self, bundle: Bundle, threads: int = 1) -> None:
        super().__init__(bundle, _TYPES, threads)
        self.codebook_size = whole(bundle, "codebook_size", 2, 65535)
        self.context = whole(bundle, "context", 0, 4096)
        self.sample_rate = whole(bundle, "sample_rate", 8000, 192000)
        self.hop = whole(bundle, "hop", 1, 1 << 14)
        self.codebooks = whole(bundle, "codebooks", 1, MAX_CODEBOOKS)

    @classmethod
    def load(cls, bundle_dir: Path | str, threads: int = 1) -> Codec:
        """Read and verify a bundle (checksums, kind). UsageError or StemwrightError where it is none."""
        from stemwright.models import load_bundle

        return cls(load_bundle(bundle_dir, kind="codec"), threads)

    @property
    def tokens_sha256(self) -> str:
        """The identity of its tokens, which codecs with other decoders can share."""
        return self.bundle.tokens_sha256

    def encode(self, audio: npt.NDArray[np.floating]) -> Tokens:
        """Audio ``[N]`` at the codec's rate to tokens uint16 ``[K, ceil(N / hop)]``; the end is filled up
        with silence.
        """
        sound = _checked_audio(audio)
        hop, memory = self.hop, self._memory()
        frames = -(-len(sound) // hop)
        sound = np.pad(sound, (0, frames * hop - len(sound)))
        codes = np.zeros((self.codebooks, frames), dtype=np.uint16)
        for start in range(0, frames, ENCODE_CHUNK):
            stop = min(frames, start + ENCODE_CHUNK)
            low, high = max(0, start - self.context), min(frames, stop + self.context)
            made = self._run(ENCODER, sound[None, low * hop : high * hop], memory)
            if made.shape != (1, self.codebooks, high - low):
                raise StemwrightError(
                    f"{self.bundle.path / ENCODER}: gave codes of shape {list(made.shape)}; get the bundle "
                    "again"
                )
            self._check_codes(made)
            codes[:, start:stop] = made[0, :, start - low : stop - low]
        return validate(codes, self.codebook_size)

    def decode(self, tokens: npt.NDArray[np.integer]) -> FloatArray:
        """Tokens ``[K, T]`` to audio float32 ``[T * hop]``."""
        return decoded(self.stream(), validate(tokens, self.codebook_size))

    def stream(self) -> StreamingDecoder:
        """A decoder that takes tokens piece by piece and gives, joined, exactly what :meth:`decode` gives."""
        memory = self._memory()

        def run(codes: npt.NDArray[np.int64]) -> FloatArray:
            check_codes(codes, self.codebook_size)
            audio: FloatArray = self._sound(DECODER, codes, (1, codes.shape[1] * self.hop), memory)[0]
            return audio

        return StreamingDecoder(run, self.codebooks, DECODE_CHUNK, self.context, self.hop)

    def tiles(self, tokens: npt.NDArray[np.integer]) -> Tiles:
        """What :meth:`decode` gives, tile by tile."""
        codes = validate(tokens, self.codebook_size)
        if self.context == 0:
            return in_order(self.stream, codes, self.sha256)
        return AloneTiles(self.stream(), codes, self.sha256)

    def _memory(self) -> Memory | None:
        """For one pass. Chunks that overlap would have a recurrent graph hear the same frames twice."""
        return Memory() if self.context == 0 else None

    def _check_codes(self, codes: npt.NDArray[Any]) -> None:
        """Before they are cast to 16 bits, which would hide a code that is out of range."""
        if int(codes.min(initial=0)) < 0 or int(codes.max(initial=0)) >= self.codebook_size:
            raise StemwrightError(
                f"{self.bundle.path / ENCODER}: gave codes outside 0 to {self.codebook_size - 1}; "
                "get the bundle again"
            )


def _checked_audio(audio: npt.NDArray[np.floating]) -> FloatArray:
    if audio.ndim != 1 or not np.issubdtype(audio.dtype, np.floating):
        raise UsageError(
            f"audio: is {audio.dtype} {list(audio.shape)}; it must be floating-point and mono [samples]"
        )
    with np.errstate(over="ignore"):
        sound: FloatArray = np.asarray(audio, dtype=np.float32)
    if not bool(np.isfinite(sound).all()):
        raise UsageError("audio: holds values that are not finite numbers; check the file")
    return sound
