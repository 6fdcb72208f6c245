from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from stemwright.errors import UsageError
from stemwright.instruments.sampler import (
    LEVEL,
    RATE,
    WIDE,
    NoteCache,
    Region,
    Sampler,
    attack_start,
    blended,
    loop_end,
    lowpass,
    named_regions,
    normal_gain,
    parse_pitch,
    parse_sfz,
    resample,
    single_region,
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
    assert np.sqrt(np.mean(audio[: RATE // 20] ** 2)) == pytest.approx(LEVEL, rel=0.01)
    assert attack_start(np.zeros(0, np.float32)) == 0


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


def test_equally_good_regions_take_turns(tmp_path: Path, tone: Tone) -> None:
    for name, frequency in (("a", 220.0), ("b", 330.0), ("c", 440.0)):
        tone(tmp_path / f"{name}.wav", frequency)
    sfz = tmp_path / "s.sfz"
    sfz.write_text(
        "<group> key=57 seq_length=2 <region> seq_position=1 sample=a.wav\n"
        "<region> seq_position=2 sample=b.wav\n"
        "<region> trigger=release sample=c.wav <region> key=60 sample=c.wav"
    )
    sampler = Sampler(parse_sfz(sfz))
    heard = [round(fundamental(sampler.voice(57, 100, 1.0, turn).audio[1000:6000]), -1) for turn in range(4)]
    assert heard == [220, 330, 220, 330]
    assert fundamental(sampler.voice(60, 100, 1.0, 7).audio[1000:6000]) == pytest.approx(440, abs=5)


def test_layers_of_different_crest_are_equally_loud() -> None:
    t = np.arange(RATE) / RATE
    smooth = np.sin(2 * np.pi * 200 * t).astype(np.float32)
    plucked = smooth.copy()
    plucked[50:70] = 8.0
    for audio in (smooth, plucked, 0.01 * smooth):
        normal = audio * normal_gain(audio)
        blocks = np.sqrt(np.mean(normal[: RATE // 2].reshape(-1, RATE // 20) ** 2, axis=1))
        assert blocks.max() == pytest.approx(LEVEL, rel=1e-4)
    assert normal_gain(np.zeros(100, np.float32)) == normal_gain(np.zeros(0, np.float32)) == 1.0


def test_a_long_note_is_looped_without_clicks(tmp_path: Path, tone: Tone) -> None:
    t = np.arange(2 * 44100) / 44100
    steady = (0.5 * np.sin(2 * np.pi * 65.17 * t)).astype(np.float32)
    end = loop_end(steady, 30000, 70003, 2205)
    looped = blended(steady, 30000, end, 2205)
    assert 70003 - 4 * 2205 <= end <= 70003
    seam = np.concatenate([looped[end - 500 : end], looped[30000:30500]])
    assert np.abs(np.diff(seam)).max() < 1.1 * np.abs(np.diff(steady)).max()

    import soundfile

    soundfile.write(str(tmp_path / "c.wav"), steady, 44100)
    region = single_region(tmp_path / "c.wav", 35.94, (0.7, 1.6), 0.1)
    assert region.center == 36 and region.tune == pytest.approx(6.0)
    voice = Sampler([region]).voice(48, 100, 8.0)
    level = [np.abs(voice.audio[i : i + 2400]).max() for i in range(0, 8 * RATE, 2400)]
    assert min(level) > 0.8 * max(level)
    assert fundamental(voice.audio[RATE : 2 * RATE]) == pytest.approx(130.8, abs=0.8)
    with pytest.raises(UsageError, match="no such sample"):
        single_region(tmp_path / "d.wav", 36.0, None, 0.1)


def test_the_cache_forgets_what_was_not_used() -> None:
    cache, made = NoteCache(limit=3000), []

    def sound(name: str) -> np.ndarray:
        return cache.get(name, lambda: made.append(name) or np.zeros(250, np.float32))  # type: ignore[func-returns-value]

    for name in "abcadbca":
        sound(name)
    assert made == ["a", "b", "c", "d", "b", "c", "a"] and cache.bytes <= 3000
    cache.get("huge", lambda: np.zeros(10000, np.float32))
    assert cache.get("huge", lambda: np.zeros(1, np.float32)).size == 10000


def test_a_wide_sound_is_the_mono_one_with_more_in_it(tmp_path: Path) -> None:
    """As loud, nowhere else in time, left and right as they were recorded, and brighter."""
    import soundfile
    import soxr

    rng = np.random.default_rng(0)
    t = np.arange(44100) / 44100
    fade = np.exp(-3 * t) * (t > 0.03)
    tone = 0.3 * np.sin(2 * np.pi * 440 * t)
    sides = np.stack([tone + 0.1 * rng.standard_normal(t.size), 0.6 * tone], axis=1) * fade[:, None]
    soundfile.write(str(tmp_path / "a4_f_rr1.wav"), sides.astype(np.float32), 44100)
    regions = [*named_regions(tmp_path, 0.1)]
    for pitch in (69, 65):
        plain = Sampler(regions).voice(pitch, 100, 1.0).audio
        wide = Sampler(regions, form=WIDE).voice(pitch, 100, 1.0).audio
        assert wide.dtype == np.float32 and wide.shape[1] == 2 and abs(len(wide) - 2 * plain.size) <= 2
        middle = soxr.resample(wide.mean(axis=1), 48000, 24000)[: plain.size]
        np.testing.assert_allclose(middle[50:-50], plain[50 : middle.size - 50], atol=0.02)
        assert np.sum(middle * plain[: middle.size]) / np.sum(plain**2) == pytest.approx(1.0, abs=0.01)
        left, right = np.sum(wide[:, 0] ** 2), np.sum(wide[:, 1] ** 2)
        assert left > 2.5 * right
        power = np.abs(np.fft.rfft(wide[:, 0])) ** 2
        assert power[int(0.6 * len(power)) : int(0.8 * len(power))].mean() > 0.01 * power.mean()
    soundfile.write(str(tmp_path / "a4_f_rr1.wav"), sides[:, 0].astype(np.float32), 44100)
    again = Sampler([*named_regions(tmp_path, 0.1)], form=WIDE).voice(69, 100, 1.0).audio
    np.testing.assert_array_equal(again[:, 0], again[:, 1])


def test_a_layer_that_ends_lower_is_not_stretched() -> None:
    """Soft notes above the highest soft recording come from the next layer."""
    soft = Region(Path("soft"), 48, 80, 73, 1, 31)
    loud = [Region(Path(f"loud{center}"), center - 3, center + 3, center, 32, 127) for center in (73, 80, 87)]
    sampler = Sampler([soft, *loud])
    assert sampler._fit(75, 20) == [soft]
    assert sampler._fit(88, 20) == [loud[2]]
    assert sampler._fit(88, 100) == [loud[2]]
