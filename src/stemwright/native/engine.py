"""The engine's Python face: a model's weights, a decoding state, and whole-layer generation.

The same weights, seed and request give the same tokens on every machine, with any instruction set, number of
threads and batch. Everything that decides a bit happens in the C++ part; this file checks what goes in.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from stemwright.errors import StemwrightError, UsageError
from stemwright.native.options import choose_isa, choose_threads
from stemwright.native.weights import check_config, check_tensors

if TYPE_CHECKING:
    from stemwright.native import _engine

MAX_BATCH = 64
Progress = Callable[[int], object]


class Cancelled(StemwrightError):
    """Progress said to stop before the layer was done."""


@dataclass(frozen=True)
class Sampling:
    """How a code is drawn from its logits: guidance, temperature (0 takes the best), then top-k, then top-p.

    Guidance g pushes the logits away from those without the score, to base + g (conditioned - base)
    (classifier-free guidance, arXiv 2207.12598); 1 is none, and costs nothing.
    """

    temperature: float = 0.9
    top_k: int = 64
    top_p: float = 1.0
    guidance: float = 1.0

    def __post_init__(self) -> None:
        """UsageError where a field is out of range."""
        if not _real(self.temperature) or not 0.0 <= self.temperature <= 100.0:
            raise UsageError(f"temperature: {self.temperature!r} is not a number from 0 to 100")
        if not _whole(self.top_k) or not 1 <= self.top_k <= 65535:
            raise UsageError(f"top_k: {self.top_k!r} is not a whole number from 1 to 65535")
        if not _real(self.top_p) or not 0.0 < self.top_p <= 1.0 or np.float32(self.top_p) == 0.0:
            raise UsageError(f"top_p: {self.top_p!r} is not a number above 0 and at most 1")
        if not _real(self.guidance) or not 0.0 <= self.guidance <= 100.0:
            raise UsageError(f"guidance: {self.guidance!r} is not a number from 0 to 100")


class Engine:
    """A performer's weights, packed for this machine. Immutable: many threads may use one engine at once.

    `config` and `tensors` are those of the bundle (see docs/formats.md); every shape, type and float is
    checked, and UsageError names what is wrong. `isa` and `threads` fall back to STEMWRIGHT_ISA and
    STEMWRIGHT_THREADS.
    """

    def __init__(
        self,
        config: Mapping[str, Any],
        tensors: Mapping[str, np.ndarray],
        *,
        isa: str | None = None,
        threads: int | None = None,
    ) -> None:
        self.isa = choose_isa(isa)
        self.threads = choose_threads(threads)
        self.config = check_config(config)
        from stemwright.native import _engine

        try:
            self._model = _engine.Model(
                self.config, check_tensors(self.config, tensors), self.isa, self.threads
            )
        except ValueError as error:
            raise UsageError(f"performer weights: {error}") from error

    def state(self, batch: int = 1) -> State:
        """An empty state for `batch` rows that decode side by side."""
        return State(self, batch)

    def generate(
        self,
        features: np.ndarray,
        frames: int,
        *,
        seed: int,
        layer_id: int,
        takes: Sequence[int] = (1,),
        sampling: Sampling | None = None,
        base: np.ndarray | None = None,
        prefix: np.ndarray | None = None,
        stop: int | None = None,
        progress: Progress | None = None,
    ) -> np.ndarray:
        """Codes uint16 [len(takes), codebooks, stop] of a layer of `frames` frames.

        features: float32 [frames + codebooks - 1, F], a row a step, already shifted by the lookahead.
        base:     features without the conditions that guidance strengthens; needed where it is not 1.
        prefix:   codes uint16 [codebooks, P] that frames below P are forced to; sampling begins at frame P.
        stop:     only frames below it are made; they are those of the whole layer.
        progress: called with the number of finished frames about every 16; returning False raises Cancelled,
                  and what it raises comes out of here.
        """
        from stemwright.native import _engine

        stop = frames if stop is None else stop
        steps = self._steps(frames, stop)
        chosen = Sampling() if sampling is None else sampling
        rows = _features(features, (steps, self.config["features"]))
        plain = None
        if chosen.guidance != 1.0:
            if base is None or len(takes) > MAX_BATCH // 2:
                raise UsageError(f"guidance: needs base features and at most {MAX_BATCH // 2} takes at once")
            plain = _features(base, rows.shape)
        forced = self._prefix(prefix, frames)
        key = _ranged("seed", seed, 2**64 - 1), _ranged("layer_id", layer_id, 2**32 - 1), _takes(takes)
        drawing = float(chosen.temperature), int(chosen.top_k), float(chosen.top_p)
        try:
            codes = _engine.generate(
                self._model, rows, frames, stop, forced, *key, *drawing, plain, chosen.guidance, progress
            )
        except OverflowError as error:
            raise StemwrightError(f"performer weights: {error}; train or export them again") from error
        if codes is None:
            raise Cancelled("generation was cancelled")
        return codes

    def _steps(self, frames: int, stop: int) -> int:
        """How many steps a layer of `frames` takes; UsageError where frames or stop is out of range."""
        from stemwright.native import _engine

        codebooks: int = self.config["codebooks"]
        most = _engine.max_position - codebooks
        if not _whole(frames) or not 1 <= frames <= most:
            raise UsageError(f"frames: {frames!r} is not a whole number from 1 to {most}")
        if not _whole(stop) or not 0 <= stop <= frames:
            raise UsageError(
                f"stop: {stop!r} is not a whole number from 0 to the {frames} frames of the layer"
            )
        return frames + codebooks - 1

    def _prefix(self, prefix: np.ndarray | None, frames: int) -> np.ndarray:
        codebooks, size = self.config["codebooks"], self.config["codebook_size"]
        if prefix is None:
            return np.zeros((codebooks, 0), dtype=np.uint16)
        array = np.asarray(prefix)
        if array.dtype.kind not in "iu" or array.ndim != 2 or array.shape[0] != codebooks:
            raise UsageError(
                f"prefix: {array.dtype.name} {array.shape} are not whole numbers [{codebooks}, frames]"
            )
        if array.shape[1] > frames:
            raise UsageError(f"prefix: {array.shape[1]} frames are more than the {frames} of the layer")
        if array.size and (int(array.min()) < 0 or int(array.max()) >= size):
            raise UsageError(f"prefix: a code is not within 0 to {size - 1}")
        return np.ascontiguousarray(array, dtype=np.uint16)


class State:
    """What `batch` rows remember while they decode. One thread at a time; a row is what it is alone."""

    def __init__(self, engine: Engine, batch: int = 1) -> None:
        if not _whole(batch) or not 1 <= batch <= MAX_BATCH:
            raise UsageError(f"batch: {batch!r} is not a whole number from 1 to {MAX_BATCH}")
        from stemwright.native import _engine

        self._config = engine.config
        self._batch = batch
        self._state: _engine.State = _engine.State(engine._model, batch)

    @property
    def position(self) -> int:
        """How many steps have been taken."""
        return int(self._state.position)

    def step(self, tokens: np.ndarray, features: np.ndarray) -> np.ndarray:
        """Logits float32 [batch, codebooks, codebook_size] after one step.

        tokens: whole numbers [batch, codebooks], 0..codebook_size, where codebook_size is "empty"; features:
        float32 [batch, F]. UsageError for bad input, StemwrightError where another thread uses this state.
        """
        codebooks, size = self._config["codebooks"], self._config["codebook_size"]
        array = np.asarray(tokens)
        if array.dtype.kind not in "iu" or array.shape != (self._batch, codebooks):
            raise UsageError(
                f"tokens: {array.dtype.name} {array.shape} are not codes [{self._batch}, {codebooks}]"
            )
        if int(array.min()) < 0 or int(array.max()) > size:
            raise UsageError(f"tokens: a code is not within 0 to {size} ({size} is empty)")
        rows = _features(features, (self._batch, self._config["features"]))
        try:
            return self._state.step(np.ascontiguousarray(array, dtype=np.int32), rows)
        except ValueError as error:
            raise UsageError(str(error)) from error
        except RuntimeError as error:
            raise StemwrightError(str(error)) from error


def _whole(value: object) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def _real(value: object) -> bool:
    number = isinstance(value, (int, float, np.floating)) and not isinstance(value, bool)
    return number and math.isfinite(value)  # type: ignore[arg-type]


def _ranged(name: str, value: int, most: int) -> int:
    if not _whole(value) or not 0 <= value <= most:
        raise UsageError(f"{name}: {value!r} is not a whole number from 0 to {most}")
    return int(value)


def _takes(takes: Sequence[int]) -> list[int]:
    if not 1 <= len(takes) <= MAX_BATCH:
        raise UsageError(f"takes: {len(takes)} takes at once are not 1 to {MAX_BATCH}")
    return [_ranged("takes", take, 2**32 - 1) for take in takes]


def _features(features: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    array = np.asarray(features)
    if array.dtype != np.float32 or array.shape != shape:
        raise UsageError(f"features: {array.dtype.name} {array.shape} are not float32 {shape}")
    if not np.isfinite(array).all():
        raise UsageError("features: a value is not finite")
    return np.ascontiguousarray(array)
