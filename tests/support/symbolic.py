"""Small symbolic songs for tests."""

from __future__ import annotations

from collections.abc import Iterable

from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.song.drums import PIECE_PITCH
from stemwright.song.harmony import parse_chord
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState

Row = tuple[int, int, int, int]


def score(*rows: Row) -> Score:
    """A score of (onset, duration, pitch, velocity)."""
    return Score.from_notes(Note(*row) for row in rows)


def melody(onsets: Iterable[int], pitches: Iterable[int] = (), duration: int = 24) -> Score:
    """Notes of one length and loudness; middle C where no pitches are given."""
    ticks = list(onsets)
    have = [*pitches][: len(ticks)]
    return score(*((t, duration, p, 80) for t, p in zip(ticks, have or [60] * len(ticks), strict=True)))


def song(
    chords: str = "", name: str = "song", composers: tuple[str, ...] = (), **fields: object
) -> SymbolicSong:
    """A song; `chords`: one a bar, blanks between. Fields of `GlobalState.create`, all others are layers."""
    texts = {key: str(fields.pop(key)) for key in ("bpm", "key", "meter", "form", "style") if key in fields}
    state = GlobalState.create(**texts)
    if chords:
        beats = state.meter.beats_per_bar
        found = [parse_chord(text) for text in chords.split() for _ in range(beats)]
        state = state.with_(chords=tuple(found))
    scores = {layer: have for layer, have in fields.items() if isinstance(have, Score)}
    return SymbolicSong(state, scores, name=name, composers=composers)


LOUDNESS = {"X": 110, "x": 90, "g": 25}
"""What a letter of `kit` is struck like."""


def kit(late: int = 0, **patterns: str) -> Score:
    """Drums of one text a piece: a letter of LOUDNESS or a point a sixteenth, bars end to end."""
    return score(
        *(
            (24 * step + late, 12, PIECE_PITCH[piece], LOUDNESS[mark])
            for piece, text in patterns.items()
            for step, mark in enumerate(text.replace(" ", ""))
            if mark != "."
        )
    )


def line(text: str, pitches: Iterable[int], duration: int = 24) -> Score:
    """A line of one text: an x a note's begin, a point a sixteenth more; pitches in turn."""
    onsets = [24 * step for step, mark in enumerate(text.replace(" ", "")) if mark == "x"]
    return melody(onsets, pitches, duration)
