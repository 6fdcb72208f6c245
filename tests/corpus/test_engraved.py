"""Printed music as MIDI: which notes are the tune, which the bass, and where its bars begin."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.corpus.readers.engraved import engraved
from stemwright.corpus.readers.voices import bass_of, layers_of, top_voice
from stemwright.corpus.song import CorpusSong
from stemwright.song.meter import Meter
from stemwright.song.score import Note
from support import midi as m

WALTZ, MARCH = Meter(3, 4), Meter(4, 4)


def chord(beat: float, *pitches: int, beats: float = 1) -> list[Note]:
    return [Note(round(beat * 96), round(beats * 96), pitch, 80) for pitch in pitches]


def pitches(notes: list[Note]) -> list[int]:
    return [n.pitch for n in notes]


def test_afterbeats_are_harmony_and_the_bass_is_what_they_stand_on() -> None:
    left = [*chord(0, 43), *chord(1, 55, 59), *chord(2, 55, 59), *chord(3, 38, 50), *chord(4, 54, 60)]
    left += chord(5, 54, 60)
    assert pitches(bass_of(left, WALTZ)) == [43, 38]
    rag = [*chord(0, 36, 48, beats=0.5), *chord(0.5, 52, 55, beats=0.5), *chord(1, 43), *chord(2, 55, 60)]
    assert pitches(bass_of(rag, MARCH)) == [36, 43]
    hymn = [*chord(0, 48, 55), *chord(1, 53, 57), *chord(2, 55, 62), *chord(3, 48, 60)]
    assert pitches(bass_of(hymn, MARCH)) == [48, 53, 55, 48]


def test_the_tune_is_what_is_on_top() -> None:
    right = [*chord(0, 60, 64, 72, beats=2), *chord(1, 66, beats=1), *chord(2, 62, 74)]
    assert pitches(top_voice(right)) == [72, 74]


def test_hands_a_singer_and_chord_symbols() -> None:
    right, left = [*chord(0, 64, 72), *chord(1, 65, 74)], [*chord(0, 36), *chord(1, 43)]
    hands = layers_of([right, left], MARCH)
    assert {layer: pitches(notes) for layer, notes in hands.items()} == {
        "lead": [72, 74], "bass": [36, 43], "harmony": [64, 65]
    }  # fmt: skip
    sung = layers_of([chord(0, 67, beats=2), right, left], MARCH)
    assert pitches(sung["lead"]) == [67] and sorted(pitches(sung["harmony"])) == [64, 65, 72, 74]
    symbols = [*chord(0, 60, 64, 67), *chord(1, 60, 65, 69)]
    assert layers_of([symbols, right, left], MARCH) == hands
    tune = layers_of([symbols, chord(0, 71, beats=2)], MARCH)
    assert pitches(tune["lead"]) == [71] and len(tune["harmony"]) == 6 and "bass" not in tune
    assert layers_of([[]], MARCH) == {}


tracks = st.lists(
    st.lists(
        st.builds(
            Note,
            st.integers(0, 60).map(lambda step: 24 * step),
            st.integers(1, 8).map(lambda steps: 24 * steps),
            st.integers(30, 90),
            st.just(80),
        ),
        max_size=30,
    ),
    max_size=4,
)


@given(tracks, st.sampled_from([Meter(3, 4), Meter(4, 4), Meter(6, 8), Meter(5, 4)]))
def test_every_note_is_in_a_layer_and_the_harmony_doubles_none(parts: list[list[Note]], meter: Meter) -> None:
    made = layers_of(parts, meter)
    places = {layer: [(n.onset, n.pitch) for n in notes] for layer, notes in made.items()}
    others = {*places.get("lead", []), *places.get("bass", [])}
    harmony = places.get("harmony", [])
    assert len(harmony) == len(set(harmony)) and not others & set(harmony)
    assert others | set(harmony) == {(n.onset, n.pitch) for notes in parts for n in notes}
    for layer in ("lead", "bass"):
        onsets = [n.onset for n in made.get(layer, [])]
        assert onsets == sorted(set(onsets))


def piece(folder: Path, kind: str, source: str | None = None, tempo: int = 1_000_000) -> list[CorpusSong]:
    """A piece of 32 quarters in two hands, in a meter of 4/4."""
    path = folder / "mutopia_popular" / kind / "a.mid"
    path.parent.mkdir(parents=True, exist_ok=True)
    right, left = [72, 74, 76, 77] * 8, [48, 43] * 16
    path.write_bytes(
        m.file(
            m.chunk([(0, m.tempo(tempo)), (0, m.name("upper")), *m.notes(right, ticks=96)]),
            m.chunk([(0, m.name("lower")), *m.notes(left, ticks=96)]),
        )
    )
    if source is not None:
        path.with_suffix(".ly").write_text(source, encoding="utf-8")
    return list(engraved(path, kind, "Someone"))


def test_a_piece_begins_where_its_source_says(tmp_path: Path) -> None:
    (plain,) = piece(tmp_path, "hymn")
    assert plain.state.bars == 8 and plain.scores["lead"].notes[0].onset == 0
    assert plain.name == "hymn/a" and plain.source == "mutopia_popular" and plain.composers == ("Someone",)
    (late,) = piece(tmp_path, "hymn", "% \\partial 2\nmusic = { \\partial 4 c4 | d1 }")
    assert late.state.bars == 9
    assert [late.scores[layer].notes[0].onset for layer in ("lead", "bass")] == [288, 288]
    (dotted,) = piece(tmp_path, "hymn", "\\partial 8*3 c4.")
    assert dotted.scores["lead"].notes[0].onset == 384 - 144
    for odd in ("\\partial 0", "\\partial 1", "\\partial 4*9", "\\partial 4*1/0"):
        (same,) = piece(tmp_path, "hymn", odd)
        assert same.scores["lead"].notes[0].onset == 0, odd


@pytest.mark.parametrize(
    ("kind", "micros", "style", "bpm"),
    [
        ("ragtime", 1_000_000, "ragtime", 80),
        ("march", 500_000, "march", 120),
        ("dance", 1_000_000, "folk", 92),
    ],
)
def test_its_kind_says_style_and_usual_tempo(
    tmp_path: Path, kind: str, micros: int, style: str, bpm: int
) -> None:
    (song,) = piece(tmp_path, kind, tempo=micros)
    assert song.state.style == style and song.state.bpm == bpm
