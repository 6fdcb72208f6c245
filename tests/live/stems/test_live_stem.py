"""Cuts of stems: where they begin, how they loop, and files that are none."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile

from stemwright.errors import UsageError
from stemwright.live.stems.stem import cut_of, read_cut
from stemwright.song.state import GlobalState

RATE = 48_000


def state_of(bpm: str, form: str) -> GlobalState:
    return GlobalState.create(bpm=bpm, form=form)


@pytest.fixture
def ramp(tmp_path: Path) -> Path:
    """Ten seconds whose samples say where they are."""
    path = tmp_path / "stem.wav"
    soundfile.write(path, np.repeat(np.arange(10 * RATE)[:, None] / 2**20, 2, 1), RATE, subtype="FLOAT")
    return path


def test_a_cut_begins_and_ends_at_the_frames_of_its_bars(ramp: Path) -> None:
    cut = cut_of(state_of("120", "verse:2 chorus:2"), 1, 3)
    assert (cut.began, cut.seconds, cut.quarters, cut.bpm) == (2, 4, 8, 120)
    sound, said = read_cut(ramp, cut, RATE)
    assert said == [] and sound.shape == (4 * RATE + 240, 2) and sound.dtype == np.float32
    assert np.array_equal(sound[48 : 4 * RATE, 0] * 2**20, np.arange(2 * RATE + 48, 6 * RATE))
    assert sound[0, 0] == 0 and abs(sound[-1, 0]) < 1e-6


def test_the_length_of_a_cut_is_exact_where_its_beginning_is_not() -> None:
    cut = cut_of(state_of("113", "verse:3"), 1, 3)
    assert cut.began == Fraction(159, 75)  # a bar at 113 BPM is 159.29 frames
    assert cut.seconds == Fraction(8 * 60, 113) and cut.bpm == 113
    assert cut.frames(RATE) == 203894


def test_what_rate_and_channels_differ_is_brought_to_the_graphs(tmp_path: Path) -> None:
    path = tmp_path / "mono.wav"
    tone = np.sin(2 * np.pi * 440 * np.arange(24_000 * 4) / 24_000) / 2
    soundfile.write(path, tone, 24_000)
    sound, said = read_cut(path, cut_of(state_of("120", "verse:2"), 0, 1), RATE)
    assert said == ["mono.wav: is of 24000 Hz; brought to 48000 Hz"]
    assert len(sound) == 2 * RATE + 240 and np.array_equal(sound[:, 0], sound[:, 1])
    expected = np.sin(2 * np.pi * 440 * np.arange(2 * RATE) / RATE) / 2
    assert np.abs(sound[200 : 2 * RATE - 200, 0] - expected[200:-200]).max() < 1e-3


def test_files_that_are_no_stems_are_told_in_a_line(tmp_path: Path, ramp: Path) -> None:
    cut = cut_of(state_of("120", "verse:6"), 0, 6)
    nan = tmp_path / "nan.wav"
    soundfile.write(nan, np.full((12 * RATE, 2), np.nan), RATE, subtype="FLOAT")
    (tmp_path / "text.wav").write_text("no sound")
    for path, line in (
        (ramp, "ends before bar 6 does, 2.00 s too early"),
        (nan, "samples that are no numbers"),
        (tmp_path / "text.wav", "cannot be read as audio"),
        (tmp_path / "none.wav", "cannot be read as audio"),
    ):
        with pytest.raises(UsageError, match=line) as caught:
            read_cut(path, cut, RATE)
        assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)
