from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.compose.tracks import polyphony
from stemwright.corpus.readers.bands import FOLD, band_layers, band_state, fold, playable_bpm
from stemwright.corpus.splits import band_files, gmd_rows
from stemwright.dataset import sources
from stemwright.dataset.etudes import etude
from stemwright.errors import UsageError
from stemwright.instruments.ranges import RANGES
from stemwright.song.drums import PIECE_PITCH
from stemwright.song.harmony import Chord, Key
from stemwright.song.layers import LAYERS
from stemwright.song.meter import Meter
from stemwright.song.midi import MidiSong, MidiTrack, write_midi
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState


def track(
    program: int, pitches: list[int], step: int = 96, length: int = 96, drums: bool = False
) -> MidiTrack:
    return MidiTrack("t", program, drums, [Note(i * step, length, p, 90) for i, p in enumerate(pitches)])


def band() -> MidiSong:
    chords = MidiTrack("pad", 48, False, [Note(b * 384, 384, p, 70) for b in range(8) for p in (60, 64, 67)])
    tracks = [
        track(80, [72, 74, 76, 79] * 8),
        chords,
        track(33, [36, 36, 43, 43] * 8),
        track(0, [36, 42, 38, 42] * 8, drums=True),
        track(119, [60] * 32),
    ]
    return MidiSong(tracks, Fraction(100), Meter(4, 4), None)


def test_parts_go_to_layers() -> None:
    layers = band_layers(band())
    assert set(layers) == set(LAYERS)
    assert {n.pitch for n in layers["bass"].notes} == {36, 43}
    assert {n.pitch for n in layers["harmony"].notes} == {60, 64, 67}
    assert min(n.pitch for n in layers["lead"].notes) == 72
    state = band_state(band(), layers)
    assert state is not None and state.bars == 8 and state.key == Key("C", "major")
    assert len(state.chords) == 32 and state.chords[0] == Chord("C", "")


def test_the_lowest_part_is_the_bass_where_no_program_says_so() -> None:
    midi = MidiSong([track(0, [40] * 16), track(0, [72] * 16)], Fraction(100), Meter(4, 4), None)
    layers = band_layers(midi)
    assert layers["bass"].notes[0].pitch == 40 and layers["lead"].notes[0].pitch == 72
    assert band_layers(MidiSong([], Fraction(100), Meter(4, 4), None)) == {}
    assert band_state(midi, {}) is None


def test_small_helpers() -> None:
    assert polyphony([Note(0, 96, 60, 80), Note(96, 96, 62, 80)]) == 1.0
    assert polyphony([Note(0, 96, 60, 80), Note(0, 96, 64, 80)]) == 2.0 and polyphony([]) == 0.0
    folded = fold(Score.from_notes([Note(0, 9, 5, 80), Note(9, 9, 110, 80)]), *FOLD["bass"])
    assert [n.pitch for n in folded.notes] == [29, 50]
    assert playable_bpm(Fraction(20)) == 40 and playable_bpm(Fraction(400)) == 200
    assert playable_bpm(Fraction(100001, 1000)) == Fraction(100)


@given(st.integers(0, 2**32))
@settings(max_examples=30, deadline=None)
def test_etudes_stay_in_range_and_in_the_song(seed: int) -> None:
    rng = Random(seed)
    state = sources.random_state(rng, "etude:4")
    for layer in LAYERS:
        score = etude(state, layer, rng)
        assert all(n.onset < state.total_ticks for n in score.notes)
        if layer == "drums":
            assert {n.pitch for n in score.notes} <= set(PIECE_PITCH.values())
        else:
            low, high = RANGES[layer]
            assert all(low - 1 <= n.pitch <= high + 1 for n in score.notes)


@given(st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_windows_are_short_songs_of_their_own(seed: int) -> None:
    rng = Random(seed)
    song = sources.etudes(rng)
    beats = song.state.total_beats
    song = sources.SourceSong("t", "t", song.state.with_(chords=(Chord("C"),) * beats), song.scores)
    seen, at = 0, 0
    for window in sources.windows(song, rng):
        assert window.first_bar == at and window.state.bars >= 1
        assert len(window.state.chords) == window.state.total_beats
        assert float(window.state.timebase.bar_seconds) * window.state.bars <= 45
        seen += sum(len(s.notes) for s in window.scores.values())
        assert all(n.end <= window.state.total_ticks for s in window.scores.values() for n in s.notes)
        at += window.state.bars
    per_bar = song.state.meter.ticks_per_bar
    assert seen == sum(len(s.slice(0, at * per_bar).notes) for s in song.scores.values())


def test_clip_state_keeps_what_belongs_to_the_window() -> None:
    state = GlobalState.create(form="intro:2 verse:4 chorus:2", meter="3/4")
    state = state.with_(chords=tuple(Chord("CDEFGABC"[b]) for b in range(8) for _ in range(3)))
    cut = state.slice(1, 6)
    assert cut.form == "intro:1 verse:4 chorus:1"
    assert [c.root for c in cut.chords if c][::3] == list("DEFGAB")


def test_arranged_songs_are_complete() -> None:
    song = sources.arranged(Random(3))
    assert set(song.scores) == set(LAYERS) and song.state.chords and song.state.rhythm is not None
    assert sources.arranged(Random(3)) == song


def gmd_folder(folder: Path) -> Path:
    """A GMD folder with a song of each split, a fill, and a file that is missing."""
    state = GlobalState.create("95", form="a:4")
    drums = Score.from_notes(Note(t, 10, 22 if t % 96 else 36, 90) for t in range(0, 1536, 48))
    rows = [
        "drummer,session,id,style,bpm,beat_type,time_signature,midi_filename,audio_filename,duration,split"
    ]
    kinds = (
        ("a", "beat", "train"),
        ("b", "fill", "train"),
        ("c", "beat", "validation"),
        ("d", "beat", "train"),
    )
    folder.mkdir(parents=True)
    for name, kind, split in kinds:
        rows.append(f"x,x,x/{name},jazz/funk,95,{kind},4-4,{name}.mid,,9.0,{split}")
        if name != "d":
            (folder / f"{name}.mid").write_bytes(write_midi(state, {"drums": drums}))
    (folder / "info.csv").write_text("\n".join(rows) + "\n")
    return folder


def test_gmd_splits_pieces_and_style(tmp_path: Path) -> None:
    folder = gmd_folder(tmp_path / "gmd")
    assert [r["id"] for r in gmd_rows(folder, "train")] == ["x/a"]
    assert [r["id"] for r in gmd_rows(folder, "valid")] == ["x/c"]
    song = sources.gmd_song(folder, gmd_rows(folder, "train")[0])
    assert song is not None and song.state.style == "jazz funk" and song.state.bpm == 95
    assert {n.pitch for n in song.scores["drums"].notes} == {PIECE_PITCH["kick"], PIECE_PITCH["closed_hat"]}
    with pytest.raises(UsageError, match="GMD source"):
        gmd_rows(tmp_path, "train")


def test_moving_a_song_moves_notes_key_and_chords() -> None:
    song = sources.arranged(Random(4))
    up = sources.transposed(song, 3)
    assert up.scores["drums"] == song.scores["drums"]
    assert [n.pitch - 3 for n in up.scores["bass"].notes] == [n.pitch for n in song.scores["bass"].notes]
    assert (up.state.key.tonic_pc - song.state.key.tonic_pc) % 12 == 3
    pairs = zip(song.state.chords, up.state.chords, strict=True)
    assert all(b is not None and (b.root_pc - a.root_pc) % 12 == 3 for a, b in pairs if a is not None)
    assert sources.retempo(song, 0.001).state.bpm == 40


def test_bands_are_split_by_composer(tmp_path: Path) -> None:
    for folder, name in (("freedoom", "d_dm25"), ("freedoom", "d_dm26"), ("easyrpg", "Boss 3")):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / f"{name}.mid").touch()
    assert [p.stem for p in band_files(tmp_path, "train")] == ["d_dm26"]
    assert [p.stem for p in band_files(tmp_path, "valid")] == ["d_dm25", "Boss 3"]
