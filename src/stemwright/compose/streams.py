"""Named random streams: the same numbers on every machine and every Python.

A stream is SHA-256 in counter mode over its name, so streams of different names never share state and
asking for one layer never moves another. Everything is integer arithmetic.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Stream:
    """A random stream named by `parts` (for example seed, layer, section, bar)."""

    __slots__ = ("_block", "_counter", "_key")

    def __init__(self, *parts: int | str) -> None:
        name = "\x1f".join(f"{type(part).__name__}:{part}" for part in parts)
        self._key = hashlib.sha256(name.encode("utf-8")).digest()
        self._counter = 0
        self._block = b""

    def word(self) -> int:
        """The next uniform 32-bit integer."""
        offset = self._counter % 8
        if offset == 0:
            self._block = hashlib.sha256(self._key + (self._counter // 8).to_bytes(8, "little")).digest()
        self._counter += 1
        return int.from_bytes(self._block[4 * offset : 4 * offset + 4], "little")

    def below(self, limit: int) -> int:
        """A uniform integer in 0..limit-1 (limit at most 2^16 in practice, so the bias is negligible)."""
        return (self.word() * limit) >> 32

    def between(self, low: int, high: int) -> int:
        """A uniform integer in low..high, both included."""
        return low + self.below(high - low + 1)

    def jitter(self, width: int) -> int:
        """A triangular integer in -width..width: small deviations are the common ones."""
        return self.below(width + 1) - self.below(width + 1)

    def chance(self, percent: int) -> bool:
        """True in `percent` of 100 cases."""
        return self.below(100) < percent

    def pick(self, items: Sequence[T]) -> T:
        """One of `items`, each as likely."""
        return items[self.below(len(items))]
