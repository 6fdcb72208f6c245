"""Seeds: one for the song, and from it one a layer and take, so that a single number remakes everything."""

from __future__ import annotations

import hashlib
import secrets

from stemwright.errors import UsageError, argument

SEED_BITS = 53
"""Seeds stay below 2^53, so that every reader of JSON sees them exactly."""


def layer_seed(song_seed: int, layer: str, take: int) -> int:
    """The seed of take `take` (1-based) of a layer where the user names none."""
    text = f"stemwright layer seed 1\n{song_seed}\n{layer}\n{take}"
    return int.from_bytes(hashlib.sha256(text.encode("ascii")).digest()[:8], "little") >> (64 - SEED_BITS)


def random_seed() -> int:
    """A new song's seed: short enough to be read out and typed again."""
    return secrets.randbelow(1_000_000)


def check_seed(seed: int) -> int:
    """`seed` where it may be one; UsageError otherwise."""
    if not 0 <= seed < 1 << SEED_BITS:
        raise UsageError(f"{argument('seed')} {seed}: give a whole number from 0 to {(1 << SEED_BITS) - 1}")
    return seed
