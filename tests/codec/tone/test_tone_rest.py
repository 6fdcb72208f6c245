"""Noise and attacks: the same at both rates, quiet where masks are low, and joined without a seam."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings

from stemwright.codec.tone import layout as L
from stemwright.codec.tone.notes import Notes, notes_of
from stemwright.codec.tone.rest import BEFORE, EDGE, Controls, RestStretch, rest
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from support.drawn import cuts

TIME = GlobalState.create("120", "C major", "4/4", "verse:2", "rock").timebase
NONE = notes_of("lead", Score(), TIME)
STRUCK = notes_of("lead", Score.from_notes(Note(t, 20, 60, 90) for t in (0, 7, 50, 90)), TIME)
LOW = -30.0
FRAMES = 90


def controls(frames: int, noise: float = LOW, side: float = LOW, free: float = LOW) -> Controls:
    """The same for every frame and band; a free part has the spectrum of a click."""
    spectrum = np.zeros((frames, 3, L.LOW_BINS), np.float32)
    spectrum[:, 0], spectrum[:, 1] = free, (-1.0) ** np.arange(L.LOW_BINS)  # in the middle of its window
    return Controls(
        np.zeros((frames, L.ENVELOPE), np.float32),
        np.zeros((frames, L.SIDE_POINTS), np.float32),
        np.full((frames, L.STREAMS, L.BANDS), noise, np.float32),
        np.full((frames, L.STREAMS, L.SIDE_POINTS), side, np.float32),
        spectrum,
    )


def drawn(frames: int) -> Controls:
    draw = np.random.default_rng(4)

    def normal(*shape: int) -> L.Floats:
        return draw.standard_normal((frames, *shape)).astype(np.float32)

    return Controls(
        normal(L.ENVELOPE),
        normal(L.SIDE_POINTS),
        1 + normal(L.STREAMS, L.BANDS),
        normal(L.STREAMS, L.SIDE_POINTS),
        normal(3, L.LOW_BINS),
    )


def part(whole: Controls, first: int, frames: int) -> Controls:
    """Those of some frames, of four before and two after; beyond the layer those of its ends."""
    last = len(whole.noise) - 1
    at = np.clip(np.arange(first - BEFORE, first + frames + EDGE), 0, last)
    return Controls(*(getattr(whole, name)[at] for name in ("envelope", "width", "noise", "side", "free")))


def heard(
    whole: Controls, notes: Notes, scale: int, channels: int, first: int = 0, frames: int | None = None
) -> L.Floats:
    count = len(whole.noise) if frames is None else frames
    return rest(part(whole, first, count), RestStretch("lead", notes, first, count, scale, channels))


def band_db(sound: L.Floats, rate: int, low: float, high: float) -> float:
    """Power of a band of hertz, in dB."""
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2 / len(sound) ** 2
    hz = np.fft.rfftfreq(len(sound), 1 / rate)
    return float(10 * np.log10(power[(hz >= low) & (hz < high)].sum()))


@pytest.mark.parametrize(("low", "high"), [(400, 900), (1500, 3000), (3000, 6000), (6000, 11_000)])
def test_bands_are_as_loud_at_both_rates(low: float, high: float) -> None:
    made = controls(300, noise=2.0)
    plain, wide = heard(made, NONE, 1, 1)[0], heard(made, NONE, 2, 1)[0]
    assert len(wide) == 2 * len(plain) == 300 * 640
    assert band_db(plain, 24_000, low, high) == pytest.approx(band_db(wide, 48_000, low, high), abs=0.5)


def test_a_mask_is_where_its_band_is() -> None:
    made = controls(150)
    middle = int(np.interp(L.mel(4000.0), np.linspace(0, L.mel(24_000), L.BANDS), np.arange(L.BANDS)))
    made.noise[:, 0, middle - 1 : middle + 3] = 3.0
    for scale in (1, 2):
        sound = heard(made, NONE, scale, 1)[0]
        rate = 24_000 * scale
        inside = band_db(sound, rate, 3500, 4600)
        assert (
            inside > band_db(sound, rate, 0, 2500) + 60 and inside > band_db(sound, rate, 6000, 11_900) + 60
        )


def test_noise_is_off_where_masks_are_low() -> None:
    assert np.abs(heard(controls(FRAMES), STRUCK, 2, 2)).max() < 1e-6
    loud = controls(FRAMES, noise=2.0)
    loud.noise[30:60] = LOW
    sound = np.abs(heard(loud, NONE, 1, 1)[0])
    assert sound[34 * 320 : 56 * 320].max() < 1e-6 < sound[: 25 * 320].max()


def test_bursts_sound_at_onsets_alone() -> None:
    made = controls(FRAMES)
    made.noise[:, 1] = 3.0
    late = notes_of("lead", Score.from_notes([Note(96, 20, 60, 90)]), TIME)
    sound = np.abs(heard(made, late, 1, 1)[0])
    at = int(late.start[0])
    assert sound[: at - L.N_FFT].max() < 1e-6 and sound[at : at + 300].max() > 0.01
    assert sound[at + 4000 :].max() < 1e-3


def test_pitched_layers_have_little_steady_noise_below() -> None:
    made = controls(150, noise=2.0)
    drums = Notes(True, *(getattr(NONE, name) for name in ("start", "end", "pitch", "velocity")))
    pitched, kit = (band_db(heard(made, notes, 1, 1)[0], 24_000, 50, 250) for notes in (NONE, drums))
    assert kit - pitched == pytest.approx(-20 * np.log10(L.STEADY_FLOOR), abs=1.5)


def test_the_side_is_noise_of_its_own() -> None:
    made = heard(controls(FRAMES, noise=2.0, side=1.5), NONE, 2, 2)
    middle, side = np.sqrt(np.mean(made**2, axis=1))
    assert side == pytest.approx(middle, rel=0.1) and abs(np.corrcoef(made)[0, 1]) < 0.05
    assert np.abs(heard(controls(FRAMES, noise=2.0), NONE, 2, 2)[1]).max() < 1e-6


def test_attacks_are_as_loud_at_both_rates_and_in_the_middle() -> None:
    made = controls(FRAMES, free=2.0)
    plain, wide = heard(made, STRUCK, 1, 2), heard(made, STRUCK, 2, 2)
    assert max(np.abs(plain[1]).max(), np.abs(wide[1]).max()) < 1e-9
    levels = [10 * np.log10(np.mean(sound[0] ** 2)) for sound in (plain, wide)]
    assert levels[0] == pytest.approx(levels[1], abs=0.5)


@pytest.mark.parametrize(("scale", "channels"), [(1, 1), (2, 2)])
@given(at=cuts(FRAMES))
@settings(deadline=None, max_examples=12)
def test_stretches_join_to_the_whole(scale: int, channels: int, at: list[int]) -> None:
    made = drawn(FRAMES)
    whole = heard(made, STRUCK, scale, channels)
    parts = [heard(made, STRUCK, scale, channels, low, high - low) for low, high in pairwise(at)]
    assert np.abs(np.concatenate(parts, axis=1) - whole).max() < 1e-5
