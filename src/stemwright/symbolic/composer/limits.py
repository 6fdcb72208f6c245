"""What the notes of a request must keep to; it is met by construction, as what breaks it is never drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from stemwright.errors import UsageError
from stemwright.song.layers import KINDS, kind_of
from stemwright.song.score import Note

Span = tuple[int, int]


@dataclass(frozen=True)
class Limits:
    """Of one layer. Ticks count from the song's begin.

    `low`, `high`: pitches. `scale`: pitch classes that may sound, None for all. `chord_on_beats`: notes that
    begin on a beat belong to the chord there. `polyphony`: how many notes sound at once at most wherever a
    new one does. `rhythm`: the ticks at which notes begin, all of them and no others, None where the composer
    is free. `silent`: spans [first, last) in which nothing sounds. `stands`: the layer's notes that stay as
    they are, which are voices too.
    UsageError where a field contradicts itself.
    """

    low: int = 0
    high: int = 127
    scale: frozenset[int] | None = None
    chord_on_beats: bool = False
    polyphony: int | None = None
    rhythm: frozenset[int] | None = None
    silent: tuple[Span, ...] = ()
    stands: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.high <= 127:
            raise UsageError(
                f"range {self.low}-{self.high}: give two pitches from 0 to 127, the lower first",
                field="range",
            )
        if self.scale is not None and not self._reached(self.scale):
            raise UsageError(
                f"scale and range {self.low}-{self.high}: no note of the scale lies in the range; widen one",
                field="range",
            )
        if self.polyphony is not None and self.polyphony < 1:
            raise UsageError(f"voices: {self.polyphony} given; give 1 or more", field="voices")
        if any(first >= last for first, last in self.silent):
            raise UsageError("silence: a span ends before it begins; give the first bar first")
        odd = [tick for tick in self.rhythm or () if any(a <= tick < b for a, b in self.silent)]
        if odd:
            raise UsageError(
                f"rhythm and silence: a note is to begin at tick {min(odd)}, which is to be silent; drop one",
                field="keep_rhythm",
            )

    def _reached(self, classes: frozenset[int]) -> bool:
        return any(pitch % 12 in classes for pitch in range(self.low, self.high + 1))

    def room(self, tick: int) -> int | None:
        """Where a note that begins at `tick` has to end: the next silence. None where there is none."""
        return min((first for first, _ in self.silent if first > tick), default=None)

    def is_silent(self, tick: int) -> bool:
        """Whether nothing may sound at `tick`."""
        return any(first <= tick < last for first, last in self.silent)


FREE = Limits()


@dataclass(frozen=True)
class AllLimits:
    """By layer; `FREE` where nothing is said."""

    layers: Mapping[str, Limits] = field(default_factory=dict)

    def of(self, layer: str) -> Limits:
        """The limits of a layer."""
        return self.layers.get(layer, FREE)


def usual(layer: str, played: tuple[int, int] | None = None) -> Limits:
    """What the composer keeps to unless told otherwise: the range of the layer's kind, as far as it can be
    `played` (lowest and highest pitch; alone where they share no octave). Drums are free.
    """
    found = KINDS[kind_of(layer)].range
    if found is None:
        return FREE
    if played is None:
        return Limits(*found)
    low, high = max(found[0], played[0]), min(found[1], played[1])
    return Limits(low, high) if high - low >= 11 else Limits(*played)
