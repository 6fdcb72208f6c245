"""The form that a session had: which bars of the song came after each other, and where layers went other
ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from stemwright.live.keep.reading import PlayedBar


@dataclass(frozen=True, slots=True)
class Piece:
    """Bars of the song (from 0, `stop` not among them), `times` over."""

    start: int
    stop: int
    times: int = 1

    @property
    def bars(self) -> int:
        """How many that are."""
        return (self.stop - self.start) * self.times


@dataclass(frozen=True, slots=True)
class Kept:
    """`bars`: those that were played and are kept; `sources`: the bar of the song that each is; `made`: clips
    that are not of the song, but were made in the set."""

    bars: tuple[PlayedBar, ...]
    sources: tuple[int, ...]
    made: frozenset[int] = frozenset()

    def silent(self, column: int) -> list[range]:
        """The bars (from 0) in which a layer was not heard."""
        return runs([bar.heard[column] is None for bar in self.bars])

    def other(self, column: int) -> list[range]:
        """The bars (from 0) in which a layer played another bar of the song than the form has there, or a
        stem that was made in the set."""
        heard = [bar.heard[column] for bar in self.bars]
        return runs(
            [
                each is not None and (each[1] != source or each[2] in self.made)
                for each, source in zip(heard, self.sources, strict=True)
            ]
        )

    def of(self, clip: int) -> list[range]:
        """The bars (from 0) in which a clip was heard."""
        return runs([any(each is not None and each[2] == clip for each in bar.heard) for bar in self.bars])

    def at(self, sample: int) -> int | None:
        """The bar (from 0) in which a sample lies, None before the first."""
        found = sum(bar.at <= sample for bar in self.bars) - 1
        return found if found >= 0 else None


def kept(
    played: Sequence[PlayedBar], end: int, covered: Sequence[range], made: frozenset[int] = frozenset()
) -> Kept:
    """The song's bars for those that were played: what most layers played, and, where these are as many, what
    goes on from the bar before. Bars that are cut short to less than half, and silence at both ends outside
    of recordings (`covered`: samples), are left out.
    """
    ends = [bar.at for bar in played[1:]] + [end]
    usual = sorted(stop - bar.at for bar, stop in zip(played, ends, strict=True))[len(played) // 2]
    whole = [bar for bar, stop in zip(played, ends, strict=True) if 2 * (stop - bar.at) >= usual]
    bars = [*whole]
    for side in (0, -1):
        while bars and not any(bars[side].heard) and not any(bars[side].at in span for span in covered):
            bars.pop(side)
    sources: list[int] = []
    for bar in bars:
        counted = Counter(each[1] for each in bar.heard if each is not None)
        before = sources[-1] if sources else -1
        most = max(counted.values(), default=0)
        likely = [source for source, count in counted.items() if count == most]
        following = before + 1 if before + 1 in likely else None
        sources.append(following if following is not None else likely[0] if likely else max(before, 0))
    return Kept(tuple(bars), tuple(sources), made)


def pieces(sources: Sequence[int], begins: Sequence[int]) -> list[Piece]:
    """Bars of the song that follow each other, one after the other; a piece never goes on over the first bar
    of a section (`begins`)."""
    found: list[Piece] = []
    start = 0
    for place in range(1, len(sources) + 1):
        goes_on = place < len(sources) and sources[place] == sources[place - 1] + 1
        if goes_on and sources[place] not in begins:
            continue
        piece = Piece(sources[start], sources[place - 1] + 1)
        start = place
        if found and (found[-1].start, found[-1].stop) == (piece.start, piece.stop):
            piece = Piece(piece.start, piece.stop, found.pop().times + 1)
        found.append(piece)
    return found


def runs(flags: Sequence[bool]) -> list[range]:
    """The places in a row at which something holds."""
    found: list[range] = []
    for place, holds in enumerate(flags):
        if not holds:
            continue
        if found and found[-1].stop == place:
            found[-1] = range(found[-1].start, place + 1)
        else:
            found.append(range(place, place + 1))
    return found
