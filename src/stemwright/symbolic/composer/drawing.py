"""Drawing tokens: every one with a number that belongs to the seed, the part, the bar and its place there
alone, so what is asked elsewhere in the song moves nothing by itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np

from stemwright.errors import StemwrightError, UsageError
from stemwright.symbolic.composer.controls import Floats
from stemwright.symbolic.composer.draft import Place
from stemwright.symbolic.composer.leaning import Leaning
from stemwright.symbolic.events.vocabulary import PARTS, SIZE, event, span

COMPOSE_VERSION = 3
"""Raised whenever the same bundle, request and seed give other notes than before."""
SAMPLING = {
    "position": (1.0, 0.99),
    "pitch": (0.95, 0.95),
    "drum": (1.0, 0.98),
    "velocity": (1.0, 0.98),
    "duration": (1.0, 0.98),
}
"""Kind of token -> temperature and share of the likeliest (top-p) with which its value is drawn. Kinds are
drawn as the network has them: with a lower temperature, or the likeliest alone, bars would end too soon, for
the end is one token and another note is any of many.
"""


class Draws:
    """Draws a place's tokens, with random numbers of its own."""

    def __init__(
        self, seed: int, place: Place, sampling: Mapping[str, tuple[float, float]], isa: str, leaning: Leaning
    ) -> None:
        self.place, self.sampling, self.isa, self.leaning = place, sampling, isa, leaning
        part, bar = place
        digest = hashlib.sha256(f"compose {COMPOSE_VERSION} {seed} {part} {bar}".encode()).digest()
        self.key = [int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:8], "little")]
        self.count = 0

    def pick(self, logits: Floats, mask: np.ndarray) -> int:
        """One of the tokens that may come: first its kind, as likely as it is, then its value."""
        from stemwright.native import _engine

        may = np.flatnonzero(mask[:SIZE])
        self.count += 1
        if len(may) == 0:
            part, bar = self.place
            raise UsageError(
                f"{PARTS[part]}, bar {bar + 1}: the limits leave no note that could be written; widen them"
            )
        words = _engine.philox4x32([self.count, 0, 0, 0], self.key)
        number = int(may[_drawn(logits[may], (1.0, 1.0), words[0], self.isa)])
        kind = event(number).kind
        if kind not in self.sampling:
            return number
        there = span(kind)
        alike = may[(may >= there.start) & (may < there.stop)]
        leant = self.leaning.of(kind, alike - there.start, logits[alike])
        return int(alike[_drawn(leant, self.sampling[kind], words[1], self.isa)])


def _drawn(logits: Floats, how: tuple[float, float], word: int, isa: str) -> int:
    """Which of some tokens, with a temperature and of the likeliest."""
    from stemwright.native import _engine

    if len(logits) == 1:
        return 0
    uniform = np.array([word / 2.0**32])
    picked = int(_engine.pick(np.ascontiguousarray(logits), how[0], len(logits), how[1], uniform, isa)[0])
    if picked < 0:
        raise StemwrightError("composer: its weights gave no finite numbers; get the bundle again")
    return picked
