from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.compose.arranger import arrange
from stemwright.song.harmony import Chord, Key
from stemwright.song.score import MAX_TICK, Note, Score
from stemwright.song.state import GlobalState
from stemwright.symbolic.events import vocabulary as v
from stemwright.symbolic.events.coding import (
    bar_head,
    bars_of,
    chord_bars,
    chords_of_bar,
    header,
    length,
    notes_of_bar,
    place,
)
from stemwright.symbolic.events.grammar import Cursor


def read(tokens: list[int], key: Key) -> Cursor:
    kind, part = (v.event(tokens[0]).kind, v.event(tokens[0]).value)
    assert kind == "part"
    cursor = Cursor(part, key)
    for number in tokens[1:]:
        cursor.feed(number)
    assert cursor.done
    return cursor


def roundtrip(score: Score, layer: str, state: GlobalState) -> Score:
    notes = []
    for bar, found in enumerate(bars_of(score, state)):
        start = bar * state.meter.ticks_per_bar
        cursor = read(notes_of_bar(found, v.part_of(layer), start, state.key.tonic_pc), state.key)
        notes += [Note(n.onset + start, n.duration, n.pitch, n.velocity) for n in cursor.notes]
    return Score.from_notes(notes)


def test_every_token_has_one_meaning():
    assert [v.token(*(v.event(n).kind, v.event(n).value)) for n in range(v.SIZE)] == list(range(v.SIZE))
    for bad in (-1, v.SIZE):
        with pytest.raises(ValueError, match="outside"):
            v.event(bad)
    with pytest.raises(ValueError, match="velocity 0"):
        v.token("velocity", 0)
    assert v.span("drum").stop - v.span("drum").start == 128


@settings(max_examples=150, deadline=None)
@given(
    notes=st.lists(
        st.builds(
            Note,
            st.integers(0, 4 * 336 - 1),
            st.integers(1, 3000) | st.integers(1, MAX_TICK - 2000),
            st.integers(0, 127),
            st.integers(1, 127),
        ),
        max_size=40,
    ),
    layer=st.sampled_from(("drums", "bass", "harmony", "lead", "drums2", "strings")),
    tonic=st.integers(0, 11),
)
def test_any_score_comes_back_note_for_note(notes, layer, tonic):
    key = Key.from_pc(tonic, "minor")
    state = GlobalState.create(meter="7/8", form="verse:4").with_(key=key)
    score = Score.from_notes(notes)
    assert roundtrip(score, layer, state) == score


def test_long_bars_have_pages():
    state = GlobalState.create(meter="32/2", form="verse:1")
    score = Score.from_notes(Note(t, 10, 60, 90) for t in (0, 1535, 1536, 5000, 6143))
    assert roundtrip(score, "lead", state) == score


@pytest.mark.parametrize("style", ["funk", "jazz", "metal"])
def test_arranged_songs_come_back_and_are_short(style):
    made = arrange(GlobalState.create(bpm="97.3", meter="4/4", form="verse:4 chorus:4", style=style), seed=3)
    for layer, score in made.scores.items():
        assert roundtrip(score, layer, made.state) == score
        tokens = sum(
            len(notes_of_bar(bar, v.part_of(layer), i * 384, made.state.key.tonic_pc))
            for i, bar in enumerate(bars_of(score, made.state))
        )
        assert tokens < 6.5 * len(score.notes) + 16


def test_chords_come_back():
    chords = [Chord.parse(t) for t in ("F#m7b5/A", "B7", "B7", "Emaj7")]
    chords += [None, None, None, Chord.parse("Bb13")]
    state = GlobalState.create(key="E minor", form="verse:2").with_(chords=tuple(chords))
    got = []
    for bar in chord_bars(state):
        cursor = read(chords_of_bar(bar, 96, state.key.tonic_pc), state.key)
        changes = dict(cursor.chords)
        now = None
        for beat in range(4):
            now = changes.get(beat * 96, now)
            got.append(now)
    assert [c and (c.root_pc, c.quality, c.bass_pc) for c in got] == [
        c and (c.root_pc, c.quality, c.bass_pc) for c in chords
    ]


def test_the_same_song_in_another_key_has_the_same_notes():
    notes = [Note(0, 90, 64, 80), Note(96, 90, 67, 80)]
    in_c = notes_of_bar(notes, 4, 0, 0)
    up = [Note(n.onset, n.duration, n.pitch + 3, n.velocity) for n in notes]
    assert notes_of_bar(up, 4, 0, 3) == in_c


def test_heads_tell_what_is_known():
    state = GlobalState.create(bpm="120", key="D dorian", meter="6/8", form="intro:1 hook:1", style="latin")
    assert [str(v.event(t).kind) for t in header(state)] == [
        "start", "meter_n", "meter_d", "tempo", "tonic", "mode", "style",
    ]  # fmt: skip
    assert v.event(header(state)[3]).value == 24 and v.event(header(state)[4]).value == 2
    assert v.event(bar_head(state, 1)[1]).value == v.FAMILIES.index("chorus")


def test_tempo_and_style_reach_their_ends():
    assert v.tempo_of(Fraction(30)) == 0 and v.tempo_of(Fraction(300)) == 40
    assert v.style_of("jazz/funk") == v.STYLES.index("jazz") and v.style_of("polka") == 0


@pytest.mark.parametrize(("ticks", "kinds"), [(24, 1), (25, 2), (768, 2), (768 * 3 + 8, 3), (MAX_TICK, 24)])
def test_lengths(ticks, kinds):
    events = [v.event(t) for t in length(ticks)]
    total = sum(
        v.LONG << e.value if e.kind == "long" else e.value * (v.FINE if e.kind == "duration" else 1)
        for e in events
    )
    assert total == ticks and len(events) <= kinds


def test_places():
    assert [v.event(t) for t in place(0)] == [v.Event("position", 0)]
    assert [v.event(t) for t in place(7)] == [v.Event("position", 1), v.Event("shift", -1)]
    assert [v.event(t).value for t in place(1536)] == [1, 0]


@pytest.mark.parametrize(
    ("tokens", "problem"),
    [
        ([("velocity", 3)], "velocity 3: may not follow"),
        ([("position", 12), ("pitch", 60), ("velocity", 9), ("end", 0)], "end 0: may not follow"),
        (
            [("position", 12), ("pitch", 60), ("velocity", 9), ("duration", 3), ("position", 2)],
            "before what was told",
        ),
        (
            [("position", 0), ("pitch", 60), ("velocity", 9), ("duration", 3), ("pitch", 50)],
            "lower than one told",
        ),
        ([("position", 0), ("shift", -2)], "before what was told"),
        ([("position", 0), ("pitch", 132)], "outside 0..127"),
        ([("position", 0), ("pitch", 60), ("velocity", 9), ("duration", 0), ("end", 0)], "may not follow"),
    ],
)
def test_what_may_not_follow_is_refused(tokens, problem):
    cursor = Cursor(v.PARTS.index("lead"), Key("C"))
    with pytest.raises(ValueError, match=problem):
        for kind, value in tokens:
            cursor.feed(v.token(kind, value))
