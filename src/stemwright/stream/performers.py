"""A stream's layers played by their performers, step by step on the exact engine."""

from __future__ import annotations

from binascii import crc32
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from stemwright.conditioning import drop_features, frame_features
from stemwright.native.checks import MAX_POSITION
from stemwright.perform.layer import engine_of
from stemwright.producer import bundles
from stemwright.producer.players import Performer, performer
from stemwright.song.layers import LAYERS
from stemwright.stream.players import Playing

if TYPE_CHECKING:
    from stemwright.codec.tokens import Tokens
    from stemwright.native.endless import Endless
    from stemwright.stream.phrases import Phrase

Floats = npt.NDArray[np.float32]
LONGEST = MAX_POSITION // 2
"""Frames after which a layer begins anew at a phrase: the engine counts no further than twice that."""


class Performers:
    """All layers by their performers: a `players.BlockPlayer`. A layer goes on over phrases, hearing what it
    played, as long as the same bundle plays it; its tokens are those of `Engine.generate` told all phrases
    at once.
    """

    def __init__(self, seed: int, pool: ThreadPoolExecutor) -> None:
        self.ahead = 0
        self._seed, self._pool = seed, pool
        self._casts: list[tuple[Phrase, dict[str, _Part]]] = []

    def follow(self, phrase: Phrase) -> None:
        """See `players.BlockPlayer`."""
        before = self._casts[-1][1] if self._casts else {}
        cast = {layer: self._part(before.get(layer), layer, phrase) for layer in phrase.players}
        for layer, part in before.items():
            if cast.get(layer) is not part:
                part.ended = True
        told = [self._pool.submit(part.tell, phrase, layer) for layer, part in cast.items()]
        for each in told:
            each.result()
        self._casts.append((phrase, cast))
        self.ahead = max(part.ahead for part in cast.values())

    def block(self, first: int, count: int) -> Mapping[str, Tokens]:
        """See `players.BlockPlayer`."""
        while first >= self._casts[0][0].stop:
            del self._casts[0]
        cast = self._casts[0][1]
        made = {layer: self._pool.submit(part.made, first, count) for layer, part in cast.items()}
        return {layer: each.result() for layer, each in made.items()}

    def _part(self, before: _Part | None, layer: str, phrase: Phrase) -> _Part:
        """Who goes on with a layer: the one before, or a new one."""
        player = _performer(phrase, layer)
        if before is not None and before.plays(player, phrase.stop):
            return before
        return _Part(phrase.song.role(layer), player, phrase, self._seed)


class _Part:
    """A layer for as long as one performer plays it. Frames of its features are held until they are used."""

    def __init__(self, role: str, player: Performer, phrase: Phrase, seed: int) -> None:
        config = player.bundle.manifest.architecture
        self._role, self._player, self._start = role, player, phrase.start
        self._late, self._sees = int(config["codebooks"]) - 1, int(config["lookahead"])
        self._columns = int(config["features"])
        style = None if player.style is None else (player.style.bundle, player.style.strength)
        self._endless: Endless = engine_of(player.bundle, 1, style).endless(
            seed=seed,
            layer_id=crc32(role.encode("utf-8")),
            take=phrase.number + 1,
            sampling=player.sampling,
        )
        self._held = np.zeros((0, self._columns), np.float32)
        self._first = 0  # the frame of the first held row
        self.ended = False

    @property
    def ahead(self) -> int:
        """Frames after a block that must be known."""
        return self._late + self._sees

    def plays(self, player: Performer, stop: int) -> bool:
        """Whether it may go on for a player up to a frame of the stream."""
        mine = self._player
        same = player.bundle.sha256 == mine.bundle.sha256 and player.style == mine.style
        return same and stop - self._start <= LONGEST

    def tell(self, phrase: Phrase, layer: str) -> None:
        """Add a phrase's features."""
        slot = _performer(phrase, layer).slot
        rows = frame_features(phrase.state, self._role, phrase.scores[layer], timbre=slot)
        self._held = np.concatenate([self._held, rows[:, : self._columns]])

    def made(self, first: int, count: int) -> Tokens:
        """Tokens [K, count] of frames of the stream."""
        begin, stop = self._endless.steps, first - self._start + count + self._late
        rows = self._rows(begin + self._sees, stop + self._sees)
        base = None
        if self._player.sampling.guidance != 1.0:
            base = rows.copy()
            drop_features(base, self._role, ["score"])
        made: Tokens = self._endless.advance(rows, base)
        used = min(stop + self._sees - self._first, len(self._held) - 1)
        self._held, self._first = self._held[used:], self._first + used
        return made

    def _rows(self, first: int, stop: int) -> Floats:
        """The features of its frames; where it ends, its last ones stand for those after."""
        known = self._first + len(self._held)
        if stop > known and not self.ended:
            raise ValueError(f"{self._role}: frame {stop - 1} is asked for, {known} are known")
        places = np.minimum(np.arange(first, stop), known - 1) - self._first
        made: Floats = np.ascontiguousarray(self._held[places], np.float32)
        return made


def _performer(phrase: Phrase, layer: str) -> Performer:
    player = phrase.players[layer]
    assert isinstance(player, Performer)
    return player


def _engine(layer: str) -> Callable[[], object]:
    return lambda: engine_of(bundles.performer(layer), 1)


PERFORMERS = Playing(performer, Performers, tuple(map(_engine, LAYERS)))
"""Every layer by its own performer: the same tokens on every machine."""
