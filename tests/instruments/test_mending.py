from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from stemwright.instruments.mending import fading, lasting, retuned, steady
from stemwright.instruments.render import sfz_regions
from stemwright.instruments.sampler import RATE, Region, Sampler
from stemwright.instruments.timbres import TimbreRecipe


def bowed(seconds: float = 3.0, sounding: float = 2.7, rate: int = 44100) -> np.ndarray:
    """A steady tone of 220 Hz that ends before its recording does."""
    t = np.arange(round(seconds * rate)) / rate
    out: np.ndarray = (0.3 * np.sin(2 * np.pi * 220.3 * t) * (t < sounding)).astype(np.float32)
    return out


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    path = tmp_path / "a3_v1.flac"
    soundfile.write(str(path), bowed(), 44100)
    return path


def test_the_steady_part_is_found() -> None:
    loop = steady(bowed(), 44100)
    assert loop is not None
    assert loop[0] == 44100 and 2.5 < loop[1] / 44100 < 2.7
    assert steady(bowed(0.4, 0.3), 44100) is None
    assert steady(np.zeros(0, np.float32), 44100) is None


@pytest.mark.parametrize("given", [None, (44100, 66200)])
def test_held_notes_last_and_do_not_click(tone: Path, given: tuple[int, int] | None) -> None:
    plain = Region(tone, 0, 127, 57, loop=given)
    made = lasting([plain], 0.05)
    audio = Sampler(made).voice(57, 100, 8.0).audio
    assert len(audio) > 8 * RATE
    bends = np.abs(np.diff(audio[RATE // 2 : 8 * RATE], 2))
    assert bends.max() < 1.5 * np.percentile(bends, 99)
    levels = np.abs(audio[: 8 * RATE]).reshape(-1, RATE).max(1)
    assert levels[1:].min() > 0.8 * levels.max()


def test_what_cannot_last_stays(tmp_path: Path) -> None:
    path = tmp_path / "short.flac"
    soundfile.write(str(path), bowed(0.3, 0.2), 44100)
    plain = Region(path, 0, 127, 57)
    assert lasting([plain], 0.05) == [plain]


def test_tunings_are_replaced_by_name(tone: Path) -> None:
    regions = [Region(tone, 0, 127, 57, tune=5.0), Region(tone.with_name("b.flac"), 0, 127, 57, tune=-3.0)]
    assert [r.tune for r in retuned(regions, {"a3_v1": -40.0})] == [-40.0, -3.0]


def test_a_recording_that_was_cut_fades(tone: Path) -> None:
    ends = []
    for seconds in (0.05, 0.5):
        audio = Sampler(fading([Region(tone, 0, 127, 57)], seconds)).voice(57, 100, 3.0).audio
        ends.append(np.abs(audio[round(2.6 * RATE) : round(2.65 * RATE)]).max())
    assert ends[1] < 0.9 * ends[0]


def test_a_recipe_says_what_is_mended(tone: Path, tmp_path: Path) -> None:
    (tmp_path / "x.sfz").write_text("<region> key=57 tune=7 sample=a3_v1.flac\n", encoding="utf-8")
    held = sfz_regions(tmp_path, TimbreRecipe("x", "sfz", "x.sfz", tunes=(("a3_v1", 9.0),), blend=0.05))[0]
    plucked = sfz_regions(tmp_path, TimbreRecipe("x", "sfz", "x.sfz", fade=0.3))[0]
    assert held.tune == 9.0 and held.loop is not None and held.blend > 0
    assert plucked.tune == 7.0 and plucked.loop is None and plucked.fade == 0.3
