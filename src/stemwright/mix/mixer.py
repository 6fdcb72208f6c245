"""Stems to a mix: each at its level and place, with its part of the room; the sum with its master.

Up to the sum all is linear, so a stem's part in it is a sound of its own (`placed`): what is exported. The
master comes after. Nothing is ever held whole: stems are read in pieces, and the sum lies in a temporary
file.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stemwright.errors import StemwrightError, UsageError
from stemwright.mix.levels import amplitude
from stemwright.mix.mastering import Mastered, mastered
from stemwright.mix.masters import Master, checked
from stemwright.mix.measuring import NothingKept
from stemwright.mix.placement import Placement, placement
from stemwright.mix.spool import Spool, spool
from stemwright.mix.stems import ArrayStem, Audio, Kept, Stem
from stemwright.mix.summing import Placed, Sum, place, summed


@dataclass(frozen=True, slots=True)
class MixResult:
    """`audio` float32 [N, 2]; loudness in LUFS and true peak in dBTP (-120 for silence).

    `gains`: layer -> dB applied to its stem before the limiter. `limiting_db`: the largest gain reduction.
    `reached`: whether the loudness asked for was reached.
    """

    audio: Audio
    loudness_lufs: float
    true_peak_dbtp: float
    gains: dict[str, float]
    limiting_db: float
    reached: bool


class Mixing:
    """A mix in the making: stems at their places, in the order of their names. Made by `mixing`.

    `parts`: by layer; `length`: samples of the longest.
    """

    def __init__(
        self, stems: Mapping[str, Stem], rate: int, places: Mapping[str, Placement], kept: Kept
    ) -> None:
        if not stems:
            raise UsageError("nothing to mix: the song has no layer with an active take; run generate first")
        if not 8000 <= rate <= 192_000:
            raise UsageError(f"sample rate {rate} is outside 8000..192000 Hz")
        self.rate = rate
        self.length = max(stem.length for stem in stems.values())
        self.parts: dict[str, Placed] = {
            layer: place(layer, stems[layer], places.get(layer) or placement(layer), rate, kept)
            for layer in sorted(stems)
        }

    def part(self, layer: str) -> Iterator[NDArray[np.float64]]:
        """A stem as it is in the mix before its master, in pieces [n, 2], as long as the longest."""
        return summed([self.parts[layer]], self.length, self.rate)

    def sum(self, kept: Kept, spool: Spool) -> Sum:
        """All parts together. `kept`, `spool`: where its pieces lie."""
        return Sum(list(self.parts.values()), self.length, self.rate, kept, spool)

    def highest(self) -> float:
        """The largest magnitude of the sum."""
        sound = summed(list(self.parts.values()), self.length, self.rate)
        return max((float(np.abs(piece).max()) for piece in sound), default=0.0)

    def gains(self, made: Mastered) -> dict[str, float]:
        """By layer, in dB, before the limiter."""
        master = 20.0 * float(np.log10(made.curve.gain))
        return {layer: part.gain + master for layer, part in self.parts.items()}


@dataclass(frozen=True, slots=True)
class Mix:
    """A finished mix: `sum` before its master, and what the master does to it."""

    mixing: Mixing
    sum: Sum
    made: Mastered

    @property
    def highest(self) -> float:
        """The largest magnitude of the mix; no true peak is lower."""
        return self.sum.highest() if self.made.curve.plain else amplitude(self.made.true_peak_dbtp)

    def pieces(self) -> Iterator[Audio]:
        """The mix, float32 pieces [n, 2]; may be read as often as one likes."""
        return self.made.curve.turned(self.sum.pieces())


@contextlib.contextmanager
def mixing(
    stems: Mapping[str, Stem],
    rate: int,
    master: Master,
    places: Mapping[str, Placement] | None = None,
    kept: Kept | None = None,
    sums: Kept | None = None,
    told: Callable[[], object] = lambda: None,
) -> Iterator[Mix]:
    """Mix stems, read in pieces; the mix may be read until the block ends. `places`: by name, where they are
    not those that the names say (`placement`). `kept`: where what was measured is kept for the next mix, and
    `sums` the sum.
    `told`: called after each reading of all.

    The same input gives the same bits. UsageError for no stems or impossible targets, StemwrightError for
    stems that are not finite.
    """
    checked(master)
    with spool() as total:
        measures = kept or NothingKept()
        parts = Mixing(stems, rate, places or {}, measures)
        told()
        sound = parts.sum(NothingKept() if sums is None else sums, total)
        yield Mix(parts, sound, mastered(sound, master, rate, measures, told))


def mix(
    stems: Mapping[str, Audio],
    sample_rate: int = 24000,
    target_lufs: float = -14.0,
    ceiling_dbtp: float = -1.0,
    places: Mapping[str, Placement] | None = None,
    master: Master | None = None,
) -> MixResult:
    """Mix `stems` (name -> mono [N] or stereo [N, 2] in -1..1; shorter ones end in silence): the sum of
    `placed`, mastered to the targets or as `master` says. Errors and `places` as of `mixing`.
    """
    wanted = master or Master(target_lufs, ceiling_dbtp)
    with mixing(_as_stems(stems), sample_rate, wanted, places) as made:
        result = made.made
        return MixResult(
            audio=np.concatenate([np.zeros((0, 2), np.float32), *made.pieces()]),
            loudness_lufs=result.loudness_lufs,
            true_peak_dbtp=result.true_peak_dbtp,
            gains=made.mixing.gains(result),
            limiting_db=result.limiting_db,
            reached=result.reached,
        )


def placed(
    stems: Mapping[str, Audio], sample_rate: int = 24000, places: Mapping[str, Placement] | None = None
) -> Iterator[tuple[str, Audio]]:
    """The stems as they are in the mix before its master, by name: float32 [N, 2], as long as the longest;
    their sum is that mix. They may go beyond -1..1.

    A mono stem is panned to its place; a stereo stem keeps its width, its balance moves. Each brings its part
    of the room (`room`). `places` and errors as those of `mixing`.
    """
    made = Mixing(_as_stems(stems), sample_rate, places or {}, NothingKept())
    for layer in made.parts:
        yield layer, np.concatenate([np.zeros((0, 2)), *made.part(layer)]).astype(np.float32)


def _as_stems(stems: Mapping[str, Audio]) -> dict[str, Stem]:
    for layer, stem in stems.items():
        if np.ndim(stem) != 1 and np.shape(stem)[1:] != (2,):
            raise StemwrightError(f"stem {layer}: should be mono or stereo, has shape {np.shape(stem)}")
    return {layer: ArrayStem(stem) for layer, stem in stems.items()}
