"""Tokens and their score to sound: a tone bundle's two graphs, the oscillators, and noise.

``trunk.onnx`` reads tokens and what frames are told; ``notes.onnx`` gives every sounding note its levels.
Long layers go through in stretches (:mod:`stemwright.codec.tone.streaming`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from stemwright.codec.bundle_graphs import whole
from stemwright.codec.streaming import decoded
from stemwright.codec.tiles import AloneTiles, Tiles
from stemwright.codec.tokens import validate
from stemwright.codec.tone.graphs import Array, Shape, ToneGraphs
from stemwright.codec.tone.hearing import ENCODER
from stemwright.codec.tone.layout import Floats
from stemwright.codec.tone.notes import FRAME_FEATURES
from stemwright.codec.tone.streaming import AHEAD, CONTROLS, NOTES, STRETCH, TRUNK, ToneStream
from stemwright.codec.tone.tuning import read_tuning
from stemwright.errors import UsageError
from stemwright.song.layers import kind_of

if TYPE_CHECKING:
    from stemwright.models import Bundle
    from stemwright.song.score import Score
    from stemwright.song.timebase import Timebase

TUNING = "tuning.json"


@dataclass(frozen=True, slots=True)
class Part:
    """A layer to be heard: ``tokens`` [K, T], its score in time, its timbre ("" where unknown)."""

    layer: str
    tokens: npt.NDArray[np.integer]
    score: Score
    timebase: Timebase
    timbre: str


class ToneDecoder(ToneGraphs):
    """A tone bundle, ready to decode. May be used from several threads at once."""

    def __init__(self, bundle: Bundle, threads: int = 1) -> None:
        super().__init__(bundle, threads)
        self.context = whole(bundle, "context", 0, 4096)
        self.tuning = read_tuning(bundle.file(TUNING))
        self.slots = _slots(bundle)

    @classmethod
    def load(cls, path: Path | str, threads: int = 1) -> ToneDecoder:
        """Read and verify a bundle. UsageError or StemwrightError where it is none."""
        from stemwright.models import load_bundle

        return cls(load_bundle(path, kind="tone"), threads)

    def decode(self, part: Part, *, wide: bool) -> Floats:
        """float32 [T * 320] at 24 kHz; ``wide``: [T * 640, 2] at 48 kHz. UsageError for tokens of another
        codec, StemwrightError where the bundle gives no sound.
        """
        stream = self.stream(part.layer, part.score, part.timebase, part.timbre, wide)
        return decoded(stream, validate(part.tokens, self.codebook_size))

    def stream(
        self,
        layer: str,
        score: Score,
        timebase: Timebase,
        timbre: str,
        wide: bool,
        chunk: int = STRETCH,
    ) -> ToneStream:
        """A decoder that takes tokens piece by piece and gives, joined, exactly what :meth:`decode` gives.

        ``chunk``: frames that are decoded at once; each sounds when four more are there. Other numbers than
        the default give the same sound but for rounding.
        """
        return ToneStream(self, layer, score, timebase, timbre, wide=wide, chunk=chunk)

    def tiles(self, part: Part, *, wide: bool) -> Tiles:
        """What :meth:`decode` gives, tile by tile."""
        stream = self.stream(part.layer, part.score, part.timebase, part.timbre, wide)
        return AloneTiles(stream, validate(part.tokens, self.codebook_size), self.sha256)

    def place(self, layer: str, timbre: str) -> tuple[str, npt.NDArray[np.int64]]:
        """The kind that a layer is of, and the row of the table of timbres as graphs take it, int64
        [1]: 0 for a timbre that the bundle does not know.
        """
        kind = kind_of(layer)
        return kind, np.array([self.slots.get((kind, timbre), 0)], np.int64)

    def floats(self, name: str, given: Mapping[str, Array], *shapes: Shape) -> list[Floats]:
        """The outputs of a graph, float32 and finite; see :meth:`ToneGraphs.run`."""
        return [value.astype(np.float32, copy=False) for value in self.run(name, given, np.float32, *shapes)]


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
            raise UsageError(f"{where}.{layer[:40]} must hold rows by timbre; get the bundle again")
        for timbre, row in names.items():
            if not isinstance(row, int) or isinstance(row, bool) or not 0 < row < rows:
                raise UsageError(
                    f"{where}.{layer[:40]} has a row outside 1 to {rows - 1}; get the bundle again"
                )
            out[layer, timbre] = row
    return out


__all__ = [
    "AHEAD",
    "CONTROLS",
    "ENCODER",
    "FRAME_FEATURES",
    "NOTES",
    "TRUNK",
    "TUNING",
    "Part",
    "ToneDecoder",
]
