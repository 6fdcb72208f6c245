"""A prompt as sound that does not end: phrases, tokens, layers' sound, mix; block by block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, repeat
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from stemwright.producer.heard import places
from stemwright.stream.mixing import StreamMix
from stemwright.stream.sounding import Sounding

if TYPE_CHECKING:
    from stemwright.codec.tokens import Tokens
    from stemwright.codec.tone.decoder import ToneDecoder
    from stemwright.stream.ahead import Ahead
    from stemwright.stream.phrases import Phrase
    from stemwright.stream.players import BlockPlayer

Audio = npt.NDArray[np.float32]

SIZES = (9, 18, 36)
"""Frames of the first blocks and of all later ones: a small one sounds sooner, a large one costs less."""


@dataclass(frozen=True, slots=True)
class Block:
    """Tokens [K, n] of all layers of a phrase, from a frame of the stream on."""

    phrase: Phrase
    first: int
    tokens: Mapping[str, Tokens]


def token_blocks(ahead: Ahead, player: BlockPlayer, sizes: Sequence[int] = SIZES) -> Iterator[Block]:
    """The stream's tokens, for ever; a block ends where its phrase does."""
    phrase, following, at = ahead.take(), None, 0
    player.follow(phrase)
    for size in chain(sizes, repeat(sizes[-1])):
        count = min(size, phrase.stop - at)
        if following is None and at + count + player.ahead > phrase.stop:
            following = ahead.take()
            player.follow(following)
        yield Block(phrase, at, player.block(at, count))
        ahead.prepare()  # not sooner: the first sound has all cores
        at += count
        if at == phrase.stop:
            assert following is not None
            phrase, following = following, None


def sound(
    blocks: Iterator[Block], decoder: ToneDecoder, pool: ThreadPoolExecutor
) -> Iterator[tuple[Block, Audio]]:
    """Blocks and the sound, float32 [n, 2] at 48 kHz, that is certain with each; it comes some 80 ms after
    its tokens.
    """
    sounding, mix, phrase = Sounding(decoder, pool), StreamMix(), None
    for block in blocks:
        if block.phrase is not phrase:
            phrase = block.phrase
            sounding.follow(phrase)
            mix.follow(places(phrase.song, phrase.players))
        yield block, mix.push(sounding.push(block.tokens))
