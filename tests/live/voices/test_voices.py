"""Companions' own sounds: what is played, where notes lie, and which stands for which pitch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from stemwright.live.voices.making import Voices, cached, make, read
from stemwright.live.voices.notes import Sheet, nearest, sheet_of
from support.weights import _weights, weights

__all__ = ["_weights", "weights"]
RATE = 48_000


def unused(sound: np.ndarray, found: int, wanted: int) -> np.ndarray:
    raise AssertionError("it is of that rate already")


def test_pitches_are_played_by_the_nearest_note() -> None:
    sheet = sheet_of("bass", 30, 40)
    assert sheet.pitches == (30, 33, 36, 39) and sheet.bars == 4
    assert nearest(sheet, 33) == (1, 1.0)
    assert nearest(sheet, 37) == (2, pytest.approx(2 ** (1 / 12)))
    assert nearest(sheet, 12) == (0, pytest.approx(2 ** (-18 / 12))) and nearest(sheet, 100) is None
    drums = sheet_of("drums", 0, 127)
    assert nearest(drums, 36) == (1, 1.0) and nearest(drums, 100) is None


def played(sheet: Sheet, path: Path) -> None:
    """A file in which every note is a tone that begins 10 ms late and lasts a second."""
    sound = np.zeros((4 * len(sheet.pitches) * RATE, 2), np.float32)
    for place, pitch in enumerate(sheet.pitches):
        if pitch != 36:
            start = 4 * place * RATE + 480
            time = np.arange(RATE) / RATE
            sound[start : start + RATE] = np.cos(2 * np.pi * 220 * time)[:, None] * pitch / 100
    soundfile.write(path, sound, RATE, subtype="FLOAT")


def test_notes_are_cut_at_their_first_sound(tmp_path: Path) -> None:
    sheet = sheet_of("bass", 30, 40)
    played(sheet, tmp_path / "bass.wav")
    voices = read(sheet, tmp_path / "bass.wav", RATE, unused)
    assert [len(sound) for sound in voices.sounds] == [RATE + 96, RATE + 96, 0, RATE + 96]
    assert voices.sounds[1][96, 0] == pytest.approx(0.33) and not voices.sounds[1][:96].any()
    assert voices.which[33] == 1 and voices.which[36] == -1 and voices.which[100] == -1
    assert voices.release > 0 and abs(voices.sounds[0][-1]).max() < 1e-3


@pytest.mark.slow
def test_a_performer_plays_the_sheet(tmp_path: Path, weights: Path) -> None:
    sheet = Sheet("lead", (60, 67))
    made = make(sheet, "", tmp_path)
    assert made == cached(sheet, "", tmp_path) and make(sheet, "", tmp_path) == made
    assert sorted(path.name for path in tmp_path.iterdir()) == [made.name]
    voices = read(sheet, made, soundfile.info(made).samplerate, unused)
    assert isinstance(voices, Voices) and len(voices.sounds) == 2


def test_the_sheet_is_a_midi_file_of_its_notes() -> None:
    sheet = sheet_of("lead", 60, 66)
    assert sheet.midi()[:4] == b"MThd" and sheet.pitches == (60, 63, 66)
