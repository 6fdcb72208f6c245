"""From blocks of tokens to the sound of each layer, 48 kHz stereo: without a join inside a layer, also over
phrases.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from stemwright.codec.tone.endless import EndlessTone
from stemwright.codec.tone.layout import HOP
from stemwright.codec.tone.streaming import LOOKAHEAD

if TYPE_CHECKING:
    from stemwright.codec.tokens import Tokens
    from stemwright.codec.tone.decoder import ToneDecoder
    from stemwright.stream.phrases import Phrase

Audio = npt.NDArray[np.float32]
SAMPLES = 2 * HOP
"""Of a frame, at 48 kHz."""
FADE = 3
"""Frames, 40 ms, in which a layer that ends, or changes its timbre, gives way at a phrase's border."""


class Sounding:
    """All layers' sound, as far as it is certain: `LOOKAHEAD` frames behind their tokens."""

    def __init__(self, decoder: ToneDecoder, pool: ThreadPoolExecutor) -> None:
        self._decoder, self._pool = decoder, pool
        self._voices: dict[str, _Voice] = {}
        self._ending: list[tuple[str, _Voice]] = []
        self.done = 0
        """Frames that were given."""

    def follow(self, phrase: Phrase) -> None:
        """Begin a phrase: all tokens before it were pushed."""
        for layer in list(self._voices):
            if phrase.timbres.get(layer) != self._voices[layer].timbre:
                voice = self._voices.pop(layer)
                voice.end()
                self._ending.append((layer, voice))
        for layer, timbre in phrase.timbres.items():
            if layer not in self._voices:
                self._voices[layer] = _Voice(self._decoder, phrase, layer, timbre)
            self._voices[layer].follow(phrase, layer)

    def push(self, tokens: Mapping[str, Tokens]) -> list[tuple[str, str, Audio]]:
        """Layer, timbre and sound [n, 2] of all that sounds in the next frames; n is the same for all. A
        layer that changes its timbre is there twice.
        """
        pushed = [self._pool.submit(self._voices[layer].push, part) for layer, part in tokens.items()]
        for each in pushed:
            each.result()
        stop = max(self.done, max(voice.certain for voice in self._voices.values()))
        heard = [*self._ending, *self._voices.items()]
        made = [(layer, voice.timbre, voice.taken(self.done, stop)) for layer, voice in heard]
        self._ending = [(layer, voice) for layer, voice in self._ending if voice.left > stop]
        self.done = stop
        return made


class _Voice:
    """A layer in one timbre."""

    def __init__(self, decoder: ToneDecoder, phrase: Phrase, layer: str, timbre: str) -> None:
        self.timbre, self._start = timbre, phrase.start
        role = phrase.song.role(layer)
        self._tone = EndlessTone(decoder, role, phrase.state.timebase, timbre, wide=True)
        self._made: list[Audio] = []
        self._from = phrase.start  # the frame where what is made begins
        self._last: Tokens | None = None

    def follow(self, phrase: Phrase, layer: str) -> None:
        """Add a phrase's notes."""
        self._tone.follow(phrase.scores[layer], phrase.state.timebase, phrase.start - self._start)

    def push(self, tokens: Tokens) -> None:
        """Decode what is certain."""
        self._made.append(self._tone.push(tokens))
        self._last = tokens[:, -1:]

    @property
    def certain(self) -> int:
        """The frame of the stream up to which it sounds."""
        return self._start + max(0, self._tone.frames - LOOKAHEAD)

    @property
    def left(self) -> int:
        """The frame after all that it has made."""
        return self._from + sum(map(len, self._made)) // SAMPLES

    def end(self) -> None:
        """Sound on for a moment beyond its last token, and give way with equal power."""
        if self._last is None:
            return
        self._made += [self._tone.push(np.repeat(self._last, FADE, axis=1)), self._tone.flush()]
        whole = np.concatenate(self._made)
        count = min(len(whole), FADE * SAMPLES)
        falling = np.cos(np.pi / 2 * (np.arange(count) + 0.5) / count).astype(np.float32)
        whole[len(whole) - count :] *= falling[:, None]
        self._made = [whole]

    def taken(self, first: int, stop: int) -> Audio:
        """Its sound in frames from and to, silence where it has none."""
        out = np.zeros(((stop - first) * SAMPLES, 2), np.float32)
        held = np.concatenate([np.zeros((0, 2), np.float32), *self._made])
        at = max(0, self._from - first) * SAMPLES
        count = max(0, min(len(held), len(out) - at))
        out[at : at + count] = held[:count]
        self._made, self._from = [held[count:]], self._from + count // SAMPLES
        return out
