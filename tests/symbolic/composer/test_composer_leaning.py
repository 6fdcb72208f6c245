"""Leaning: wishes for what single tokens are make those near them likelier, and change nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.song.meter import Meter
from stemwright.symbolic.composer.controls import CONTROLS, scaled
from stemwright.symbolic.composer.leaning import SPREAD, Leaning
from stemwright.symbolic.events.vocabulary import FINE, KINDS, home

FOUR = Meter.parse("4/4")


def wish(**values: float) -> np.ndarray:
    asked = np.full(len(CONTROLS), np.nan, np.float32)
    for name, value in values.items():
        asked[CONTROLS.index(name)] = scaled(name, value)
    return asked


def chances(logits: np.ndarray) -> np.ndarray:
    out = np.exp(logits.astype(np.float64) - logits.max())
    return out / out.sum()


@settings(max_examples=50, deadline=None)
@given(st.integers(30, 90), st.integers(0, 11), st.integers(0, 1000))
def test_pitches_are_weighed_with_a_bell_around_the_register(pitch, tonic, seed):
    rng = np.random.default_rng(seed)
    low, count = KINDS["pitch"]
    tokens = np.sort(rng.permutation(count)[:40])
    logits = rng.normal(size=40).astype(np.float32)
    moved = Leaning(wish(register=pitch), tonic, FOUR).of("pitch", tokens, logits)
    sounding = tokens + low + home(tonic)
    wanted = chances(logits) * np.exp(-0.5 * ((sounding - pitch) / SPREAD["register"]) ** 2)
    assert chances(moved) == pytest.approx(wanted / wanted.sum(), rel=1e-3, abs=1e-9)


def test_only_what_is_asked_for_is_moved():
    logits, tokens = np.arange(5, dtype=np.float32), np.arange(40, 45)
    for leaning in (Leaning(None, 0, FOUR), Leaning(wish(density=3.0), 0, FOUR)):
        assert all(leaning.of(kind, tokens, logits) is logits for kind in ("pitch", "velocity", "position"))
    louder = Leaning(wish(velocity=110), 0, FOUR)
    assert louder.of("pitch", tokens, logits) is logits
    assert np.all(np.diff(louder.of("velocity", tokens, logits) - logits) > 0)
    assert louder.of("duration", tokens, logits) is logits


@settings(max_examples=50, deadline=None)
@given(st.floats(0.44, 0.73), st.integers(0, 1000))
def test_swing_moves_what_begins_inside_a_quarter_and_no_more(place, seed):
    rng = np.random.default_rng(seed)
    tokens = np.arange(48)
    logits = rng.normal(size=48).astype(np.float32)
    before = chances(logits)
    after = chances(Leaning(wish(swing=place), 0, FOUR).of("position", tokens, logits))
    inside = tokens * FINE % 96 / 96
    second = (inside >= 0.43) & (inside <= 0.74)
    assert after[~second] == pytest.approx(before[~second], rel=1e-3)
    for quarter in range(4):
        own = second & (tokens * FINE // 96 == quarter)
        near = own & (np.abs(inside - place) == np.abs(inside - place)[own].min())
        assert after[own].sum() == pytest.approx(before[own].sum(), rel=1e-3)
        assert after[near].sum() > before[near].sum()


def test_swing_is_nothing_where_eighths_are_counted():
    logits, tokens = np.arange(48, dtype=np.float32), np.arange(48)
    assert Leaning(wish(swing=0.6), 0, Meter.parse("6/8")).of("position", tokens, logits) is logits
