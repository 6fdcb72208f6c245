"""The judges themselves, where their packages are installed: they hear what is made to be heard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from stemwright.errors import StemwrightError
from stemwright.evaluation import intonation, set_distances, transcription
from stemwright.evaluation.judges import swift_f0
from stemwright.evaluation.judges.basic_pitch import BasicPitch
from stemwright.evaluation.judges.musicnn import DIMENSIONS, Musicnn
from stemwright.evaluation.judges.swift_f0 import SwiftF0

RATE = 24000
BEGINS = np.array([0.5, 1.2, 1.9, 2.6, 3.3])
PITCHES = np.array([60, 64, 67, 55, 62])


def judge(load: Callable[[], Any]) -> Any:
    try:
        return load()
    except StemwrightError as error:
        pytest.skip(str(error))


def melody(cents: float = 0.0, seconds: float = 4.5) -> np.ndarray:
    """Plucked notes of six partials."""
    audio = np.zeros(round(seconds * RATE))
    t = np.arange(round(0.6 * RATE)) / RATE
    for begin, pitch in zip(BEGINS, PITCHES, strict=True):
        base = 440 * 2 ** ((pitch - 69 + cents / 100) / 12)
        note = sum(np.sin(2 * np.pi * base * k * t) / k for k in range(1, 7)) * np.exp(-3 * t)
        first = round(begin * RATE)
        audio[first : first + len(t)] += 0.2 * note * np.minimum(t / 0.005, 1)
    return audio


def test_basic_pitch_writes_the_notes_down() -> None:
    heard = judge(BasicPitch)(melody(), RATE)
    assert heard.note.shape == heard.onset.shape == (len(heard.times), transcription.KEYS)
    assert np.all(np.diff(heard.times) > 0) and heard.times[-1] < 4.5
    found = transcription.evaluate(BEGINS, PITCHES, heard, shift=0.31)
    assert found["recall"] == 1 and found["note_f"] > 0.7 and found["floor_f"] == 0


def test_swift_f0_knows_the_pitch_to_a_few_cents() -> None:
    follow = judge(SwiftF0)
    spans = np.stack([BEGINS, BEGINS + 0.6], axis=1)
    right = intonation.evaluate(follow(melody(), RATE), swift_f0.PERIOD, spans, PITCHES)
    assert right["right"] == 1 and right["jitter_cents"] < 5 and right["notes"] == 5
    off = intonation.evaluate(follow(melody(80), RATE), swift_f0.PERIOD, spans, PITCHES)
    assert off["right"] == 0
    assert np.all(follow(np.zeros(RATE), RATE) == 0) and follow(np.zeros(9), RATE).shape == (0,)


def test_long_sounds_are_followed_in_parts_as_if_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    follow = judge(SwiftF0)
    whole = follow(melody(), RATE)
    monkeypatch.setattr(swift_f0, "_PART", 70)
    assert follow(melody(), RATE) == pytest.approx(whole, rel=1e-3)


def test_musicnn_tells_sounds_apart() -> None:
    embed = judge(Musicnn)
    rng = np.random.default_rng(0)
    tones = np.tile(melody(), 3) + 0.001 * rng.standard_normal(3 * len(melody()))
    noise = 0.1 * rng.standard_normal(len(tones))
    vectors = {name: embed(sound, RATE, 1.0) for name, sound in (("tones", tones), ("noise", noise))}
    assert all(made.shape[1] == DIMENSIONS and np.isfinite(made).all() for made in vectors.values())
    first, second = vectors["tones"][:5], vectors["tones"][5:10]
    assert set_distances.fad(first, vectors["noise"][:5]) > 5 * set_distances.fad(first, second)
