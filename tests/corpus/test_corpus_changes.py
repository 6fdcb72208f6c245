"""Songs changed: augmentation, and the fingerprints that do not change with it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from stemwright.corpus.augment import augmented, room
from stemwright.corpus.build import without_doubles
from stemwright.corpus.duplicates import fingerprint, same_music
from stemwright.corpus.readers.fitting import FOLD
from stemwright.corpus.song import CorpusSong
from stemwright.errors import UsageError
from stemwright.song.harmony import Chord, Key
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState

CHORDS = tuple(Chord.parse(text) for text in ("Cmaj7", "F#m7b5/A", "Bb7", "E/G#"))


def song(seed: int, layer: str = "lead", bars: int = 8, name: str = "") -> CorpusSong:
    """A random tune (or groove) of eighths over four chords."""
    rng = Random(seed)
    low, high = FOLD.get(layer, (36, 51))
    pitches = [rng.randint(low + 6, high - 6) for _ in range(bars * 8)]
    if layer == "drums":
        pitches = [rng.choice((36, 38, 42, 46)) for _ in pitches]
    notes = Score.from_notes(Note(48 * i, 40, pitch, 90) for i, pitch in enumerate(pitches))
    state = GlobalState.create("100", "C major", "4/4", f"a:{bars}").with_(chords=CHORDS * bars)
    return CorpusSong(
        state, {layer: notes}, source="test", name=name or f"s{seed}", composers=("X",), chords="given"
    )


@given(st.integers(0, 99), st.integers(-6, 6), st.sampled_from(["lead", "bass", "harmony"]))
@settings(max_examples=60, deadline=None)
def test_transposition_moves_notes_key_and_chords_together(seed: int, step: int, layer: str) -> None:
    before = song(seed, layer)
    assume(step in room(before))
    after = before.transposed(step)
    notes = zip(before.scores[layer].notes, after.scores[layer].notes, strict=True)
    assert all(b.pitch - a.pitch == step and b.onset == a.onset for a, b in notes)
    assert (after.state.key.tonic_pc - before.state.key.tonic_pc - step) % 12 == 0
    for a, b in zip(before.state.chords, after.state.chords, strict=True):
        assert a is not None and b is not None and a.quality == b.quality
        assert (b.root_pc - a.root_pc - step) % 12 == 0 == (b.bass_pc - a.bass_pc - step) % 12
    low, high = FOLD[layer]
    assert all(low <= n.pitch <= high for n in after.scores[layer].notes)
    assert after.transposed(-step).scores == before.scores


def test_drums_stay_and_ranges_bound_the_room() -> None:
    drums = song(1, "drums")
    assert drums.transposed(5).scores == drums.scores and room(drums) == range(-6, 7)
    low = replace(drums, scores={"bass": Score((Note(0, 9, 25, 80), Note(9, 9, 58, 80)))})
    assert room(low) == range(-1, 3)
    top = replace(drums, scores={"pad": Score((Note(0, 9, 127, 80),))})
    assert room(top) == range(-6, 1)
    with pytest.raises(UsageError, match="transposition by 1"):
        top.transposed(1)


def test_tempo_stays_within_what_a_state_allows() -> None:
    assert song(1).retimed(Fraction(11, 10)).state.bpm == 110
    assert song(1).retimed(Fraction(1, 100)).state.bpm == 30
    assert song(1).retimed(Fraction(100)).state.bpm == 300


def test_augmentation_is_a_function_of_song_and_seed() -> None:
    before = song(1)

    def moved(seed: int, keys: int = 6) -> CorpusSong:
        return augmented(before, Random(seed), keys, (0.9, 1.1))

    assert moved(3) == moved(3) and moved(3, 0).state.key == before.state.key
    keys = {str(moved(seed).state.key) for seed in range(60)}
    assert (
        room(before) == range(-6, 7)
        and len(keys) == 12
        and {Key("C"), Key("F#")} <= {Key.parse(key) for key in keys}
    )
    tempos = [moved(seed).state.bpm for seed in range(60)]
    assert 90 <= min(tempos) < 95 and 105 < max(tempos) <= 110


@given(st.integers(0, 99), st.integers(-6, 6), st.sampled_from(["lead", "bass", "harmony", "drums"]))
@settings(max_examples=60, deadline=None)
def test_fingerprints_do_not_change_with_key_and_tempo(seed: int, step: int, layer: str) -> None:
    before = song(seed, layer)
    assume(step in room(before))
    after = before.transposed(step).retimed(Fraction(9, 10))
    assert fingerprint(after) == fingerprint(before) != frozenset()
    assert not fingerprint(before) & fingerprint(song(seed + 1000, layer))


def test_common_figures_and_short_songs_have_none() -> None:
    same = Score.from_notes(Note(48 * i, 40, (60, 64)[i % 2], 90) for i in range(64))
    assert fingerprint(replace(song(1), scores={"lead": same})) == frozenset()
    assert fingerprint(song(1, bars=2)) == frozenset() and fingerprint(song(1, "drums", 4)) == frozenset()


def test_doubles_are_found_and_leave_the_training_split() -> None:
    tune = song(1)
    half = song(1, bars=4, name="half")
    moved = song(1, name="moved").transposed(3)
    other = song(2)
    assert [(p.one, p.other) for p in same_music([tune, other, moved])] == [(0, 2)]
    kept, gone = without_doubles([("train", tune), ("train", other), ("valid", moved)])
    assert [s.name for _, s in kept] == ["s2", "moved"]
    assert gone == [{"left_out": "test/s1", "same_as": "test/moved", "share": 1.0, "across_splits": True}]
    kept, gone = without_doubles([("train", half), ("train", tune)])
    assert [s.name for _, s in kept] == ["s1"] and not gone[0]["across_splits"]
    # Pieces of one file are no doubles of each other.
    assert not same_music([tune, song(1, name="s1#2")])
