from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from stemwright.errors import UsageError
from stemwright.training.sampler import (
    RATE,
    Sampler,
    lowpass,
    named_regions,
    parse_pitch,
    parse_sfz,
    resample,
    trim_attack,
    velocity_gain,
)

Tone = Callable[..., None]

SFZ = """//+ a comment
<global>
 ampeg_release=0.6
<group> hivel=80 loop_mode=loop_continuous
<region> lokey=21 hikey=22 pitch_keycenter=21 loop_start=10 loop_end=99 sample=My Samples/A0 soft.flac
<region>
 key=c#4
 sample=b.flac
<group> lovel=81 cutoff=1500 fil_type=lpf_2p
<region> key=60 sample=c.flac // tail
"""


def fundamental(audio: np.ndarray) -> float:
    """Frequency in Hz of the highest autocorrelation peak that comes first."""
    n = audio.size
    spectrum = np.fft.rfft(audio - audio.mean(), 2 * n)
    r = np.fft.irfft(np.abs(spectrum) ** 2)[:n] * n / (n - np.arange(n))
    low, high = RATE // 2000, RATE // 25
    best = r[low:high].max()
    at = next(i for i in range(low, high) if r[i] > 0.93 * best and r[i - 1] <= r[i] >= r[i + 1])
    return RATE / at


@pytest.mark.parametrize(
    ("text", "pitch"), [("60", 60), ("c4", 60), ("C#4", 61), ("db2", 37), ("a-1", 9), ("bb3", 58)]
)
def test_pitch_names(text: str, pitch: int) -> None:
    assert parse_pitch(text) == pitch


def test_sfz_inherits_and_resets(tmp_path: Path) -> None:
    path = tmp_path / "x.sfz"
    path.write_text(SFZ)
    first, second, third = parse_sfz(path)
    assert first.sample == tmp_path / "My Samples/A0 soft.flac"
    assert (first.low, first.high, first.center, first.high_velocity) == (21, 22, 21, 80)
    assert first.loop == (10, 100) and first.release == 0.6 and first.cutoff is None
    assert (second.low, second.high, second.center, second.loop) == (61, 61, 61, None)
    assert (third.low_velocity, third.high_velocity, third.cutoff, third.loop) == (81, 127, 1500.0, None)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<group> lovel=1",
        "<region> sample=../up.flac",
        "<region> key=xx sample=a.flac",
        "<region> key=60 lovel=loud sample=a.flac",
    ],
)
def test_sfz_errors_are_clear(tmp_path: Path, body: str) -> None:
    path = tmp_path / "bad.sfz"
    path.write_text(body)
    with pytest.raises(UsageError):
        parse_sfz(path)


@pytest.mark.parametrize("pitch", [45, 50, 57, 64, 69])
def test_pitch_shift_is_exact(tmp_path: Path, tone: Tone, pitch: int) -> None:
    tone(tmp_path / "a3_f_rr1.wav", 220.0)
    audio = Sampler(named_regions(tmp_path, 0.1)).voice(pitch, 100, 1.0).audio
    wanted = 440.0 * 2 ** ((pitch - 69) / 12)
    assert abs(12 * np.log2(fundamental(audio[1000:6000]) / wanted)) < 0.2


def test_silence_before_the_attack_is_cut(tmp_path: Path, tone: Tone) -> None:
    tone(tmp_path / "a3_f_rr1.wav", 220.0, silence=0.04)
    audio = Sampler(named_regions(tmp_path, 0.1)).voice(57, 100, 1.0).audio
    assert np.argmax(np.abs(audio) > 0.1) < 0.002 * RATE
    assert np.abs(audio).max() <= 1.0 + 1e-6
    assert trim_attack(np.zeros(0, np.float32)).size == 0


def test_loops_make_a_sample_longer(tmp_path: Path, tone: Tone) -> None:
    tone(tmp_path / "s.wav", 220.0, seconds=0.5)
    sfz = tmp_path / "s.sfz"
    sfz.write_text(
        "<region> pitch_keycenter=57 loop_mode=loop_continuous loop_start=11025 loop_end=15434 sample=s.wav"
    )
    audio = Sampler(parse_sfz(sfz), max_seconds=3.0).voice(57, 100, 3.0).audio
    assert abs(audio.size - 3 * RATE) < 10
    assert np.abs(audio[2 * RATE : 2 * RATE + 1000]).max() > 0.1


def test_velocity_layers_and_gain(tmp_path: Path, tone: Tone) -> None:
    tone(tmp_path / "a3_mp_rr1.wav", 220.0)
    tone(tmp_path / "a3_f_rr1.wav", 220.0)
    low, high = sorted(named_regions(tmp_path, 0.1), key=lambda r: r.low_velocity)
    assert "mp" in low.sample.name and (low.high_velocity, high.low_velocity) == (84, 85)
    gains = [velocity_gain(v) for v in range(1, 128)]
    assert gains == sorted(gains) and gains[-1] == 1.0 and gains[0] > 0


def test_lowpass_and_resample() -> None:
    t = np.arange(RATE) / RATE
    high = np.sin(2 * np.pi * 6000 * t).astype(np.float32)
    assert np.abs(lowpass(high, 1500.0)[2000:]).max() < 0.1
    assert abs(resample(high, 48000).size - RATE // 2) <= 1
