"""Progressions of the modes: their own degree, their own tonic."""

from __future__ import annotations

import pytest

from stemwright.compose.chords import chord_of, compose_chords
from stemwright.compose.modal import MODAL
from stemwright.compose.styles import BOOK, style_of
from stemwright.song.harmony import MODES, Key
from stemwright.song.state import GlobalState

CHARACTERISTIC = {"dorian": 9, "phrygian": 1, "lydian": 6, "mixolydian": 10, "locrian": 6}
"""Semitones above the tonic of the tone that sets a mode off."""


def test_every_mode_has_several() -> None:
    assert set(MODAL) == set(MODES) - {"major", "minor"}
    assert all(len(set(mode.progressions)) >= 6 and mode.cadences for mode in MODAL.values())
    for name, mode in MODAL.items():
        assert MODES[name][mode.characteristic - 1] == CHARACTERISTIC[name]


@pytest.mark.parametrize("name", sorted(MODAL))
def test_a_progression_has_the_tonic_and_the_tone_that_sets_the_mode_off(name: str) -> None:
    mode, key, style = MODAL[name], Key("C", name), style_of("pop")
    tone = CHARACTERISTIC[name]
    for text in mode.progressions:
        chords = [chord_of(token, key, style) for bar in text.split("|") for token in bar.split()]
        assert any(chord.root_pc == 0 for chord in chords)
        assert any(tone in chord.pitch_classes for chord in chords)
        assert all(set(chord.pitch_classes) <= set(key.pitch_classes) for chord in chords)
        for chord in chords:  # nothing else has a diminished fifth
            assert 7 in {(pc - chord.root_pc) % 12 for pc in chord.pitch_classes} or not chord.root_pc
    for text in mode.cadences:
        assert all(chord_of(token, key, style).root_pc for token in text.split())


@pytest.mark.parametrize("name", sorted(MODAL))
@pytest.mark.parametrize("style", BOOK)
def test_a_song_stays_in_its_mode(name: str, style: str) -> None:
    tone = CHARACTERISTIC[name]
    heard = 0
    for seed in range(4):
        state = GlobalState.create("100", f"C {name}", "4/4", "verse:8 chorus:8 verse:8", style)
        chords = compose_chords(state, style_of(style), seed)
        assert {chord.root_pc for chord in chords} <= set(state.key.pitch_classes)
        assert chords[-1].root_pc == 0
        heard += any(tone in chord.pitch_classes for chord in chords)
    assert heard >= 3 or style_of(style).color == "power"  # whose chords have no thirds
