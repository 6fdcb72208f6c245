"""Tokens and their score to sound: a tone bundle's two graphs, the oscillators, and noise.

``trunk.onnx`` reads tokens and what frames are told; ``notes.onnx`` gives every sounding note its levels.
Long layers go through in stretches, with context before and a few frames after.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from stemwright.codec.session import check_codes, open_session, whole
from stemwright.codec.tokens import Tokens, validate
from stemwright.codec.tone import layout as L
from stemwright.codec.tone.notes import FRAME_FEATURES, Notes, frame_features, notes_of, sounding
from stemwright.codec.tone.rest import EDGE, Controls, Stretch, rest
from stemwright.codec.tone.tuning import Tuning
from stemwright.codec.tone.voices import Voices
from stemwright.errors import StemwrightError, UsageError
from stemwright.song.layers import LAYERS

if TYPE_CHECKING:
    import onnxruntime

    from stemwright.models import Bundle
    from stemwright.song.score import Score
    from stemwright.song.timebase import Timebase

TRUNK, NOTES, ENCODER, TUNING = "trunk.onnx", "notes.onnx", "encoder.onnx", "tuning.json"
STRETCH = 300
"""Frames that are decoded at once."""
GATE = 24.0
"""Samples at 24 kHz in which a note fades in."""
AHEAD = 2
"""Frames that the trunk sees ahead."""
_SIZES = {
    "envelope": (L.ENVELOPE,),
    "width": (L.SIDE_POINTS,),
    "noise": (L.STREAMS, L.BANDS),
    "side": (L.STREAMS, L.SIDE_POINTS),
    "free": (3, L.LOW_BINS),
}
CONTROLS = sum(int(np.prod(shape)) for shape in _SIZES.values())


@dataclass(frozen=True, slots=True)
class Part:
    """A layer to be heard: ``tokens`` [K, T], its score in time, its timbre ("" where unknown)."""

    layer: str
    tokens: npt.NDArray[np.integer]
    score: Score
    timebase: Timebase
    timbre: str


class ToneDecoder:
    """A tone bundle, ready to decode. May be used from several threads at once."""

    def __init__(self, bundle: Bundle, threads: int = 1) -> None:
        self.bundle, self.threads = bundle, threads
        self.codebooks = whole(bundle, "codebooks", 1, 32)
        self.codebook_size = whole(bundle, "codebook_size", 2, 65535)
        self.context = whole(bundle, "context", 0, 4096)
        self.tuning = _tuning(bundle.file(TUNING))
        self.slots = _slots(bundle)
        self._sessions: dict[str, onnxruntime.InferenceSession] = {}
        self._lock = threading.Lock()

    @property
    def sha256(self) -> str:
        """The bundle's identity."""
        return self.bundle.sha256

    @property
    def tokens_sha256(self) -> str:
        """The identity of its tokens, which bundles with other decoders can share."""
        return self.bundle.tokens_sha256

    def decode(self, part: Part, *, wide: bool) -> L.Floats:
        """float32 [T * 320] at 24 kHz; ``wide``: [T * 640, 2] at 48 kHz."""
        tokens = validate(part.tokens, self.codebook_size)
        if tokens.shape[0] != self.codebooks:
            raise UsageError(f"{part.layer}: tokens have {tokens.shape[0]} codebooks, not {self.codebooks}")
        playing = _Playing(self, part, tokens, 2 if wide else 1)
        frames = tokens.shape[1]
        sound = [playing.stretch(at, min(STRETCH, frames - at)) for at in range(0, frames, STRETCH)]
        made = np.concatenate(sound, axis=1) if sound else np.zeros((playing.channels, 0), np.float32)
        if not bool(np.isfinite(made).all()):
            raise StemwrightError(f"{self.bundle.path}: gave audio that is not finite; get the bundle again")
        if not wide:
            mono: L.Floats = made[0]
            return mono
        return np.ascontiguousarray(np.stack([made[0] + made[1], made[0] - made[1]], axis=1))

    def slot(self, layer: str, timbre: str) -> int:
        """The row of the table of timbres; 0 for one that the bundle does not know."""
        return self.slots.get((kind_of(layer), timbre), 0)

    def run(self, name: str, given: dict[str, npt.NDArray[np.generic]]) -> list[L.Floats]:
        """The outputs of a graph; StemwrightError where it cannot be run."""
        with self._lock:
            if name not in self._sessions:
                self._sessions[name] = open_session(self.bundle.file(name), self.threads)
            session = self._sessions[name]
        try:
            made: list[L.Floats] = session.run(None, given)
        except Exception as error:  # ONNX Runtime's own exception types are not public
            said = (str(error).splitlines() or [type(error).__name__])[0][:160]
            raise StemwrightError(
                f"{self.bundle.path / name}: ONNX Runtime cannot run it ({said}); get the bundle again"
            ) from error
        return made


class _Playing:
    """One layer on its way through."""

    def __init__(self, decoder: ToneDecoder, part: Part, tokens: Tokens, scale: int) -> None:
        check_codes(tokens, decoder.codebook_size)
        self.decoder, self.part, self.scale, self.channels = decoder, part, scale, scale
        self.tokens = tokens.astype(np.int64)
        self.frames = tokens.shape[1]
        self.notes: Notes = notes_of(part.layer, part.score, part.timebase)
        self.slot = np.array([decoder.slot(part.layer, part.timbre)], np.int64)
        self.voices = Voices(decoder.tuning, kind_of(part.layer), part.timbre, self.notes.drums, scale)

    def stretch(self, first: int, frames: int) -> L.Floats:
        """Some frames' sound, [channels, samples]."""
        controls, seen = self._trunk(first - EDGE, frames + 2 * EDGE)
        where = Stretch(self.part.layer, self.notes, first, frames, self.scale, self.channels)
        return rest(controls, where) + self._partials(controls, seen, where)

    def _trunk(self, first: int, frames: int) -> tuple[Controls, L.Floats]:
        """Controls of frames and what notes see of them; beyond the layer, those of its first and last."""
        low, high = max(0, first), min(self.frames, first + frames)
        begin, end = max(0, low - self.decoder.context), min(self.frames, high + AHEAD)
        seen, made = self.decoder.run(
            TRUNK,
            {
                "codes": self.tokens[None, :, begin:end],
                "told": frame_features(self.notes, begin, end - begin)[None],
                "timbre": self.slot,
            },
        )
        if made.shape != (1, end - begin, CONTROLS) or seen.shape[:2] != (1, end - begin):
            raise StemwrightError(
                f"{self.decoder.bundle.path / TRUNK}: gave another shape; get the bundle again"
            )
        inside = np.clip(np.arange(first, first + frames), 0, self.frames - 1) - begin
        return _controls(made[0][inside]), seen[0][inside]

    def _partials(self, controls: Controls, seen: L.Floats, where: Stretch) -> L.Floats:
        from stemwright.native.oscillators import render

        low, high = max(0, where.first - 1), min(self.frames, where.first + where.frames + 1)
        rows = sounding(self.notes, low, high - low)
        if not len(rows.note):
            return np.zeros((self.channels, where.samples), np.float32)
        frame = rows.frame + low - (where.first - EDGE)
        (levels,) = self.decoder.run(
            NOTES,
            {
                "seen": seen[frame],
                "told": rows.features,
                "pitch": self.notes.pitch[rows.note],
                "timbre": self.slot,
            },
        )
        played = self.voices.sounding(
            self.notes, rows, levels, controls.envelope[frame], controls.width[frame], self.channels, low
        )
        made: L.Floats = render(
            played, self.channels, where.samples, where.first * where.hop, where.hop, GATE * self.scale
        )
        return made


def kind_of(layer: str) -> str:
    """The known layer whose timbres a layer has: the one whose name it begins with, else harmony."""
    return next((name for name in LAYERS if layer.startswith(name)), "harmony")


def _controls(made: L.Floats) -> Controls:
    parts, at = {}, 0
    for name, shape in _SIZES.items():
        size = int(np.prod(shape))
        parts[name] = made[:, at : at + size].reshape(-1, *shape)
        at += size
    return Controls(**parts)


def _tuning(path: Path) -> Tuning:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read ({error}); get the bundle again") from None
    return Tuning.from_json(record, str(path))


def _slots(bundle: Bundle) -> dict[tuple[str, str], int]:
    """Rows of the table of timbres by layer and name, as ``architecture.timbres`` has them."""
    found = bundle.manifest.architecture.get("timbres")
    where = f"{bundle.path}: manifest.json: field 'architecture.timbres'"
    rows = whole(bundle, "timbre_rows", 1, 4096)
    if not isinstance(found, dict):
        raise UsageError(f"{where} must hold rows by layer and timbre; get the bundle again")
    out: dict[tuple[str, str], int] = {}
    for layer, names in found.items():
        if not isinstance(names, dict):
            raise UsageError(f"{where}.{layer} must hold rows by timbre; get the bundle again")
        for timbre, row in names.items():
            if not isinstance(row, int) or isinstance(row, bool) or not 0 < row < rows:
                raise UsageError(f"{where}.{layer} has a row outside 1 to {rows - 1}; get the bundle again")
            out[layer, timbre] = row
    return out


__all__ = ["FRAME_FEATURES", "Part", "ToneDecoder"]
