"""Notes and chords in another key: moved by the way from tonic to tonic, and to the new mode's steps."""

from __future__ import annotations

from stemwright.errors import UsageError
from stemwright.song.harmony import MODES, Chord, Key
from stemwright.song.qualities import QUALITIES
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState


def way(old: Key, new: Key) -> int:
    """Semitones from a key's tonic to another's, the short way: -5 to 6."""
    return (new.tonic_pc - old.tonic_pc + 5) % 12 - 5


def in_key(score: Score, old: Key, new: Key) -> Score:
    """The notes in another key, steps of the scale as the new mode has them. UsageError where a note would
    leave MIDI's range.
    """
    shift = way(old, new)
    try:
        moved = [
            Note(n.onset, n.duration, n.pitch + shift + _bend(n.pitch, old, new), n.velocity)
            for n in score.notes
        ]
    except UsageError as error:
        raise UsageError(f"key {new}: {error.marked}", field="key") from None
    return Score.from_notes(moved)


def key_state(state: GlobalState, new: Key) -> GlobalState:
    """The state in another key, its chords with it."""
    chords = tuple(None if chord is None else _chord(chord, state.key, new) for chord in state.chords)
    return state.with_(key=new, chords=chords)


def _bend(pitch: int, old: Key, new: Key) -> int:
    """What a note moves by beside the tonic: a step of the scale goes to the new mode's; others stay."""
    scale, other = MODES[old.mode], MODES[new.mode]
    inside = (pitch - old.tonic_pc) % 12
    return other[scale.index(inside)] - inside if inside in scale else 0


def _chord(chord: Chord, old: Key, new: Key) -> Chord:
    """A chord in another key; in another mode, of the quality that its notes have there, if it has a name."""
    shift = way(old, new)
    if old.mode == new.mode:
        return chord.transposed(shift, new)
    root = chord.root_pc
    there = (root + _bend(root, old, new)) % 12
    steps = [(root + step) % 12 for step in QUALITIES[chord.quality]]
    wanted = {(pc + _bend(pc, old, new) - there) % 12 for pc in steps}
    same = [name for name, shape in QUALITIES.items() if {step % 12 for step in shape} == wanted]
    quality = chord.quality if chord.quality in same or not same else same[0]
    bass = None if chord.bass is None else new.spell(_moved(chord.bass, old, new))
    return Chord(new.spell((there + shift) % 12), quality, bass)


def _moved(name: str, old: Key, new: Key) -> int:
    from stemwright.song.pitch import pitch_class

    pc = pitch_class(name)
    return (pc + way(old, new) + _bend(pc, old, new)) % 12
