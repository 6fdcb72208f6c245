"""A stem beside its score: right where it plays it, wrong where it does not."""

from __future__ import annotations

import numpy as np
import pytest

from stemwright.assess.stem import faults_of, following, in_key, listen, offsets_ms
from stemwright.song.harmony import Key
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from stemwright.song.timebase import SAMPLE_RATE
from support.held_out import clip, played


@pytest.mark.parametrize("layer", ["drums", "bass", "harmony", "lead"])
def test_its_own_score_is_followed(layer: str) -> None:
    made = clip(layer, "plain", 1)
    audio = made.audio.astype(np.float32) / 32768
    found = following(listen(audio), layer, made.score, made.state)
    assert found["f1"] > 0.8 and found["sounding"] == 1
    assert abs(found["offset_ms"] or 0) < 15
    for name in ("pitch", "chroma"):
        assert found.get(name) is None or found[name] > 0.85
    assert faults_of(audio, layer, made.score, made.state)["clipped"] == 0


@pytest.mark.parametrize("late_ms", [-20, 10, 25])
def test_lateness_is_heard(late_ms: int) -> None:
    made = clip("lead", "plain", 2)
    late = np.roll(made.audio.astype(np.float32) / 32768, round(late_ms * SAMPLE_RATE / 1000))
    here = offsets_ms(listen(made.audio.astype(np.float32) / 32768), made.score, made.state)
    there = offsets_ms(listen(late), made.score, made.state)
    assert np.median(there) - np.median(here) == pytest.approx(late_ms, abs=5)


def test_transposed_notes_are_wrong() -> None:
    made = clip("lead", "plain", 1)
    score = Score.from_notes(Note(n.onset, n.duration, n.pitch + 1, n.velocity) for n in made.score.notes)
    stem = listen(played(score, made.state).astype(np.float32))
    found = following(stem, "lead", made.score, made.state)
    assert found["f1"] > 0.8 and found["pitch"] == 0


def test_a_longer_score_is_cut_to_the_stem() -> None:
    made = clip("lead", "plain", 1)
    later = Score.from_notes([*made.score.notes, Note(10 * made.state.total_ticks, 48, 72, 100)])
    stem = listen(made.audio.astype(np.float32) / 32768)
    assert following(stem, "lead", later, made.state) == following(stem, "lead", made.score, made.state)


def test_an_empty_score_and_silence() -> None:
    state = GlobalState.create(bpm="200", form="verse:1")
    found = following(listen(np.zeros(24000, np.float32)), "bass", Score(), state)
    assert found["f1"] == 1 and found["pitch"] is None and found["offset_ms"] is None


def test_the_key_holds_its_notes() -> None:
    made = clip("lead", "plain", 1)  # C, E and G
    audio = made.audio.astype(np.float32) / 32768
    far = made.state.with_(key=Key.parse("F# major"), chords=())
    inside, outside = in_key(audio, made.state), in_key(audio, far)
    assert inside is not None and outside is not None and inside > 0.9 > 0.5 > outside
