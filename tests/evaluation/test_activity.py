from fractions import Fraction

import numpy as np
import pytest

from stemwright.evaluation import activity, timing
from stemwright.song.meter import Meter
from stemwright.song.score import Note, Score
from stemwright.song.timebase import Timebase

RATE = 24000


def tone(seconds: float, level: float = 0.5) -> np.ndarray:
    return level * np.sin(2 * np.pi * 440 * np.arange(round(seconds * RATE)) / RATE)


def test_levels_by_region():
    audio = np.concatenate([np.zeros(RATE), tone(1.0), np.zeros(RATE) + 1e-4])
    result = activity.evaluate(audio, [[1.0, 2.0]])
    assert result["sounding_db"] == pytest.approx(-9.03, abs=0.05)
    assert result["quiet_db"] < -80 and result["contrast_db"] > 70
    assert result["sounding_share"] == 1.0 and result["clipped"] == 0
    assert result["peak_db"] == pytest.approx(-6.02, abs=0.01)


def test_a_stem_that_plays_in_the_wrong_place():
    audio = np.concatenate([tone(1.0), np.zeros(3 * RATE)])
    result = activity.evaluate(audio, [[2.0, 3.0]])
    assert result["contrast_db"] < -60 and result["sounding_share"] == 0.0


def test_the_guard_lets_notes_ring():
    audio = np.concatenate([tone(1.4), np.zeros(2 * RATE)])
    assert activity.evaluate(audio, [[0.0, 1.0]])["quiet_db"] == -120.0
    assert activity.evaluate(audio, [[0.0, 1.0]], guard=0.1)["quiet_db"] > -30


def test_the_share_of_notes_that_sound():
    audio = np.concatenate([tone(0.5), np.zeros(RATE // 2), tone(0.5), np.zeros(RATE // 2)])
    spans = [[0.0, 0.4], [0.6, 0.7], [1.0, 1.01], [1.8, 1.9]]
    assert activity.sounding_share(audio, spans) == 0.5


def test_nothing_silence_and_full_scale():
    empty = activity.evaluate(np.zeros(0), [])
    assert empty["sounding_db"] is None and empty["quiet_db"] is None and empty["sounding_share"] is None
    assert activity.evaluate(np.zeros(RATE), [])["rms_db"] == -120.0
    loud = np.clip(tone(0.1, 3.0), -1, 1)
    assert activity.clipping(loud) > 1000 and activity.peak_db(loud) == 0.0


def test_masks_are_apart():
    spans = [[0.5, 1.0], [0.8, 1.2], [3.0, 9.0]]
    sounding, quiet = activity.sounding_mask(4 * RATE, spans), activity.quiet_mask(4 * RATE, spans)
    assert not (sounding & quiet).any()
    assert sounding.sum() == round(1.7 * RATE)
    assert quiet.sum() == round((0.48 + 1.28) * RATE)


def test_validate():
    for audio, spans in (
        (np.zeros((2, 2)), []),
        (np.array([np.nan]), []),
        (np.zeros(5), [1.0]),
        (np.zeros(5), [[2.0, 1.0]]),
    ):
        with pytest.raises(ValueError):
            activity.evaluate(audio, spans)


def test_times_are_those_of_the_rendering():
    timebase = Timebase(Fraction("97.3"), Meter(7, 8))
    notes = [Note(0, 96, 60, 90), Note(0, 48, 64, 90), Note(336, 24, 62, 90)]
    score = Score.from_notes(notes)
    assert timing.onset_times(score, timebase).tolist() == [0.0, timebase.bar_sample(1) / RATE]
    spans = timing.note_spans(score, timebase)
    assert spans.shape == (3, 2) and spans[-1, 0] == timebase.bar_sample(1) / RATE
    assert timing.note_spans(Score.from_notes([]), timebase).shape == (0, 2)
