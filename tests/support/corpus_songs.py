"""Small songs of a corpus for tests of what is learned."""

from __future__ import annotations

from collections.abc import Sequence

from stemwright.corpus.song import CorpusSong
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState


def groove(style: str, who: str, kicks: Sequence[int], bars: int = 4) -> CorpusSong:
    """A groove in 4/4: kicks on steps, a snare on 2 and 4, hats in eighths."""
    strokes = [(step, 36) for step in kicks] + [(4, 38), (12, 38)] + [(step, 42) for step in range(0, 16, 2)]
    notes = [Note(bar * 384 + step * 24, 20, pitch, 90) for bar in range(bars) for step, pitch in strokes]
    state = GlobalState.create("100", "C", "4/4", f"groove:{bars}", style)
    scores = {"drums": Score.from_notes(notes)}
    return CorpusSong(state, scores, source="gmd", name=f"{style} {who}", composers=(who,), timing="human")
