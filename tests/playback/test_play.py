"""`play` through a device that keeps what it is given, and into files where there is none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from stemwright.cli.main import run
from stemwright.errors import StemwrightError, UsageError
from stemwright.playback import device
from stemwright.playback.play import play
from stemwright.producer.mix import mix_song
from stemwright.shown.log import history
from stemwright.shown.reports import check

BAR = 24_000


class Fake:
    """Keeps what it is given; at most `most` samples, then it is as if the user pressed Ctrl-C."""

    def __init__(self, most: int = 10**9) -> None:
        self.most, self.rate = most, 0
        self.heard = np.zeros((0, 2), np.float32)

    @contextmanager
    def open(self, rate: int) -> Iterator[device.Device]:
        self.rate = rate
        yield self

    def play(self, block: npt.NDArray[np.float32]) -> None:
        self.heard = np.concatenate([self.heard, block])
        if len(self.heard) >= self.most:
            raise KeyboardInterrupt


@contextmanager
def none(rate: int) -> Iterator[device.Device]:
    raise StemwrightError("no output device")
    yield Fake()


def test_what_is_played_is_the_mix(song: Path, tmp_path: Path) -> None:
    fake = Fake()
    runs = len(history(song)["runs"])
    facts = play(song, open_device=fake.open)
    mixed = soundfile.read(
        mix_song(song, out=tmp_path / "mix.wav", quality="standard")["mix"], dtype="float32"
    )
    np.testing.assert_allclose(fake.heard, mixed[0], atol=1e-6)
    assert (facts["file"], facts["stopped"], facts["seconds"], fake.rate) == (None, False, 4.0, BAR)
    assert len(history(song)["runs"]) == runs + 1, "only the mix is told"
    later = Fake()
    play(song, first=3, open_device=later.open)
    np.testing.assert_array_equal(later.heard, fake.heard[2 * BAR :])


def test_a_loop_goes_on_until_it_is_stopped(song: Path) -> None:
    whole, fake = Fake(), Fake(5 * BAR)
    play(song, open_device=whole.open)
    facts = play(song, loop="2-3", open_device=fake.open)
    assert facts["stopped"] and len(fake.heard) >= 5 * BAR
    np.testing.assert_array_equal(fake.heard[: 2 * BAR], whole.heard[BAR : 3 * BAR])
    np.testing.assert_array_equal(fake.heard[2 * BAR : 4 * BAR], fake.heard[: 2 * BAR])


def test_solo_and_click_leave_the_song_as_it_is(song: Path) -> None:
    before = (song / "song.json").read_bytes()
    alone, clicked = Fake(), Fake()
    play(song, solo=["voice"], open_device=alone.open)
    spectrum = np.abs(np.fft.rfft(alone.heard[:, 0]))
    assert spectrum[220 * 4] > 100 * spectrum[330 * 4]
    play(song, solo=["voice"], click=True, open_device=clicked.open)
    assert np.abs(clicked.heard).max() <= 1 and not np.array_equal(clicked.heard, alone.heard)
    assert (song / "song.json").read_bytes() == before


def test_without_a_device_it_is_written(song: Path, tmp_path: Path) -> None:
    facts = play(song, loop="2-3", open_device=none)
    audio, rate = soundfile.read(facts["file"])
    assert len(audio) == 2 * rate and any("no output device" in line for line in facts["remarks"])
    assert check(song)["ok"]
    facts = play(song, first=4, out=tmp_path / "end.flac", quality="high", open_device=none)
    assert not any("not played" in line for line in facts["remarks"])
    assert soundfile.info(facts["file"]).frames == 48_000


def test_refusals(song: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match="inside the song"):
        play(song, out=song / "renders" / "a.wav")
    for words in (
        ["--solo", "tuba"],
        ["--from", "9"],
        ["--loop", "3-9"],
        ["--out", "mix.doc"],
        ["--quality", "x"],
    ):
        assert run(["play", str(song), *words]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
    assert run(["play", str(song), "--out", str(tmp_path / "a.wav"), "--from", "2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["seconds"] == 3.0


def test_sounddevice_that_is_missing_or_has_no_device(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys
    from types import SimpleNamespace

    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(StemwrightError, match="pip install sounddevice"), device.output(BAR):
        pass

    class Failure(Exception):
        pass

    def broken(**options: object) -> None:
        raise Failure("Error querying device -1")

    monkeypatch.setitem(
        sys.modules, "sounddevice", SimpleNamespace(OutputStream=broken, PortAudioError=Failure)
    )
    with pytest.raises(StemwrightError, match="querying device"), device.output(BAR):
        pass
