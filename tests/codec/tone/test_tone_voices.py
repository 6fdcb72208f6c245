"""A note's levels as the oscillators' amplitudes: how loud, where it lies, how wide it is."""

from __future__ import annotations

import numpy as np
import pytest

from stemwright.codec.tone import layout as L
from stemwright.codec.tone.notes import notes_of, sounding
from stemwright.codec.tone.tuning import Strings, Tuning
from stemwright.codec.tone.voices import NARROW_TOP, TimbreVoices, amplitudes, side_signs
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState

TUNING = Tuning({"lead/sax": Strings((60.0,), (0.0,), (0.0,))}, {"drums/rock": {36: (60.0, 100.0)}})
VOICE = TimbreVoices(TUNING, "lead", "sax", False, 2).of(60)
ROWS, COUNT = 3, len(VOICE.hz)
OFF = -40.0


def made(
    level: float = 0.0, width: float = OFF, place: float = 0.0, channels: int = 2, own: float = 0.0
) -> L.Floats:
    levels = np.zeros((ROWS, L.NOTE_OUTPUTS), np.float32)
    levels[:, : L.CORRECTED] = own
    levels[:, L.CORRECTED :] = (level, width, place)
    flat = np.zeros((ROWS, L.ENVELOPE), np.float32)
    return amplitudes(VOICE, levels, flat, np.zeros((ROWS, L.SIDE_POINTS), np.float32), channels)


def size(turns: L.Floats) -> L.Floats:
    """Amplitudes of sine and cosine [..., 2, P] as one."""
    return np.hypot(turns[..., 0, :], turns[..., 1, :])


def test_the_level_is_the_envelopes_and_the_notes() -> None:
    found = made(level=1.0, channels=1)
    assert found.shape == (ROWS, 1, 2, COUNT) and found.dtype == np.float32
    assert size(found[:, 0]) == pytest.approx(np.full((ROWS, COUNT), np.exp(-4.0)), rel=1e-5)
    raised = size(made(own=0.5, channels=1)[:, 0]) / size(made(channels=1)[:, 0])
    own = min(COUNT, L.CORRECTED)
    assert raised[0, :own] == pytest.approx(np.full(own, np.exp(0.5)), rel=1e-5)
    assert raised[0, own:] == pytest.approx(np.ones(COUNT - own), rel=1e-5)
    assert size(made(level=99.0, own=99.0, channels=1)).max() < np.exp(2.01), "no level runs away"


@pytest.mark.parametrize(("place", "silent"), [(20.0, 1), (-20.0, 0)])
def test_a_place_of_one_is_left_or_right(place: float, silent: int) -> None:
    found = made(place=place)
    sides = found[:, 0] + found[:, 1], found[:, 0] - found[:, 1]
    assert np.abs(sides[silent]).max() < 1e-6
    assert size(sides[1 - silent]) == pytest.approx(2 * size(found[:, 0]), rel=1e-5)


def test_without_width_it_is_mono() -> None:
    assert np.abs(made()[:, 1]).max() < 1e-12
    assert np.array_equal(made()[:, :1], made(channels=1))


def test_width_turns_partials_apart_and_keeps_the_sides_as_loud() -> None:
    found = made(width=2.0)
    apart = size(found[:, 1]) / size(found[:, 0])
    assert apart == pytest.approx(np.full((ROWS, COUNT), np.exp(-1.0)), rel=1e-4)
    left, right = size(found[:, 0] + found[:, 1]), size(found[:, 0] - found[:, 1])
    assert left == pytest.approx(right, rel=1e-4)
    assert list(side_signs(6)) == [1, 1, -1, -1, 1, 1]


def test_voices_end_below_their_rate() -> None:
    narrow, wide = (TimbreVoices(TUNING, "lead", "sax", False, scale).of(60) for scale in (1, 2))
    assert narrow.hz.max() < NARROW_TOP < wide.hz.max() < 20_000
    assert np.array_equal(wide.hz[: len(narrow.hz)], narrow.hz)
    assert narrow.envelope.shape == (L.ENVELOPE, len(narrow.hz))
    assert narrow.envelope.sum(0) == pytest.approx(np.ones(len(narrow.hz)))


@pytest.mark.parametrize(("timbre", "partials"), [("rock", [2, 0]), ("kazoo", [0, 0])])
def test_drums_without_modes_have_no_partials(timbre: str, partials: list[int]) -> None:
    state = GlobalState.create("120", "C major", "4/4", "verse:2", "rock")
    score = Score.from_notes([Note(0, 10, 36, 90), Note(48, 10, 42, 90)])
    notes = notes_of("drums", score, state.timebase)
    rows = sounding(notes, 0, 100)
    count = len(rows.note)
    flat = np.zeros((count, L.ENVELOPE), np.float32), np.zeros((count, L.SIDE_POINTS), np.float32)
    levels = np.zeros((count, L.NOTE_OUTPUTS), np.float32)
    found = TimbreVoices(TUNING, "drums", timbre, True, 1).sounding(notes, rows, levels, *flat, 1, 0)
    assert [len(note.frequencies) for note in found] == [n for n in partials if n]
