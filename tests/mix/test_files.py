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
    for name in ("x.mp3", "x"):
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
        file_name("x", "mix", STATE, ".mp3")
