"""What the next phrase is to be like: drawn from weighted prompts, by number, so that the same seed gives the
same phrases however often they are asked for (Philox, counter-based: Salmon et al., 2011).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from numpy.random import Philox

from stemwright.errors import UsageError

MAX_PROMPTS = 64
_STREAM = 0x73747265616D  # tells these draws from those of columns


def draws(seed: int, number: int, count: int) -> list[int]:
    """The 64 random bits of each of some draws of a phrase."""
    generator = Philox(key=[seed, _STREAM], counter=[0, number, 0, 0])
    return [int(bits) for bits in generator.random_raw(count)]


class Prompts:
    """Words, and how often each is drawn beside the others. ``check`` raises UsageError for words that say
    nothing."""

    def __init__(self, check: Callable[[str], None]) -> None:
        self._check = check
        self._weights: dict[str, Fraction] = {}

    @property
    def weights(self) -> Mapping[str, Fraction]:
        """Prompts with a weight over 0."""
        return self._weights

    def weigh(self, prompt: str, weight: float) -> None:
        """Give a prompt a weight, 0 to take it away. UsageError for words that say nothing, or too many."""
        words = " ".join(prompt.lower().split())
        self._check(words)
        if weight > 0 and words not in self._weights and len(self._weights) >= MAX_PROMPTS:
            raise UsageError(f"prompt: there are {MAX_PROMPTS} already; give one of them the weight 0 first")
        if weight > 0:
            self._weights[words] = Fraction(str(weight))
        else:
            self._weights.pop(words, None)

    def drawn(self, bits: int) -> str:
        """The prompt of a draw; "" where there is none: the song's own style."""
        left = sum(self._weights.values(), Fraction(0)) * Fraction(bits, 1 << 64)
        for prompt, weight in sorted(self._weights.items()):
            if left < weight:
                return prompt
            left -= weight
        return ""


def playing(density: float, columns: Sequence[int], bits: Sequence[int]) -> frozenset[int]:
    """Which columns play, of those that may: a share of them, at least one above 0, drawn anew each time.
    ``bits``: a draw for each column."""
    count = -int(-Fraction(str(density)) * len(columns) // 1)
    ranked = sorted(zip(bits, columns, strict=True))
    return frozenset(column for _, column in ranked[:count])
