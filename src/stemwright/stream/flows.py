"""A stream's layers played by the flow, all together, in blocks of half a second."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from stemwright.conditioning import frame_features
from stemwright.flow.blocks import FlowBlocks
from stemwright.flow.layer import told_of
from stemwright.flow.space import STACK
from stemwright.producer import bundles
from stemwright.producer.flowing import FlowPlayer, flow_player
from stemwright.song.layers import kind_of
from stemwright.stream.players import Playing

if TYPE_CHECKING:
    from stemwright.codec.tokens import Tokens
    from stemwright.stream.phrases import Phrase

Floats = npt.NDArray[np.float32]

FIRST, BLOCK = 6, 12
"""Steps that are made at once, first and then: the blocks are the flow's own, whatever is asked for."""


class Flows:
    """All layers by the flow: a `players.BlockPlayer`. It goes on over phrases, hearing what it played, as
    long as they have the same layers. Its tokens are not promised to be the same on another machine.
    """

    def __init__(self, seed: int, pool: ThreadPoolExecutor) -> None:
        del pool  # the layers are rows of one product
        self.ahead = STACK * (BLOCK + 1)
        self._seed = seed
        self._bands: list[_Band] = []

    def follow(self, phrase: Phrase) -> None:
        """See `players.BlockPlayer`."""
        if not self._bands or self._bands[-1].layers != tuple(phrase.players):
            if self._bands:
                self._bands[-1].ended = True
            self._bands.append(_Band(phrase, self._seed))
        self._bands[-1].tell(phrase)

    def block(self, first: int, count: int) -> Mapping[str, Tokens]:
        """See `players.BlockPlayer`."""
        while self._bands[0].ended and first >= self._bands[0].stop:
            del self._bands[0]
        return self._bands[0].made(first, count)


class _Band:
    """Some layers from a phrase on. Features and tokens are held until they are used."""

    def __init__(self, phrase: Phrase, seed: int) -> None:
        self._network, self._start = bundles.flow_network(), phrase.start
        self.layers = tuple(phrase.players)
        self._kinds = [kind_of(phrase.song.role(layer)) for layer in self.layers]
        sampling = _flow(phrase, self.layers[0]).sampling
        self._blocks = FlowBlocks(self._network, self.layers, seed, phrase.number + 1, sampling)
        self._told: list[Floats] = [np.zeros((0, self._network.features), np.float32) for _ in self.layers]
        self._codes: list[Tokens] = []
        self._used, self._done = 0, 0  # frames that are forgotten, and that are made
        self.stop, self.ended = phrase.start, False

    def tell(self, phrase: Phrase) -> None:
        """Add a phrase's features."""
        for at, (layer, kind) in enumerate(zip(self.layers, self._kinds, strict=True)):
            slot = _flow(phrase, layer).slot
            rows = frame_features(phrase.state, kind, phrase.scores[layer], timbre=slot)
            spare = self._network.features - rows.shape[1]
            self._told[at] = np.concatenate([self._told[at], np.pad(rows, ((0, 0), (0, spare)))])
        self.stop = phrase.stop

    def made(self, first: int, count: int) -> dict[str, Tokens]:
        """Tokens [K, count] of frames of the stream, by layer."""
        begin = first - self._start
        while self._done < begin + count:
            self._make(BLOCK if self._done else FIRST)
        out = {
            layer: codes[:, begin - self._used : begin - self._used + count]
            for layer, codes in zip(self.layers, self._codes, strict=True)
        }
        drop = begin + count - self._used
        self._codes = [codes[:, drop:] for codes in self._codes]
        self._told = [rows[min(drop, len(rows) - 1) :] for rows in self._told]
        self._used += drop
        return out

    def _make(self, steps: int) -> None:
        """The next block of all layers."""
        frames = np.arange(self._done, self._done + STACK * steps)
        known = self.stop - self._start
        if frames[-1] >= known and not self.ended:
            raise ValueError(f"frame {frames[-1]} is asked for, {known} are known")
        places = np.minimum(frames, known - 1) - self._used
        given = zip(self._kinds, self._told, strict=True)
        told = [told_of(self._network, kind, rows[np.minimum(places, len(rows) - 1)]) for kind, rows in given]
        space = self._network.space
        made = [space.tokens(space.latents(each, STACK * steps)) for each in self._blocks.block(told)]
        before = self._codes or [codes[:, :0] for codes in made]
        self._codes = [np.concatenate([b, m], axis=1) for b, m in zip(before, made, strict=True)]
        self._done += STACK * steps


def _flow(phrase: Phrase, layer: str) -> FlowPlayer:
    player = phrase.players[layer]
    assert isinstance(player, FlowPlayer)
    return player


FLOWS = Playing(flow_player, Flows, (bundles.flow_network,))
"""Every layer by the flow."""
