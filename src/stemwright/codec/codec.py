"""The codec: audio to tokens and back, from a bundle of two ONNX graphs.

ONNX Runtime runs on one thread, in order, with deterministic kernels: on one machine the same input gives
the same bits. Another machine or version may differ in the last ones: tokens, not waveforms, are exact
everywhere. Long audio goes through in chunks with context on both sides.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from stemwright.codec.graph import check_graph
from stemwright.codec.streaming import FloatArray, StreamingDecoder
from stemwright.codec.tokens import Tokens, validate
from stemwright.errors import StemwrightError, UsageError
from stemwright.song.timebase import HOP, SAMPLE_RATE

if TYPE_CHECKING:
    import onnxruntime

    from stemwright.models import Bundle

ENCODER = "encoder.onnx"
DECODER = "decoder.onnx"
ENCODE_CHUNK = 600  # frames
DECODE_CHUNK = 150
CODEBOOKS = 8
MAX_GRAPH = 1 << 30  # bytes
_TYPES = {ENCODER: ("tensor(float)", "tensor(int64)"), DECODER: ("tensor(int64)", "tensor(float)")}


class Codec:
    """A codec bundle, ready to use. Methods may be called from several threads at once."""

    def __init__(self, bundle: Bundle, threads: int = 1) -> None:
        self.bundle = bundle
        self.threads = threads
        self.codebook_size = _whole(bundle, "codebook_size", 2, 65535)
        self.context = _whole(bundle, "context", 0, 4096)
        for field, expected in (("sample_rate", SAMPLE_RATE), ("hop", HOP), ("codebooks", CODEBOOKS)):
            if _whole(bundle, field, 1, 1 << 20) != expected:
                raise UsageError(
                    f"{bundle.path}: architecture.{field} must be {expected}; choose another codec"
                )
        self._sessions: dict[str, onnxruntime.InferenceSession] = {}
        self._lock = threading.Lock()

    @classmethod
    def load(cls, bundle_dir: Path | str, threads: int = 1) -> Codec:
        """Read and verify a bundle (checksums, kind). UsageError or StemwrightError where it is none."""
        from stemwright.models import load_bundle

        return cls(load_bundle(bundle_dir, kind="codec"), threads)

    @property
    def sha256(self) -> str:
        """The bundle's identity: SHA-256 of its canonical manifest."""
        return self.bundle.sha256

    @property
    def tokens_sha256(self) -> str:
        """The identity of its tokens, which codecs with other decoders can share."""
        return self.bundle.tokens_sha256

    def encode(self, audio: npt.NDArray[np.floating]) -> Tokens:
        """Audio ``[N]`` at 24 kHz to tokens uint16 ``[8, ceil(N / 320)]``; the end is filled up with
        silence.
        """
        sound = _checked_audio(audio)
        frames = -(-len(sound) // HOP)
        sound = np.pad(sound, (0, frames * HOP - len(sound)))
        codes = np.zeros((CODEBOOKS, frames), dtype=np.uint16)
        for start in range(0, frames, ENCODE_CHUNK):
            stop = min(frames, start + ENCODE_CHUNK)
            low, high = max(0, start - self.context), min(frames, stop + self.context)
            made = self._run(ENCODER, sound[None, low * HOP : high * HOP])
            if made.shape != (1, CODEBOOKS, high - low):
                raise StemwrightError(
                    f"{self.bundle.path / ENCODER}: gave codes of shape {list(made.shape)}; get the bundle "
                    "again"
                )
            self._check_codes(made)
            codes[:, start:stop] = made[0, :, start - low : stop - low]
        return validate(codes, self.codebook_size)

    def decode(self, tokens: npt.NDArray[np.integer]) -> FloatArray:
        """Tokens ``[8, T]`` to audio float32 ``[T * 320]``."""
        codes = validate(tokens, self.codebook_size)
        stream = self.stream()
        audio, at = np.empty(codes.shape[1] * HOP, dtype=np.float32), 0
        for start in range(0, codes.shape[1], DECODE_CHUNK):  # by pieces: only one is held beside the whole
            piece = stream.push(codes[:, start : start + DECODE_CHUNK])
            audio[at : at + len(piece)] = piece
            at += len(piece)
        audio[at:] = stream.flush()
        return audio

    def stream(self) -> StreamingDecoder:
        """A decoder that takes tokens piece by piece and gives, joined, exactly what :meth:`decode` gives."""
        return StreamingDecoder(self._decode_piece, CODEBOOKS, DECODE_CHUNK, self.context, HOP)

    def _decode_piece(self, codes: npt.NDArray[np.int64]) -> FloatArray:
        if codes.size and (int(codes.max()) >= self.codebook_size or int(codes.min()) < 0):
            raise UsageError(
                f"tokens: hold a code outside 0 to {self.codebook_size - 1}; they are of another codec"
            )
        made = self._run(DECODER, np.ascontiguousarray(codes)[None])
        if made.shape != (1, codes.shape[1] * HOP):
            raise StemwrightError(
                f"{self.bundle.path / DECODER}: gave audio of shape {list(made.shape)}; get the bundle again"
            )
        audio: FloatArray = np.asarray(made[0], dtype=np.float32)
        if not bool(np.isfinite(audio).all()):
            raise StemwrightError(
                f"{self.bundle.path / DECODER}: gave audio that is not finite; get the bundle again"
            )
        return audio

    def _check_codes(self, codes: npt.NDArray[Any]) -> None:
        """Before they are cast to 16 bits, which would hide a code that is out of range."""
        if int(codes.min(initial=0)) < 0 or int(codes.max(initial=0)) >= self.codebook_size:
            raise StemwrightError(
                f"{self.bundle.path / ENCODER}: gave codes outside 0 to {self.codebook_size - 1}; "
                "get the bundle again"
            )

    def _run(self, name: str, value: npt.NDArray[Any]) -> npt.NDArray[Any]:
        session = self._session(name)
        try:
            return np.asarray(session.run(None, {session.get_inputs()[0].name: value})[0])
        except Exception as error:  # ONNX Runtime's own exception types are not public
            raise StemwrightError(
                f"{self.bundle.path / name}: ONNX Runtime cannot run it ({_line(error)}); "
                "get the bundle again"
            ) from error

    def _session(self, name: str) -> onnxruntime.InferenceSession:
        """The graph's session; threads that ask at once share one."""
        with self._lock:
            session = self._sessions.get(name)
            if session is None:
                path = self.bundle.file(name)
                session = open_session(path, self.threads)
                _check_ends(session, path, *_TYPES[name])
                self._sessions[name] = session
            return session


def open_session(path: Path, threads: int = 1) -> onnxruntime.InferenceSession:
    """An ONNX Runtime session with execution guards: sequential, deterministic, no spinning threads.

    What is loaded are the very bytes that were checked (`codec.graph`). StemwrightError for any other file.
    """
    import onnxruntime

    try:
        if path.stat().st_size > MAX_GRAPH:
            raise StemwrightError(f"{path}: larger than {MAX_GRAPH} bytes; get the bundle again")
        data = path.read_bytes()
    except OSError as error:
        raise StemwrightError(f"{path}: cannot be read ({error.strerror}); get the bundle again") from None
    check_graph(data, str(path))

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.use_deterministic_compute = True
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's own exception types are not public
        raise StemwrightError(
            f"{path}: ONNX Runtime cannot load it ({_line(error)}); get the bundle again"
        ) from error


def _check_ends(session: onnxruntime.InferenceSession, path: Path, given: str, made: str) -> None:
    """One input and one output, of these types."""
    found = [[end.type for end in ends] for ends in (session.get_inputs(), session.get_outputs())]
    if found != [[given], [made]]:
        raise StemwrightError(
            f"{path}: takes {found[0]} and gives {found[1]}, not {given} and {made}; get the bundle again"
        )


def _line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:160]


def _whole(bundle: Bundle, field: str, low: int, high: int) -> int:
    value = bundle.manifest.architecture.get(field)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise UsageError(
            f"{bundle.path}: manifest.json: field 'architecture.{field}' must be a whole number, "
            f"{low} to {high}"
        )
    return value


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
