"""What a performer remembers while it decodes, as a value: fork it, cut it back, save it, go on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from stemwright.errors import StemwrightError, UsageError
from stemwright.native import checks

if TYPE_CHECKING:
    from stemwright.native import _engine

MAGIC = b"stemwright state 1\n"
MAX_SPANS = 65536


@dataclass(frozen=True)
class Retention:
    """Which positions the cache keeps once more have passed than it holds.

    The last `recent` positions stay, as in a plain window; the other slots of the window hold the latest
    positions that lie in one of `spans`, [first, last) each: with the first beats of every fourth bar as
    spans, a motif of 8 or 16 bars ago can still be seen. Memory and time per step do not grow. The idea of
    keeping "sinks" and a window (arXiv 2309.17453), with music's own landmarks.
    """

    recent: int
    spans: tuple[tuple[int, int], ...]

    def __post_init__(self) -> None:
        """UsageError where a span is empty, out of range, or not after the one before."""
        checks.whole("retention: recent", self.recent, 1, checks.MAX_POSITION)
        if len(self.spans) > MAX_SPANS:
            raise UsageError(f"retention: {len(self.spans)} spans are more than {MAX_SPANS}")
        end = 0
        for first, last in self.spans:
            checks.whole("retention: a span's beginning", first, end, checks.MAX_POSITION - 1)
            checks.whole("retention: a span's end", last, first + 1, checks.MAX_POSITION)
            end = last


class State:
    """What `batch` rows remember while they decode. One thread at a time; a row is what it is alone.

    Made by `Engine.state`, `Engine.context` and `Engine.restore`.
    """

    def __init__(self, config: Mapping[str, Any], native: _engine.State) -> None:
        self._config = config
        self._native = native

    def belongs_to(self, config: Mapping[str, Any]) -> bool:
        """Whether it was made by the engine that holds this very configuration."""
        return self._config is config

    @property
    def position(self) -> int:
        """How many steps have been taken."""
        return int(self._native.position)

    @property
    def batch(self) -> int:
        """How many rows decode side by side."""
        return int(self._native.batch)

    @property
    def cache_bytes(self) -> int:
        """Memory of the key-value cache; what several rows share is counted once."""
        with refusals():
            return int(self._native.cache_bytes)

    def step(self, tokens: np.ndarray, features: np.ndarray) -> np.ndarray:
        """Logits float32 [batch, codebooks, codebook_size] after one step.

        tokens: whole numbers [batch, codebooks], 0..codebook_size, where codebook_size is "empty"; features:
        float32 [batch, F]. UsageError for bad input, StemwrightError where another thread uses this state.
        """
        c = self._config
        codes = checks.tokens(tokens, (self.batch, c["codebooks"]), c["codebook_size"])
        rows = checks.features(features, (self.batch, c["features"]))
        logits = self._advance(codes[:, None], rows[:, None], logits=True)
        assert logits is not None
        one: np.ndarray = logits[:, 0]
        return one

    def prefill(self, tokens: np.ndarray, features: np.ndarray, *, logits: bool = False) -> np.ndarray | None:
        """S steps at once, bit for bit what S calls of `step` do, at the speed of matrix products.

        tokens [batch, S, codebooks], features float32 [batch, S, F]; with `logits` float32
        [batch, S, codebooks, codebook_size], else None.
        """
        c = self._config
        given = checks.array("tokens", tokens)
        steps = given.shape[1] if given.ndim == 3 else 0
        codes = checks.tokens(given, (self.batch, steps, c["codebooks"]), c["codebook_size"])
        rows = checks.features(features, (self.batch, steps, c["features"]))
        return self._advance(codes, rows, logits)

    def _advance(self, codes: np.ndarray, rows: np.ndarray, logits: bool) -> np.ndarray | None:
        """`prefill` with what has been checked."""
        steps = codes.shape[1]
        if steps > checks.MAX_POSITION - self.position:
            raise UsageError(
                f"tokens: {steps} steps from {self.position} on pass the last position, {checks.MAX_POSITION}"
            )
        with refusals():
            made: np.ndarray | None = self._native.prefill(codes, rows, logits)
        return made

    def fork(self, rows: Sequence[int] | None = None) -> State:
        """A state of the given rows, in their order, any of them several times; all where None.

        It goes on by itself. The cache is shared until one of the two writes to a page of it.
        """
        chosen = list(range(self.batch)) if rows is None else checks.rows(rows, self.batch)
        with refusals():
            return State(self._config, self._native.fork(chosen))

    def truncate(self, position: int) -> None:
        """Forget everything from `position` on: what follows is what follows an undisturbed run up to there.

        UsageError where something that such a run could see has already left the cache.
        """
        checks.whole("position", position, 0, self.position)
        try:
            with refusals():
                self._native.truncate(position)
        except UsageError:
            raise UsageError(
                f"position: {position} cannot be gone back to from {self.position}, the cache of "
                f"{self._config['window']} has moved on: fork or save the state before, or begin again"
            ) from None

    def save(self) -> bytes:
        """Everything, as bytes that `Engine.restore` reads on any machine."""
        with refusals():
            data: bytes = self._native.save()
        return MAGIC + hashlib.sha256(data).digest() + data


def checked_payload(data: bytes) -> bytes:
    """What `State.save` wrapped; UsageError where it is damaged or something else."""
    start = len(MAGIC) + hashlib.sha256().digest_size
    if not data.startswith(MAGIC[:-2]):
        raise UsageError("saved state: not a saved state: give what State.save returned")
    if not data.startswith(MAGIC):
        raise UsageError("saved state: is of another engine version: make it again")
    if hashlib.sha256(data[start:]).digest() != data[len(MAGIC) : start]:
        raise UsageError("saved state: is damaged: make it again")
    return data[start:]


@contextmanager
def refusals() -> Iterator[None]:
    """The native part's errors as ours."""
    try:
        yield
    except ValueError as error:
        raise UsageError(str(error)) from error
    except RuntimeError as error:
        raise StemwrightError(str(error)) from error
