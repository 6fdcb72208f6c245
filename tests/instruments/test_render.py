from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.errors import StemwrightError, UsageError
from stemwright.instruments.effects import Effects, distort
from stemwright.instruments.events import PlacedNote, score_events
from stemwright.instruments.kits import KITS, Hits, Kit
from stemwright.instruments.render import (
    RATE,
    TARGET_RMS,
    Studio,
    calibrate,
    limit,
    mix_events,
    reference_events,
    to_int16,
)
from stemwright.instruments.sampler import Voice, velocity_gain
from stemwright.instruments.soundfont_timbres import SoundfontSynth, find_soundfont
from stemwright.instruments.timbres import HELD_OUT, MAX_TIMBRES, RECIPES, TIMBRES, recipe
from stemwright.song.drums import PIECE_PITCH
from stemwright.song.meter import Meter
from stemwright.song.score import Note, Score
from stemwright.song.timebase import HOP, Timebase

RECORDED = [(layer, r.name) for layer, rs in RECIPES.items() for r in rs if r.kind != "soundfont"]
PLAYED = [(layer, r.name) for layer, rs in RECIPES.items() for r in rs if r.kind == "soundfont"]


class Click:
    """An instrument whose note is ones while it rings."""

    def __init__(self, one_shot: bool = False) -> None:
        self.one_shot = one_shot

    def voice(self, pitch: int, velocity: int, seconds: float, turn: int = 0) -> Voice:
        return Voice(np.ones(4000, np.float32), 0.5, 0.001)


def onsets(audio: np.ndarray, threshold: float = 0.02) -> list[int]:
    """Samples where the level rises out of silence."""
    loud = np.convolve(np.abs(audio), np.ones(48) / 48, "full")[: audio.size] > threshold
    return [int(i) for i in np.flatnonzero(loud[1:] & ~loud[:-1])]


@given(
    bpm=st.fractions(40, 200, max_denominator=10),
    meter=st.sampled_from(["4/4", "3/4", "7/8", "5/4"]),
    bars=st.integers(1, 12),
    ticks=st.lists(st.integers(0, 2000), max_size=20),
)
@settings(max_examples=40, deadline=None)
def test_events_lie_exactly_where_the_timebase_says(
    bpm: Fraction, meter: str, bars: int, ticks: list[int]
) -> None:
    timebase = Timebase(bpm, Meter.parse(meter))
    score = Score.from_notes(Note(t, 10, 60, 100) for t in ticks)
    events = score_events(score, timebase)
    assert [e.start for e in events] == [timebase.tick_sample(n.onset) for n in score.notes]
    total = timebase.frames(bars) * HOP
    audio = mix_events(Click(), events, total)
    assert audio.size == total and audio.dtype == np.float32
    for event in events:
        if event.start < total:
            assert audio[event.start] >= 0.5


def test_a_note_that_is_struck_again_ends_before() -> None:
    audio = mix_events(Click(), [PlacedNote(0, 3000, 60, 100), PlacedNote(1000, 500, 60, 100)], 5000)
    assert audio[:1000].max() == 0.5 and audio[1100] == 0.5
    assert audio[1530:].max() == 0.0


def test_an_open_hat_is_choked_and_other_drums_ring() -> None:
    hat, closed, kick = PIECE_PITCH["open_hat"], PIECE_PITCH["closed_hat"], PIECE_PITCH["kick"]
    choked = mix_events(Click(True), [PlacedNote(0, 1, hat, 100), PlacedNote(1000, 1, closed, 100)], 6000)
    assert choked[999] == 0.5 and choked[1100] == 0.5
    ringing = mix_events(Click(True), [PlacedNote(0, 1, kick, 100), PlacedNote(1000, 1, closed, 100)], 6000)
    assert ringing[1100] == 1.0


@given(st.lists(st.floats(-50, 50, width=32), min_size=1, max_size=200))
@settings(max_examples=50, deadline=None)
def test_the_limiter_is_odd_monotone_and_below_one(values: list[float]) -> None:
    audio = np.sort(np.array(values, np.float32))
    out = limit(audio)
    assert np.abs(out).max() < 1.0 and (np.diff(out) >= 0).all()
    np.testing.assert_allclose(limit(-audio), -out)
    quiet = np.abs(audio) <= 0.8
    np.testing.assert_array_equal(out[quiet], audio[quiet])


@pytest.mark.parametrize(("layer", "timbre"), RECORDED)
def test_recorded_timbres_sound_in_time_and_in_bounds(samples: Path, layer: str, timbre: str) -> None:
    timebase = Timebase(Fraction("97.3"), Meter(4, 4))
    ticks = [0, 384, 768 + 96, 1152]
    pitch = PIECE_PITCH["snare"] if layer == "drums" else 52
    score = Score.from_notes(Note(t, 24, pitch, 100) for t in ticks)
    audio = Studio(samples).render(layer, timbre, score, timebase, 4)
    assert audio.size == timebase.frames(4) * HOP and np.isfinite(audio).all() and np.abs(audio).max() < 1.0
    for tick in ticks:
        start = timebase.tick_sample(tick)
        before = np.abs(audio[max(0, start - 240) : start]).max(initial=0.0)
        after = np.abs(audio[start : start + round(0.005 * RATE)]).max()
        assert after > 0.03 and after > 3 * before


@pytest.mark.parametrize(("layer", "timbre"), RECORDED)
def test_recorded_timbres_are_equally_loud(samples: Path, layer: str, timbre: str) -> None:
    instrument, gain = Studio(samples).instrument(layer, timbre)
    made = recipe(layer, timbre)
    events = reference_events(layer, made.range)
    audio = gain * distort(mix_events(instrument, events, 2 * RATE), made.drive)
    rms = float(np.sqrt(np.mean(audio**2)))
    assert rms <= TARGET_RMS[layer] * 1.001 and np.abs(audio).max() <= 0.651
    assert rms > TARGET_RMS[layer] * 0.9 or np.abs(audio).max() > 0.649


@pytest.mark.parametrize(("layer", "timbre"), PLAYED)
def test_soundfont_timbres(samples: Path, layer: str, timbre: str) -> None:
    studio = Studio(samples)
    try:
        instrument, gain = studio.instrument(layer, timbre)
    except StemwrightError as error:
        pytest.skip(str(error))
    voice = instrument.voice(PIECE_PITCH["snare"] if layer == "drums" else 60, 100, 0.5)
    assert gain > 0 and np.isfinite(voice.audio).all()
    level = np.abs(voice.audio)
    assert np.argmax(level > 0.03 * level.max()) < 0.005 * RATE
    assert calibrate(instrument, layer) == pytest.approx(gain)


def test_timbres_are_named_once_and_only_appended() -> None:
    for layer, names in TIMBRES.items():
        assert len(names) == len(set(names)) <= MAX_TIMBRES, layer
        assert len(names) >= (6 if layer == "drums" else 12)
        assert len(HELD_OUT[layer]) >= 2 and not set(HELD_OUT[layer]) & set(names)
    assert TIMBRES["drums"][:4] == ("acoustic", "808", "standard", "room")
    assert TIMBRES["bass"][:4] == ("finger", "pick", "upright", "synth")
    assert TIMBRES["harmony"][:4] == ("piano", "epiano", "strings", "nylon")
    assert TIMBRES["lead"][:4] == ("electric guitar", "sax", "flute", "synth lead")
    with pytest.raises(UsageError, match="choose one of: finger"):
        recipe("bass", "kazoo")


def test_held_out_timbres_share_no_sound_with_the_others() -> None:
    def sounds(held_out: bool) -> set[object]:
        found: set[object] = set()
        for made in (r for rs in RECIPES.values() for r in rs if r.held_out == held_out):
            if made.kind == "kit":
                for piece in KITS[made.path].values():
                    found |= set(piece.path if isinstance(piece.path, tuple) else (piece.path,))
            else:
                found.add(made.path or (made.bank, made.program))
        return found

    assert len(sounds(True)) > 12 and not sounds(True) & sounds(False)


def test_hits_of_like_level_take_turns(samples: Path) -> None:
    kit = Kit(samples, KITS["vintage"])
    voices = [kit.voice(PIECE_PITCH["kick"], v, 1.0, turn) for v in (30, 127) for turn in range(2)]
    assert voices[0].audio is voices[1].audio and voices[2].audio is voices[3].audio
    assert voices[0].audio is not voices[2].audio
    hits = kit._hits["kick"]
    kit._hits["kick"] = [(0.5, hits[0][1]), (0.52, hits[1][1])]
    velocity = next(v for v in range(1, 128) if velocity_gain(v) > 0.5)
    heard = [kit.voice(PIECE_PITCH["kick"], velocity, 1.0, turn).audio for turn in range(4)]
    assert heard[0] is heard[2] is not heard[1] and heard[1] is heard[3]


def test_hits_of_one_level_follow_their_ranks(samples: Path) -> None:
    """Recordings that were brought to one level: the softest hit is the first, not any of them."""
    kit = Kit(samples, {"kick": Hits("drums_avl/36-Pearl22Kick", even=True)})
    kit.voice(PIECE_PITCH["kick"], 100, 1.0)
    levels = [level for level, _ in kit._hits["kick"]]
    assert levels == sorted(levels) and levels[0] < 0.6 and levels[-1] == 1.0
    soft, loud = (kit.voice(PIECE_PITCH["kick"], velocity, 1.0).audio for velocity in (30, 127))
    assert soft is not loud


def test_effects_come_before_the_limiter(samples: Path) -> None:
    timebase = Timebase(Fraction(120), Meter(4, 4))
    score = Score.from_notes([Note(384, 96, 52, 127)])
    studio = Studio(samples)
    dry = studio.render("bass", "finger", score, timebase, 3)
    loud = studio.render(
        "bass", "finger", score, timebase, 3, Effects(room=0.3, wet=-10.0, seed=1, level=12.0)
    )
    assert loud.shape == dry.shape and 0.85 < np.abs(loud).max() < 1.0
    start = timebase.tick_sample(384)
    assert np.abs(loud[:start]).max() < 1e-6 and np.abs(dry[:start]).max() == 0.0
    after = timebase.tick_sample(480) + round(0.25 * RATE)
    assert np.abs(loud[after : after + 1000]).max() > np.abs(dry[after : after + 1000]).max()


def test_int16_rounds_and_clips() -> None:
    out = to_int16(np.array([0.0, 1.0, -2.0, 0.5], np.float32))
    assert out.dtype == np.dtype("<i2") and out.tolist() == [0, 32767, -32767, 16384]


def test_onset_helper_finds_clicks() -> None:
    audio = np.zeros(1000)
    audio[500:] = 1.0
    assert abs(onsets(audio)[0] - 500) < 5


def test_soundfont_notes_do_not_depend_on_what_was_played_before() -> None:
    notes = [(0, 4, 60, 40), (0, 48, 55, 90), (128, 0, 38, 100), (0, 66, 70, 80)]
    try:
        found = find_soundfont()
        played = [SoundfontSynth(found) for _ in range(2)]
    except StemwrightError as error:
        pytest.skip(str(error))
    first = {n: played[0].note(*n, 0.5) for n in notes}
    second = {n: played[1].note(*n, 0.5) for n in reversed(notes)}
    for note in notes:
        assert np.abs(first[note]).max() > 0.001
        np.testing.assert_array_equal(first[note], second[note])
