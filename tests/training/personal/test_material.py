"""A user's files as clips: notes from MIDI, notes that are heard, timbre alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")

from stemwright.dataset.shards import clips
from stemwright.errors import StemwrightError, UsageError
from stemwright.training.personal import material
from stemwright.training.personal.transcribe import transcribed
from support import midi
from support.personal import melody, recording
from support.tones import write_tone

PITCHES = [57, 60, 64, 62, 59, 65]


@pytest.fixture
def codec(tmp_path: Path) -> Path:
    write_tone(tmp_path / "weights")
    return tmp_path / "weights" / "tone"


def score_file(path: Path, notes: int) -> Path:
    """A melody of eighth notes at 60 a minute, as `melody` plays it."""
    track = [(0, midi.tempo(1_000_000)), (0, midi.name("Flute lead"))]
    events = midi.notes([PITCHES[i % 6] for i in range(notes)])
    path.write_bytes(midi.file(midi.chunk([*track, *events])))
    return path


def test_notes_of_a_midi_file_lie_where_they_sound(tmp_path: Path, codec: Path) -> None:
    sound = recording(tmp_path / "take.wav", melody(100.0))
    notes = score_file(tmp_path / "take.mid", 200)
    made = material.prepare([sound], [notes], "lead", codec, tmp_path / "out")
    assert made.remarks == ("take.wav: 1.7 minutes, notes of take.mid",)
    train, valid = (clips(tmp_path / "out", "lead", split) for split in ("train", "valid"))
    assert len(train) == 2 and len(valid) == 1
    for clip in (*train, *valid):
        assert clip.scored and clip.tokens().shape[1] == clip.frames
        assert len(clip.score().notes) == clip.frames * 2 // 75
        assert [n.onset for n in clip.score().notes[:3]] == [0, 48, 96]


def test_one_voice_is_heard(tmp_path: Path, codec: Path) -> None:
    pytest.importorskip("swift_f0")
    made = material.prepare(
        [recording(tmp_path / "take.wav", melody(66.0))], [], "lead", codec, tmp_path / "out"
    )
    assert "one voice" in made.remarks[0]
    clip = clips(tmp_path / "out", "lead", "train")[0]
    assert {n.pitch for n in clip.score().notes} <= set(PITCHES)


def test_its_notes_are_those_that_are_played() -> None:
    pytest.importorskip("swift_f0")
    score = transcribed(melody(12.0))
    assert score is not None
    assert [n.pitch for n in score.notes] == [PITCHES[i % 6] for i in range(24)]
    assert all(abs(n.onset - 96 * i) <= 8 for i, n in enumerate(score.notes))


def test_chords_are_timbre_only(tmp_path: Path, codec: Path) -> None:
    pytest.importorskip("swift_f0")
    chord = melody(66.0) + np.roll(melody(66.0), 12000) + np.roll(melody(66.0), 24000)
    made = material.prepare(
        [recording(tmp_path / "take.wav", chord / 3)], [], "harmony", codec, tmp_path / "out"
    )
    assert "timbre only: it is not one voice" in made.remarks[0]
    assert not clips(tmp_path / "out", "harmony", "train")[0].scored


def test_without_the_detector_it_is_timbre_only(
    tmp_path: Path, codec: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(audio: object) -> None:
        raise StemwrightError("swift-f0 is not installed")

    monkeypatch.setattr(material, "transcribed", missing)
    made = material.prepare(
        [recording(tmp_path / "take.wav", melody(66.0))], [], "lead", codec, tmp_path / "out"
    )
    assert "timbre only (swift-f0 is not installed)" in made.remarks[0]


def test_a_midi_file_without_the_layer(tmp_path: Path, codec: Path) -> None:
    notes = tmp_path / "take.mid"
    notes.write_bytes(midi.band(8))
    sound = recording(tmp_path / "take.wav", melody(66.0))
    with pytest.raises(UsageError, match="has no wind, only"):
        material.prepare([sound], [notes], "wind", codec, tmp_path / "out")
