"""Ensembles are found where voices beat, with as many and as far apart as they are, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from stemwright.codec.tone.ensemble import PLACES
from stemwright.training.tone.beating import HELD, RATE, ensemble_of

TIME = np.arange(round(HELD * RATE)) / RATE
PITCHES = range(55, 75, 4)


def partials(pitch: int) -> np.ndarray:
    return 440 * 2 ** ((pitch - 69) / 12) * np.arange(1.0, 7.0)


def together(pitch: int, places: tuple[float, ...], cents: float, share: float) -> np.ndarray:
    turns = np.random.default_rng(pitch).random(len(places))
    return sum(
        weight * np.sin(2 * np.pi * h * (partials(pitch)[0] * 2 ** (place * cents / 1200) * TIME + turn)) / h
        for place, turn, weight in zip(places, turns, (1.0, *[share] * (len(places) - 1)), strict=True)
        for h in range(1, 7)
    ) * np.float64(0.1)


@pytest.mark.parametrize(("voices", "cents", "share"), [(2, 4.0, 1.0), (4, 8.0, 0.9), (4, 12.0, 0.6)])
def test_it_is_measured(voices: int, cents: float, share: float) -> None:
    found = ensemble_of(lambda pitch, _: together(pitch, PLACES[voices], cents, share), partials, PITCHES)
    assert found is not None and found.voices == voices
    assert found.cents == pytest.approx(cents, rel=0.35)
    assert found.share == pytest.approx(share, abs=0.25)


def test_single_and_struck_notes_are_none() -> None:
    assert ensemble_of(lambda pitch, _: together(pitch, (0.0,), 0.0, 1.0), partials, PITCHES) is None
    struck = np.exp(-2.0 * TIME)
    assert ensemble_of(lambda p, _: struck * together(p, (-1.0, 1.0), 5.0, 1.0), partials, PITCHES) is None


def test_timbres_of_too_few_notes_are_none() -> None:
    assert ensemble_of(lambda p, _: together(p, (-1.0, 1.0), 5.0, 1.0), partials, range(60, 61)) is None
    assert ensemble_of(lambda p, _: np.zeros(len(TIME)), partials, PITCHES) is None
