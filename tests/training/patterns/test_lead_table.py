"""What learning a melody counts."""

from __future__ import annotations

from fractions import Fraction

from stemwright.compose.learned import lead as coords
from stemwright.corpus.song import CorpusSong
from stemwright.song.harmony import Chord, Key
from stemwright.song.meter import Meter
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState, Section
from stemwright.training.patterns.lead import learn_lead
from stemwright.training.patterns.learned import Material


def song(bars: list[list[tuple[int, int, int]]], source: str = "openewld") -> CorpusSong:
    """A lead sheet in C over C major: bars of (sixteenth, sixteenths, pitch)."""
    notes = [
        Note(bar * 384 + step * 24, length * 24, pitch, 80)
        for bar, own in enumerate(bars)
        for step, length, pitch in own
    ]
    state = GlobalState(
        Fraction(100),
        Meter(4, 4),
        Key.parse("C major"),
        (Section("a", len(bars)),),
        style="pop",
        chords=(Chord("C"),) * (4 * len(bars)),
    )
    return CorpusSong(state, {"lead": Score.from_notes(notes)}, source=source, name="made")


UP = [(0, 4, 60), (4, 4, 62), (8, 8, 64)]
HIGHER = [(0, 4, 62), (4, 4, 64), (8, 8, 65)]
HALF = [(0, 4, 60), (4, 4, 62), (8, 4, 64), (12, 4, 62)]
OTHER = [(0, 6, 67), (6, 2, 65), (8, 4, 64), (12, 8, 62)]
TIED = [(4, 4, 62), (8, 8, 60)]


def test_bars_are_told_by_what_they_have_of_earlier_ones() -> None:
    table = learn_lead(Material((song([UP, HIGHER, UP, HALF, OTHER, TIED]),), ())).table
    form = {context: row for context, row in table[coords.FORM].to_json().items() if context[0] == "d"}
    assert form == {}  # seen once each, and pruned
    many = tuple(song([UP, HIGHER, UP, HALF, OTHER, TIED]) for _ in range(20))
    learned = learn_lead(Material(many, many[:1]))
    told = {context: dict(learned.table[coords.FORM].row(f"d{context}")) for context in range(4)}
    # bars left 5..0: new, as the bar before in rhythm, as two before in pitch too, half of one, new, new
    assert told == {1: {"new": 40}, 0: {"1": 20, "new": 20}, 3: {"2": 20}, 2: {"h1": 20}}
    assert dict(learned.table[coords.CONTOUR].row("c1")) == {"+1": 20}
    assert dict(learned.table[coords.CONTOUR].row("c2")) == {"same": 20}
    assert learned.sources == {"openewld"}
    assert learned.held_out["rhythm bits"] < learned.held_out["rhythm order 0 bits"]


def test_held_notes_reach_over_bar_lines() -> None:
    many = tuple(song([UP, HIGHER, UP, HALF, OTHER, TIED]) for _ in range(20))
    rhythm = learn_lead(Material(many, ())).table[coords.RHYTHM]
    first = [context for context in rhythm.to_json() if context.startswith("c") and context.endswith("|-|")]
    assert any("----" in rhythm.row(context) for context in first)


def test_moves_and_tones_do_not_know_the_key() -> None:
    many = tuple(song([UP, HIGHER, UP, HALF, OTHER, UP]) for _ in range(40))
    table = learn_lead(Material(many, ())).table
    assert set(table[coords.TONES].row("dM")) == {"0", "2", "4", "5", "7"}
    moves = {symbol for row in table[coords.MOVES].to_json().values() for symbol in row}
    assert moves <= {"-3", "-2", "-1", "1", "2", "0", "4", "3"}


def test_notes_between_the_sixteenths_have_no_rhythm() -> None:
    triplets = [(0, 4, 60), (4, 4, 62), (8, 4, 64), (12, 4, 65)]
    made = song([triplets] * 20)
    moved = Score.from_notes(
        Note(note.onset + (8 if note.onset % 96 == 0 and note.onset % 384 else 0), 40, note.pitch, 80)
        for note in made.scores["lead"].notes
    )
    off = CorpusSong(made.state, {"lead": moved}, source="openewld", name="made")
    assert learn_lead(Material((off,), ())).table[coords.RHYTHM].to_json() == {}
