"""Stems to their sum, piece by piece: each at its level and place, with its part of the room."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stemwright.errors import StemwrightError
from stemwright.mix.automation import AutomatedStem
from stemwright.mix.levels import amplitude
from stemwright.mix.measuring import stem_loudness
from stemwright.mix.placement import Placement, gain_db, pan_gains
from stemwright.mix.room import reach, room
from stemwright.mix.spool import Spool
from stemwright.mix.stems import Audio, Kept, Stem, piece_size, pieces

HEADROOM_DB = 6.0
"""How far below `placement` all stems lie before the master, so that they and their sum seldom go over."""
_VERSION = 1
"""Goes up when the same stems come to add up otherwise."""
_HELD = 3
"""Pieces of a sum that are held: what lies on either side of one is read with it."""

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Placed:
    """A stem, its gain in dB, and its factors left, right and into the room."""

    stem: Stem
    gain: float
    left: float
    right: float
    sent: float

    def key(self, start: int, stop: int) -> str | None:
        """What decides what it adds to samples from and to, in one word; None where nobody knows."""
        stop = min(stop, self.stem.length)
        if stop <= start:
            return ""
        factors = [factor.hex() for factor in (self.left, self.right, self.sent)]
        samples = self.stem.key(start, stop)
        return None if samples is None else " ".join([str(stop), str(self.stem.channels), *factors, samples])

    def add(self, start: int, stop: int, dry: Doubles, sent: Doubles) -> None:
        """Add samples from and to, which end in silence, to a sound [n, 2] and to what the room
        is sent [n].
        """
        stop = min(stop, self.stem.length)
        if stop <= start:
            return
        piece = self.stem.read(start, stop)
        count = stop - start
        sides = (piece, piece) if piece.ndim == 1 else (piece[:, 0], piece[:, 1])
        dry[:count, 0] += sides[0] * self.left
        dry[:count, 1] += sides[1] * self.right
        middle = piece if piece.ndim == 1 else piece.mean(axis=1)
        sent[:count] += middle * self.sent


def place(layer: str, stem: Stem, where: Placement, rate: int, kept: Kept) -> Placed:
    """A stem at the level and place that it has in the mix. StemwrightError naming it where it
    is not finite.
    """
    try:
        gain = gain_db(where, stem_loudness(stem, rate, kept)) - HEADROOM_DB
    except StemwrightError as error:
        raise StemwrightError(f"stem {layer}: {error.marked}") from error
    level, (left, right) = amplitude(gain), pan_gains(where.pan)
    if where.curve is not None:  # after its loudness was measured, which would level the curve out
        stem = AutomatedStem(stem, where.curve, rate)
    return Placed(stem, gain, level * left, level * right, level * amplitude(where.room_db))


def summed(parts: Sequence[Placed], length: int, rate: int) -> Iterator[Doubles]:
    """The sum of stems as they are in the mix before its master, with the room: pieces [n, 2] of `length`
    samples in all.
    """
    for span in pieces(length, rate):
        yield _piece(parts, rate, *span)


def _piece(parts: Sequence[Placed], rate: int, start: int, stop: int) -> Doubles:
    """A piece of the sum, which depends on its samples and the room's reach before them alone."""
    low = max(start - reach(rate), 0)
    dry, sent = np.zeros((stop - low, 2)), np.zeros(stop - low)
    for part in parts:
        part.add(low, stop, dry, sent)
    return dry[start - low :] + room(sent, stop - start, rate)


class Sum:
    """The sum of stems, read as a stem is. Its pieces are `kept` for the next mix; those that cannot be lie
    in the spool.
    """

    channels = 2

    def __init__(self, parts: Sequence[Placed], length: int, rate: int, kept: Kept, spool: Spool) -> None:
        self._parts, self._rate, self._kept, self._spool = parts, rate, kept, spool
        self.length = length
        self._spans = pieces(length, rate)
        self._keys = [self._key(*span) for span in self._spans]
        self._spooled: dict[int, int] = {}  # piece -> where it begins in the spool
        self._held: dict[int, Audio] = {}

    def read(self, start: int, stop: int) -> Audio:
        """Samples from and to, float32 [n, 2]."""
        if stop <= start:
            return np.zeros((0, 2), np.float32)
        size = piece_size(self._rate)
        first, last = start // size, (stop - 1) // size
        found = [self._piece(index) for index in range(first, last + 1)]
        joined = found[0] if len(found) == 1 else np.concatenate(found)
        return joined[start - first * size : stop - first * size]

    def key(self, start: int, stop: int) -> str | None:
        """The keys of the pieces that hold these samples."""
        size = piece_size(self._rate)
        keys = self._keys[start // size : -(-stop // size)]
        return None if None in keys else ",".join(map(str, keys))

    def pieces(self) -> Iterator[Audio]:
        """All of it, in pieces."""
        for index in range(len(self._spans)):
            yield self._piece(index)

    def highest(self) -> float:
        """The largest magnitude."""
        return max((float(np.abs(piece).max()) for piece in self.pieces()), default=0.0)

    def _key(self, start: int, stop: int) -> str | None:
        low = max(start - reach(self._rate), 0)
        said = [part.key(low, stop) for part in self._parts]
        if None in said:
            return None
        return hashlib.sha256(
            "\n".join([f"sum {_VERSION} {self._rate} {start} {stop}", *map(str, said)]).encode()
        ).hexdigest()

    def _piece(self, index: int) -> Audio:
        if index not in self._held:
            self._held[index] = self._found(index)
            if len(self._held) > _HELD:
                del self._held[next(iter(self._held))]
        return self._held[index]

    def _found(self, index: int) -> Audio:
        (start, stop), key = self._spans[index], self._keys[index]
        if index in self._spooled:
            return self._spool.read(self._spooled[index], self._spooled[index] + stop - start)
        found = None if key is None else self._kept.get(key)
        if found is not None and found.shape == (stop - start, 2):
            return np.asarray(found, np.float32)
        made = _piece(self._parts, self._rate, start, stop).astype(np.float32)
        if key is None or not self._kept.put(key, made):
            self._spooled[index] = self._spool.length
            self._spool.append(made)
        return made
