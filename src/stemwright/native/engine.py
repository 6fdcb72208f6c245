"""The engine's Python face: a model's weights, its states, and whole-layer generation.

The same weights, seed and request give the same tokens on every machine, with any instruction set, number of
threads and batch. Everything that decides a bit happens in the C++ part; this file checks what goes in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from typing import Any

import numpy as np

from stemwright.errors import StemwrightError, UsageError, shown
from stemwright.models.adapter import check_strength
from stemwright.native import checks
from stemwright.native.checks import MAX_BATCH
from stemwright.native.endless import Endless
from stemwright.native.options import choose_isa, choose_threads
from stemwright.native.sampling import Sampling
from stemwright.native.state import Retention, State, checked_payload
from stemwright.native.weight_checks import adapter_source, check_config, checked_tensors

__all__ = ["MAX_BATCH", "Cancelled", "Endless", "Engine", "Progress", "Retention", "Sampling", "State"]

Progress = Callable[[int], object]
PREFILL_STEPS = 256
"""Steps of a prefix between two calls of `progress`."""


class Cancelled(StemwrightError):
    """Progress said to stop before the layer was done."""


class Engine:
    """A performer's weights, packed for this machine. Immutable: many threads may use one engine at once.

    `config` and `tensors` are those of the bundle (see docs/formats.md); every shape, type and float is
    checked, and UsageError names what is wrong. Tensors are asked for one at a time. `isa` and `threads` fall
    back to STEMWRIGHT_ISA and STEMWRIGHT_THREADS.
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

        fetch = checked_tensors(self.config, tensors)
        try:
            self._model = _engine.Model(self.config, fetch, self.isa, self.threads)
        except ValueError as error:
            raise UsageError(f"performer weights: {error}") from error

    def adapted(self, tensors: Mapping[str, np.ndarray], strength: float = 1.0) -> Engine:
        """An engine of the same weights, held once, with a side branch: y = W x + strength * B (A x) beside
        attention's q, k, v and o.

        tensors: those of `models.adapter.adapter_tensors`, of any rank from 1 to 64. Strength 0 is this
        engine itself. States of the one are refused by the other. UsageError names what is wrong.
        """

        strength = check_strength(strength)
        rank, fetch = adapter_source(self.config, tensors)
        if strength == 0.0:
            return self
        try:
            model = self._model.adapted(rank, strength, fetch)
        except ValueError as error:
            raise UsageError(f"adapter: {error}") from error
        made = copy(self)
        made.config, made._model = dict(self.config), model
        return made

    def state(self, batch: int = 1, keep: Retention | None = None) -> State:
        """An empty state for `batch` rows that decode side by side."""
        from stemwright.native import _engine

        checks.whole("batch", batch, 1, MAX_BATCH)
        if keep is not None:
            checks.whole("retention: recent", keep.recent, 1, self.config["window"])
        recent, spans = (keep.recent, list(keep.spans)) if keep is not None else (0, [])
        return State(self.config, _engine.State(self._model, batch, recent, spans))

    def restore(self, data: bytes) -> State:
        """The state that `State.save` wrote. UsageError where it is damaged or of other weights."""
        from stemwright.native import _engine

        payload = checked_payload(data)
        try:
            return State(self.config, _engine.State.restore(self._model, payload))
        except ValueError as error:
            raise UsageError(f"saved state: {error}: make it again with these weights") from None

    def context(
        self,
        features: np.ndarray,
        prefix: np.ndarray,
        *,
        base: np.ndarray | None = None,
        state: State | None = None,
        keep: Retention | None = None,
        progress: Progress | None = None,
    ) -> State:
        """The state after a layer's first P frames, for `generate` to go on from; a row, two with `base`.

        features, base: float32 [S, F], a row a step, S >= P. prefix: codes uint16 [codebooks, P].
        state: an earlier state of the same beginning, of position <= P; it stays as it is.
        """
        if base is not None and np.shape(base) != np.shape(features):
            raise UsageError(f"base: {np.shape(base)} is not the shape of the features, {np.shape(features)}")
        rows = 1 if base is None else 2
        prefix = checks.prefix(prefix, self.config, len(features))
        frames = int(prefix.shape[1])
        if state is None:
            made = self.state(rows, keep)
        else:
            if not isinstance(state, State) or not state.belongs_to(self.config):
                raise UsageError("state: was not made by this engine: save it, and restore it with this one")
            if state.batch != rows or state.position > frames:
                raise UsageError(
                    f"state: has {state.batch} rows at {state.position}, not {rows} at most at {frames}"
                )
            made = state.fork()
        tokens = delayed(prefix, self.config["codebook_size"])
        conditions = features[None, :frames] if base is None else np.stack([features[:frames], base[:frames]])
        for first in range(made.position, frames, PREFILL_STEPS):
            part = slice(first, min(first + PREFILL_STEPS, frames))
            made.prefill(np.repeat(tokens[None, part], rows, 0), conditions[:, part])
            if progress is not None and progress(part.stop) is False:
                raise Cancelled("generation was cancelled")
        return made

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
        state: State | None = None,
        keep: Retention | None = None,
        progress: Progress | None = None,
    ) -> np.ndarray:
        """Codes uint16 [len(takes), codebooks, stop] of a layer of `frames` frames.

        features: float32 [frames + codebooks - 1, F], a row a step, already shifted by the lookahead.
        base:     features without the conditions that guidance strengthens; needed where it is not 1.
        prefix:   codes uint16 [codebooks, P] that frames below P are forced to; sampling begins at frame P.
                  All takes share its cache.
        stop:     only frames below it are made; they are those of the whole layer.
        state:    what `context` gave for the prefix or a part of it, with the same `keep`: saves that work.
        keep:     what stays in the cache of a layer that is longer than the window.
        progress: called with the number of finished frames after each; returning False raises Cancelled, and
                  what it raises comes out of here.
        """
        from stemwright.native import _engine

        stop = frames if stop is None else stop
        steps = self._steps(frames, stop)
        chosen = Sampling() if sampling is None else sampling
        rows = checks.features(features, (steps, self.config["features"]))
        guided = chosen.guidance != 1.0
        numbers = checks.takes(takes, MAX_BATCH // 2 if guided else MAX_BATCH)
        if guided and base is None:
            raise UsageError("guidance: needs base features: give base, or a guidance of 1")
        plain = checks.features(base, rows.shape) if guided and base is not None else None
        forced = checks.prefix(prefix, self.config, frames)
        seed = checks.whole("seed", seed, 0, 2**64 - 1)
        layer_id = checks.whole("layer_id", layer_id, 0, 2**32 - 1)
        context = self.context(rows, forced, base=plain, state=state, keep=keep, progress=progress)
        try:
            codes: np.ndarray | None = _engine.generate(
                context._native,
                rows,
                frames,
                stop,
                forced,
                seed,
                layer_id,
                numbers,
                float(chosen.temperature),
                int(chosen.top_k),
                float(chosen.top_p),
                plain,
                chosen.guidance,
                int(chosen.guided_codebooks),
                progress,
            )
        except _engine.NotFinite as error:
            raise StemwrightError(f"performer weights: {error}; train or export them again") from error
        except _engine.NoThreads as error:
            raise StemwrightError(str(error)) from error
        if codes is None:
            raise Cancelled("generation was cancelled")
        return codes

    def endless(
        self, *, seed: int, layer_id: int, take: int = 1, sampling: Sampling | None = None
    ) -> Endless:
        """A layer without an end, to be made block by block: the codes that `generate` gives of a layer that
        is long enough.
        """
        chosen = Sampling() if sampling is None else sampling
        context = self.state(1 if chosen.guidance == 1.0 else 2)
        return Endless(self.config, context._native, chosen, seed, layer_id, take)

    def _steps(self, frames: int, stop: int) -> int:
        """How many steps a layer of `frames` takes; UsageError where frames or stop is out of range."""
        codebooks: int = self.config["codebooks"]
        checks.whole("frames", frames, 1, checks.MAX_POSITION - codebooks)
        if not checks.is_whole(stop) or not 0 <= stop <= frames:
            raise UsageError(
                f"stop: {shown(stop)} is not a whole number from 0 to the {frames} frames of the layer"
            )
        return frames + codebooks - 1


def delayed(codes: np.ndarray, empty: int) -> np.ndarray:
    """What a performer hears at its first P steps, [P, codebooks], of a layer that begins with `codes`.

    Codebook k is k frames late (the delay pattern of arXiv 2306.05284), and a step hears what the one before
    it said; `empty` stands where there is nothing yet.
    """
    codebooks, frames = codes.shape
    tokens = np.full((frames, codebooks), empty, dtype=np.int32)
    for k in range(codebooks):
        tokens[k + 1 :, k] = codes[k, : max(0, frames - k - 1)]
    return tokens
