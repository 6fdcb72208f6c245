"""The tempo and key that are told of a recording, of what the instruments play and of tones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stemwright.compose.arranger import arrange, decide
from stemwright.instruments.events import score_events
from stemwright.instruments.files import open_instrument
from stemwright.instruments.playing import play
from stemwright.recordings.heard import listen
from stemwright.song.harmony import Key
from stemwright.song.progression import parse_progression
from stemwright.song.state import GlobalState
from support.soundfonts import write_sfz

RATE = 24_000


@pytest.mark.parametrize(
    ("bpm", "key", "chords"),
    [
        ("118", "A minor", "Am | F | Dm | Am"),
        ("96", "Eb major", "Eb | Ab | Bb7 | Eb"),
        ("140", "G major", "G | C | D7 | G"),
    ],
)
def test_what_is_played_to_chords_is_heard(tmp_path: Path, bpm: str, key: str, chords: str) -> None:
    state = GlobalState.create(bpm=bpm, key=key, form="verse:12", style="pop")
    state = decide(state.with_(chords=parse_progression(chords, state)), 3)
    write_sfz(tmp_path, "<region> sample=tone.wav pitch_keycenter=69 lokey=0 hikey=127\n")
    keyboard = open_instrument(str(tmp_path / "tiny.sfz")).keyboard
    total = state.frames * 320
    band = arrange(state, ("bass", "harmony"), 3).scores
    mono = sum(
        play(keyboard, score_events(score, state.timebase), total, False, lambda done, of: None)
        .audio[::2]
        .mean(axis=1)
        for score in band.values()
    )
    found = listen(np.asarray(mono, np.float32), state, 0, RATE)
    assert found.key == Key.parse(key)
    assert found.bpm == pytest.approx(float(bpm), rel=2e-3)
    line = found.line("take.wav", 112.0, Key.parse("F# minor"))
    assert line == f"take.wav: about {bpm} BPM, {key}; the song has 112, F# minor"


def test_nothing_is_told_of_silence_and_noise() -> None:
    state = GlobalState.create()
    noise = np.random.default_rng(0).normal(0, 0.1, RATE * 10).astype(np.float32)
    for audio in (np.zeros(RATE * 10, np.float32), noise, np.zeros(0, np.float32)):
        found = listen(audio, state, 0, RATE)
        assert (found.bpm, found.key) == (None, None)
        assert "no clear beat, no clear key" in found.line("take.wav", 112.0, state.key)
