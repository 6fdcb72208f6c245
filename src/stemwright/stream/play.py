"""`stream`: from a wish with a prompt to sound, till it was long enough or the user interrupts."""

from __future__ import annotations

import hashlib
import math
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import RawIOBase
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from stemwright.errors import UsageError, argument
from stemwright.playback import device
from stemwright.producer import bundles
from stemwright.producer.seeds import check_seed, random_seed
from stemwright.song.timebase import FRAME_RATE
from stemwright.stream.ahead import Ahead
from stemwright.stream.mixing import RATE
from stemwright.stream.performers import PERFORMERS
from stemwright.stream.phrases import Piece
from stemwright.stream.players import Playing
from stemwright.stream.prompts import listening
from stemwright.stream.sinks import DEVICE, PIPE, check_out, sink
from stemwright.stream.sounding import Audio
from stemwright.stream.stream import SIZES, Block, sound, token_blocks
from stemwright.stream.warm import warmed
from stemwright.work.cores import threads

if TYPE_CHECKING:
    from stemwright.producer.wish import Wish

MOST_SECONDS = 7 * 24 * 3600
FADE = 0.02
"""Seconds in which a stream of a given length fades out."""
NAME = Path("stream")


def play(
    wish: Wish,
    *,
    out: str = DEVICE,
    seconds: float | None = None,
    prompts: RawIOBase | None = None,
    pipe: BinaryIO | None = None,
    open_device: device.Opener = device.output,
    playing: Playing = PERFORMERS,
    sizes: tuple[int, ...] = SIZES,
    tell: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Play the wish's prompt for so many seconds, or till the user interrupts, to a WAV file, `pipe`
    (standard output) or a device: to the first two as fast as it can.

    `prompts`: lines of it are prompts, each of which holds from the next phrase on; one that is wrong is
    told, and the one before goes on. `playing`: who plays. `tell` hears what a user should know. Returns
    `seconds`, `file`, `seed`, `stopped`, `phrases`, `first_sound_seconds`, and `tokens_sha256` of all layers.
    UsageError for a wrong wish, StemwrightError where nothing can be written or played.
    """
    began = time.perf_counter()
    check_length(seconds)
    check_out(out, seconds)
    seed = random_seed() if wish.seed is None else check_seed(wish.seed)
    wish = replace(wish, seed=seed)
    pipe = sys.stdout.buffer if pipe is None else pipe
    with _pool() as pool, warmed(playing.warm):
        ahead = Ahead(
            lambda prompt: Piece(replace(wish, prompt=prompt), NAME, playing.cast), wish.prompt or ""
        )
        run: _Run | None = None
        try:
            told = _Told(tell, seed)
            frames = None if seconds is None else math.ceil(seconds * FRAME_RATE)
            run = _Run(seconds, TokenDigest(frames), began)
            made = sound(token_blocks(ahead, playing.begin(seed, pool), sizes), bundles.tone(), pool)
            with sink(out, pipe, open_device) as to, listening(prompts, ahead, told):
                told.piece(ahead.piece)
                run.go(made, to.write)
        except KeyboardInterrupt:
            if run is None or not run.written:
                raise
            run.stopped = True  # out of the block above: a device is silent at once
        finally:
            ahead.close()
    return {"file": out if out not in (PIPE, DEVICE) else None, "seed": seed, **run.facts()}


def check_length(seconds: float | None) -> None:
    """UsageError for a length that no stream has."""
    if seconds is not None and not 0.1 <= seconds <= MOST_SECONDS:
        raise UsageError(
            f"{argument('seconds')} {seconds:g}: give 0.1 to {MOST_SECONDS}, or leave it out to play on"
        )


@dataclass(slots=True)
class _Run:
    """A stream while it plays. `began`: by the clock; `written`: samples."""

    seconds: float | None
    digest: TokenDigest
    began: float
    written: int = 0
    phrases: int = 0
    first: float | None = None
    stopped: bool = False

    def go(self, made: Iterator[tuple[Block, Audio]], write: Callable[[Audio], None]) -> None:
        """Write the sound until it is long enough."""
        wanted = None if self.seconds is None else round(self.seconds * RATE)
        for block, audio in made:
            self.digest.add(block)
            self.phrases = block.phrase.number + 1
            part = audio if wanted is None else _ending(audio, wanted - self.written)
            if len(part):
                write(part)
                self.first = self.first or time.perf_counter() - self.began
                self.written += len(part)
            if wanted is not None and self.written >= wanted:
                break

    def facts(self) -> dict[str, Any]:
        """What it came to."""
        return {
            "seconds": self.written / RATE,
            "stopped": self.stopped,
            "phrases": self.phrases,
            "first_sound_seconds": self.first,
            "tokens_sha256": self.digest.sha256,
        }


def _ending(audio: Audio, left: int) -> Audio:
    """The sound as far as it is wanted, faded out where it ends."""
    if len(audio) < left:
        return audio
    part = audio[:left].copy()
    count = min(len(part), round(FADE * RATE))
    part[len(part) - count :] *= np.linspace(1, 0, count, dtype=np.float32)[:, None]
    return part


class TokenDigest:
    """SHA-256 of all layers' tokens up to a frame of the stream, however they are cut into blocks."""

    def __init__(self, frames: int | None) -> None:
        self._frames = frames
        self._layers: dict[str, Any] = {}

    def add(self, block: Block) -> None:
        """Add a block."""
        for layer, tokens in block.tokens.items():
            count = tokens.shape[1] if self._frames is None else self._frames - block.first
            if count <= 0:
                continue
            found = self._layers.setdefault(layer, hashlib.sha256())
            found.update(np.ascontiguousarray(tokens[:, :count].T, "<u2").tobytes())

    @property
    def sha256(self) -> str:
        """Of all layers by name."""
        text = "\n".join(f"{layer} {self._layers[layer].hexdigest()}" for layer in sorted(self._layers))
        return hashlib.sha256(text.encode()).hexdigest()


class _Told:
    """What a user hears of pieces."""

    def __init__(self, tell: Callable[[str], None], seed: int) -> None:
        self._tell, self._seed = tell, seed

    def piece(self, piece: Piece) -> None:
        """What is played, and what was not as asked."""
        self._tell(f"{piece.line}; seed {self._seed}")
        self.lines(piece.remarks)

    def lines(self, lines: tuple[str, ...]) -> None:
        """Lines."""
        for line in lines:
            self._tell(line)


@contextmanager
def _pool() -> Iterator[ThreadPoolExecutor]:
    """Threads for layers; nobody waits for them at the end."""
    pool = ThreadPoolExecutor(threads(), thread_name_prefix="layer")
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
