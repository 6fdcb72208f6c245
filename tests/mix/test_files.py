import hashlib
from fractions import Fraction

import numpy as np
import pytest
import soundfile

from stemwright.errors import StemwrightError, UsageError
from stemwright.mix.files import file_name, to_24_bit, write_audio
from stemwright.song.form import parse_form
from stemwright.song.harmony import Key
from stemwright.song.meter import Meter
from stemwright.song.state import GlobalState

STATE = GlobalState(Fraction(112), Meter(4, 4), Key.parse("F# minor"), parse_form("verse:2"))


@pytest.mark.parametrize("suffix", [".ogg", ".mp3"])
@pytest.mark.parametrize("rate", [24_000, 48_000])
def test_lossy_files_sound_alike(tmp_path, suffix, rate):
    time = np.arange(2 * rate) / rate
    audio = np.stack([0.5 * np.sin(2 * np.pi * 440 * time), 0.3 * np.sin(2 * np.pi * 1000 * time)], axis=1)
    write_audio(tmp_path / f"x{suffix}", audio, rate)
    back, read_rate = soundfile.read(tmp_path / f"x{suffix}")
    assert read_rate == rate and back.shape == audio.shape
    assert np.sqrt(np.mean((back - audio)[2000:-2000] ** 2)) < 0.01
    assert (tmp_path / f"x{suffix}").stat().st_size < audio.size * 3 / 2


def test_a_missing_encoder_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(soundfile, "available_subtypes", lambda container: {})
    with pytest.raises(UsageError, match=r"no encoder for it; use \.wav or \.flac"):
        write_audio(tmp_path / "x.mp3", [0.0])
    write_audio(tmp_path / "x.flac", [0.0])


def test_beyond_full_scale_wav_has_floats_and_others_refuse(tmp_path):
    write_audio(tmp_path / "x.wav", [0.0, -2.5, 1.25])
    assert soundfile.info(tmp_path / "x.wav").subtype == "FLOAT"
    assert soundfile.read(tmp_path / "x.wav")[0].tolist() == [0.0, -2.5, 1.25]
    for suffix in (".flac", ".ogg", ".mp3"):
        with pytest.raises(UsageError, match=r"would clip a peak of \+8\.0 dBFS"):
            write_audio(tmp_path / f"y{suffix}", [0.0, 2.5])
    assert [p.name for p in tmp_path.iterdir()] == ["x.wav"]


@pytest.mark.parametrize("suffix", [".wav", ".flac"])
def test_written_read_and_written_again(tmp_path, suffix):
    audio = np.random.default_rng(0).uniform(-1, 1, (5000, 2))
    path = tmp_path / f"x{suffix}"
    write_audio(path, audio, 24000)
    first = path.read_bytes()
    write_audio(path, audio, 24000)
    assert path.read_bytes() == first
    back, rate = soundfile.read(path)
    assert rate == 24000 and soundfile.info(path).subtype == "PCM_24"
    assert np.abs(back - audio).max() <= 2**-23
    write_audio(path, back, 24000)
    assert path.read_bytes() == first
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_golden_bytes(tmp_path):
    write_audio(tmp_path / "x.wav", np.linspace(-1, 1, 1001), 24000)
    data = (tmp_path / "x.wav").read_bytes()
    assert (
        hashlib.sha256(data).hexdigest() == "f84008e75c2c53b0f813e3984f7ababaa87c42f6652b712c1d95d48c8589ed13"
    )


def test_rounding_and_clipping():
    assert to_24_bit([0.0, 1.0, -1.0, 2.0, -2.0, 2**-23]).tolist() == [
        0, (2**23 - 1) << 8, -(2**31), (2**23 - 1) << 8, -(2**31), 256,
    ]  # fmt: skip


def test_the_suffix_may_be_said_apart(tmp_path):
    write_audio(tmp_path / ".tmp", [0.0, 0.5], suffix=".flac")
    assert (tmp_path / ".tmp").read_bytes().startswith(b"fLaC")


def test_bad_input(tmp_path):
    for name in ("x.aac", "x"):
        with pytest.raises(UsageError):
            write_audio(tmp_path / name, [0.0])
    with pytest.raises(StemwrightError):
        write_audio(tmp_path / "x.wav", [float("nan")])
    (tmp_path / "file").write_text("x")
    with pytest.raises(StemwrightError):
        write_audio(tmp_path / "file" / "x.wav", [0.0])
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_names_as_producers_expect():
    assert file_name("My Song", "drums", STATE) == "My Song_Drums_112bpm_F#min.wav"
    assert file_name("a?b:c", "mix", STATE, ".flac") == "a-b-c_Mix_112bpm_F#min.flac"
    long = file_name("長" * 100, "drums", STATE)
    assert len(long.encode()) <= 200 and long.endswith("_Drums_112bpm_F#min.wav") and long.startswith("長長")
    with pytest.raises(UsageError):
        file_name("x", "mix", STATE, ".aac")
