"""Stems to their sum, piece by piece: each at its level and place, with its part of the room."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stemwright.errors import StemwrightError
from stemwright.mix.automation import AutomatedStem
from stemwright.mix.levels import amplitude
from stemwright.mix.measuring import stem_loudness
from stemwright.mix.placement import Placement, gain_db, pan_gains
from stemwright.mix.room import Room
from stemwright.mix.stems import Kept, Stem, piece_size, pieces

HEADROOM_DB = 6.0
"""How far below `placement` all stems lie before the master, so that they and their sum seldom go over."""

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Placed:
    """A stem, its gain in dB, and its factors left, right and into the room."""

    stem: Stem
    gain: float
    left: float
    right: float
    sent: float

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


def summed(
    parts: Sequence[Placed], length: int, rate: int, told: Callable[[], object] = lambda: None
) -> Iterator[Doubles]:
    """The sum of stems as they are in the mix before its master, with the room: pieces [n, 2] of `length`
    samples in all. `told` is called after each.
    """
    room = Room(rate, piece_size(rate))
    for start, stop in pieces(length, rate):
        dry, sent = np.zeros((stop - start, 2)), np.zeros(stop - start)
        for part in parts:
            part.add(start, stop, dry, sent)
        wet = room.push(sent)
        if len(wet) < len(dry):
            wet = np.concatenate([wet, room.flush()])
        dry += wet[: len(dry)]
        yield dry
        told()
