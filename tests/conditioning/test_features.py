"""Features: aligned with the timebase, bounded, exact, droppable."""

from __future__ import annotations

import hashlib
import time
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.conditioning import DROPS, drop_features, feature_size, frame_features, layout, step_features
from stemwright.conditioning.layout import LAYOUT, TIMBRE_SLOTS, columns, markdown
from stemwright.errors import UsageError
from stemwright.models.manifest import MAX_TIMBRES
from stemwright.song.harmony import Chord, Key
from stemwright.song.rhythm import RhythmMap
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState, Meter, Section, parse_bpm


def song(bpm: str = "97.3", meter: str = "7/8", bars: int = 3) -> GlobalState:
    m = Meter.parse(meter)
    chords = tuple(
        None if beat % 5 == 4 else Chord.parse(["C", "F#m7/A", "G7"][beat % 3]) for beat in range(bars * m.n)
    )
    rhythm = RhythmMap(Fraction(2, 3), tuple("9021"[b % 4] * m.steps_per_bar for b in range(bars)))
    sections = (Section("intro", 1), Section("Verse-2", bars - 1)) if bars > 1 else (Section("zzz", 1),)
    return GlobalState(parse_bpm(bpm), m, Key.parse("D dorian"), sections, chords, rhythm, "funk")


def score(state: GlobalState, step: int = 37) -> Score:
    return Score.from_notes(
        Note(tick, 60 + tick % 50, 10 + tick * 7 % 110, 1 + tick % 127)
        for tick in range(0, state.total_ticks, step)
    )


@pytest.mark.parametrize(
    ("layer", "timbre", "golden"),
    [
        ("drums", 3, "31e9a97150fbc3867700f7a9164b2f6a1880b29b9c079e21677048af54530336"),
        ("lead", 20, "90f54b56a27d07e6af2fc3952a205f74cdbbff60225c892818e70ab9f54b4c43"),
    ],
)
def test_golden(layer: str, timbre: int, golden: str) -> None:
    state = song()
    features = frame_features(state, layer, score(state), timbre=timbre)
    assert features.dtype == np.float32 and features.shape == (state.frames, feature_size(layer))
    assert hashlib.sha256(features.astype("<f4").tobytes()).hexdigest() == golden


@pytest.mark.parametrize(
    ("layer", "version", "golden"),
    [
        ("lead", 1, "95eb2e4deb26be18459fa28d37e73a2e2b36aa2eb40f4c0cf33cc61f63c02cb5"),
        ("drums", 2, "946c0615534d8493eed2ee0f4c0b8e0f9115efeaa77bad8b6cd3f4e45c81f590"),
        ("lead", 2, "57bc1ddb193fc9afb72f745b20a00582c083feb147d8f4a71e4dcacfd2265f1f"),
    ],
)
def test_older_versions_are_the_first_columns(layer: str, version: int, golden: str) -> None:
    """What older versions were, bit for bit: their performers go on playing."""
    for blocks in LAYOUT.values():
        assert [block.since for block in blocks] == sorted(block.since for block in blocks)
    state = song()
    features = frame_features(state, layer, score(state), timbre=3)[:, : feature_size(layer, version)]
    assert hashlib.sha256(features.astype("<f4").tobytes()).hexdigest() == golden
    assert feature_size("drums", 1) == feature_size("drums", 2) == feature_size("drums") - 32


@pytest.mark.parametrize("layer", ["drums", "bass"])
def test_every_timbre_has_a_column_of_its_own(layer: str) -> None:
    assert TIMBRE_SLOTS == MAX_TIMBRES
    where, blank = columns(layer), frame_features(song(), layer, None)
    for timbre in (0, 15, 16, 47):
        features = frame_features(song(), layer, None, timbre=timbre)
        block, place = ("timbre", timbre) if timbre < 16 else ("timbre_more", timbre - 16)
        assert (features[:, where[block]][:, place] == 1).all()
        assert ((features != blank).sum(1) == 1).all()


@settings(max_examples=40, deadline=None)
@given(
    bpm=st.decimals(30, 300, places=2).map(str),
    n=st.integers(1, 32),
    d=st.sampled_from([2, 4, 8, 16]),
    bars=st.integers(1, 4),
    layer=st.sampled_from(["drums", "bass"]),
)
def test_bounds_and_onsets(bpm: str, n: int, d: int, bars: int, layer: str) -> None:
    state = song(bpm, f"{n}/{d}", bars)
    notes = score(state)
    features = frame_features(state, layer, notes, timbre=0)
    assert len(features) == state.frames and np.isfinite(features).all()
    assert features.min() >= -1 and features.max() <= 8  # seconds of a half note at 30 BPM: 4
    at = {name: features[:, where] for name, where in columns(layer).items()}
    for name in ("step_in_beat", "beat_in_bar", "section", "key_tonic", "key_mode", "style", "timbre"):
        assert (at[name].sum(1) == 1).all(), name
    frames = {int(state.timebase.tick_frame(note.onset)) for note in notes.notes}
    onsets = at["drum_onset" if layer == "drums" else "key_onset"]
    assert set(np.flatnonzero(onsets.any(1)).tolist()) == frames
    assert (at["score_time"][sorted(frames), 2] == 1).all()


def test_place_inside_the_frame_is_the_timebase() -> None:
    state = song("112", "4/4", 2)
    for tick in (0, 1, 95, 96, 383, 384, 700):
        features = frame_features(state, "drums", Score.from_notes([Note(tick, 10, 38, 100)]))
        exact = state.timebase.tick_frame(tick)
        frame = int(exact)
        where = columns("drums")
        assert features[frame, where["drum_onset"]][1] == np.float32(100 / 127)
        assert features[frame, where["drum_place"]][1] == np.float32(float(exact - frame))
        trace = features[frame : frame + 13, where["drum_trace"]][:, 1]
        assert trace[0] == np.float32(100 / 127) and (np.diff(trace) < 0).all()


def test_sustain_ends_with_the_note_and_with_the_song() -> None:
    state = song("120", "4/4", 2)
    notes = Score.from_notes([Note(0, 96, 60, 127), Note(700, 5000, 21, 64), Note(5000, 5, 60, 64)])
    features = frame_features(state, "lead", notes)
    sustain = features[:, columns("lead")["key_sustain"]]
    assert np.flatnonzero(sustain[:, 39]).tolist() == list(range(int(state.timebase.tick_frame(96))))
    assert sustain[-1, 0] > 0


def triangle(turns: np.ndarray) -> np.ndarray:
    """-1..1 with its peak at whole turns."""
    distance: np.ndarray = np.abs(turns - np.round(turns))
    return 1 - 4 * distance


@settings(max_examples=30, deadline=None)
@given(pitch=st.integers(21, 108), onset=st.integers(0, 300), length=st.integers(1, 400))
def test_phase_of_a_note(pitch: int, onset: int, length: int) -> None:
    state = song("97.3", "4/4", 2)
    features = frame_features(state, "bass", Score.from_notes([Note(onset, length, pitch, 90)]))
    at = {name: features[:, where] for name, where in columns("bass").items()}
    first, place = divmod(state.timebase.tick_frame(onset), 1)
    end = max(int(state.timebase.tick_frame(onset + length)), int(first) + 1)
    rows = np.arange(int(first), min(end + 30, state.frames))
    assert np.flatnonzero(at["note_time"][:, 0]).tolist() == rows.tolist()
    np.testing.assert_allclose(at["note_time"][rows, 0], 8 / (8 + rows - int(first)), rtol=1e-6)
    assert np.flatnonzero(at["note_time"][:, 1]).tolist() == rows[rows >= end].tolist()
    turns = 440 * 2 ** ((pitch - 69) / 12) * (rows - int(first) - float(place)) / 75
    for h in range(8):
        spread = 0.02 * (h + 1)  # the onset stands to 1/4096 of a frame: up to 1/73 of a turn at 4186 Hz
        for column, shift in ((2 * h, 0), (2 * h + 1, 0.25)):
            found = at["note_phase"][rows, column]
            np.testing.assert_allclose(found, triangle((h + 1) * turns + shift), atol=4 * spread)


def test_the_newest_note_counts_and_of_two_the_lower() -> None:
    state = song("120", "4/4", 2)
    pair = [Note(96, 300, 52, 90), Note(96, 300, 40, 90)]
    both = frame_features(state, "harmony", Score.from_notes([Note(0, 600, 64, 90), *pair]))
    alone = frame_features(state, "harmony", Score.from_notes(pair[1:]))
    where = columns("harmony")["note_phase"]
    later = int(state.timebase.tick_frame(96))
    np.testing.assert_array_equal(both[later:, where], alone[later:, where])
    assert both[:later, where].any() and not alone[:later, where].any()


@pytest.mark.parametrize(("layer", "timbre"), [("drums", 5), ("harmony", 5), ("harmony", 30)])
def test_drops_equal_absence(layer: str, timbre: int) -> None:
    state = song()
    full = frame_features(state, layer, score(state), timbre=timbre)
    for name in DROPS:
        dropped = full.copy()
        drop_features(dropped, layer, [name])
        assert (dropped != full).any()
        np.testing.assert_array_equal(
            dropped, frame_features(state, layer, score(state), timbre=timbre, drop=[name])
        )
    bare = frame_features(state.with_(chords=(), rhythm=None, style=""), layer, None)
    drop_features(full, layer, DROPS)
    np.testing.assert_array_equal(full, bare)


def test_chords_follow_the_beats() -> None:
    state = song("120", "4/4", 2)
    features = frame_features(state, "bass", None)
    where = columns("bass")
    for frame in range(state.frames):
        beat = int(state.timebase.frame_tick(frame) // 96)
        chord, after = state.chords[beat], ((*state.chords, None))[beat + 1]
        row = features[frame]
        assert set(np.flatnonzero(row[where["chord_chroma"]])) == set(chord.pitch_classes if chord else ())
        assert set(np.flatnonzero(row[where["next_chroma"]])) == set(after.pitch_classes if after else ())
        assert row[where["chord_flag"]].tolist() == [1, chord is not None]


def test_step_features_and_bad_arguments() -> None:
    features = np.arange(5, dtype=np.float32)[:, None]
    assert step_features(features, 9, 2)[:, 0].tolist() == [2, 3, 4, 4, 4, 4, 4, 4, 4]
    with pytest.raises(UsageError, match="drop"):
        frame_features(song(), "lead", None, drop=["melody"])
    with pytest.raises(UsageError, match="timbre"):
        frame_features(song(), "lead", None, timbre=48)


def test_documented() -> None:
    text = markdown()
    for blocks in LAYOUT.values():
        assert all(f"`{block.name}`" in text and block.meaning in text for block in blocks)
    assert len({block.name for block in layout("drums")}) == len(layout("drums"))


def test_ten_minutes_are_quick() -> None:
    state = song("120", "4/4", 300)
    notes = score(state, 12)
    begin = time.process_time()
    frame_features(state, "harmony", notes, timbre=0)
    assert time.process_time() - begin < 3  # about 0.2 s


def changing() -> GlobalState:
    """Bars of 4/4 at 112, 7/8 at 112, 7/8 at 97.3 and 3/4 at 240."""
    state = GlobalState.create(
        "112, 3: 97.3, 4: 240", "D dorian", "4/4, 2: 7/8, 4: 3/4", "intro:1 verse:3", "funk"
    )
    chords = [Chord.parse(["C", "F#m7/A", "G7"][beat % 3]) for beat in range(state.total_beats)]
    rows = tuple("9021"[bar] * state.meter_of(bar).steps_per_bar for bar in range(4))
    return state.with_(chords=tuple(chords), rhythm=RhythmMap(Fraction(2, 3), rows))


@pytest.mark.parametrize(
    ("layer", "golden"),
    [
        ("drums", "baed2d31de80634e5df761687ae266cd29b553184cafba67991d17604c2fa456"),
        ("lead", "fb2eb0f91c8c858064861e930f8e0d3adb4dc14b50408a576a9a147842e26c44"),
    ],
)
def test_golden_of_a_song_that_changes(layer: str, golden: str) -> None:
    state = changing()
    features = frame_features(state, layer, score(state), timbre=3)
    assert features.shape == (state.frames, feature_size(layer))
    assert hashlib.sha256(features.astype("<f4").tobytes()).hexdigest() == golden


def test_every_bar_has_its_own_tempo_meter_chords_and_accents() -> None:
    state = changing()
    features, where = frame_features(state, "lead", None), columns("lead")
    told = [(112, "4/4"), (112, "7/8"), (Fraction("97.3"), "7/8"), (240, "3/4")]
    for bar, (bpm, text) in enumerate(told):
        first, stop = state.timebase.bar_frame(bar), state.timebase.bar_frame(bar + 1)
        own, meter = features[first:stop], Meter.parse(text)
        quarter = 60 / float(bpm)
        tempo = np.float32([float(bpm) / 150 - 1, quarter, quarter * 4 / meter.d])
        assert np.allclose(own[:, where["tempo"]], tempo, atol=1e-6)
        assert np.all(own[:, where["meter"]] == [meter.n / 16, 0, meter.d == 4, meter.d == 8, 0])
        assert np.all(own[:, where["rhythm"]][:, 1] == np.float32([9, 0, 2, 1][bar] / 9))
        assert own[0, where["bar_phase"]][0] == 0 and own[0, where["beat_phase"]][0] == 0
        beats = np.arange(stop - first) * meter.n // (stop - first)
        roots = [chord.root_pc for chord in state.chords_of(bar) if chord]
        assert np.all(np.argmax(own[:, where["chord_root"]], 1) == np.array(roots)[beats])


def test_what_changes_later_leaves_the_frames_before_it_as_they_are() -> None:
    steady = song(bars=3)
    later = steady.with_(
        chords=steady.chords[:17], rhythm=None, tempos=((2, Fraction(120)),), meters=((2, Meter(3, 4)),)
    )
    steady = steady.with_(rhythm=None)
    end = steady.timebase.bar_frame(2)
    both = [frame_features(state, "lead", None)[:end] for state in (steady, later)]
    place = columns("lead")["section_place"]
    for features in both:
        features[:, place] = 0  # the sections are not equally long
    assert np.array_equal(*both)


@given(st.integers(0, 1151), st.integers(1, 400))
def test_an_onset_is_in_the_frame_that_rendering_puts_it_in(onset: int, duration: int) -> None:
    state = changing()
    tick = onset % state.total_ticks
    features = frame_features(state, "lead", Score((Note(tick, duration, 60, 100),)))
    rows = np.flatnonzero(features[:, columns("lead")["key_onset"]].any(axis=1))
    assert rows.tolist() == [int(state.timebase.tick_frame(tick))]
