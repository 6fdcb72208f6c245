"""Basses under chords: a chord is turned so that the bass goes by steps, C G/B Am, or steps on while it
lasts, Am Am/G F.

How often is the style's to say, what of it is turned most is as in 667 songs of the McGill Billboard: of
major chords whose third lies a step from the basses on both sides, on the way from one to the other, 26%
have that third in the bass; of minor ones 7%; of fifths that lie so 13%; thirds under the same chord's root
that lead up a semitone are one in 25. Others are rare (2%), though one in twelve of all chords has a bass
of its own.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from stemwright.compose.grid import grid_of
from stemwright.compose.streams import Stream
from stemwright.song.harmony import Chord
from stemwright.song.pitch import fifths_of, name_at, plainer
from stemwright.song.state import GlobalState

_THIRD, _MINOR_THIRD, _FIFTH, _SEVENTH, _LEADING = 4, 3, 7, 10, 11
_FIFTHS = {_THIRD: 4, _MINOR_THIRD: -3, _FIFTH: 1, _SEVENTH: -2, _LEADING: 5}
"""Semitones above the root -> places above it on the line of fifths."""
_TURNED = {_THIRD: 100, _FIFTH: 50, _MINOR_THIRD: 30}
"""Percent of the style's share by which a tone becomes the bass on the way."""
_STEPS_ON = {_SEVENTH: 40, _LEADING: 25, _THIRD: 15}
"""The same for a bass that moves on under a chord of a bar or more."""
_PLAIN = ("", "m", "add9", "7", "m7", "maj7")
"""Qualities of chords that are turned."""


@dataclass(frozen=True, slots=True)
class _Span:
    """Beats from `start` up to `end` of one chord. `opens`: a section begins with it; `half`: the beat on
    which the second half of its last bar begins, where it has stood for that whole bar, else 0.
    """

    start: int
    end: int
    chord: Chord
    opens: bool
    bars: int
    half: int


def with_basses(chords: Sequence[Chord], state: GlobalState, share: int, seed: int) -> tuple[Chord, ...]:
    """Chords, one a beat, some of them with a bass of their own. `share`: percent of the places in which
    major chords could be turned. The same chords in a row are turned alike; sections begin, and the song
    ends, on roots.
    """
    out = list(chords)
    if not share:
        return tuple(out)
    before: Chord | None = None
    for span, after in pairwise(_spans(chords, state)):
        chord, start = span.chord, span.start
        if chord.bass is None and chord.quality in _PLAIN:
            names = [str(own) for own in (before or "", chord, after.chord)]
            stream = Stream(seed, "basses", *names)
            tone = None
            if before is not None and before.bass is None and not span.opens and span.bars < 2:
                tone = _on_the_way(before, chord, after.chord, share, stream)
            if tone is None and span.half:
                tone, start = _stepping_on(chord, after.chord, share, stream), span.half
            if tone is not None and (
                tone != _LEADING or (chord.root_pc + tone) % 12 in state.key.pitch_classes
            ):
                chord = turned(chord, tone)
                out[start : span.end] = [chord] * (span.end - start)
        before = chord
    return tuple(out)


def _of_key(chord: Chord, tone: int, state: GlobalState) -> bool:
    return (chord.root_pc + tone) % 12 in state.key.pitch_classes


def turned(chord: Chord, tone: int) -> Chord:
    """A chord with the tone so many semitones above its root in the bass."""
    name = plainer(name_at(fifths_of(chord.root) + _FIFTHS[tone]))
    return replace(chord, bass=name)


def _spans(chords: Sequence[Chord], state: GlobalState) -> list[_Span]:
    """Runs of one chord, a new one where a section begins."""
    opening = set(accumulate((section.bars for section in state.sections), initial=0))
    firsts = [state.lines.beat(bar) for bar in range(state.bars)]
    opens = {firsts[bar] for bar in opening if bar < state.bars}
    starts = [
        beat for beat in range(len(chords)) if beat in opens or not beat or chords[beat] != chords[beat - 1]
    ]
    out = []
    for start, end in zip(starts, [*starts[1:], len(chords)], strict=True):
        last = bisect_right(firsts, end - 1) - 1
        grid = grid_of(state.meter_of(last))
        half = firsts[last] + grid.halves() // grid.beat_steps
        whole = start <= firsts[last] < half < end == firsts[last] + state.meter_of(last).beats_per_bar
        bars = last - bisect_right(firsts, start) + 2
        out.append(_Span(start, end, chords[start], start in opens, bars, half if whole else 0))
    return out


def _on_the_way(before: Chord, chord: Chord, after: Chord, share: int, stream: Stream) -> int | None:
    """The tone of a chord that lies a step from the basses on both sides, between them."""
    for tone in _tones(chord, _TURNED):
        bass = chord.root_pc + tone
        down, on = _step(before.bass_pc, bass), _step(bass, after.bass_pc)
        if 1 <= abs(down) <= 2 and 1 <= abs(on) <= 2 and down * on > 0:
            return tone if stream.chance(share * _TURNED[tone] // 100) else None
    return None


def _stepping_on(chord: Chord, after: Chord, share: int, stream: Stream) -> int | None:
    """The tone to which a bass may step on under a chord: below its root to what follows, or up to its third
    and a semitone further.
    """
    minor = (chord.root_pc + _MINOR_THIRD) % 12 in chord.pitch_classes
    for tone, wanted in ((_SEVENTH, (-1, -2)), (_LEADING, (-2,)), (_THIRD, (1,))):
        fits = minor if tone == _SEVENTH else not minor
        if fits and _step(chord.root_pc + tone, after.bass_pc) in wanted:
            return tone if stream.chance(share * _STEPS_ON[tone] // 100) else None
    return None


def _tones(chord: Chord, known: Mapping[int, int]) -> list[int]:
    """Those of some tones that a chord has."""
    return [tone for tone in known if (chord.root_pc + tone) % 12 in chord.pitch_classes]


def _step(before: int, after: int) -> int:
    """Semitones from one pitch class to another by the shorter way."""
    return (after - before + 6) % 12 - 6
