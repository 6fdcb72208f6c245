"""Another chord, tempo, key, meter or style: what follows is made again, and nothing else is touched."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from editing.heard import bar_tokens, bars, song, tokens
from stemwright.editing.keys import in_key, key_state, way
from stemwright.editing.remixing import remix
from stemwright.editing.states import Edits, edit
from stemwright.errors import UsageError
from stemwright.producer.lineage import outdated
from stemwright.song.harmony import MODES, Key, parse_chord
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from stemwright.store.folder import SongFolder
from stemwright.store.verify import verify

LAYERS = ("drums", "bass", "harmony", "lead")


def test_new_chords_are_followed_in_their_bars_alone(made: Path) -> None:
    before = {layer: bars(made, layer) for layer in LAYERS}
    sound = {layer: tokens(made, layer) for layer in LAYERS}
    told = edit(made, Edits(chords="2: Ebmaj7 Ab; 4: Gb"))
    state = song(made).state
    assert [str(state.chords_of(bar)[0]) for bar in (1, 3)] == ["Ebmaj7", "Gb"]
    assert str(state.chords_of(1)[2]) == "Ab"
    assert told["layers"]["bass"] == {"written": "2-2,4-4", "performed": "2-2,4-4"}
    assert "drums" not in told["layers"]
    assert np.array_equal(tokens(made, "drums"), sound["drums"])
    for layer in ("bass", "harmony", "lead"):
        after = bars(made, layer)
        assert [after[bar] for bar in (0, 2, 4, 5)] == [before[layer][bar] for bar in (0, 2, 4, 5)]
        for bar in (0, 2, 4, 5):
            at = slice(state.timebase.bar_frame(bar), state.timebase.bar_frame(bar + 1))
            assert np.array_equal(bar_tokens(made, layer, bar), sound[layer][:, at])
    assert bars(made, "harmony")[1] != before["harmony"][1]
    assert outdated(SongFolder.open(made), song(made)) == {}
    assert verify(SongFolder.open(made)).problems == []


def test_a_layer_that_is_kept_does_not_follow_and_is_told_to_be_of_other_chords(made: Path) -> None:
    before = tokens(made, "lead")
    told = edit(made, Edits(chords="2: Eb", keep=("lead",)))
    assert np.array_equal(tokens(made, "lead"), before)
    assert [(each["layer"], each["bars"]) for each in told["stale"]] == [("lead", ["2-2"])]


def test_a_new_tempo_has_the_same_notes_performed_anew(made: Path) -> None:
    before = {layer: bars(made, layer) for layer in LAYERS}
    told = edit(made, Edits(bpm="180"))
    assert told["layers"]["drums"] == {"written": "", "performed": "1-6"}
    assert {layer: bars(made, layer) for layer in LAYERS} == before
    assert all(tokens(made, layer).shape[1] == song(made).state.frames for layer in LAYERS)


def test_a_tempo_that_changes_later_leaves_the_bars_before_as_they_are(made: Path) -> None:
    before = tokens(made, "lead")
    told = edit(made, Edits(bpm="233, 4: 150"))
    assert told["layers"]["lead"]["performed"] == "4-6"
    frames = song(made).state.timebase.bar_frame(3)
    assert np.array_equal(tokens(made, "lead")[:, :frames], before[:, :frames])


def test_a_new_key_moves_notes_and_chords_and_leaves_drums_alone(made: Path) -> None:
    before = {layer: bars(made, layer) for layer in LAYERS}
    chords = song(made).state.chords
    drums = tokens(made, "drums")
    edit(made, Edits(key="E minor"))
    state = song(made).state
    assert str(state.key) == "E minor"
    assert state.chords == tuple(chord and chord.transposed(2, state.key) for chord in chords)
    assert np.array_equal(tokens(made, "drums"), drums)
    moved = [tuple((at, pitch + 2, loud) for at, pitch, loud in bar) for bar in before["bass"]]
    assert bars(made, "bass") == moved
    edit(made, Edits(key="A minor", keep_notes=True))
    assert (str(song(made).state.key), bars(made, "bass")) == ("A minor", moved)


def test_another_meter_has_everything_written_anew_in_it(made: Path) -> None:
    told = edit(made, Edits(meter="3/4"))
    state = song(made).state
    assert (state.meter_text, state.bars, len(state.chords)) == ("3/4", 6, 18)
    assert told["layers"]["lead"]["written"] == "1-6"
    assert max(at for bar in bars(made, "drums") for at, _, _ in bar) < 288
    assert all(tokens(made, layer).shape[1] == state.frames for layer in LAYERS)


def test_notes_that_were_given_keep_their_places_in_another_meter_and_those_beyond_are_told(
    made: Path,
) -> None:
    from stemwright.exchange.exports import export_song
    from stemwright.exchange.imports import import_midi
    from stemwright.producer.generate import generate

    import_midi(made, Path(export_song(made, midi=True)["midi"]), tracks=())
    generate(made)
    before = bars(made, "drums")
    told = edit(made, Edits(meter="3/4"))
    assert bars(made, "drums") == [tuple(note for note in bar if note[0] < 288) for bar in before]
    lost = sum(note[0] >= 288 for bar in before for note in bar)
    assert (
        f"drums: notes beyond the end of their bars now are left out, {lost} in bars 1-5" in told["remarks"]
    )


def test_style_and_title_are_of_what_comes(made: Path) -> None:
    before = {layer: tokens(made, layer) for layer in LAYERS}
    edit(made, Edits(style="bossa", title="Another"))
    assert (song(made).state.style, song(made).title) == ("bossa", "Another")
    assert all(np.array_equal(tokens(made, layer), before[layer]) for layer in LAYERS)


def test_a_remix_keeps_chords_and_the_layers_it_is_told_to(made: Path) -> None:
    chords, lead, drums = song(made).state.chords, tokens(made, "lead"), bars(made, "drums")
    told = remix(made, "bossa", ("lead",))
    assert (song(made).state.style, song(made).state.chords) == ("bossa", chords)
    assert np.array_equal(tokens(made, "lead"), lead)
    assert bars(made, "drums") != drums
    assert sorted(told["layers"]) == ["bass", "drums", "harmony"]
    with pytest.raises(UsageError, match="keep: names every layer"):
        remix(made, "rock", LAYERS)


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        (Edits(), "nothing to edit; give one of chords, bpm, key, meter, style, title"),
        (Edits(bpm="100", key="C"), "bpm and key: one at a time"),
        (Edits(keep_notes=True, title="x"), "keep_notes: is for key"),
        (Edits(chords="9: C"), "the song has bars 1 to 6"),
        (Edits(chords="C G"), "has no bar; write BAR: CHORDS"),
        (Edits(chords="2: Hx7"), "chords"),
        (Edits(chords="2: C | F"), "2 bars are given for 1"),
        (Edits(bpm="900"), "bpm"),
        (Edits(key="H dur"), "key"),
        (Edits(meter="4/3"), "meter"),
        (Edits(style="bosa"), "bossa"),
        (Edits(chords="2: C", keep=("flute",)), "is not in this song"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changed(made: Path, edits: Edits, said: str) -> None:
    before = (made / "song.json").read_bytes()
    with pytest.raises(UsageError, match=said):
        edit(made, edits)
    assert (made / "song.json").read_bytes() == before


KEYS = st.builds(Key.from_pc, st.integers(0, 11), st.sampled_from(sorted(MODES)))


@given(old=KEYS, new=KEYS, pitches=st.lists(st.integers(40, 80), max_size=8))
def test_notes_of_a_key_are_notes_of_the_other_key_and_come_back(
    old: Key, new: Key, pitches: list[int]
) -> None:
    inside = [pitch for pitch in pitches if pitch % 12 in old.pitch_classes]
    score = Score.from_notes(Note(96 * at, 48, pitch, 80) for at, pitch in enumerate(inside))
    there = in_key(score, old, new)
    assert all(note.pitch % 12 in new.pitch_classes for note in there.notes)
    back = in_key(there, new, old)
    turn = way(old, new) + way(new, old)
    assert [note.pitch - turn for note in back.notes] == [note.pitch for note in score.notes]


def test_chords_take_the_quality_of_the_new_mode() -> None:
    state = GlobalState.create(key="A minor", form="verse:1")
    state = state.with_(chords=tuple(parse_chord(name) for name in ("Am7", "F/A", "E7", "Dm")))
    moved = key_state(state, Key.parse("C major"))
    assert [str(chord) for chord in moved.chords] == ["Cmaj7", "Am/C", "G7", "F"]
